package intake

import (
	"context"
	"log/slog"
	"math/rand/v2"
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
	Workers    int           // messages on their way at a time, each of another conversation
	PerChannel int           // of them on one channel, so that one that hangs leaves the others their share
	Poll       time.Duration // how often the outbox is looked at when nothing wakes the sender
	Attempts   int           // before a message is given up
	Backoff    time.Duration // after the first failure, doubled with each
	MaxBackoff time.Duration
	Timeout    time.Duration // of one call
}

// leaseMargin is what a sender has, beyond the time of a call, to note what came of it; then others take the message over.
const leaseMargin = 10 * time.Second

// Sender carries the outbox to the channels: in order within a conversation, conversations side by side, each message leased so
// that a dead instance's messages are taken over. One loop claims messages and notes what came of them, both in one transaction;
// each call runs beside it, so that a slow one keeps nobody waiting but its own conversation.
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
	opt.PerChannel = min(max(opt.PerChannel, 1), opt.Workers)
	return &Sender{store: s, send: send, opt: opt, now: now, log: log, stats: stats, wake: make(chan struct{}, 1)}
}

// Wake makes the sender look at the outbox now.
func (s *Sender) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// noteEvery is how often it is tried to note what was sent while the database is away.
const noteEvery = 500 * time.Millisecond

// Run sends until the context ends. Calls on their way may finish until drain ends, for one that is cut off may have been heard. Those
// cut off then keep their lease, and another instance sends the message when it is over; what went out is noted before Run returns.
func (s *Sender) Run(ctx, drain context.Context) {
	h := s.newHands()
	timer := time.NewTicker(s.opt.Poll)
	defer timer.Stop()
	for ctx.Err() == nil {
		n, err := h.turn(ctx, drain)
		if err != nil && ctx.Err() == nil {
			s.log.Error("outbox", "unnoted", len(h.done), "error", err)
		}
		if n == 0 || err != nil {
			s.rest(ctx, drain, h, timer)
		}
	}
	if err := h.finish(drain); err != nil {
		s.log.Error("outbox", "unnoted", len(h.done), "error", err)
	}
}

// rest waits until there may be something to do.
func (s *Sender) rest(ctx, drain context.Context, h *hands, timer *time.Ticker) {
	var again <-chan time.Time
	if len(h.done) > 0 { // the database is away: it is asked sooner than for new messages
		again = time.After(noteEvery)
	}
	select {
	case <-ctx.Done():
	case o := <-h.back:
		h.take(drain, o)
	case <-again:
	case <-s.wake:
	case <-timer.C:
		s.measure(ctx)
	}
}

// Once claims what is due, as far as it may be sent at a time, sends it and notes what came of it; it returns how many messages it
// tried. It waits for a database that goes away meanwhile, or what was sent would go out twice.
func (s *Sender) Once(ctx context.Context) (int, error) {
	h := s.newHands()
	n, err := h.turn(ctx, ctx)
	if err != nil || n == 0 {
		return 0, err
	}
	return n, h.finish(ctx)
}

// wait doubles with every failure and is spread by a quarter, so that a channel that comes back isn't overrun.
func (s *Sender) wait(attempts int, after time.Duration) time.Duration {
	d := min(s.opt.Backoff<<min(attempts, 20), s.opt.MaxBackoff)
	d += rand.N(d/4 + 1) //nolint:gosec // jitter needs no secret randomness
	return min(max(d, after), store.LongestPause)
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
