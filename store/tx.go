package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tongshishang/bot"

	"gorm.io/gorm"
)

// Tx is the one transaction type. Most rows are collected and written together at the end (pending); what reads tables or
// refers to rows while some are waiting has them written first (sync), except the few look-ups on the way of every message,
// which add what is waiting to what they read.
type Tx struct {
	ctx      context.Context //nolint:containedctx // a transaction lives exactly as long as its context
	db       *gorm.DB
	s        *Store
	readOnly bool

	guarded bool    // inside Guard
	saved   bool    // the savepoint of this Guard has been set
	mark    pending // what was waiting when this Guard began

	pending pending
	posted  bool // outgoing messages have been written
	audits  []auditEntry
	chain   int64 // that they are linked into, once chosen
	numbers numbers
	locked  map[int64]conversationRow // conversations, by id
	issues  map[int64]bot.Issue       // locked and as they were read
	held    map[string]*outboxRow     // waiting messages that were asked for, by key; nil: there is none
	renamed bool                      // it has changed units
	wakes   []Wake
}

// Wake asks for somebody to look at a row at a time: an issue's deadline, a ballot's end. It is only a reminder; what is due
// stands in SQL, where a periodic sweep finds it if the reminder is lost.
type Wake struct {
	Kind string // issue, ballot
	ID   int64
	At   time.Time
}

// Later asks for a wake once the transaction is committed.
func (t *Tx) Later(kind string, id int64, at time.Time) {
	t.wakes = append(t.wakes, Wake{Kind: kind, ID: id, At: at})
}

const savepoint = "one_message"

var errReadOnly = errors.New("write inside Read")

// Context is the transaction's.
func (t *Tx) Context() context.Context { return t.ctx }

// Now is the store's clock.
func (t *Tx) Now() time.Time { return t.s.now() }

// NewID gives a fresh row id.
func (t *Tx) NewID() int64 { return t.s.ids.next() }

// Guard runs fn so that, if it fails, everything it did in the transaction is undone and nothing else is. What waits to be written
// is forgotten; a savepoint is set only if something has to be written before the end. Errors that mean the whole transaction
// is gone (deadlocks, broken connections) or has to be run again (a key taken in between) come back wrapped in ErrLost and must
// end it.
func (t *Tx) Guard(fn func() error) error {
	wakes, audits, numbers := len(t.wakes), len(t.audits), t.numbers.mark()
	t.guarded, t.saved, t.mark = true, false, t.pending
	err := fn()
	saved, mark := t.saved, t.mark
	t.guarded, t.saved, t.mark = false, false, pending{}
	if err == nil {
		return nil
	}
	if errors.Is(err, ErrLost) || isRetryable(err) || isDuplicate(err) || isConnection(err) || t.ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ErrLost, err)
	}
	t.pending, t.wakes, t.audits = mark, t.wakes[:wakes], t.audits[:audits]
	t.numbers.undo(numbers)
	if saved {
		t.issues, t.held = nil, nil // what was read meanwhile may be undone
		if rbErr := t.db.RollbackTo(savepoint).Error; rbErr != nil {
			return fmt.Errorf("%w: %w after %w", ErrLost, rbErr, err)
		}
	}
	return err
}

// save sets the savepoint of the Guard, once.
func (t *Tx) save() error {
	if t.readOnly {
		return errReadOnly
	}
	if !t.guarded || t.saved {
		return nil
	}
	t.saved = true
	return t.db.SavePoint(savepoint).Error
}

// finish writes all that is still waiting.
func (t *Tx) finish() error {
	rows := t.pending
	t.pending = pending{}
	if err := t.flush(rows); err != nil {
		return err
	}
	if err := t.flushNumbers(); err != nil {
		return err
	}
	return t.flushAudits()
}

// query is the connection for statements that read, with all that this transaction has done before.
func (t *Tx) query() *gorm.DB {
	if t.pending.isEmpty() {
		return t.db
	}
	return t.after(t.sync)
}

// write is the connection for statements that change something now instead of at the end.
func (t *Tx) write() *gorm.DB {
	return t.after(func() error {
		if err := t.sync(); err != nil {
			return err
		}
		return t.save()
	})
}

// change is the connection for statements that change something now and that nothing waiting has to do with.
func (t *Tx) change() *gorm.DB { return t.after(t.save) }

// after is the connection once the step is done; if that fails, every statement on it fails alike.
func (t *Tx) after(step func() error) *gorm.DB {
	if err := step(); err != nil {
		db := t.db.Session(&gorm.Session{})
		_ = db.AddError(err)
		return db
	}
	return t.db
}

// insert writes rows in one statement now; none is fine.
func insert[T any](t *Tx, what string, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	if err := t.write().Error; err != nil {
		return fmt.Errorf("insert %s: %w", what, err)
	}
	return writeRows(t, what, rows, "")
}
