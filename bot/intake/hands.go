package intake

import (
	"context"
	"strings"
	"time"

	"tongshishang/store"
)

// hands is what a sender's loop has in hand; only that loop touches it.
type hands struct {
	*Sender
	flying map[int64]string // messages that are being sent, with their channel
	back   chan outcome     // holds all that can be flying, so that a call that ends never waits
	done   []outcome        // to be noted
	due    []int64          // messages that were due when they were looked up
}

// outcome is a message that was tried, with what came of it.
type outcome struct {
	store.Parcel
	Delivery
}

func (s *Sender) newHands() *hands {
	return &hands{Sender: s, flying: map[int64]string{}, back: make(chan outcome, s.opt.Workers)}
}

// turn notes what came back, claims what is due as far as there is room, and lets it fly until calls ends; it returns how many
// messages it claimed.
func (h *hands) turn(ctx, calls context.Context) (int, error) {
	for len(h.back) > 0 {
		h.take(calls, <-h.back)
	}
	claim := h.room()
	if claim.Limit == 0 && len(h.done) == 0 {
		return 0, nil
	}
	var claimed []store.Parcel
	var left []int64
	err := h.store.Write(ctx, func(tx *store.Tx) error {
		if err := h.note(tx); err != nil || claim.Limit == 0 {
			return err
		}
		var err error
		claimed, left, err = tx.ClaimOutbox(claim, h.due)
		return err
	})
	if err != nil {
		return 0, err
	}
	if claim.Limit > 0 {
		h.due = left
	}
	h.noted()
	for _, p := range claimed {
		h.flying[p.ID] = p.To.Channel
		go h.carry(calls, p)
	}
	return len(claimed), nil
}

// room is what may be claimed: so few that no channel gets more than its share, whichever they are of, and none of channels that
// have theirs.
func (h *hands) room() store.Claim {
	c := store.Claim{Lease: h.opt.Timeout + leaseMargin, Limit: min(h.opt.Workers-len(h.flying), h.opt.PerChannel)}
	busy := map[string]int{}
	for id, channel := range h.flying {
		busy[channel]++
		c.Held = append(c.Held, id)
	}
	for channel, n := range busy {
		if n >= h.opt.PerChannel {
			c.Without = append(c.Without, channel)
			continue
		}
		c.Limit = min(c.Limit, h.opt.PerChannel-n)
	}
	return c
}

// carry makes one call. It ends with it, and the loop waits for all of them before it returns.
func (h *hands) carry(ctx context.Context, p store.Parcel) {
	ctx, cancel := context.WithTimeout(ctx, h.opt.Timeout)
	defer cancel()
	h.back <- outcome{p, h.send(ctx, p.Outgoing)}
}

// take sees to a call that has ended. One that was cut off with the context is no failure of the channel's: its lease ends and the
// message is sent again.
func (h *hands) take(ctx context.Context, o outcome) {
	delete(h.flying, o.ID)
	if o.Err == nil || ctx.Err() == nil {
		h.done = append(h.done, o)
	}
}

// finish waits for the calls on their way and notes what came of them, even when the program is ending, or they would go out
// twice; for the same reason it waits for a database that has gone away, unless the program is ending.
func (h *hands) finish(ctx context.Context) error {
	for len(h.flying) > 0 {
		h.take(ctx, <-h.back)
	}
	for len(h.done) > 0 {
		err := h.store.Write(context.WithoutCancel(ctx), h.note)
		if err == nil {
			h.noted()
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
		h.log.Warn("what was sent isn't noted yet", "messages", len(h.done), "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(noteEvery):
		}
	}
	return nil
}

// note writes what came of the messages.
func (h *hands) note(tx *store.Tx) error {
	for _, o := range h.done {
		var err error
		switch {
		case o.Err == nil:
			err = tx.OutboxSent(o.ID)
		case h.isLast(o):
			err = tx.OutboxFailed(o.ID, reason(o), time.Time{})
		default:
			err = tx.OutboxFailed(o.ID, reason(o), h.now().Add(h.wait(o.Attempts, o.After)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reason is the failure as the database can take it: what a channel answers needn't be text.
func reason(o outcome) string { return strings.ToValidUTF8(o.Err.Error(), "?") }

func (h *hands) isLast(o outcome) bool { return o.Final || o.Attempts+1 >= h.opt.Attempts }

// noted counts and forgets what has been written.
func (h *hands) noted() {
	for _, o := range h.done {
		channel, outcome := o.To.Channel, "sent"
		switch {
		case o.Err == nil:
		case h.isLast(o):
			outcome = "dead"
			h.log.Error("outgoing message given up", "channel", channel, "outbox", o.ID, "attempts", o.Attempts+1, "error", o.Err)
		default:
			outcome = "retry"
			h.log.Warn("outgoing message failed", "channel", channel, "outbox", o.ID, "attempts", o.Attempts+1, "error", o.Err)
		}
		h.stats.outbox.WithLabelValues(channel, outcome).Inc()
	}
	h.done = nil
}
