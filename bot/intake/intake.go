package intake

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
)

// Errors of Submit. Nothing was stored and the channel should be told to deliver again.
var (
	ErrBusy      = errors.New("intake: too many messages are waiting")
	ErrNotStored = errors.New("intake: the message could not be stored")
	ErrClosed    = errors.New("intake: shutting down")
)

// Item is a message inside a batch. The pipeline reads the upper fields and fills the lower ones.
type Item struct {
	Message        *bot.Message
	ID             int64 // of the message's row
	ConversationID int64

	Masked string     // the text with phones and ID numbers masked; while empty the whole text is kept sealed
	Intent string     // what it was read as
	Answer bot.Answer // what to say; on failure the polite line
	Err    error      // handling failed and was undone; it will be tried again
}

// Work handles the items of a batch, in order, inside the transaction. It is run again from the start when the transaction has
// to be repeated; after, when not nil, is called once the commit is done.
type Work func(ctx context.Context, tx *store.Tx, items []*Item) (after func(context.Context), err error)

// Options are the intake's settings.
type Options struct {
	AnswerWithin time.Duration // how long a channel waits for an answer in its response
	Batch        int           // most messages in one transaction
	Writers      int           // transactions at a time; one or two are best
	Queue        int           // most messages waiting in all; a long one counts as several
	LaneQueue    int           // most messages waiting in one conversation, counted alike
	MaxAttempts  int           // of handling a message that fails
	Spool        *Spool        // where messages wait while SQL is away; nil refuses them
	Sorry        string        // said to a message that not even the pipeline could answer; empty says nothing
}

// Intake is the way in. Make it with New and run it with Run.
type Intake struct {
	store *store.Store
	work  Work
	opt   Options
	now   bot.Clock
	log   *slog.Logger
	stats *Metrics
	spool *Spool // nil: none

	mu     sync.Mutex
	wake   *sync.Cond
	lanes  map[string]*lane
	ready  []*lane // lanes with messages that no writer holds, longest waiting first
	queued int     // messages that wait
	load   int     // their weight
	closed bool
	last   uint64 // order of arrival given out last

	gate     sync.RWMutex // held for reading while a batch is committed, for writing while the way is switched
	spooling atomic.Bool  // everything goes to the spool until it is empty again
	keeping  sync.Mutex   // one message is spooled once
}

// lane is the queue of one conversation. While a writer holds it nobody else may take from it.
type lane struct {
	key   string
	held  bool
	taken *pending // the first message that the holder has
	wait  []*pending
	load  int // weight of what waits
}

// first is the lane's oldest message that isn't settled.
func (l *lane) first() *pending {
	if l.held {
		return l.taken
	}
	return l.wait[0]
}

// New makes an intake.
func New(s *store.Store, work Work, opt Options, now bot.Clock, log *slog.Logger, stats *Metrics) *Intake {
	in := &Intake{store: s, work: work, opt: opt, now: now, log: log, stats: stats, spool: opt.Spool, lanes: map[string]*lane{}}
	in.wake = sync.NewCond(&in.mu)
	if in.spool != nil {
		in.last = in.spool.newest // the order holds even when the machine's clock was set back
		in.spooling.Store(in.spool.Len() > 0)
	}
	stats.watch(in)
	return in
}

// Submit hands a message in and waits until it is durable and handled. When the answer isn't ready in time the message is
// stored as received, the answer goes out through the channel's API later, and Submit returns silence.
func (in *Intake) Submit(ctx context.Context, m *bot.Message) (bot.Answer, error) {
	begin := time.Now() //nolint:forbidigo // a latency is measured on the machine's clock
	in.stats.received(m.Channel)
	p := newPending(m)
	if err := in.enqueue(p); err != nil {
		return bot.Answer{}, err
	}
	timer := time.NewTimer(in.opt.AnswerWithin)
	defer timer.Stop()
	select {
	case r := <-p.done:
		in.stats.answered(m.Channel, begin)
		return r.answer, r.err
	case <-timer.C:
	case <-ctx.Done():
	}
	if !p.giveUp() { // the answer is being committed right now
		r := <-p.done
		in.stats.answered(m.Channel, begin)
		return r.answer, r.err
	}
	return bot.Answer{}, in.receive(context.WithoutCancel(ctx), p)
}

