package store

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrArchiveDamaged says that a file isn't the archive that was written. Nothing was taken from it.
var ErrArchiveDamaged = errors.New("the archive isn't the file that was written")

// byteOrderMark makes spreadsheets read the file as UTF-8.
const byteOrderMark = "\ufeff"

// partialSuffix is behind the name of a file that doesn't count yet.
const partialSuffix = ".part"

// digested counts and digests what goes through it.
type digested struct {
	w     io.Writer
	sum   hash.Hash
	bytes int64
}

// Write implements io.Writer.
func (d *digested) Write(p []byte) (int, error) {
	n, err := d.w.Write(p)
	d.sum.Write(p[:n])
	d.bytes += int64(n)
	return n, err
}

// archiveWriter writes one archive: a gzipped CSV.
type archiveWriter struct {
	file    *os.File
	out     *digested
	zip     *gzip.Writer
	buffer  *bufio.Writer
	columns []archiveColumn
	line    []byte
	rows    int64
}

// createArchive begins a file that nothing of the name may stand in the way of.
func createArchive(path string, columns []archiveColumn) (*archiveWriter, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // of a run that was killed
		return nil, fmt.Errorf("create archive: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create archive: %w", err)
	}
	w := &archiveWriter{file: file, out: &digested{w: file, sum: sha256.New()}, columns: columns}
	w.zip = gzip.NewWriter(w.out)
	w.zip.Name = strings.TrimSuffix(filepath.Base(path), ".gz"+partialSuffix)
	w.buffer = bufio.NewWriterSize(w.zip, 64<<10)
	_, err = w.buffer.Write(appendRecord([]byte(byteOrderMark), append(namesOf(columns), checkColumn)))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write archive: %w", err), file.Close())
	}
	return w, nil
}

func (w *archiveWriter) row(cells []cell) error {
	w.line = appendRecord(w.line[:0], archiveFields(w.columns, cells))
	w.rows++
	_, err := w.buffer.Write(w.line)
	return wrap("write archive", err)
}

// finish makes what was written durable and notes it in row.
func (w *archiveWriter) finish(row *archiveRow) error {
	err := errors.Join(w.buffer.Flush(), w.zip.Close())
	if err == nil {
		err = w.file.Sync()
	}
	if err = errors.Join(err, w.file.Close()); err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	row.RowCount, row.Bytes, row.SHA256 = w.rows, w.out.bytes, hex.EncodeToString(w.out.sum.Sum(nil))
	return nil
}

// discard gives up a file that couldn't be finished.
func (w *archiveWriter) discard() { _ = errors.Join(w.file.Close(), os.Remove(w.file.Name())) }

// syncFolder makes a file's new name survive a power cut.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("archive folder: %w", err)
	}
	return wrap("archive folder", errors.Join(dir.Sync(), dir.Close()))
}

// digestOf is the SHA-256 of a file.
func digestOf(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	_, err = io.Copy(sum, contextReader{ctx, file})
	return hex.EncodeToString(sum.Sum(nil)), err
}

// archivedRow is a row of an archive and the line it begins on.
type archivedRow struct {
	line  int
	cells []cell
	size  int // of its fields
}

// archiveReader reads an archive row by row.
type archiveReader struct {
	csv     *csvReader
	columns []archiveColumn
	place   map[string]int // of a column
	last    int64          // id of the row before
	rows    int64          // so far
}

func newArchiveReader(r io.Reader) (*archiveReader, error) {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("not gzipped: %w", err)
	}
	a := &archiveReader{csv: newCSVReader(zip), place: map[string]int{}}
	head, err := a.csv.record()
	if err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	head[0] = strings.TrimPrefix(head[0], byteOrderMark)
	if a.columns, err = parseArchiveHead(head); err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	for i, c := range a.columns {
		a.place[c.name] = i
	}
	return a, nil
}

// next returns the next row, with ids that grow; io.EOF at the end.
func (a *archiveReader) next() (archivedRow, error) {
	fields, err := a.csv.record()
	if errors.Is(err, io.EOF) {
		return archivedRow{}, io.EOF
	}
	row := archivedRow{line: a.csv.line, cells: make([]cell, len(a.columns)), size: a.csv.size}
	if err == nil {
		err = parseArchiveRow(a.columns, fields, row.cells)
	}
	if err != nil {
		return row, fmt.Errorf("line %d: %w", row.line, err)
	}
	id := a.id(row)
	if id <= a.last {
		return row, fmt.Errorf("line %d: message %d stands behind message %d", row.line, id, a.last)
	}
	a.last = id
	a.rows++
	return row, nil
}

// named is the columns of the names.
func (a *archiveReader) named(names []string) []archiveColumn {
	columns := make([]archiveColumn, len(names))
	for i, name := range names {
		columns[i] = a.columns[a.place[name]]
	}
	return columns
}

func (a *archiveReader) ids(batch []archivedRow) []int64 {
	ids := make([]int64, len(batch))
	for i, row := range batch {
		ids[i] = a.id(row)
	}
	return ids
}

func (a *archiveReader) id(row archivedRow) int64 {
	id, _ := row.cells[a.place["id"]].value.(int64) // the column's kind says so
	return id
}

func (a *archiveReader) received(row archivedRow) time.Time {
	text, _ := row.cells[a.place["received_at"]].value.(string)
	received, _ := time.Parse(momentLayout, text) // it was parsed when the row was read
	return received
}

// A batch is moved in one transaction: short enough that nobody waits for it, large enough that the commit doesn't count.
const (
	batchRows  = 500
	batchBytes = 4 << 20
)

// batch returns the next rows whose ids are beyond one and not beyond another; none at the end.
func (a *archiveReader) batch(beyond, upTo int64) ([]archivedRow, error) {
	var rows []archivedRow
	for size := 0; len(rows) < batchRows && size < batchBytes; {
		row, err := a.next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		id := a.id(row)
		if id > upTo {
			return rows, nil
		}
		if id > beyond {
			rows, size = append(rows, row), size+row.size
		}
	}
	return rows, nil
}

// contextReader ends a long reading when the context does.
type contextReader struct {
	ctx context.Context //nolint:containedctx // it lives as long as one reading
	r   io.Reader
}

// Read implements io.Reader.
func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
