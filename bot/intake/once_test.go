package intake_test

import (
	"testing"
	"time"

	"tongshishang/store/storetest"
)

func TestSubmit_SameMessageAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		in := open(t, h.Store, h.clock, options(), newLine().work)
		var waiting []<-chan reply
		for range 8 {
			waiting = append(waiting, in.submit(t.Context(), say(1, 7)))
		}
		for _, w := range waiting {
			if got := answer(t, w); got != "7第1件" {
				t.Errorf("answer = %q", got)
			}
		}
		if n := h.total(t); n != 1 {
			t.Errorf("handled %d times", n)
		}
		if n := in.counter(t, "tss_messages_total", "duplicate"); n != 7 {
			t.Errorf("the metric counts %v duplicates, want 7", n)
		}
	})
}

// TestSubmit_SameMessageLater delivers a message again days later, and again to a new instance, as after a crash between the
// commit and the response.
func TestSubmit_SameMessageLater(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		in := open(t, h.Store, h.clock, options(), newLine().work)
		first := answer(t, in.submit(t.Context(), say(1, 7)))
		other := answer(t, in.submit(t.Context(), say(1, 8)))
		h.clock.Add(72 * time.Hour)
		if got := answer(t, in.submit(t.Context(), say(1, 7))); got != first {
			t.Errorf("three days later the answer is %q, not %q", got, first)
		}
		in.stop()
		in.wait(t)
		restarted := open(t, storetest.Open(t, h.url, h.clock), h.clock, options(), newLine().work)
		if got := answer(t, restarted.submit(t.Context(), say(1, 7))); got != first || got == other {
			t.Errorf("after the restart the answer is %q, not %q", got, first)
		}
		if n := h.total(t); n != 2 {
			t.Errorf("handled %d messages, want 2", n)
		}
		if texts := h.outbox(t); len(texts) != 0 {
			t.Errorf("the outbox has %v", texts)
		}
	})
}

func TestSubmit_SameMessageOnTwoInstances(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		l := newLine()
		one := open(t, h.Store, h.clock, options(), l.work)
		two := open(t, storetest.Open(t, h.url, h.clock), h.clock, options(), l.work)
		for n := range 10 {
			a, b := one.submit(t.Context(), say(1, n)), two.submit(t.Context(), say(1, n))
			if first, second := answer(t, a), answer(t, b); first != second || first == "" {
				t.Errorf("message %d is answered %q and %q", n, first, second)
			}
		}
		if n := h.total(t); n != 10 {
			t.Errorf("handled %d times, want 10", n)
		}
	})
}
