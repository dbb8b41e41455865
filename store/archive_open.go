package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// ArchiveState is where the rows of an archive are.
type ArchiveState string

// The states of an archive.
const (
	ArchiveLeaving    ArchiveState = "moving"    // on the way into the file
	ArchiveOut        ArchiveState = "out"       // in the file alone
	ArchiveComingBack ArchiveState = "returning" // on the way back
)

// Archived is one file of a month.
type Archived struct {
	Month    string // 2026-05
	Part     int    // from 1
	State    ArchiveState
	File     string // its name in the folder
	Rows     int64
	Bytes    int64
	SHA256   string // of the file, in hex
	MadeAt   time.Time
	ErasedAt time.Time // since when it holds no personal data; zero: it does
}

type archiveRow struct {
	Month    string `gorm:"primaryKey"`
	Part     int    `gorm:"primaryKey;autoIncrement:false"`
	State    string
	File     string
	RowCount int64
	Bytes    int64
	SHA256   string `gorm:"column:sha256"`
	OutTo    int64  // rows up to this id have left the database …
	BackTo   int64  // … and those up to this one are back in it
	MadeAt   moment
	DoneAt   moment
	ErasedAt moment
}

func (archiveRow) TableName() string { return "archives" }

func (r *archiveRow) archived() Archived {
	return Archived{Month: r.Month, Part: r.Part, State: ArchiveState(r.State), File: r.File, Rows: r.RowCount, Bytes: r.Bytes, SHA256: r.SHA256,
		MadeAt: r.MadeAt.Time, ErasedAt: r.ErasedAt.Time}
}

// mostArchives bounds the list of files: a hundred for each month of a century.
const mostArchives = 120_000

func (a *Archive) rows(ctx context.Context, where string, args ...any) (rows []archiveRow, err error) {
	err = a.s.Read(ctx, func(t *Tx) error {
		return t.query().Where(where, args...).Order("month, part").Limit(mostArchives).Find(&rows).Error
	})
	return rows, wrap("list archives", err)
}

// List returns every file that holds messages which aren't in the database, and those on their way.
func (a *Archive) List(ctx context.Context) ([]Archived, error) {
	rows, err := a.rows(ctx, "1 = 1")
	out := make([]Archived, len(rows))
	for i := range rows {
		out[i] = rows[i].archived()
	}
	return out, err
}

func (a *Archive) path(row *archiveRow) string { return filepath.Join(a.folder, row.File) }

// open opens the file of a row, which must be the very one that was written. A run may have been killed after it entered the file
// and before it gave it its name; that is made up for here.
func (a *Archive) open(ctx context.Context, row *archiveRow) (*os.File, *archiveReader, error) {
	if err := a.settle(ctx, row); err != nil {
		return nil, nil, err
	}
	file, err := os.Open(a.path(row))
	if err != nil {
		return nil, nil, fmt.Errorf("open archive: %w", err)
	}
	r, err := newArchiveReader(contextReader{ctx, file})
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%w: %s: %w", ErrArchiveDamaged, row.File, err), file.Close())
	}
	return file, r, nil
}

func (a *Archive) settle(ctx context.Context, row *archiveRow) error {
	path := a.path(row)
	sum, err := digestOf(ctx, path)
	if err == nil && sum == row.SHA256 {
		return nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read archive: %w", err)
	}
	isMissing := err != nil
	partial, err := digestOf(ctx, path+partialSuffix)
	switch {
	case err == nil && partial == row.SHA256:
		if err := os.Rename(path+partialSuffix, path); err != nil {
			return fmt.Errorf("name archive: %w", err)
		}
		return syncFolder(a.folder)
	case isMissing:
		return fmt.Errorf("archive %s isn't in %s: put it back there: %w", row.File, a.folder, os.ErrNotExist)
	}
	return a.fault(row)
}

// fault says as exactly as it can what is wrong with a file whose digest isn't the one that was noted.
func (a *Archive) fault(row *archiveRow) error {
	month, err := ParseMonth(row.Month, a.zone)
	if err != nil {
		return err
	}
	rows, err := checkFile(a.path(row), month, func(int64) error { return nil })
	switch {
	case err != nil:
		return fmt.Errorf("%w: %s: %w", ErrArchiveDamaged, row.File, err)
	case rows != row.RowCount:
		return fmt.Errorf("%w: %s has %d rows, %d were written", ErrArchiveDamaged, row.File, rows, row.RowCount)
	}
	return fmt.Errorf("%w: %s: its rows can be read, but its SHA-256 isn't %s", ErrArchiveDamaged, row.File, row.SHA256)
}

// checkFile is checkArchive of a file.
func checkFile(path string, month Month, page func(rows int64) error) (rows int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return checkArchive(file, month, page)
}

// checkArchive reads an archive to its end and returns the number of its rows: each whole, of the month, in the order of ids. The
// error names the line. page is called now and then.
func checkArchive(file io.Reader, month Month, page func(rows int64) error) (rows int64, err error) {
	r, err := newArchiveReader(file)
	if err != nil {
		return 0, err
	}
	for {
		row, err := r.next()
		if errors.Is(err, io.EOF) {
			return r.rows, page(r.rows)
		}
		if err != nil {
			return r.rows, err
		}
		if received := r.received(row); !month.Holds(received) {
			return r.rows, fmt.Errorf("line %d: a message received at %s isn't of %s", row.line, received.Format(time.RFC3339), month)
		}
		if r.rows%exportPage == 0 {
			if err := page(r.rows); err != nil {
				return r.rows, err
			}
		}
	}
}
