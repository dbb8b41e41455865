package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Tx is the one transaction type. Audit entries, events and outgoing messages are collected and written together at the end,
// one INSERT a table, so that a batch of messages costs few round trips.
type Tx struct {
	ctx      context.Context //nolint:containedctx // a transaction lives exactly as long as its context
	db       *gorm.DB
	s        *Store
	readOnly bool

	guarded bool // inside Guard
	saved   bool // the savepoint of this Guard has been set

	audits []auditEntry
	events []eventRow
	links  []issueMessageRow
	outbox []outboxRow
	wakes  []Wake
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

// Guard runs fn so that, if it fails, everything it did in the transaction is undone and nothing else is. The savepoint is set
// with the first write, so what only reads costs nothing. Errors that mean the whole transaction is gone (deadlocks, broken
// connections) or has to be run again (a key taken in between) come back wrapped in ErrLost and must end it.
func (t *Tx) Guard(fn func() error) error {
	audits, events, outbox, wakes := len(t.audits), len(t.events), len(t.outbox), len(t.wakes)
	links := len(t.links)
	t.guarded, t.saved = true, false
	err := fn()
	saved := t.saved
	t.guarded, t.saved = false, false
	if err == nil {
		return nil
	}
	if isRetryable(err) || isDuplicate(err) || isConnection(err) || t.ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ErrLost, err)
	}
	t.links = t.links[:links]
	t.audits, t.events, t.outbox, t.wakes = t.audits[:audits], t.events[:events], t.outbox[:outbox], t.wakes[:wakes]
	if saved {
		if rbErr := t.db.RollbackTo(savepoint).Error; rbErr != nil {
			return fmt.Errorf("%w: %w after %w", ErrLost, rbErr, err)
		}
	}
	return err
}

// ErrLost says that the whole transaction is gone, not only what a Guard held.
var ErrLost = errors.New("transaction lost")

// write is the connection for statements that change something.
func (t *Tx) write() *gorm.DB {
	if t.readOnly {
		db := t.db.Session(&gorm.Session{})
		_ = db.AddError(errReadOnly)
		return db
	}
	if t.guarded && !t.saved {
		if err := t.db.SavePoint(savepoint).Error; err != nil {
			db := t.db.Session(&gorm.Session{})
			_ = db.AddError(err)
			return db
		}
		t.saved = true
	}
	return t.db
}

// flush writes what was collected.
func (t *Tx) flush() error {
	if err := t.flushLinks(); err != nil {
		return err
	}
	if err := t.flushEvents(); err != nil {
		return err
	}
	if err := t.flushOutbox(); err != nil {
		return err
	}
	return t.flushAudits()
}

// insert writes rows in one statement; none is fine.
func insert[T any](t *Tx, what string, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	if err := t.write().CreateInBatches(rows, 500).Error; err != nil {
		return fmt.Errorf("insert %s: %w", what, err)
	}
	return nil
}
