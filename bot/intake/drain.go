package intake

import (
	"context"
	"errors"
	"time"

	"tongshishang/store"
)

// toSpool makes messages durable on the local disk, each once: a message may come both from its lane and from its channel's
// running out of patience.
func (in *Intake) toSpool(batch []*pending) error {
	in.keeping.Lock()
	defer in.keeping.Unlock()
	var fresh []spooled
	for _, p := range batch {
		if !p.kept {
			fresh = append(fresh, spooled{at: p.arrived, message: p.message})
		}
	}
	if err := in.spool.add(fresh); err != nil {
		return err
	}
	for _, p := range batch {
		p.kept = true
		p.giveUp() // the answer goes out by API
	}
	return nil
}

// oldest is the place in the order of arrival of the first message that isn't settled yet, in a lane or a writer's hands. One
// that its channel gave up waiting for may be in the spool before older ones of its lane, and must not overtake them.
func (in *Intake) oldest() uint64 {
	in.mu.Lock()
	defer in.mu.Unlock()
	first := in.last + 1
	for _, l := range in.lanes {
		first = min(first, l.first().arrived)
	}
	return first
}

// drainEvery is how often the spool is looked at.
const drainEvery = time.Second

// drain moves the spool to SQL, in order, once SQL is back, and then lets messages take the straight way again.
func (in *Intake) drain(ctx context.Context) {
	timer := time.NewTicker(drainEvery)
	defer timer.Stop()
	for {
		if in.spool.Len() > 0 || in.spooling.Load() {
			in.empty(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}

// empty moves what it can. Everything new goes to the spool meanwhile; before the first message is moved, batches that set out for
// SQL earlier have come to an end, so nothing can overtake.
func (in *Intake) empty(ctx context.Context) {
	in.spooling.Store(true)
	if in.isAway(ctx) {
		return
	}
	in.gate.Lock()   // waits for the batches on their way
	in.gate.Unlock() //nolint:staticcheck // as a barrier
	for ctx.Err() == nil {
		head, err := in.spool.head(in.opt.Batch, in.oldest())
		if err != nil {
			in.log.Error("spool can't be read", "error", err)
			return
		}
		if len(head) == 0 {
			if in.reopen() {
				return
			}
			time.Sleep(time.Millisecond) // what is older than the spool's first message is being spooled
			continue
		}
		if !in.move(ctx, head) {
			return
		}
	}
}

// reopen gives the straight way free if the spool is still empty now that nobody is writing to it.
func (in *Intake) reopen() bool {
	in.gate.Lock()
	defer in.gate.Unlock()
	if in.spool.Len() > 0 {
		return false
	}
	in.spooling.Store(false)
	in.log.Info("spool empty, messages go straight to the database again")
	return true
}

// move takes messages from the spool to SQL; false when SQL went away again.
func (in *Intake) move(ctx context.Context, head []spooled) bool {
	batch := make([]*pending, len(head))
	place := map[*pending]spooled{}
	for i, m := range head {
		batch[i] = newPending(m.message)
		batch[i].arrived, batch[i].kept, batch[i].owed = m.at, true, true
		batch[i].giveUp()
		place[batch[i]] = m
	}
	left, cause := in.settle(ctx, batch)
	if errors.Is(cause, errAway) || ctx.Err() != nil {
		return false // handled or not: what got through is recognised when it comes again
	}
	if len(left) > 0 && !in.isWritable(ctx) {
		in.log.Error("the database is there but takes nothing; the spool waits", "error", cause)
		return false
	}
	var dead []spooled
	for _, p := range left {
		in.log.Error("message set aside in the spool", "channel", p.message.Channel, "error", cause)
		dead = append(dead, place[p])
	}
	if err := errors.Join(in.spool.bury(dead), in.spool.remove(head)); err != nil {
		in.log.Error("spool can't be written", "error", err)
		return false
	}
	return true
}

// isWritable tells whether the database takes anything at all: a full disk or a server that is read-only after a failover is
// no fault of the messages'.
func (in *Intake) isWritable(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return in.store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.NextNumber(spoolField)
		return err
	}) == nil
}
