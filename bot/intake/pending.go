package intake

import (
	"sync/atomic"
	"time"

	"tongshishang/bot"
)

// pending is a message whose channel waits for the answer, or nobody does.
type pending struct {
	message *bot.Message
	key     string
	done    chan result // buffered: the writer never waits for a reader
	state   atomic.Int32

	weight  int       // how much of a queue's limit it takes
	since   time.Time // when it was queued, on the clock that never jumps
	arrived uint64    // place in the order of arrival
	kept    bool      // in the spool; guarded by the intake's lock keeping
	owed    bool      // out of the spool: acknowledged in silence

	again    bool // stored before and handed in once more by Retry
	attempts int  // made before this one
}

type result struct {
	answer bot.Answer
	err    error
}

// The states of a pending message: its channel waits; its channel has given up and the answer goes out by API; the answer is in
// the commit on its way and the channel should hold on. The first to move from waiting decides.
const (
	waiting int32 = iota
	late
	answering
)

func newPending(m *bot.Message) *pending {
	return &pending{message: m, key: m.Key(), weight: weigh(m), done: make(chan result, 1)}
}

// unitWeight is how many bytes of a message count as one message against the limits of the queues, so that long ones can't fill the
// memory: a body may have 1 MiB, and nearly all have less than this.
const unitWeight = 4 << 10

func weigh(m *bot.Message) int {
	bytes := len(m.Text)
	if m.Quote != nil {
		bytes += len(m.Quote.Text)
	}
	for _, file := range m.Media {
		bytes += len(file.URL) + len(file.Name) + len(file.ID)
	}
	for _, id := range m.Mentions {
		bytes += len(id)
	}
	return 1 + bytes/unitWeight
}

func weight(messages []*pending) int {
	sum := 0
	for _, p := range messages {
		sum += p.weight
	}
	return sum
}

// giveUp says that nobody waits any more; false when the answer is already on its way.
func (p *pending) giveUp() bool { return p.state.CompareAndSwap(waiting, late) }

// claim says that the answer goes into the response; false when nobody waits for it there.
func (p *pending) claim() bool {
	return p.state.CompareAndSwap(waiting, answering) || p.state.Load() == answering
}
