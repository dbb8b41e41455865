package store

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"
)

// A backup is a gzipped tar: tables/NAME/000001.jsonl and on, a line a row, tables in the order of their names, and at the end
// manifest.json. A table is cut into parts because tar wants the size of an entry before its bytes; the manifest is last because
// its digests are known last, and because a file that was cut short then has none.
const (
	backupFormat = 1
	manifestName = "manifest.json"
	partSize     = 1 << 20   // a part is closed with the row that reaches it
	mostPart     = 256 << 20 // more is refused when reading: nothing that was written is as large
)

// ErrBackupDamaged says that a file isn't a backup, or no longer the one that was written.
var ErrBackupDamaged = errors.New("the backup is damaged or isn't one")

// Manifest says what a backup holds.
type Manifest struct {
	Format   int           `json:"format"`
	Schema   int64         `json:"schema"` // version of the migrations
	Database string        `json:"database"`
	MadeAt   time.Time     `json:"made_at"`
	Keys     keysMark      `json:"keys"`
	Tables   []backupTable `json:"tables"`
	Chains   []chainHead   `json:"chains"` // the audit's, as its heads say

	digest string // of the manifest as written; it stands for the whole backup
}

type chainHead struct {
	Chain int64  `json:"chain"`
	Seq   int64  `json:"seq"`
	Hash  string `json:"hash"`
}

// Rows counts the rows of all tables.
func (m *Manifest) Rows() int64 {
	var n int64
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// RowsOf counts the rows of one table.
func (m *Manifest) RowsOf(table string) int64 {
	if t := m.table(table); t != nil {
		return t.Rows
	}
	return 0
}

func (m *Manifest) table(name string) *backupTable {
	for i := range m.Tables {
		if m.Tables[i].Name == name {
			return &m.Tables[i]
		}
	}
	return nil
}

func partName(table string, n int) string { return fmt.Sprintf("tables/%s/%06d.jsonl", table, n) }

// part is some rows of a table as they stand in a backup.
type part struct {
	table string
	lines []byte
}

// CheckBackup reads a backup to its end and compares it with its manifest. The error wraps ErrBackupDamaged when the file is at
// fault.
func CheckBackup(r io.Reader) (Manifest, error) {
	return readBackup(r, func(part) error { return nil })
}

// readBackup hands every part to do, in order, and returns the manifest once all that was read agrees with it.
func readBackup(r io.Reader, do func(part) error) (Manifest, error) {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return Manifest{}, damaged(err)
	}
	read := reading{files: tar.NewReader(zip), do: do}
	m, err := read.all()
	if err != nil {
		return Manifest{}, err
	}
	if _, err := io.Copy(io.Discard, zip); err != nil { //nolint:gosec // only the padding of the tar is left
		return Manifest{}, damaged(err)
	}
	return m, nil
}

func damaged(err error) error { return fmt.Errorf("%w: %w", ErrBackupDamaged, err) }

// reading is the way through a backup: the table at hand and those that are complete.
type reading struct {
	files *tar.Reader
	do    func(part) error
	table string
	parts int // of the table so far
	rows  int64
	sum   hash.Hash
	done  []backupTable // name, rows and digest of what was read
}

func (r *reading) all() (Manifest, error) {
	for {
		head, err := r.files.Next()
		if err != nil {
			return Manifest{}, damaged(fmt.Errorf("no manifest: %w", err))
		}
		if head.Size > mostPart {
			return Manifest{}, damaged(fmt.Errorf("%q is too large", head.Name))
		}
		data, err := io.ReadAll(r.files)
		if err != nil {
			return Manifest{}, damaged(err)
		}
		if head.Name == manifestName {
			r.close()
			return r.manifest(data)
		}
		if err := r.part(head.Name, data); err != nil {
			return Manifest{}, err
		}
	}
}

func (r *reading) part(name string, data []byte) error {
	if r.table == "" || name != partName(r.table, r.parts+1) { // the next table begins
		r.close()
		table, isFirst := strings.CutSuffix(strings.TrimPrefix(name, "tables/"), "/000001.jsonl")
		if !isFirst || name != partName(table, 1) {
			return damaged(fmt.Errorf("unexpected entry %q", name))
		}
		r.table, r.sum = table, sha256.New()
	}
	r.parts++
	r.rows += int64(bytes.Count(data, []byte{'\n'}))
	r.sum.Write(data)
	return r.do(part{table: r.table, lines: data})
}

// close ends the table at hand.
func (r *reading) close() {
	if r.table != "" {
		r.done = append(r.done, backupTable{Name: r.table, Rows: r.rows, SHA256: hex.EncodeToString(r.sum.Sum(nil))})
	}
	r.table, r.parts, r.rows = "", 0, 0
}

// manifest reads the manifest and holds what was read against it.
func (r *reading) manifest(data []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return m, damaged(fmt.Errorf("manifest: %w", err))
	}
	if m.Format != backupFormat {
		return m, fmt.Errorf("backup of format %d: this program reads format %d", m.Format, backupFormat)
	}
	sum := sha256.Sum256(data)
	m.digest = hex.EncodeToString(sum[:])
	read := r.done
	for _, want := range m.Tables {
		if want.Rows == 0 {
			continue
		}
		if len(read) == 0 || read[0].Name != want.Name || read[0].Rows != want.Rows || read[0].SHA256 != want.SHA256 {
			return m, damaged(fmt.Errorf("table %s isn't what was written", want.Name))
		}
		read = read[1:]
	}
	if len(read) > 0 {
		return m, damaged(fmt.Errorf("table %s isn't in the manifest", read[0].Name))
	}
	return m, nil
}
