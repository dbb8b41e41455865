package store

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"gorm.io/gorm/schema"
)

// rowShape is a row type's table and columns, with where each column's value stands in the struct. What is on the way of every
// message goes through it instead of GORM's own building and scanning, which cost more than the statements themselves.
type rowShape struct {
	table  string
	names  []string
	fields [][]int
	list   string // the columns, for a SELECT or INSERT
	tuple  string // (?,?,?)
}

// rowShapes are the shapes of the row types met so far, read from the same tags that GORM uses.
type rowShapes struct {
	parsed sync.Map // reflect.Type → *rowShape
	cache  sync.Map // GORM's
}

func shapeOf[T any](s *Store) (*rowShape, error) {
	kind := reflect.TypeFor[T]()
	if known, ok := s.shapes.parsed.Load(kind); ok {
		if shape, ok := known.(*rowShape); ok {
			return shape, nil
		}
	}
	parsed, err := schema.Parse(new(T), &s.shapes.cache, s.write.NamingStrategy)
	if err != nil {
		return nil, fmt.Errorf("row type %s: %w", kind, err)
	}
	shape := &rowShape{table: parsed.Table}
	for _, name := range parsed.DBNames {
		shape.names = append(shape.names, name)
		shape.fields = append(shape.fields, parsed.FieldsByDBName[name].StructField.Index)
	}
	shape.list = strings.Join(shape.names, ", ")
	shape.tuple = "(?" + strings.Repeat(",?", len(shape.names)-1) + ")"
	s.shapes.parsed.Store(kind, shape)
	return shape, nil
}

// most rows of one statement: SQLite takes 32,766 parameters.
const (
	mostRows   = 500
	mostParams = 32766
)

// writeRows inserts rows in one statement, with what is to happen when a key is taken; none is fine.
func writeRows[T any](t *Tx, what string, rows []T, onConflict string) error {
	shape, err := shapeOf[T](t.s)
	if err != nil {
		return err
	}
	for most := min(mostRows, mostParams/len(shape.names)); len(rows) > 0; {
		n := min(most, len(rows))
		args, err := shape.values(reflect.ValueOf(rows[:n]))
		if err != nil {
			return fmt.Errorf("insert %s: %w", what, err)
		}
		query := "INSERT INTO " + shape.table + " (" + shape.list + ") VALUES " + shape.tuple + strings.Repeat(","+shape.tuple, n-1) + onConflict
		if _, err := t.db.Statement.ConnPool.ExecContext(t.ctx, query, args...); err != nil {
			return fmt.Errorf("insert %s: %w", what, err)
		}
		rows = rows[n:]
	}
	return nil
}

func (s *rowShape) values(rows reflect.Value) ([]any, error) {
	args := make([]any, 0, rows.Len()*len(s.fields))
	for i := range rows.Len() {
		row := rows.Index(i)
		for _, f := range s.fields {
			v := row.FieldByIndex(f).Interface()
			if valuer, ok := v.(driver.Valuer); ok {
				plain, err := valuer.Value()
				if err != nil {
					return nil, err
				}
				v = plain
			}
			args = append(args, v)
		}
	}
	return args, nil
}

// selectRows reads the rows that the condition, the rest of a SELECT after its table, picks.
func selectRows[T any](t *Tx, condition string, args ...any) ([]T, error) {
	shape, err := shapeOf[T](t.s)
	if err != nil {
		return nil, err
	}
	return scanRows[T](t, shape, "SELECT "+shape.list+" FROM "+shape.table+" "+condition, args...)
}

// scanRows reads the rows of a query whose columns are those of the shape, in order.
func scanRows[T any](t *Tx, shape *rowShape, query string, args ...any) ([]T, error) {
	rows, err := t.db.Statement.ConnPool.QueryContext(t.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // what matters is told by Err
	var out []T
	into := make([]any, len(shape.fields))
	for rows.Next() {
		var row T
		v := reflect.ValueOf(&row).Elem()
		for i, f := range shape.fields {
			into[i] = v.FieldByIndex(f).Addr().Interface()
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// marks are n parameters for an IN list: ?,?,?
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// tuples are n parameter tuples of a width for an IN list: (?,?),(?,?)
func tuples(n, width int) string {
	return strings.TrimSuffix(strings.Repeat("("+marks(width)+"),", n), ",")
}
