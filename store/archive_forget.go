package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Forgotten is what an erasure did, or would do.
type Forgotten struct {
	Before   time.Time
	Messages int64      // whose sealed words, payload or sender's name were erased
	Issues   int64      // whose written phone was erased
	Files    []Archived // that were written anew without them
}

// Forget erases the personal data whose time is over: of messages received before a month the sealed original, the payload
// (quotes, mentions, pictures, places) and the sender's name, in the database and in archives; of issues that were finished and last
// touched before it the phone that was written with them. Masked texts, issues, counts and answers stay. What is still waiting
// to be handled or open stays whole. A dry run only counts. The error may be an *ArchiveBusyError.
func (a *Archive) Forget(ctx context.Context, before Month, dryRun bool) (Forgotten, error) {
	out := Forgotten{Before: before.From().UTC()}
	if dryRun {
		err := a.forget(ctx, nil, before, &out)
		return out, wrap("forget", err)
	}
	err := a.exclusively(ctx, func(run *archiveRun) error {
		if _, err := a.resume(ctx, run); err != nil { // what is half out must stay as its file has it
			return err
		}
		if err := run.step(ctx, func(t *Tx) error { return t.auditForget("forget", a.by, &out) }); err != nil {
			return err
		}
		if err := a.forget(ctx, run, before, &out); err != nil {
			return err
		}
		return run.step(ctx, func(t *Tx) error { return t.auditForget("forgotten", a.by, &out) })
	})
	return out, wrap("forget", err)
}

func (t *Tx) auditForget(action, by string, done *Forgotten) error {
	return t.Audit(Change{Actor: by, Action: action, Subject: "messages", Reason: "retention of personal data",
		After: map[string]any{"before": done.Before, "messages": done.Messages, "issues": done.Issues, "files": len(done.Files)}})
}

// forget erases, or with no run only counts. A file that can't be written anew doesn't keep the rest.
func (a *Archive) forget(ctx context.Context, run *archiveRun, before Month, out *Forgotten) error {
	if err := a.forgetMessages(ctx, run, before, out); err != nil {
		return err
	}
	if err := a.forgetIssues(ctx, run, before, out); err != nil {
		return err
	}
	rows, err := a.rows(ctx, "state = ? AND erased_at IS NULL AND month < ?", string(ArchiveOut), before.String())
	if err != nil {
		return err
	}
	var faults []error
	for i := range rows {
		if run != nil {
			if err := a.rewrite(ctx, run, &rows[i]); err != nil {
				faults = append(faults, fmt.Errorf("erase in %s: %w", rows[i].File, err))
				continue
			}
		}
		out.Files = append(out.Files, rows[i].archived())
	}
	return errors.Join(faults...)
}

// erasable is of the messages received before a time those that hold personal data and that nobody will handle any more.
const erasable = "received_at < ? AND state IN ('handled', 'dead') AND (sealed IS NOT NULL OR payload IS NOT NULL OR sender_name <> '')"

func (a *Archive) forgetMessages(ctx context.Context, run *archiveRun, before Month, out *Forgotten) error {
	for after := int64(0); ; {
		upTo, ids, err := a.erasablePage(ctx, after, before)
		if err != nil {
			return err
		}
		if upTo == after {
			return nil
		}
		after = upTo
		out.Messages += int64(len(ids))
		if run == nil {
			continue
		}
		for batch := range slices.Chunk(ids, batchRows) {
			err := run.step(ctx, func(t *Tx) error {
				return t.write().Exec("UPDATE messages SET sealed = NULL, payload = NULL, sender_name = '' WHERE id IN ?", batch).Error
			})
			if err != nil {
				return fmt.Errorf("erase messages: %w", err)
			}
		}
		a.told(ArchiveStep{Doing: ArchiveErasing, Rows: out.Messages})
	}
}

// erasablePage is the next page of messages after an id: where it ends, and which of them are to be erased.
func (a *Archive) erasablePage(ctx context.Context, after int64, before Month) (upTo int64, ids []int64, err error) {
	err = a.s.Read(ctx, func(t *Tx) error {
		if upTo, err = t.pageEnd(after, 1<<63-1, surveyPage); err != nil {
			return err
		}
		return t.query().Table("messages").Where("id > ? AND id <= ?", after, upTo).Where(erasable, at(before.From())).
			Order("id").Pluck("id", &ids).Error
	})
	return upTo, ids, wrap("personal data of messages", err)
}

func (a *Archive) forgetIssues(ctx context.Context, run *archiveRun, before Month, out *Forgotten) error {
	for after := int64(0); ; {
		var ids []int64
		err := a.s.Read(ctx, func(t *Tx) error {
			return t.query().Model(&issueRow{}).Where("id > ? AND contact <> '' AND updated_at < ? AND status NOT IN ?", after, at(before.From()), openStatuses()).
				Order("id").Limit(batchRows).Pluck("id", &ids).Error
		})
		if err != nil {
			return fmt.Errorf("phones of issues: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		after = ids[len(ids)-1]
		out.Issues += int64(len(ids))
		if run == nil {
			continue
		}
		err = run.step(ctx, func(t *Tx) error {
			return t.write().Exec("UPDATE issues SET contact = '' WHERE id IN ?", ids).Error
		})
		if err != nil {
			return fmt.Errorf("erase phones of issues: %w", err)
		}
	}
}

// rewrite writes a file anew without personal data, and puts it in the place of the old one. The new digest is entered first: open
// finds the right one of the two whenever the run is killed.
func (a *Archive) rewrite(ctx context.Context, run *archiveRun, row *archiveRow) error {
	file, r, err := a.open(ctx, row)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	path := a.path(row) + partialSuffix
	w, err := createArchive(path, r.columns)
	if err != nil {
		return err
	}
	erased := *row
	if err := a.copyErased(ctx, run, r, w, row.RowCount); err != nil {
		w.discard()
		return err
	}
	if err := w.finish(&erased); err != nil {
		w.discard()
		return err
	}
	if err := syncFolder(a.folder); err != nil {
		return err
	}
	if err := a.readBack(ctx, run, path, &erased); err != nil {
		return err
	}
	if err := run.step(ctx, func(t *Tx) error { return t.enterErased(row, &erased, a.by) }); err != nil {
		return err
	}
	*row = erased
	return a.settle(ctx, row)
}

func (a *Archive) copyErased(ctx context.Context, run *archiveRun, r *archiveReader, w *archiveWriter, of int64) error {
	for {
		row, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrArchiveDamaged, err)
		}
		for i, c := range r.columns {
			if c.personal() {
				row.cells[i].value = c.blank()
			}
		}
		if err := w.row(row.cells); err != nil {
			return err
		}
		if w.rows%exportPage == 0 {
			if err := run.renew(ctx); err != nil {
				return err
			}
			a.told(ArchiveStep{Doing: ArchiveErasing, Rows: w.rows, Of: of})
		}
	}
}

func (t *Tx) enterErased(row, erased *archiveRow, by string) error {
	erased.ErasedAt = at(t.Now())
	err := t.markArchive(row, map[string]any{"sha256": erased.SHA256, "bytes": erased.Bytes, "erased_at": erased.ErasedAt})
	if err != nil {
		return err
	}
	return t.auditArchive(erased, by, "erase", map[string]string{"sha256": row.SHA256})
}
