package intake_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"tongshishang/bot/intake"
	"tongshishang/store"
)

var errSpoilt = errors.New("spoilt")

// behind queues a bad message between two good ones, so that all three share a batch, and returns their replies in order.
func behind(t *testing.T, in *running, l *line, release func()) []string {
	t.Helper()
	waiting := []<-chan reply{in.submit(t.Context(), say(0, 0))}
	l.atGate(t)
	waiting = append(waiting, in.queue(t, say(1, 1), say(2, 2), say(3, 3))...)
	release()
	var got []string
	for _, w := range waiting {
		got = append(got, answer(t, w))
	}
	return got
}

func oneWriter() intake.Options {
	opt := options()
	opt.Writers = 1
	return opt
}

func TestWork_FailedItemHarmsNoOther(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		l, release := gated(say(0, 0))
		broken := true
		l.spur = func(item *intake.Item) error {
			if item.Message.Text == "2" && broken {
				item.Err = errSpoilt
			}
			return nil
		}
		in := open(t, h.Store, h.clock, oneWriter(), l.work)
		if got, want := behind(t, in, l, release), []string{"0第1件", "1第2件", "没办成", "3第3件"}; !slices.Equal(got, want) {
			t.Errorf("answers = %v, want %v", got, want)
		}
		if !slices.Equal(l.batches, []int{1, 3}) {
			t.Errorf("batches = %v: the bad message didn't share one", l.batches)
		}
		if got := h.stored(t, say(2, 2)); got.State != store.MessageFailed || got.Answer.Text != "没办成" {
			t.Errorf("stored = %+v", got)
		}
		if got := answer(t, in.submit(t.Context(), say(2, 2))); got != "没办成" {
			t.Errorf("delivered again it is answered %q", got)
		}
		broken = false
		h.clock.Add(time.Hour)
		if n, err := in.Retry(t.Context()); n != 1 || err != nil {
			t.Errorf("tried %d again, %v", n, err)
		}
		if got := h.stored(t, say(2, 2)); got.State != store.MessageHandled || got.Answer.Text != "2第4件" {
			t.Errorf("after the retry stored = %+v", got)
		}
		if texts := h.outbox(t); !slices.Equal(texts, []string{"2第4件"}) {
			t.Errorf("the outbox has %v, want the answer that nobody waits for", texts)
		}
	})
}

// TestWork_PoisonIsIsolated has a message whose handling ends every transaction it is in, by an error or by a panic.
func TestWork_PoisonIsIsolated(t *testing.T) {
	for name, poison := range map[string]func(){"error": func() {}, "panic": func() { panic("spoilt") }} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				l, release := gated(say(0, 0))
				l.spur = func(item *intake.Item) error {
					if item.Message.Text != "2" {
						return nil
					}
					poison()
					return errSpoilt
				}
				in := open(t, h.Store, h.clock, oneWriter(), l.work)
				if got, want := behind(t, in, l, release), []string{"0第1件", "1第2件", "系统忙,请稍后再试", "3第3件"}; !slices.Equal(got, want) {
					t.Errorf("answers = %v, want %v", got, want)
				}
				bad := say(2, 2)
				if got := h.stored(t, bad); got.State != store.MessageFailed || got.Answer.Text != "系统忙,请稍后再试" {
					t.Errorf("stored = %+v", got)
				}
				for _, want := range []store.MessageState{store.MessageFailed, store.MessageDead} { // the second and the third attempt
					h.clock.Add(time.Hour)
					if n, err := in.Retry(t.Context()); n != 1 || err != nil {
						t.Fatalf("tried %d again, %v", n, err)
					}
					if got := h.stored(t, bad); got.State != want {
						t.Errorf("state = %s, want %s", got.State, want)
					}
				}
				h.clock.Add(24 * time.Hour)
				if n, err := in.Retry(t.Context()); n != 0 || err != nil {
					t.Errorf("a dead message was tried again: %d, %v", n, err)
				}
				if n := h.total(t); n != 3 {
					t.Errorf("handled %d messages, want 3", n)
				}
			})
		})
	}
}

// TestRetry_AfterARestart finds a message that was received just before a crash.
func TestRetry_AfterARestart(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := say(1, 5)
		for range 2 { // the second time it is there already
			err := h.Write(t.Context(), func(tx *store.Tx) error { return tx.ReceiveMessage(m.Key(), m) })
			if err != nil {
				t.Fatal(err)
			}
		}
		l := newLine()
		in := open(t, h.Store, h.clock, options(), l.work)
		if n, err := in.Retry(t.Context()); n != 0 || err != nil {
			t.Errorf("tried %d again at once, %v: its first try may still be on its way", n, err)
		}
		h.clock.Add(15 * time.Second)
		if n, err := in.Retry(t.Context()); n != 1 || err != nil {
			t.Errorf("tried %d again, %v", n, err)
		}
		if got := l.handled[m.Conversation().Key()]; !slices.Equal(got, []string{"5"}) {
			t.Errorf("handled %v", got)
		}
		if n, err := in.Retry(t.Context()); n != 0 || err != nil {
			t.Errorf("tried %d again that are handled, %v", n, err)
		}
		if texts := h.outbox(t); !slices.Equal(texts, []string{"5第1件"}) {
			t.Errorf("the outbox has %v", texts)
		}
		if got := answer(t, in.submit(t.Context(), m)); got != "5第1件" {
			t.Errorf("delivered again it is answered %q", got)
		}
		if texts := h.outbox(t); len(texts) != 0 {
			t.Errorf("the outbox still has %v, which the response has said", texts)
		}
	})
}

// TestRetry_AndDeliveredAgainAtOnce queues the retry and a new delivery of one message behind each other.
func TestRetry_AndDeliveredAgainAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := say(1, 5)
		if err := h.Write(t.Context(), func(tx *store.Tx) error { return tx.ReceiveMessage(m.Key(), m) }); err != nil {
			t.Fatal(err)
		}
		h.clock.Add(time.Minute)
		l, release := gated(say(1, 0))
		in := open(t, h.Store, h.clock, oneWriter(), l.work)
		first := in.submit(t.Context(), say(1, 0))
		l.atGate(t)
		retried := make(chan error, 1)
		go func() {
			_, err := in.Retry(t.Context())
			retried <- err
		}()
		eventually(t, "queued", func() bool { return in.Depth() == 1 })
		again := in.queue(t, m)[0]
		release()
		answer(t, first)
		if got := answer(t, again); got != "5第2件" {
			t.Errorf("answer = %q", got)
		}
		if err := <-retried; err != nil {
			t.Error(err)
		}
		if texts := h.outbox(t); len(texts) != 0 {
			t.Errorf("the outbox has %v, which the response has said", texts)
		}
		if n := h.total(t); n != 2 {
			t.Errorf("handled %d messages, want 2", n)
		}
	})
}
