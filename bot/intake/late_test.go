package intake_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"tongshishang/bot/intake"
	"tongshishang/store"
)

func hasty() intake.Options {
	opt := options()
	opt.AnswerWithin = 20 * time.Millisecond
	return opt
}

// TestSubmit_LateAnswerGoesOutByAPI has a handling that takes longer than a response may.
func TestSubmit_LateAnswerGoesOutByAPI(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := say(1, 5)
		l, release := gated(m)
		in := open(t, h.Store, h.clock, hasty(), l.work)
		waiting := in.submit(t.Context(), m)
		l.atGate(t)
		time.AfterFunc(150*time.Millisecond, release)
		if got := answer(t, waiting); got != "" {
			t.Errorf("the response says %q", got)
		}
		eventually(t, "handled", func() bool { return h.stored(t, m).State == store.MessageHandled })
		if texts := h.outbox(t); !slices.Equal(texts, []string{"5第1件"}) {
			t.Errorf("the outbox has %v, want the answer once", texts)
		}
		if n := in.counter(t, "tss_messages_total", "late"); n != 1 {
			t.Errorf("the metric counts %v late answers, want 1", n)
		}
	})
}

// TestSubmit_LateIsDurableAtOnce has a handling that takes far too long. With a server the message is stored beside it. The
// embedded database has one writer, which that handling holds: nothing can be stored and the channel must deliver again.
func TestSubmit_LateIsDurableAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := say(1, 5)
		l, release := gated(m)
		opt := options()
		in := open(t, h.Store, h.clock, opt, l.work)
		answer(t, in.submit(t.Context(), say(1, 4))) // the conversation is known
		opt.AnswerWithin = 20 * time.Millisecond
		in = open(t, h.Store, h.clock, opt, l.work)
		waiting := in.submit(t.Context(), m)
		l.atGate(t)
		r := <-waiting
		if h.embedded {
			if !errors.Is(r.err, intake.ErrNotStored) {
				t.Errorf("reply = %+v, want ErrNotStored", r)
			}
		} else if r.err != nil || r.answer != "" || h.stored(t, m).State != store.MessageReceived {
			t.Errorf("reply = %+v, stored = %+v, want silence and the message received", r, h.stored(t, m))
		}
		release()
		eventually(t, "handled", func() bool { return h.stored(t, m).State == store.MessageHandled })
		if texts := h.outbox(t); !slices.Equal(texts, []string{"5第2件"}) {
			t.Errorf("the outbox has %v, want the answer once", texts)
		}
		if n := h.total(t); n != 2 {
			t.Errorf("handled %d messages, want 2", n)
		}
	})
}

func TestSubmit_DeliveredAgainBeforeTheAnswerWasSent(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := say(1, 5)
		l, release := gated(m)
		late := open(t, h.Store, h.clock, hasty(), l.work)
		waiting := late.submit(t.Context(), m)
		l.atGate(t)
		time.AfterFunc(100*time.Millisecond, release)
		answer(t, waiting)
		eventually(t, "in the outbox", func() bool { return len(h.outbox(t)) == 1 })
		patient := open(t, h.Store, h.clock, options(), newLine().work)
		for range 2 {
			if got := answer(t, patient.submit(t.Context(), m)); got != "5第1件" {
				t.Errorf("delivered again it is answered %q", got)
			}
			if texts := h.outbox(t); len(texts) != 0 {
				t.Errorf("the outbox still has %v, which the response has said", texts)
			}
		}
	})
}

// TestSubmit_DeliveredAgainIntoTheSameBatch queues a message whose channel gives up waiting and then the same message again.
func TestSubmit_DeliveredAgainIntoTheSameBatch(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := say(1, 5)
		l, release := gated(say(1, 0))
		opt := oneWriter()
		opt.AnswerWithin = time.Second
		in := open(t, h.Store, h.clock, opt, l.work)
		first := in.submit(t.Context(), say(1, 0))
		l.atGate(t)
		gaveUp := in.queue(t, m)[0]
		time.Sleep(800 * time.Millisecond)
		again := in.queue(t, m)[0]
		time.Sleep(300 * time.Millisecond) // the first delivery has given up, the second hasn't
		release()
		for _, w := range []<-chan reply{first, gaveUp} {
			if got := answer(t, w); got != "" {
				t.Errorf("who gave up is answered %q", got)
			}
		}
		if got := answer(t, again); got != "5第2件" {
			t.Errorf("answer = %q", got)
		}
		if texts := h.outbox(t); !slices.Equal(texts, []string{"0第1件"}) {
			t.Errorf("the outbox has %v, want only the other late answer", texts)
		}
	})
}

// TestSubmit_LateAndFailed has a message that nobody waits for any more fail at first. Whether its polite line has gone out or not, the
// answer follows when it has been handled after all.
func TestSubmit_LateAndFailed(t *testing.T) {
	for name, sent := range map[string]bool{"polite line waits": false, "polite line has gone out": true} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				m := say(1, 5)
				l, release := gated(m)
				broken := true
				l.spur = func(item *intake.Item) error {
					if broken {
						item.Err = errSpoilt
					}
					return nil
				}
				in := open(t, h.Store, h.clock, hasty(), l.work)
				waiting := in.submit(t.Context(), m)
				l.atGate(t)
				time.AfterFunc(150*time.Millisecond, release)
				if got := answer(t, waiting); got != "" {
					t.Errorf("the response says %q", got)
				}
				eventually(t, "failed", func() bool { return h.stored(t, m).State == store.MessageFailed })
				if sent {
					h.markSent(t)
				}
				broken = false
				h.clock.Add(time.Hour)
				if n, err := in.Retry(t.Context()); n != 1 || err != nil {
					t.Errorf("tried %d again, %v", n, err)
				}
				if texts := h.outbox(t); !slices.Equal(texts, []string{"5第1件"}) {
					t.Errorf("the outbox has %v, want the answer", texts)
				}
			})
		})
	}
}

// markSent notes everything that waits as sent.
func (h *house) markSent(t *testing.T) {
	t.Helper()
	err := h.Write(t.Context(), func(tx *store.Tx) error {
		parcels, _, err := tx.ClaimOutbox(store.Claim{Lease: time.Minute, Limit: 10}, nil)
		for _, p := range parcels {
			err = errors.Join(err, tx.OutboxSent(p.ID))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
