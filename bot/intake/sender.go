package intake

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
)

// Delivery is what a channel says of a message it was asked to send.
type Delivery struct {
	Err   error         // nil when it went out
	Final bool          // trying again is of no use
	After time.Duration // try again no sooner; 0 leaves it to the backoff
}

// SenderOptions are the sender's settings.
type SenderOptions struct {
	Workers    int           // conversations sent to at a time
	Poll       time.Duration // how often the outbox is looked at when nothing wakes the sender
	Attempts   int           // before a message is given up
	Backoff    time.Duration // after the first failure, doubled with each
	MaxBackoff time.Duration
	Timeout    time.Duration // of one call
}

// Sender carries the outbox to the channels: in order within a conversation, conversations side by side, each message leased so
// that a dead instance's messages are taken over.
type Sender struct {
	store *store.Store
	send  func(ctx context.Context, out bot.Outgoing) Delivery
	opt   SenderOptions
	now   bot.Clock
	log   *slog.Logger
	stats *Metrics
	wake  chan struct{}
}

// NewSender makes a sender that gives each message to send.
func NewSender(s *store.Store, send func(context.Context, bot.Outgoing) Delivery, opt SenderOptions, now bot.Clock, log *slog.Logger, stats *Metrics) *Sender {
	opt.Workers = max(opt.Workers, 1)
	return &Sender{store: s, send: send, opt: opt, now: now, log: log, stats: stats, wake: make(chan struct{}, 1)}
}

// Wake makes the sender look at the outbox now.
func (s *Sender) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run sends until the context ends.
func (s *Sender) Run(ctx context.Context) {
	timer := time.NewTicker(s.opt.Poll)
	defer timer.Stop()
	for {
		for {
			n, err := s.Once(ctx)
			if err != nil && ctx.Err() == nil {
				s.log.Error("outbox", "error", err)
			}
			if n == 0 || err != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			s.measure(ctx)
		case <-s.wake:
		}
	}
}

// noteEvery is how often it is tried to note what was sent while the database is away.
const noteEvery = 500 * time.Millisecond

// Once claims what is due, sends it and notes what came of it; it returns how many messages it tried.
func (s *Sender) Once(ctx context.Context) (int, error) {
	var claimed []store.Parcel
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		var err error
		claimed, err = tx.ClaimOutbox(s.opt.Timeout+10*time.Second, s.opt.Workers)
		return err
	})
	if err != nil {
		return 0, err
	}
	results := make([]Delivery, len(claimed))
	var sending sync.WaitGroup
	for i := range claimed {
		sending.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, s.opt.Timeout)
			defer cancel()
			results[i] = s.send(ctx, claimed[i].Outgoing)
		})
	}
	sending.Wait()
	if len(claimed) == 0 {
		return 0, nil
	}
	return len(claimed), s.noteAll(ctx, claimed, results)
}

// noteAll notes what came of the messages, even when the program is ending, or they would go out twice; for the same reason it
// waits for a database that has gone away since they were claimed.
func (s *Sender) noteAll(ctx context.Context, claimed []store.Parcel, results []Delivery) error {
	for {
		err := s.store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
			for i := range claimed {
				if results[i].Err != nil && ctx.Err() != nil {
					continue // cut off, which is not the channel's failure: the lease ends and it is sent again
				}
				if err := s.note(tx, &claimed[i], results[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil || ctx.Err() != nil {
			return err
		}
		s.log.Warn("what was sent isn't noted yet", "messages", len(claimed), "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(noteEvery):
		}
	}
}

func (s *Sender) note(tx *store.Tx, p *store.Parcel, d Delivery) error {
	channel := p.To.Channel
	if d.Err == nil {
		s.stats.outbox.WithLabelValues(channel, "sent").Inc()
		return tx.OutboxSent(p.ID)
	}
	if d.Final || p.Attempts+1 >= s.opt.Attempts {
		s.stats.outbox.WithLabelValues(channel, "dead").Inc()
		s.log.Error("outgoing message given up", "channel", channel, "outbox", p.ID, "attempts", p.Attempts+1, "error", d.Err)
		return tx.OutboxFailed(p.ID, d.Err.Error(), time.Time{})
	}
	s.stats.outbox.WithLabelValues(channel, "retry").Inc()
	s.log.Warn("outgoing message failed", "channel", channel, "outbox", p.ID, "attempts", p.Attempts+1, "error", d.Err)
	return tx.OutboxFailed(p.ID, d.Err.Error(), s.now().Add(s.wait(p.Attempts, d.After)))
}

// wait doubles with every failure and is spread by a quarter, so that a channel that comes back isn't overrun.
func (s *Sender) wait(attempts int, after time.Duration) time.Duration {
	d := min(s.opt.Backoff<<min(attempts, 20), s.opt.MaxBackoff)
	d += rand.N(d/4 + 1) //nolint:gosec // jitter needs no secret randomness
	return max(d, after)
}

func (s *Sender) measure(ctx context.Context) {
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		health, err := tx.OutboxHealth()
		if err != nil {
			return err
		}
		s.stats.outboxes(health, s.now())
		return nil
	})
	if err != nil && ctx.Err() == nil {
		s.log.Warn("outbox figures", "error", err)
	}
}
