package report

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
)

// source gives the rows of one ledger: from the snapshot when the week is signed off, else from the tables as they are.
type source struct {
	tx       *store.Tx
	book     *book
	week     Week
	unit     int64
	scope    string
	snapshot *store.Snapshot // nil while the week isn't locked
}

// wholeCounty is the scope of a ledger that isn't of one unit.
const wholeCounty = "*"

// scopeOf names what a ledger covers: a unit's code, or the whole county.
func scopeOf(unit *bot.Unit) (id int64, scope string) {
	if unit == nil {
		return 0, wholeCounty
	}
	return unit.ID, unit.Code
}

// openSource finds out whether the week is signed off; if so, the book's time becomes that of the lock.
func openSource(tx *store.Tx, b *book, week Week, unit *bot.Unit) (*source, error) {
	s := &source{tx: tx, book: b, week: week}
	s.unit, s.scope = scopeOf(unit)
	snapshot, err := tx.Snapshot(week.String(), s.scope)
	switch {
	case err == nil:
		s.snapshot, b.now = snapshot, snapshot.LockedAt
		return s, nil
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	return s, b.readBallots(tx, s.unit, week.End())
}

func (s *source) span() store.Span {
	return store.Span{From: s.week.Start(), To: s.week.End(), Unit: s.unit}
}

// rows calls yield with each row of 台账明细, in order. The row is the callee's only until it returns. The next page is read
// while this one is printed.
func (s *source) rows(ctx context.Context, yield func(*row) error) error {
	pages := s.locked
	if s.snapshot == nil {
		refs, err := s.tx.LedgerRefs(s.span())
		if err != nil {
			return err
		}
		pages = func(ctx context.Context, put func([]row) error) error { return s.liveAhead(ctx, refs, put) }
	}
	return ahead(ctx, pages, func(page []row) error {
		for i := range page {
			if s.snapshot != nil && page[i].n > s.snapshot.Rows {
				return nil // from here on only matters that were corrected
			}
			if err := yield(&page[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// live makes rows of the matters as they are, a page at a time.
func (s *source) live(ctx context.Context, refs []store.LedgerRef, yield func(page []row) error) error {
	return s.matters(ctx, refs, func(page []store.LedgerMatter) error { return yield(s.book.rows(page)) })
}

// liveAhead is live with the next page being read meanwhile, which a transaction that writes between pages must not do.
func (s *source) liveAhead(ctx context.Context, refs []store.LedgerRef, yield func(page []row) error) error {
	read := func(ctx context.Context, put func([]store.LedgerMatter) error) error {
		return s.matters(ctx, refs, put)
	}
	return ahead(ctx, read, func(page []store.LedgerMatter) error { return yield(s.book.rows(page)) })
}

func (s *source) matters(ctx context.Context, refs []store.LedgerRef, yield func(page []store.LedgerMatter) error) error {
	needs := store.LedgerNeeds{Verbs: progressVerbs(), Phones: true}
	for refs := range slices.Chunk(refs, pageSize) {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, err := s.tx.LedgerPage(refs, needs)
		if err != nil {
			return err
		}
		if err := yield(page); err != nil {
			return err
		}
	}
	return nil
}

// locked reads the rows of the snapshot, those of matters corrected in the week included.
func (s *source) locked(ctx context.Context, yield func(page []row) error) error {
	for after := 0; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		kept, err := s.tx.SnapshotRows(s.snapshot.ID, after, pageSize, true)
		if err != nil || len(kept) == 0 {
			return err
		}
		page := make([]row, len(kept))
		for i, k := range kept {
			if page[i], err = unlock(k); err != nil {
				return err
			}
		}
		if err := yield(page); err != nil {
			return err
		}
		after = kept[len(kept)-1].N
	}
}

// correction is one cell of an earlier signed-off week that is no longer as it was locked.
type correction struct {
	number string // 事项编号
	week   string // the locked week
	column int
	was    string
	is     string
	when   time.Time // the matter's last change
}

// corrections calls yield with each difference between earlier locked weeks and this one. Each is found once, in the first
// ledger after it, because signing a week off keeps the corrected matters in its snapshot too.
func (s *source) corrections(ctx context.Context, edition Edition, yield func(correction) error) error {
	return s.changed(ctx, func(page []row) error {
		before, err := s.lockedBefore(page)
		if err != nil {
			return err
		}
		for i := range page {
			old, ok := before[page[i].issue]
			if !ok || page[i].Changed.Equal(old.row.Changed) {
				continue // a date that merely went by, as of 是否按时, is no change of the matter
			}
			for _, c := range differences(&old.row, &page[i], edition) {
				c.week = old.week
				if err := yield(c); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// changed gives the rows that may differ from earlier locked weeks.
func (s *source) changed(ctx context.Context, yield func(page []row) error) error {
	if s.snapshot != nil {
		return s.locked(ctx, yield)
	}
	ids, err := s.tx.ChangedSinceLock(s.week.String(), s.scope)
	if err != nil {
		return err
	}
	refs := make([]store.LedgerRef, len(ids))
	for i, id := range ids {
		refs[i].ID = id
	}
	return s.live(ctx, refs, yield)
}

type lockedRow struct {
	week string
	row  row
}

func (s *source) lockedBefore(page []row) (map[int64]lockedRow, error) {
	ids := make([]int64, len(page))
	for i := range page {
		ids[i] = page[i].issue
	}
	found, err := s.tx.LockedBefore(s.week.String(), s.scope, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]lockedRow, len(found))
	for id, l := range found {
		r, err := unlock(l.Row)
		if err != nil {
			return nil, fmt.Errorf("week %s: %w", l.Week, err)
		}
		out[id] = lockedRow{week: l.Week, row: r}
	}
	return out, nil
}

// differences compares two rows of one matter cell by cell, as the edition shows them.
func differences(was, is *row, edition Edition) []correction {
	var list []correction
	for i := range columns {
		a, b := was.show(i, edition), is.show(i, edition)
		if a != b {
			list = append(list, correction{number: is.Cells[colNumber], column: i, was: a, is: b, when: is.Changed})
		}
	}
	return list
}
