package intake_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/intake"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// spooling is options with a spool in a folder of the test's.
func spooling(t *testing.T) (intake.Options, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spool.db")
	opt := options()
	opt.Spool = openSpool(t, path, roomy)
	return opt, path
}

// handedIn hands messages in one after the other and returns the answers that came in the responses; none may be refused.
func (r *running) handedIn(t *testing.T, messages ...*bot.Message) []string {
	t.Helper()
	var said []string
	for _, m := range messages {
		if a := answer(t, r.submit(t.Context(), m)); a != "" {
			said = append(said, a)
		}
	}
	return said
}

// run is messages of a group with the numbers from first to last.
func run(group, first, last int) []*bot.Message {
	var out []*bot.Message
	for n := first; n <= last; n++ {
		out = append(out, say(group, n))
	}
	return out
}

// isHandledInOrder checks that each message is handled and that those of each slice were handled in its order.
func (h *house) isHandledInOrder(t *testing.T, conversations ...[]*bot.Message) {
	t.Helper()
	total := 0
	for _, messages := range conversations {
		before := 0
		for _, m := range messages {
			seen := h.stored(t, m)
			_, tail, _ := strings.Cut(seen.Answer.Text, "第")
			number, err := strconv.Atoi(strings.TrimSuffix(tail, "件"))
			if seen.State != store.MessageHandled || err != nil || number <= before {
				t.Errorf("%s %s: %+v, after number %d", m.Group, m.Text, seen, before)
			}
			before = number
			total++
		}
	}
	if n := h.total(t); n != int64(total) {
		t.Errorf("handled %d times, want %d", n, total)
	}
}

// areAnsweredOnce checks that what was said in responses and what a sender sends now are the answers of the messages, each once.
func (h *house) areAnsweredOnce(t *testing.T, said []string, conversations ...[]*bot.Message) {
	t.Helper()
	var want []string
	for _, messages := range conversations {
		for _, m := range messages {
			want = append(want, h.stored(t, m).Answer.Text)
		}
	}
	c := &channel{}
	s := newSender(h, c)
	for {
		n, err := s.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	got := append(slices.Clone(said), c.took()...)
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("answered %v, want %v", got, want)
	}
}

func emptied(t *testing.T, s *intake.Spool) {
	t.Helper()
	eventually(t, "emptied", func() bool { return s.Len() == 0 })
}

// TestSpool_RefusesWhenFull has a database that is gone and a spool that holds a few messages: those are acknowledged and handled
// when a database is there again, and the others never.
func TestSpool_RefusesWhenFull(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		opt := options()
		path := filepath.Join(t.TempDir(), "spool.db")
		opt.Spool = openSpool(t, path, 4096)
		gone := storetest.Open(t, h.url, h.clock)
		if err := gone.Close(); err != nil {
			t.Fatal(err)
		}
		in := open(t, gone, h.clock, opt, newLine().work)
		var kept []*bot.Message
		for _, m := range run(1, 1, 12) {
			r := <-in.submit(t.Context(), m)
			if r.err != nil && !errors.Is(r.err, intake.ErrNotStored) {
				t.Fatal(r.err)
			}
			if r.err == nil {
				kept = append(kept, m)
			}
		}
		if len(kept) == 0 || len(kept) == 12 || opt.Spool.Len() != len(kept) {
			t.Fatalf("%d acknowledged, %d in the spool", len(kept), opt.Spool.Len())
		}
		in.stop()
		in.wait(t)
		opt.Spool = reopen(t, opt.Spool, path)
		open(t, h.Store, h.clock, opt, newLine().work)
		emptied(t, opt.Spool)
		h.isHandledInOrder(t, kept)
		h.areAnsweredOnce(t, nil, kept)
	})
}

// TestSpool_ClockSetBack has a message in the spool that seems to be of the future.
func TestSpool_ClockSetBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		opt, path := spooling(t)
		if err := opt.Spool.Keep(uint64(time.Now().Add(time.Hour).UnixNano()), say(1, 1)); err != nil {
			t.Fatal(err)
		}
		opt.Spool = reopen(t, opt.Spool, path)
		gone := storetest.Open(t, h.url, h.clock)
		if err := gone.Close(); err != nil {
			t.Fatal(err)
		}
		in := open(t, gone, h.clock, opt, newLine().work)
		in.handedIn(t, run(1, 2, 4)...)
		if got := texts(t, opt.Spool); !slices.Equal(got, []string{"1", "2", "3", "4"}) {
			t.Errorf("the spool has %v", got)
		}
	})
}

