package report

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"slices"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
	"tongshishang/store"
)

// Lock signs a week's ledger off: its rows are kept as they are now, with a digest (hex SHA-256 over the rows in order, one
// JSON object a line, phones masked), and from then on the week is printed from them. Unit nil is the whole county. The error
// is a *bot.Error when the week isn't over, is locked already, or a later week of the same scope is.
func Lock(ctx context.Context, s *store.Store, rules *config.Rules, now time.Time, week Week, unit *bot.Unit, by bot.Person) (*store.Snapshot, error) {
	if now.Before(week.End()) {
		return nil, bot.Refuse(bot.CodeIllegal, "%s 还没结束,下周一起才能锁定", week)
	}
	var snapshot *store.Snapshot
	err := s.Write(ctx, func(tx *store.Tx) error {
		l, err := beginLock(tx, newBook(rules, now), week, unit, by)
		if err != nil {
			return err
		}
		snapshot = l.snapshot
		return l.run(ctx, by)
	})
	if err != nil {
		return nil, err
	}
	return snapshot, nil
}

// locking is a week being signed off in one transaction.
type locking struct {
	source   *source
	snapshot *store.Snapshot
	digest   hash.Hash
	hot      map[int64]*HotTopic // by the matter that leads it
	n        int
}

func beginLock(tx *store.Tx, b *book, week Week, unit *bot.Unit, by bot.Person) (*locking, error) {
	src, err := openSource(tx, b, week, unit)
	if err != nil {
		return nil, err
	}
	if src.snapshot != nil {
		return nil, bot.Refuse(bot.CodeDuplicate, "%s 已由%s在 %s 锁定", week, src.snapshot.LockedBy, stamp(src.snapshot.LockedAt))
	}
	last, err := tx.LastSnapshot("", src.scope)
	switch {
	case err == nil && last.Week > week.String():
		return nil, bot.Refuse(bot.CodeIllegal, "后面的 %s 已锁定,%s 不能再锁", last.Week, week)
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	snapshot := &store.Snapshot{Week: week.String(), Unit: src.unit, Scope: src.scope, LockedBy: by.Name, LockedAt: b.now}
	if err := tx.CreateSnapshot(snapshot); err != nil {
		return nil, err
	}
	return &locking{source: src, snapshot: snapshot, digest: sha256.New()}, nil
}

func (l *locking) run(ctx context.Context, by bot.Person) error {
	tx := l.source.tx
	refs, err := tx.LedgerRefs(l.source.span())
	if err != nil {
		return err
	}
	if err := l.readHot(); err != nil {
		return err
	}
	if err := l.source.live(ctx, refs, l.add); err != nil {
		return err
	}
	l.snapshot.Rows = l.n
	if err := l.corrected(ctx, refs); err != nil {
		return err
	}
	l.snapshot.Digest = hex.EncodeToString(l.digest.Sum(nil))
	if err := tx.SealSnapshot(l.snapshot.ID, l.snapshot.Rows, l.snapshot.Digest); err != nil {
		return err
	}
	return tx.Audit(store.Change{Unit: l.source.unit, ActorID: by.ID, Actor: by.Name, Action: "lock", Subject: "ledger",
		SubjectID: l.snapshot.ID, After: l.snapshot})
}

// corrected keeps, behind the rows of the week, the matters of earlier locked weeks that changed and aren't among them.
func (l *locking) corrected(ctx context.Context, refs []store.LedgerRef) error {
	ids, err := l.source.tx.ChangedSinceLock(l.snapshot.Week, l.source.scope)
	if err != nil {
		return err
	}
	var rest []store.LedgerRef
	for _, id := range ids {
		_, listed := slices.BinarySearchFunc(refs, id, func(r store.LedgerRef, id int64) int { return cmp.Compare(r.ID, id) })
		if !listed {
			rest = append(rest, store.LedgerRef{ID: id})
		}
	}
	return l.source.live(ctx, rest, l.add)
}

func (l *locking) add(page []row) error {
	rows := make([]store.SnapshotRow, len(page))
	for i := range page {
		l.n++
		page[i].Hot = l.hot[page[i].issue]
		var err error
		if rows[i], err = page[i].locked(l.n); err != nil {
			return err
		}
		l.digest.Write(rows[i].Cells)
		l.digest.Write([]byte{'\n'})
	}
	return l.source.tx.AddSnapshotRows(l.snapshot.ID, rows)
}
