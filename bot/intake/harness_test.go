package intake_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/intake"
	"tongshishang/store"
	"tongshishang/store/storetest"

	"github.com/prometheus/client_golang/prometheus"
)

// patience bounds every wait for something that must happen.
const patience = 20 * time.Second

// each runs the test on every database with a migrated schema; open gives another store on the same database, as a second
// instance of the program or the same one after a restart would have.
func each(t *testing.T, run func(t *testing.T, h *house)) {
	t.Helper()
	for name, u := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) {
			h := &house{url: u, clock: storetest.NewClock(storetest.Monday()), embedded: name == "sqlite"}
			h.Store = storetest.Open(t, u, h.clock)
			if _, err := h.Store.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			run(t, h)
		})
	}
}

// house is a database with its clock.
type house struct {
	*store.Store
	url      string
	clock    *storetest.Clock
	embedded bool // one writer at a time
}

// running is an intake at work.
type running struct {
	*intake.Intake
	registry *prometheus.Registry
	stop     context.CancelFunc // begin the shutdown
	cut      context.CancelFunc // end the draining
	done     chan struct{}      // closed when Run has returned
}

func options() intake.Options {
	return intake.Options{AnswerWithin: patience, Batch: 64, Writers: 2, Queue: 1000, LaneQueue: 1000, MaxAttempts: 3, Sorry: "系统忙,请稍后再试"}
}

// open runs an intake on a store until the test ends.
func open(t *testing.T, s *store.Store, clock *storetest.Clock, opt intake.Options, work intake.Work) *running {
	t.Helper()
	r := &running{registry: prometheus.NewRegistry(), done: make(chan struct{})}
	r.Intake = intake.New(s, work, opt, clock.Now, slog.New(slog.DiscardHandler), intake.NewMetrics(r.registry))
	ctx, stop := context.WithCancel(context.Background())
	drain, cut := context.WithCancel(context.Background())
	r.stop, r.cut = stop, cut
	go func() {
		defer close(r.done)
		r.Run(ctx, drain)
	}()
	t.Cleanup(func() {
		stop()
		cut()
		r.wait(t)
	})
	return r
}

// wait waits until Run has returned.
func (r *running) wait(t *testing.T) {
	t.Helper()
	select {
	case <-r.done:
	case <-time.After(patience):
		t.Fatal("the intake doesn't end")
	}
}

// reply is what Submit returned.
type reply struct {
	answer string
	err    error
}

// submit hands a message in from another goroutine.
func (r *running) submit(ctx context.Context, m *bot.Message) <-chan reply {
	out := make(chan reply, 1)
	go func() {
		a, err := r.Submit(ctx, m)
		out <- reply{a.Text, err}
	}()
	return out
}

// queue hands messages in, each queued behind the one before; some message must be in work, so that they stay.
func (r *running) queue(t *testing.T, messages ...*bot.Message) []<-chan reply {
	t.Helper()
	var out []<-chan reply
	for _, m := range messages {
		depth := r.Depth() + 1
		out = append(out, r.submit(t.Context(), m))
		eventually(t, "queued", func() bool { return r.Depth() == depth })
	}
	return out
}

// counter reads a metric of one channel and outcome.
func (r *running) counter(t *testing.T, name, outcome string) float64 {
	t.Helper()
	families, err := r.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if f.GetName() == name && l.GetName() == "outcome" && l.GetValue() == outcome {
					return m.GetCounter().GetValue()
				}
			}
		}
	}
	return 0
}