// TestSpool_DrainingCutShort ends the program while a handling hangs: what was in the lanes is acknowledged, because it is in the
// spool, and the next start handles it.
func TestSpool_DrainingCutShort(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		opt, path := spooling(t)
		messages := run(1, 1, 4)
		l, _ := gated(messages[0]) // never released
		in := open(t, h.Store, h.clock, opt, l.work)
		waiting := []<-chan reply{in.submit(t.Context(), messages[0])}
		l.atGate(t)
		waiting = append(waiting, in.queue(t, messages[1:]...)...)
		in.stop()
		in.cut()
		in.wait(t)
		for _, w := range waiting {
			if got := answer(t, w); got != "" {
				t.Errorf("answered %q", got)
			}
		}
		if left := leftovers(); len(left) > 0 {
			t.Errorf("%d goroutines are left:\n%s", len(left), left[0])
		}
		opt.Spool = reopen(t, opt.Spool, path)
		if opt.Spool.Len() != 4 {
			t.Errorf("%d messages in the spool", opt.Spool.Len())
		}
		open(t, h.Store, h.clock, opt, newLine().work)
		emptied(t, opt.Spool)
		h.isHandledInOrder(t, messages)
		h.areAnsweredOnce(t, nil, messages)
	})
}

// TestSpool_PoisonBlocksNobody has a spooled message that spoils every transaction it is in.
func TestSpool_PoisonBlocksNobody(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		opt, path := spooling(t)
		for n := range 5 {
			if err := opt.Spool.Keep(uint64(n), say(1, n)); err != nil {
				t.Fatal(err)
			}
		}
		opt.Spool = reopen(t, opt.Spool, path)
		l := newLine()
		l.spur = func(item *intake.Item) error {
			if item.Message.Text == "2" {
				return errSpoilt
			}
			return nil
		}
		open(t, h.Store, h.clock, opt, l.work)
		emptied(t, opt.Spool)
		if got := h.stored(t, say(1, 2)); got.State != store.MessageFailed {
			t.Errorf("stored = %+v, want it to wait for another try", got)
		}
		h.isHandledInOrder(t, []*bot.Message{say(1, 0), say(1, 1), say(1, 3), say(1, 4)})
		if opt.Spool.Dead() != 0 {
			t.Errorf("%d set aside, but the database has it", opt.Spool.Dead())
		}
	})
}

// TestSpool_UnstorableIsSetAside has a message that the database can't take at all.
func TestSpool_UnstorableIsSetAside(t *testing.T) {
	behindProxy(t, func(t *testing.T, h *house, through *store.Store, _ *proxy) {
		opt, path := spooling(t)
		for n := range 5 {
			m := say(1, n)
			if n == 2 {
				m.Kind = bot.Kind(strings.Repeat("x", 17)) // the column takes 16
			}
			if err := opt.Spool.Keep(uint64(n), m); err != nil {
				t.Fatal(err)
			}
		}
		opt.Spool = reopen(t, opt.Spool, path)
		in := open(t, through, h.clock, opt, newLine().work)
		emptied(t, opt.Spool)
		h.isHandledInOrder(t, []*bot.Message{say(1, 0), say(1, 1), say(1, 3), say(1, 4)})
		in.stop()
		in.wait(t)
		opt.Spool = reopen(t, opt.Spool, path)
		if opt.Spool.Dead() != 1 || opt.Spool.Len() != 0 {
			t.Errorf("%d set aside and %d wait, want 1 and 0", opt.Spool.Dead(), opt.Spool.Len())
		}
	})
}

// TestSpool_WaitsForADatabaseThatTakesNothing has a server that answers and refuses every change, as one that is read-only after a
// failover does: no message is at fault, so none is set aside.
func TestSpool_WaitsForADatabaseThatTakesNothing(t *testing.T) {
	behindProxy(t, func(t *testing.T, h *house, through *store.Store, _ *proxy) {
		opt, path := spooling(t)
		for n := range 3 {
			if err := opt.Spool.Keep(uint64(n), say(1, n)); err != nil {
				t.Fatal(err)
			}
		}
		opt.Spool = reopen(t, opt.Spool, path)
		h.exec(t, "RENAME TABLE messages TO m, sequences TO s")
		open(t, through, h.clock, opt, newLine().work)
		time.Sleep(1500 * time.Millisecond) // the spool is looked at every second
		if opt.Spool.Len() != 3 || opt.Spool.Dead() != 0 {
			t.Errorf("%d wait and %d are set aside", opt.Spool.Len(), opt.Spool.Dead())
		}
		h.exec(t, "RENAME TABLE m TO messages, s TO sequences")
		emptied(t, opt.Spool)
		h.isHandledInOrder(t, run(1, 0, 2))
	})
}
