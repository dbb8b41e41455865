package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm/clause"
)

// ErrArchiveStale says that a message in the database isn't the one that a file has. It stays where it is.
var ErrArchiveStale = errors.New("the message isn't as it was written to the archive: bring the month back and archive it again")

// enterArchive enters a file whose rows are about to leave the database.
func (t *Tx) enterArchive(row *archiveRow, by string) error {
	row.MadeAt = at(t.Now())
	if err := t.write().Create(row).Error; err != nil {
		return fmt.Errorf("enter archive: %w", err)
	}
	return t.auditArchive(row, by, "archive", nil)
}

// auditArchive notes what happens to a file. Files belong to the county, not to one unit.
func (t *Tx) auditArchive(row *archiveRow, by, action string, before any) error {
	return t.Audit(Change{Actor: by, Action: action, Subject: "messages", Reason: row.Month, Before: before,
		After: map[string]any{"month": row.Month, "part": row.Part, "state": row.State, "file": row.File, "rows": row.RowCount, "sha256": row.SHA256}})
}

// move takes the rows of an entered file out of the database, from where it was interrupted.
func (a *Archive) move(ctx context.Context, run *archiveRun, row *archiveRow) error {
	file, r, err := a.open(ctx, row)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	if len(r.columns) != len(archiveColumns()) {
		return fmt.Errorf("%s lacks columns that messages have since: bring the month back and archive it again", row.File)
	}
	for {
		batch, err := r.batch(row.OutTo, 1<<63-1)
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrArchiveDamaged, row.File, err)
		}
		if len(batch) == 0 {
			break
		}
		last := r.id(batch[len(batch)-1])
		if err := run.step(ctx, func(t *Tx) error { return t.moveOut(r, batch, row, last) }); err != nil {
			return err
		}
		row.OutTo = last
		a.told(ArchiveStep{Doing: ArchiveMoving, File: row.File, Rows: r.rows, Of: row.RowCount})
	}
	return run.step(ctx, func(t *Tx) error { return t.doneArchive(row, a.by) })
}

func (t *Tx) doneArchive(row *archiveRow, by string) error {
	row.State, row.DoneAt = string(ArchiveOut), at(t.Now())
	if err := t.markArchive(row, map[string]any{"state": row.State, "done_at": row.DoneAt}); err != nil {
		return err
	}
	return t.auditArchive(row, by, "archived", nil)
}

// moveOut replaces messages by their slim rows, if each is still to the letter what the file has of it.
func (t *Tx) moveOut(r *archiveReader, batch []archivedRow, row *archiveRow, last int64) error {
	if err := t.compare("messages", namesOf(r.columns), r, batch); err != nil {
		return err
	}
	ids, kept := r.ids(batch), strings.Join(keptColumns(), ", ")
	if err := t.write().Exec("INSERT INTO archived_messages ("+kept+") SELECT "+kept+" FROM messages WHERE id IN ?", ids).Error; err != nil {
		return fmt.Errorf("keep slim rows: %w", err)
	}
	if err := t.deleteAll("messages", ids); err != nil {
		return err
	}
	return t.markArchive(row, map[string]any{"out_to": last})
}

// markArchive notes how far an archive has come. The row that is handed in stays as it is: what the transaction does may come
// to nothing, or be done again.
func (t *Tx) markArchive(row *archiveRow, values map[string]any) error {
	err := t.write().Model(&archiveRow{Month: row.Month, Part: row.Part}).Updates(values).Error
	return wrap("mark archive", err)
}

// deleteAll deletes rows that are all there.
func (t *Tx) deleteAll(table string, ids []int64) error {
	res := t.write().Exec("DELETE FROM "+table+" WHERE id IN ?", ids)
	if res.Error != nil {
		return fmt.Errorf("delete from %s: %w", table, res.Error)
	}
	if res.RowsAffected != int64(len(ids)) {
		return fmt.Errorf("delete from %s: %d rows instead of %d", table, res.RowsAffected, len(ids))
	}
	return nil
}

// compare locks the rows of a batch in a table and holds the named columns of each against the file's.
func (t *Tx) compare(table string, names []string, r *archiveReader, batch []archivedRow) error {
	rows, err := t.query().Table(table).Clauses(clause.Locking{Strength: t.s.dialect.lockClause}).Select(names).
		Where("id IN ?", r.ids(batch)).Order("id").Rows()
	if err != nil {
		return fmt.Errorf("compare %s: %w", table, err)
	}
	defer func() { _ = rows.Close() }()
	cells, dest := scanner(r.named(names))
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("compare %s: %w", table, err)
		}
		for i, name := range names {
			if cells[i].value != batch[n].cells[r.place[name]].value {
				return fmt.Errorf("line %d: message %d in %s, column %s: %w", batch[n].line, r.id(batch[n]), table, name, ErrArchiveStale)
			}
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("compare %s: %w", table, err)
	}
	if n != len(batch) {
		return fmt.Errorf("%s has %d of %d messages, from message %d on: %w", table, n, len(batch), r.id(batch[0]), ErrArchiveStale)
	}
	return nil
}