// receive makes a message durable that can't be handled in time.
func (in *Intake) receive(ctx context.Context, p *pending) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	err := errAway
	if !in.spooling.Load() {
		err = in.store.Write(ctx, func(tx *store.Tx) error { return tx.ReceiveMessage(p.key, p.message) })
	}
	if err != nil && in.spool != nil {
		err = in.toSpool([]*pending{p})
	}
	if err != nil {
		in.log.Error("message not stored in time", "channel", p.message.Channel, "error", err)
		return ErrNotStored
	}
	in.stats.late(p.message.Channel)
	return nil
}

func (in *Intake) enqueue(p *pending) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return ErrClosed
	}
	key := p.message.Conversation().Key()
	l := in.lanes[key]
	if in.load >= in.opt.Queue || l != nil && l.load >= in.opt.LaneQueue {
		return ErrBusy
	}
	if l == nil {
		l = &lane{key: key}
		in.lanes[key] = l
	}
	p.since = time.Now() //nolint:forbidigo // a wait is measured on the machine's clock
	in.last = max(in.last+1, uint64(p.since.UnixNano()))
	p.arrived = in.last
	l.wait = append(l.wait, p)
	l.load += p.weight
	in.load += p.weight
	in.queued++
	if !l.held && len(l.wait) == 1 {
		in.ready = append(in.ready, l)
		in.wake.Signal()
	}
	return nil
}

// Run works until the context ends, then finishes what is queued, and returns. Callers bound the draining by drain, which is
// the context of the work itself.
func (in *Intake) Run(ctx, drain context.Context) {
	var writers sync.WaitGroup
	for range in.opt.Writers {
		writers.Go(func() { in.writer(drain) })
	}
	if in.spool != nil {
		writers.Go(func() { in.drain(ctx) })
	}
	<-ctx.Done()
	in.mu.Lock()
	in.closed = true
	in.wake.Broadcast()
	in.mu.Unlock()
	writers.Wait()
}

func (in *Intake) writer(ctx context.Context) {
	for {
		lanes, batch := in.take()
		if lanes == nil {
			return
		}
		in.stats.batch(len(batch))
		in.commit(ctx, batch)
		in.release(lanes)
	}
}

// take waits for messages and takes as many as fit, whole lanes first come first; nil when the intake has closed and is empty.
func (in *Intake) take() ([]*lane, []*pending) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for len(in.ready) == 0 {
		if in.closed {
			return nil, nil
		}
		in.wake.Wait()
	}
	var lanes []*lane
	var batch []*pending
	for len(in.ready) > 0 && len(batch) < in.opt.Batch {
		l := in.ready[0]
		in.ready = in.ready[1:]
		taken := l.take(in.opt.Batch - len(batch))
		in.queued -= len(taken)
		in.load -= weight(taken)
		batch, lanes = append(batch, taken...), append(lanes, l)
	}
	return lanes, batch
}

// take gives the first n messages, or all there are, to a writer, who holds the lane from now on.
func (l *lane) take(n int) []*pending {
	n = min(n, len(l.wait))
	taken := l.wait[:n:n]
	l.wait = append([]*pending(nil), l.wait[n:]...)
	l.load -= weight(taken)
	l.held, l.taken = true, taken[0]
	return taken
}

// release gives the lanes back; those with more messages wait their turn again and the empty ones are forgotten.
func (in *Intake) release(lanes []*lane) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, l := range lanes {
		l.held, l.taken = false, nil
		if len(l.wait) > 0 {
			in.ready = append(in.ready, l)
			in.wake.Signal()
			continue
		}
		delete(in.lanes, l.key)
	}
}

// Depth tells how many messages wait.
func (in *Intake) Depth() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.queued
}
