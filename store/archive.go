package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// ArchiveDoing is what a run is busy with.
type ArchiveDoing string

// What a run does.
const (
	ArchiveCounting  ArchiveDoing = "counting"  // walking through the messages
	ArchiveWriting   ArchiveDoing = "writing"   // a file
	ArchiveChecking  ArchiveDoing = "checking"  // reading the file back
	ArchiveMoving    ArchiveDoing = "moving"    // taking out of the database what is in the file
	ArchiveReturning ArchiveDoing = "returning" // putting it back
	ArchiveErasing   ArchiveDoing = "erasing"   // personal data, in the database and in files
)

// ArchiveStep is how far a run has come.
type ArchiveStep struct {
	Doing ArchiveDoing
	File  string // at hand, if any
	Rows  int64  // so far
	Of    int64  // in all; 0: not known
}

// ArchiveOptions is what an Archive is told.
type ArchiveOptions struct {
	Folder string         // where the files are
	Zone   *time.Location // months are counted in it
	By     string         // who, for the audit
	Tell   func(ArchiveStep)
}

// Archive moves months of messages out of the database into files, and back. Issues and all that hangs on them stay. Of each
// message that is out a slim row stays, by which it is known when it is delivered again and counted.
//
// A file is written and read back whole before anything leaves the database; then its rows are compared with the database's and
// moved in short transactions, each with a mark of how far it has come. A run that was killed is finished by the next one.
type Archive struct {
	s      *Store
	folder string
	zone   *time.Location
	by     string
	tell   func(ArchiveStep)
}

// NewArchive is an archive of the store's messages in a folder, which is made when it is first written to.
func NewArchive(s *Store, opt ArchiveOptions) *Archive {
	return &Archive{s: s, folder: opt.Folder, zone: opt.Zone, by: opt.By, tell: opt.Tell}
}

func (a *Archive) told(step ArchiveStep) {
	if a.tell != nil {
		a.tell(step)
	}
}

// ErrReturnUnfinished says that a month was being brought back and isn't whole.
var ErrReturnUnfinished = errors.New("bringing this month back was interrupted: finish that first")

// Out moves the handled messages received before a month out of the database, month by month, and returns the files that it
// finished, those of an interrupted run among them. What isn't handled stays, and goes into another file of its month once
// it is. The service may go on meanwhile. The error may be an *ArchiveBusyError.
func (a *Archive) Out(ctx context.Context, before Month) (done []Archived, err error) {
	err = a.exclusively(ctx, func(run *archiveRun) error {
		if done, err = a.resume(ctx, run); err != nil {
			return err
		}
		months, err := a.Months(ctx)
		if err != nil {
			return err
		}
		for _, m := range months {
			if m.Rows == 0 || !m.Month.Before(before) {
				continue
			}
			row, err := a.moveMonth(ctx, run, m)
			if err != nil {
				return fmt.Errorf("month %s: %w", m.Month, err)
			}
			done = append(done, row.archived())
		}
		return nil
	})
	return done, wrap("archive", err)
}

// resume finishes what an earlier run left half done.
func (a *Archive) resume(ctx context.Context, run *archiveRun) (done []Archived, err error) {
	rows, err := a.rows(ctx, "state <> ?", string(ArchiveOut))
	if err != nil {
		return nil, err
	}
	for i := range rows {
		row := &rows[i]
		if row.State == string(ArchiveComingBack) {
			return done, fmt.Errorf("month %s: %w", row.Month, ErrReturnUnfinished)
		}
		if err := a.move(ctx, run, row); err != nil {
			return done, fmt.Errorf("month %s: %w", row.Month, err)
		}
		done = append(done, row.archived())
	}
	return done, nil
}

// moveMonth writes a month's file, enters it, and moves its rows.
func (a *Archive) moveMonth(ctx context.Context, run *archiveRun, m MonthCount) (*archiveRow, error) {
	row, err := a.next(ctx, m.Month)
	if err != nil {
		return nil, err
	}
	if err := a.write(ctx, run, m, row); err != nil {
		return nil, err
	}
	if err := run.step(ctx, func(t *Tx) error { return t.enterArchive(row, a.by) }); err != nil {
		return nil, err
	}
	return row, a.move(ctx, run, row)
}

// next is the row of a month's next file, under a name that nothing in the folder has.
func (a *Archive) next(ctx context.Context, month Month) (*archiveRow, error) {
	if err := a.makeFolder(); err != nil {
		return nil, err
	}
	rows, err := a.rows(ctx, "month = ?", month.String())
	if err != nil {
		return nil, err
	}
	part := 1
	if len(rows) > 0 {
		part = rows[len(rows)-1].Part + 1
	}
	for ; ; part++ {
		name := archiveName(month, part)
		if _, err := os.Lstat(filepath.Join(a.folder, name)); errors.Is(err, os.ErrNotExist) {
			return &archiveRow{Month: month.String(), Part: part, State: string(ArchiveLeaving), File: name}, nil
		} else if err != nil {
			return nil, fmt.Errorf("archive folder: %w", err)
		}
	}
}

