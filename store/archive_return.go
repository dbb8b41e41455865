package store

import (
	"context"
	"fmt"
	"strings"
)

// Back puts a month's messages from its files back into the database, exactly as they were, and forgets the files, which may be
// deleted then. Each file is checked whole before anything is taken from it: the error wraps ErrArchiveDamaged and names the
// line where it isn't what was written. It wraps ErrNotFound when nothing of the month is archived. What was interrupted is
// finished by the same call.
func (a *Archive) Back(ctx context.Context, month Month) (done []Archived, err error) {
	err = a.exclusively(ctx, func(run *archiveRun) error {
		rows, err := a.rows(ctx, "month = ?", month.String())
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return ErrNotFound
		}
		for i := range rows {
			if err := a.bringBack(ctx, run, &rows[i]); err != nil {
				return err
			}
			done = append(done, rows[i].archived())
		}
		return nil
	})
	return done, wrap("bring "+month.String()+" back", err)
}

func (a *Archive) bringBack(ctx context.Context, run *archiveRun, row *archiveRow) error {
	file, r, err := a.open(ctx, row)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	if err := run.step(ctx, func(t *Tx) error { return t.beginReturn(row, a.by) }); err != nil {
		return err
	}
	for {
		batch, err := r.batch(row.BackTo, row.OutTo)
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrArchiveDamaged, row.File, err)
		}
		if len(batch) == 0 {
			break
		}
		last := r.id(batch[len(batch)-1])
		if err := run.step(ctx, func(t *Tx) error { return t.moveBack(r, batch, row, last) }); err != nil {
			return err
		}
		row.BackTo = last
		a.told(ArchiveStep{Doing: ArchiveReturning, File: row.File, Rows: r.rows, Of: row.RowCount})
	}
	return run.step(ctx, func(t *Tx) error {
		if err := t.write().Delete(row).Error; err != nil {
			return fmt.Errorf("forget archive: %w", err)
		}
		return t.auditArchive(row, a.by, "unarchived", nil)
	})
}

func (t *Tx) beginReturn(row *archiveRow, by string) error {
	if row.State == string(ArchiveComingBack) {
		return nil
	}
	returning := *row
	returning.State = string(ArchiveComingBack)
	if err := t.markArchive(row, map[string]any{"state": returning.State}); err != nil {
		return err
	}
	return t.auditArchive(&returning, by, "unarchive", map[string]string{"state": row.State})
}

// moveBack replaces slim rows by the file's, reads them back, and holds all of it against the file.
func (t *Tx) moveBack(r *archiveReader, batch []archivedRow, row *archiveRow, last int64) error {
	if err := t.compare("archived_messages", keptColumns(), r, batch); err != nil {
		return err
	}
	ids := r.ids(batch)
	if err := t.deleteAll("archived_messages", ids); err != nil {
		return err
	}
	if err := t.insertCells(r.columns, batch); err != nil {
		return err
	}
	if err := t.compare("messages", namesOf(r.columns), r, batch); err != nil {
		return err
	}
	return t.markArchive(row, map[string]any{"back_to": last})
}

// insertCells inserts rows of messages. Columns that messages got after the file was written take their defaults.
func (t *Tx) insertCells(columns []archiveColumn, batch []archivedRow) error {
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	values := make([]any, 0, len(columns)*len(batch))
	for _, row := range batch {
		for _, c := range row.cells {
			values = append(values, c.value)
		}
	}
	err := t.write().Exec("INSERT INTO messages ("+strings.Join(namesOf(columns), ", ")+") VALUES "+
		strings.TrimSuffix(strings.Repeat(one+", ", len(batch)), ", "), values...).Error
	return wrap("insert messages", err)
}