// gauge reads a metric that has no labels.
func (r *running) gauge(t *testing.T, name string) float64 {
	t.Helper()
	families, err := r.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

func answer(t *testing.T, c <-chan reply) string {
	t.Helper()
	select {
	case r := <-c:
		if r.err != nil {
			t.Fatal(r.err)
		}
		return r.answer
	case <-time.After(patience):
		t.Fatal("no answer")
	}
	return ""
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatal("never " + what)
}

// say is a message in a group.
func say(group, n int) *bot.Message {
	return &bot.Message{Channel: "qun", ID: fmt.Sprintf("m%d-%d", group, n), Kind: bot.KindText, Group: fmt.Sprintf("%d@chatroom", group),
		Sender: "wxid_1", Text: fmt.Sprint(n), SentAt: storetest.Monday(), ReceivedAt: storetest.Monday()}
}

// line is a small pipeline. Every message takes a number, so that each has an answer of its own and each handling leaves a
// trace that only a commit keeps.
type line struct {
	gate chan struct{} // while it isn't nil and open, "hold" waits
	hold *bot.Message  // the message whose handling waits
	spur func(item *intake.Item) error

	mu      sync.Mutex
	handled map[string][]string // conversation → texts in the order of the commits
	batches []int
	held    chan struct{} // told when the gate is reached
}

func newLine() *line { return &line{handled: map[string][]string{}, held: make(chan struct{}, 100)} }

// gated is a line that waits at the message until the returned function is called.
func gated(m *bot.Message) (l *line, release func()) {
	l = newLine()
	l.gate, l.hold = make(chan struct{}), m
	return l, sync.OnceFunc(func() { close(l.gate) })
}

func (l *line) work(ctx context.Context, tx *store.Tx, items []*intake.Item) (func(context.Context), error) {
	for _, item := range items {
		if l.hold != nil && item.Message.ID == l.hold.ID {
			l.held <- struct{}{}
			select {
			case <-l.gate:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		item.Masked = item.Message.Text
		if l.spur != nil {
			if err := l.spur(item); err != nil {
				return nil, err
			}
		}
		err := tx.Guard(func() error {
			n, err := tx.NextNumber("handled")
			if err != nil {
				return err
			}
			item.Answer = bot.Answer{Text: fmt.Sprintf("%s第%d件", item.Message.Text, n)}
			return item.Err
		})
		if errors.Is(err, store.ErrLost) {
			return nil, err
		}
		if err != nil {
			item.Err, item.Answer = err, bot.Answer{Text: "没办成"}
		}
	}
	return func(context.Context) { l.committed(items) }, nil
}

func (l *line) committed(items []*intake.Item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.batches = append(l.batches, len(items))
	for _, item := range items {
		if item.Err == nil {
			key := item.Message.Conversation().Key()
			l.handled[key] = append(l.handled[key], item.Message.Text)
		}
	}
}

// atGate waits until the line stands at its gate.
func (l *line) atGate(t *testing.T) {
	t.Helper()
	select {
	case <-l.held:
	case <-time.After(patience):
		t.Fatal("the gate was never reached")
	}
}

// total tells how many handlings were committed.
func (h *house) total(t *testing.T) int64 {
	t.Helper()
	var n int64
	undo := errors.New("only looking")
	err := h.Write(t.Context(), func(tx *store.Tx) (err error) {
		if n, err = tx.NextNumber("handled"); err != nil {
			return err
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
	return n - 1
}

// stored returns what is stored of a message.
func (h *house) stored(t *testing.T, m *bot.Message) store.Seen {
	t.Helper()
	var seen store.Seen
	err := h.Read(t.Context(), func(tx *store.Tx) error {
		found, err := tx.Seen([]string{m.Key()})
		seen = found[m.Key()]
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

// outbox returns the texts that wait to be sent, without taking them.
func (h *house) outbox(t *testing.T) []string {
	t.Helper()
	var texts []string
	undo := errors.New("only looking")
	err := h.Write(t.Context(), func(tx *store.Tx) error {
		parcels, _, err := tx.ClaimOutbox(store.Claim{Lease: time.Minute, Limit: 100}, nil)
		if err != nil {
			return err
		}
		for _, p := range parcels {
			texts = append(texts, p.Text)
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
	return texts
}

// leftovers lists goroutines that run code of package intake.
func leftovers() []string {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var left []string
	for stack := range strings.SplitSeq(string(buf), "\n\n") {
		if strings.Contains(stack, "bot/intake.(") {
			left = append(left, stack)
		}
	}
	return left
}
