package store

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// BackupStep is how far a backup or a restore has come.
type BackupStep struct {
	Checking bool // reading again what was restored
	Table    string
	Rows     int64 // of this table, so far
}

// keysMark tells which keys a backup's sealed columns need, without giving them away.
type keysMark struct {
	IDs    []string `json:"ids"`
	Lookup string   `json:"lookup"` // a keyed hash of nothing in particular
}

func (k *Keyring) mark() keysMark {
	return keysMark{IDs: slices.Sorted(maps.Keys(k.aeads)), Lookup: k.Hash("backup", "keys")}
}

// fits tells whether a keyring with this mark opens and finds what one with the other sealed.
func (k keysMark) fits(other keysMark) bool {
	return k.Lookup == other.Lookup && !slices.ContainsFunc(other.IDs, func(id string) bool { return !slices.Contains(k.IDs, id) })
}

// Backup writes all rows, as they are at one moment, to w; whoever works on the database meanwhile isn't held up. Sealed columns
// stay sealed, and the keys aren't among what is written. Memory doesn't grow with the database. tell may be nil.
func (s *Store) Backup(ctx context.Context, w io.Writer, tell func(BackupStep)) (Manifest, error) {
	m, err := s.backup(ctx, w, tell)
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	return m, nil
}

func (s *Store) backup(ctx context.Context, w io.Writer, tell func(BackupStep)) (m Manifest, err error) {
	m = Manifest{Format: backupFormat, Database: s.dialect.name, MadeAt: s.now().UTC().Truncate(time.Second), Keys: s.keys.mark()}
	if m.Schema, err = s.schemaVersion(ctx); err != nil {
		return m, err
	}
	tx, err := s.dialect.read.BeginTx(ctx, s.dialect.snapshot)
	if err != nil {
		return m, err
	}
	defer func() { _ = tx.Rollback() }()                 // it only read
	if m.Chains, err = chainHeads(ctx, tx); err != nil { // the first read sets the moment
		return m, err
	}
	if m.Tables, err = s.dialect.tables(ctx, tx); err != nil {
		return m, err
	}
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return m, err
	}
	out := backupWriter{tar: tar.NewWriter(zip), at: m.MadeAt, tell: tell}
	for i := range m.Tables {
		if err := out.table(ctx, tx, &m.Tables[i]); err != nil {
			return m, err
		}
	}
	if err := out.manifest(&m); err != nil {
		return m, err
	}
	return m, errors.Join(out.tar.Close(), zip.Close())
}

func (s *Store) schemaVersion(ctx context.Context) (int64, error) {
	p, err := s.migrations()
	if err != nil {
		return 0, fmt.Errorf("schema: %w", err)
	}
	version, err := p.GetDBVersion(ctx)
	return version, wrap("schema", err)
}

func chainHeads(ctx context.Context, tx *sql.Tx) (heads []chainHead, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT chain, seq, hash FROM audit_heads ORDER BY chain")
	if err != nil {
		return nil, fmt.Errorf("audit heads: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var h chainHead
		if err := rows.Scan(&h.Chain, &h.Seq, &h.Hash); err != nil {
			return nil, fmt.Errorf("audit heads: %w", err)
		}
		heads = append(heads, h)
	}
	return heads, wrap("audit heads", rows.Err())
}

type backupWriter struct {
	tar  *tar.Writer
	at   time.Time
	tell func(BackupStep)
}

// table writes the parts of a table and notes its count and digest.
func (w *backupWriter) table(ctx context.Context, tx *sql.Tx, t *backupTable) error {
	sum := sha256.New()
	var lines []byte
	parts := 0
	flush := func() error {
		if len(lines) == 0 {
			return nil
		}
		parts++
		sum.Write(lines)
		if err := w.file(partName(t.Name, parts), lines); err != nil {
			return err
		}
		lines = lines[:0]
		told(w.tell, BackupStep{Table: t.Name, Rows: t.Rows})
		return nil
	}
	err := t.each(ctx, tx, func(line []byte) error {
		lines = append(lines, line...)
		t.Rows++
		if len(lines) < partSize {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	t.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return err
}

func (w *backupWriter) manifest(m *Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return w.file(manifestName, append(text, '\n'))
}

func (w *backupWriter) file(name string, data []byte) error {
	err := w.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(data)), ModTime: w.at})
	if err == nil {
		_, err = w.tar.Write(data)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func told(tell func(BackupStep), step BackupStep) {
	if tell != nil {
		tell(step)
	}
}