// makeFolder makes the folder so that a power cut doesn't take it away again, with files whose rows have left the database.
func (a *Archive) makeFolder() error {
	if _, err := os.Stat(a.folder); err == nil {
		return nil
	}
	if err := os.MkdirAll(a.folder, 0o700); err != nil {
		return fmt.Errorf("archive folder: %w", err)
	}
	return syncFolder(filepath.Dir(a.folder))
}

func archiveName(month Month, part int) string {
	if part == 1 {
		return "messages-" + month.String() + ".csv.gz"
	}
	return fmt.Sprintf("messages-%s-%d.csv.gz", month, part)
}

// write makes the month's file under a name that doesn't count yet, and reads it back.
func (a *Archive) write(ctx context.Context, run *archiveRun, m MonthCount, row *archiveRow) error {
	path := a.path(row) + partialSuffix
	w, err := createArchive(path, archiveColumns())
	if err != nil {
		return err
	}
	if err := a.writeRows(ctx, run, m, w); err != nil {
		w.discard()
		return err
	}
	if err := w.finish(row); err != nil {
		w.discard()
		return err
	}
	if err := syncFolder(a.folder); err != nil {
		return err
	}
	return a.readBack(ctx, run, path, row)
}

// exportPage is how many ids one statement of an export covers.
const exportPage = 5000

func (a *Archive) writeRows(ctx context.Context, run *archiveRun, m MonthCount, w *archiveWriter) error {
	for after := m.first - 1; after < m.last; {
		if err := run.renew(ctx); err != nil {
			return err
		}
		err := a.s.Read(ctx, func(t *Tx) error {
			upTo, err := t.pageEnd(after, m.last, exportPage)
			if err != nil {
				return err
			}
			err = t.exportRows(m.Month, after, upTo, w)
			after = upTo
			return err
		})
		if err != nil {
			return err
		}
		a.told(ArchiveStep{Doing: ArchiveWriting, File: filepath.Base(w.file.Name()), Rows: w.rows, Of: m.Rows})
	}
	return nil
}

// pageEnd is the last id of the next page of messages after an id, or upTo when no message is left before it.
func (t *Tx) pageEnd(after, upTo int64, page int) (int64, error) {
	ids := t.query().Table("messages").Select("id").Where("id > ? AND id <= ?", after, upTo).Order("id").Limit(page)
	var last sql.NullInt64
	if err := t.query().Table("(?) p", ids).Select("MAX(id)").Row().Scan(&last); err != nil {
		return 0, fmt.Errorf("page of messages: %w", err)
	}
	if !last.Valid {
		return upTo, nil
	}
	return last.Int64, nil
}

// exportRows hands the month's handled messages with ids in (after, upTo] to w, through a cursor.
func (t *Tx) exportRows(month Month, after, upTo int64, w *archiveWriter) error {
	rows, err := t.query().Table("messages").Select(namesOf(w.columns)).Order("id").
		Where("id > ? AND id <= ? AND received_at >= ? AND received_at < ? AND state = ?", after, upTo, at(month.From()), at(month.To()),
			string(MessageHandled)).Rows()
	if err != nil {
		return fmt.Errorf("export messages: %w", err)
	}
	defer func() { _ = rows.Close() }()
	cells, dest := scanner(w.columns)
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("export messages: %w", err)
		}
		if err := w.row(cells); err != nil {
			return err
		}
	}
	return wrap("export messages", rows.Err())
}

// scanner is cells for the columns, and pointers to them for Scan.
func scanner(columns []archiveColumn) (cells []cell, dest []any) {
	cells = cellsOf(columns)
	for i := range cells {
		dest = append(dest, &cells[i])
	}
	return cells, dest
}

// readBack reads a file that was just written: every row must come out of it that went in.
func (a *Archive) readBack(ctx context.Context, run *archiveRun, path string, row *archiveRow) error {
	sum, err := digestOf(ctx, path)
	if err == nil && sum != row.SHA256 {
		err = errors.New("other bytes than were written")
	}
	if err != nil {
		return fmt.Errorf("read %s back: %w", row.File, err)
	}
	month, err := ParseMonth(row.Month, a.zone)
	if err != nil {
		return err
	}
	rows, err := checkFile(path, month, func(rows int64) error {
		a.told(ArchiveStep{Doing: ArchiveChecking, File: row.File, Rows: rows, Of: row.RowCount})
		return run.renew(ctx)
	})
	if err == nil && rows != row.RowCount {
		err = fmt.Errorf("%d rows instead of %d", rows, row.RowCount)
	}
	return wrap("read "+row.File+" back", err)
}
