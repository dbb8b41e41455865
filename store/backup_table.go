package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// cellKind is how a column's values are written in a backup, the same for both databases.
type cellKind string

const (
	cellInt  cellKind = "int"  // integers, and truth as 0 or 1
	cellText cellKind = "text" // sealed columns among them, as they are
	cellTime cellKind = "time" // UTC with microseconds
)

type backupColumn struct {
	Name string   `json:"name"`
	Kind cellKind `json:"kind"`
}

// backupTable is one table of a backup. Its columns are in the order of their names, since the two databases may list them
// differently; its rows are in the order of the primary key.
type backupTable struct {
	Name    string         `json:"name"`
	Columns []backupColumn `json:"columns"`
	Key     []string       `json:"key"`
	Rows    int64          `json:"rows"`
	SHA256  string         `json:"sha256"` // of all its rows as they are written
}

// isOurs tells apart the tables that are backed up from those that say how the database came about.
func isOurs(table string) bool {
	return table != "restores" && table != "goose_db_version" && !strings.HasPrefix(table, "sqlite_")
}

// tables asks the database for its tables, so that a new migration is backed up without being listed a second time.
func (d *dialect) tables(ctx context.Context, tx *sql.Tx) (found []backupTable, err error) {
	rows, err := tx.QueryContext(ctx, d.columnsSQL)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	defer func() { _ = rows.Close() }()
	byName := map[string]*backupTable{}
	place := map[string]int{} // of a column of a primary key within it
	for rows.Next() {
		var table, column, typ string
		var key int
		if err := rows.Scan(&table, &column, &typ, &key); err != nil {
			return nil, fmt.Errorf("list tables: %w", err)
		}
		if !isOurs(table) {
			continue
		}
		if byName[table] == nil {
			byName[table] = &backupTable{Name: table}
		}
		kind, err := kindOf(typ)
		if err != nil {
			return nil, fmt.Errorf("table %s, column %s: %w", table, column, err)
		}
		t := byName[table]
		t.Columns = append(t.Columns, backupColumn{column, kind})
		if key > 0 {
			t.Key = append(t.Key, column)
			place[table+"."+column] = key
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	for _, t := range byName {
		slices.SortFunc(t.Columns, func(a, b backupColumn) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Key, func(a, b string) int { return place[t.Name+"."+a] - place[t.Name+"."+b] })
		found = append(found, *t)
	}
	slices.SortFunc(found, func(a, b backupTable) int { return cmp.Compare(a.Name, b.Name) })
	return found, nil
}

func kindOf(typ string) (cellKind, error) {
	switch name, _, _ := strings.Cut(strings.ToLower(typ), "("); name {
	case "tinyint", "int", "bigint", "integer", "boolean":
		return cellInt, nil
	case "char", "varchar", "text", "mediumtext":
		return cellText, nil
	case "datetime":
		return cellTime, nil
	}
	return "", fmt.Errorf("a backup can't hold the type %q", typ)
}

// sameShape tells whether rows of one table fit into the other.
func (t *backupTable) sameShape(other *backupTable) bool {
	return t.Name == other.Name && slices.Equal(t.Columns, other.Columns) && slices.Equal(t.Key, other.Key)
}

// each hands every row, encoded, to emit, which must not keep it. The rows come through one cursor, so memory doesn't grow with
// the table.
func (t *backupTable) each(ctx context.Context, tx *sql.Tx, emit func(line []byte) error) error {
	//nolint:gosec // names come from the database's own list of tables
	rows, err := tx.QueryContext(ctx, "SELECT "+quoted(t.columnNames())+" FROM `"+t.Name+"` ORDER BY "+quoted(t.Key))
	if err != nil {
		return fmt.Errorf("read table %s: %w", t.Name, err)
	}
	defer func() { _ = rows.Close() }()
	cells := make([]cell, len(t.Columns))
	dest := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		cells[i].kind = c.Kind
		dest[i] = &cells[i]
	}
	var line []byte
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("read table %s: %w", t.Name, err)
		}
		line = appendRow(line[:0], cells)
		if err := emit(line); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read table %s: %w", t.Name, err)
	}
	return nil
}

func (t *backupTable) columnNames() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// quoted is a list of names as both databases read it.
func quoted(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }
