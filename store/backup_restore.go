package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// What a restore refuses, besides ErrBackupDamaged.
var (
	ErrHalfRestored = errors.New("the database holds half of a backup: run “tongshishang restore” with the same file again")
	ErrNotEmpty     = errors.New("a backup is restored only into an empty database")
	ErrBackupSchema = errors.New("the backup's schema isn't the database's: restore it with the program that made it, then migrate")
	errBusy         = errors.New("another restore is at work on this database")
	ErrBackupKeys   = errors.New("the keys aren't those the backup was made with: put its keys.yaml, or the configured keys, back first")
)

// RestoreOptions is what a restore may be told.
type RestoreOptions struct {
	LostKeys bool // take the backup though its sealed columns can't be read any more
	Tell     func(BackupStep)
}

// Restored is what a restore brought.
type Restored struct {
	Manifest

	Resumed int          // parts that an interrupted restore of the same backup had brought before
	Audited int64        // audit entries that were verified
	Faults  []AuditFault // of the audit; the rows are those of the backup, so the database it was made of had them too
}

// Restore fills an empty, migrated database from a backup of either kind of database. The whole file is read and checked before
// anything is written. Parts are committed one by one, since all of a county in one transaction is more than a cluster takes;
// until the last is in and all rows have been read back and compared, with the audit chains, CheckSchema says ErrHalfRestored.
// After an interruption the same call goes on where it stopped. Nobody else may use the database meanwhile.
func (s *Store) Restore(ctx context.Context, file io.ReadSeeker, opt RestoreOptions) (Restored, error) {
	out, err := s.restore(ctx, file, opt)
	if err != nil {
		return out, fmt.Errorf("restore: %w", err)
	}
	return out, nil
}

func (s *Store) restore(ctx context.Context, file io.ReadSeeker, opt RestoreOptions) (out Restored, err error) {
	if out.Manifest, err = CheckBackup(file); err != nil {
		return out, err
	}
	if err := s.takes(ctx, &out.Manifest, opt); err != nil {
		return out, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return out, err
	}
	if out.Resumed, err = s.load(ctx, file, &out.Manifest, opt.Tell); err != nil {
		return out, err
	}
	if err := s.compare(ctx, &out.Manifest, opt.Tell); err != nil {
		return out, err
	}
	err = s.Read(ctx, func(t *Tx) error {
		out.Audited, out.Faults, err = t.VerifyAudit()
		return err
	})
	if err != nil {
		return out, err
	}
	_, err = s.dialect.write.ExecContext(ctx, "DELETE FROM restores")
	return out, wrap("finish", err)
}

// takes tells whether the backup fits this program and its keys.
func (s *Store) takes(ctx context.Context, m *Manifest, opt RestoreOptions) error {
	if err := s.checkVersion(ctx); err != nil {
		return err
	}
	version, err := s.schemaVersion(ctx)
	if err != nil {
		return err
	}
	if m.Schema != version {
		return fmt.Errorf("%w (version %d, here %d)", ErrBackupSchema, m.Schema, version)
	}
	if !opt.LostKeys && !s.keys.mark().fits(m.Keys) {
		return ErrBackupKeys
	}
	return nil
}

// load brings the parts in that aren't yet, on one connection that doesn't check foreign keys: tables come in the order of their
// names. That the keys hold is known from the database that was backed up, whose rows these are to the byte.
func (s *Store) load(ctx context.Context, file io.Reader, m *Manifest, tell func(BackupStep)) (resumed int, err error) {
	conn, err := s.dialect.write.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, s.dialect.keysOff); err != nil {
		return 0, err
	}
	defer func() {
		_, onErr := conn.ExecContext(context.WithoutCancel(ctx), s.dialect.keysOn)
		err = errors.Join(err, onErr)
	}()
	l := loader{s: s, conn: conn, manifest: m, tell: tell}
	if err := l.transaction(ctx, l.begin); err != nil {
		return 0, err
	}
	resumed = l.before
	_, err = readBackup(file, func(p part) error { return l.part(ctx, p) })
	return resumed, err
}

type loader struct {
	s        *Store
	conn     *sql.Conn
	manifest *Manifest
	tell     func(BackupStep)
	before   int // parts an earlier run brought
	parts    int // parts read so far
	table    string
	rows     int64
}

func (l *loader) transaction(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	tx, err := l.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(ctx, tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// begin leaves the mark of a half restored database, or finds that of an earlier run with the same backup.
func (l *loader) begin(ctx context.Context, tx *sql.Tx) error {
	tables, err := l.s.dialect.tables(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(tables, l.manifest.Tables, func(a, b backupTable) bool { return a.sameShape(&b) }) {
		return fmt.Errorf("%w (its tables are others)", ErrBackupSchema)
	}
	var digest string
	err = tx.QueryRowContext(ctx, "SELECT digest, parts FROM restores").Scan(&digest, &l.before)
	switch {
	case err == nil && digest == l.manifest.digest:
		return nil
	case err == nil:
		return fmt.Errorf("another backup's restore was interrupted here; %w", ErrNotEmpty)
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	if err := empty(ctx, tx, tables); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO restores (id, digest, parts, started_at) VALUES (1, ?, 0, ?)", l.manifest.digest, at(l.s.now()))
	return err
}

func empty(ctx context.Context, tx *sql.Tx, tables []backupTable) error {
	for _, t := range tables {
		var n int
		err := tx.QueryRowContext(ctx, "SELECT 1 FROM `"+t.Name+"` LIMIT 1").Scan(&n)
		switch {
		case err == nil:
			return fmt.Errorf("%w: table %s has rows", ErrNotEmpty, t.Name)
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
	}
	return nil
}

// part counts a part and writes its rows, both in one transaction; the count is also what keeps a second restore out.
func (l *loader) part(ctx context.Context, p part) error {
	l.parts++
	if p.table != l.table {
		l.table, l.rows = p.table, 0
	}
	t := l.manifest.table(p.table)
	if t == nil { // the file was another one a moment ago
		return damaged(fmt.Errorf("table %s isn't in the manifest", p.table))
	}
	l.rows += int64(bytes.Count(p.lines, []byte{'\n'}))
	if l.parts <= l.before {
		return nil
	}
	rows, err := parseRows(p.lines, t.Columns)
	if err != nil {
		return damaged(fmt.Errorf("%s: %w", p.table, err))
	}
	err = l.transaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, "UPDATE restores SET parts = ? WHERE parts = ?", l.parts, l.parts-1)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n != 1 {
			return errors.Join(errBusy, err)
		}
		return insertRows(ctx, tx, t, rows)
	})
	if err != nil {
		return fmt.Errorf("table %s: %w", t.Name, err)
	}
	told(l.tell, BackupStep{Table: t.Name, Rows: l.rows})
	return nil
}

func parseRows(lines []byte, columns []backupColumn) ([][]any, error) {
	var rows [][]any
	for line := range bytes.Lines(lines) {
		row, err := parseRow(line, columns)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// mostValues is how many values one INSERT may hold: SQLite takes 32,766.
const mostValues = 30000

func insertRows(ctx context.Context, tx *sql.Tx, t *backupTable, rows [][]any) error {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", len(t.Columns)), ",") + "),"
	head := "INSERT INTO `" + t.Name + "` (" + quoted(t.columnNames()) + ") VALUES "
	for chunk := range slices.Chunk(rows, min(500, mostValues/len(t.Columns))) {
		values := slices.Concat(chunk...)
		query := head + strings.TrimSuffix(strings.Repeat(one, len(chunk)), ",") //nolint:gosec // names come from the database's own list of tables
		if _, err := tx.ExecContext(ctx, query, values...); err != nil {
			return err
		}
	}
	return nil
}

// compare reads every table back and holds it against the manifest.
func (s *Store) compare(ctx context.Context, m *Manifest, tell func(BackupStep)) error {
	tx, err := s.dialect.read.BeginTx(ctx, s.dialect.snapshot)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it only read
	heads, err := chainHeads(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.Equal(heads, m.Chains) {
		return errors.New("the audit's chains don't end where the backup's do")
	}
	for i := range m.Tables {
		if err := compareTable(ctx, tx, &m.Tables[i]); err != nil {
			return err
		}
		told(tell, BackupStep{Checking: true, Table: m.Tables[i].Name, Rows: m.Tables[i].Rows})
	}
	return nil
}

func compareTable(ctx context.Context, tx *sql.Tx, want *backupTable) error {
	sum, rows := sha256.New(), int64(0)
	err := want.each(ctx, tx, func(line []byte) error {
		rows++
		sum.Write(line)
		return nil
	})
	if err != nil {
		return err
	}
	if rows != want.Rows {
		return fmt.Errorf("table %s has %d rows, the backup %d", want.Name, rows, want.Rows)
	}
	if hex.EncodeToString(sum.Sum(nil)) != want.SHA256 {
		return fmt.Errorf("the rows of table %s aren't those of the backup", want.Name)
	}
	return nil
}

// checkRestored tells a database that an interrupted restore left half full.
func (s *Store) checkRestored(ctx context.Context) error {
	var n int
	if err := s.dialect.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM restores").Scan(&n); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	if n > 0 {
		return ErrHalfRestored
	}
	return nil
}
