package intake_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/intake"
	"tongshishang/store"

	"github.com/prometheus/client_golang/prometheus"
)

// jump is by how much the clocks of these tests are wrong for a while.
const jump = 5 * time.Hour

// claimedAndCut leaves a message claimed, as a program does that is killed during the call.
func (h *house) claimedAndCut(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	killed := intake.NewSender(h.Store, func(ctx context.Context, _ bot.Outgoing) intake.Delivery {
		stop()
		<-ctx.Done()
		return intake.Delivery{Err: ctx.Err()}
	}, senderOptions(), h.clock.Now, slog.New(slog.DiscardHandler), intake.NewMetrics(prometheus.NewRegistry()))
	if n, err := killed.Once(ctx); n != 1 || err != nil {
		t.Fatalf("claimed %d, %v", n, err)
	}
}

// TestSender_TakesOverWithin30Seconds has a program that is killed during a call with the usual time limit of 10 s.
func TestSender_TakesOverWithin30Seconds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := &channel{}
		h.post(t, 1, "a1")
		h.claimedAndCut(t)
		h.clock.Add(20*time.Second - time.Microsecond)
		if got := round(t, newSender(h, c), c); len(got) != 0 {
			t.Errorf("sent %v while the lease ran", got)
		}
		h.clock.Add(time.Microsecond)
		if got := round(t, newSender(h, c), c); !slices.Equal(got, []string{"a1"}) {
			t.Errorf("sent %v", got)
		}
	})
}

// TestSender_LeaseOfAWrongClock has a program that is killed while its clock was five hours ahead, and the clock set right.
func TestSender_LeaseOfAWrongClock(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := &channel{}
		h.clock.Add(jump)
		h.post(t, 1, "a1", "a2")
		h.claimedAndCut(t)
		h.clock.Add(-jump)
		s := newSender(h, c)
		for _, want := range []string{"a1", "a2"} {
			if got := round(t, s, c); !slices.Equal(got, []string{want}) {
				t.Errorf("sent %v, want %s", got, want)
			}
		}
	})
}

// TestSender_LeaseOfAnotherClock has two machines whose clocks are ten seconds apart: neither takes what the other is sending.
func TestSender_LeaseOfAnotherClock(t *testing.T) {
	for _, apart := range []time.Duration{-10 * time.Second, 10 * time.Second} {
		t.Run(apart.String(), func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				c := &channel{}
				h.post(t, 1, "a1")
				h.claimedAndCut(t)
				h.clock.Add(apart)
				if got := round(t, newSender(h, c), c); len(got) != 0 {
					t.Errorf("sent %v, which the other is sending", got)
				}
			})
		})
	}
}

// TestSender_ClockJumpsDuringACall sets the clock forward and back during a call, each time further than a lease is long: the sender
// doesn't take its own message again, nor the next one of the conversation.
func TestSender_ClockJumpsDuringACall(t *testing.T) {
	for name, by := range map[string]time.Duration{"forward": jump, "back": -jump} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				var calls atomic.Int32
				c, begun, goOn := &channel{}, make(chan struct{}, 10), make(chan struct{})
				s := intake.NewSender(h.Store, func(ctx context.Context, out bot.Outgoing) intake.Delivery {
					if calls.Add(1); out.Text == "slow" {
						begun <- struct{}{}
						<-goOn
					}
					return c.send(ctx, out)
				}, senderOptions(), h.clock.Now, slog.New(slog.DiscardHandler), intake.NewMetrics(prometheus.NewRegistry()))
				h.post(t, 1, "slow", "next")
				stop := h.runs(t, s)
				<-begun
				h.clock.Add(by)
				h.post(t, 2, "other") // the sender has looked since the clock was set when this one is out
				s.Wake()
				eventually(t, "sent the other", func() bool { return calls.Load() == 2 })
				if got := c.took(); !slices.Equal(got, []string{"other"}) {
					t.Errorf("sent %v during the call", got)
				}
				close(goOn)
				eventually(t, "all sent", func() bool { return h.health(t).Pending == 0 })
				stop()
				if got := c.took(); !slices.Equal(got, []string{"next", "slow"}) {
					t.Errorf("sent %v", got)
				}
			})
		})
	}
}

// TestSender_PostedBeforeTheClockWentBack keeps the order of a conversation over the jump, and lets nothing wait for the time to
// come again.
func TestSender_PostedBeforeTheClockWentBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := &channel{}
		s := newSender(h, c)
		h.post(t, 1, "a1")
		h.clock.Add(-jump)
		h.post(t, 1, "a2")
		for _, want := range []string{"a1", "a2"} {
			if got := round(t, s, c); !slices.Equal(got, []string{want}) {
				t.Errorf("sent %v, want %s", got, want)
			}
		}
	})
}

// TestSender_PauseOfAWrongClock has a call that fails while the clock is two days ahead, and the clock set right: no pause is longer
// than a day, so this one isn't waited for.
func TestSender_PauseOfAWrongClock(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := &channel{says: map[string]intake.Delivery{"a1": {Err: errors.New("连不上")}}}
		s := newSender(h, c)
		h.post(t, 1, "a1")
		h.clock.Add(48 * time.Hour)
		round(t, s, c)
		h.clock.Add(-48 * time.Hour)
		c.says = nil
		if got := round(t, s, c); !slices.Equal(got, []string{"a1"}) {
			t.Errorf("sent %v", got)
		}
	})
}

// TestSender_NoPauseIsLongerThanADay has a channel that asks for a week.
func TestSender_NoPauseIsLongerThanADay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := &channel{says: map[string]intake.Delivery{"a1": {Err: errors.New("额度用完"), After: 7 * 24 * time.Hour}}}
		s := newSender(h, c)
		h.post(t, 1, "a1")
		round(t, s, c)
		h.clock.Add(24*time.Hour - time.Microsecond)
		if got := round(t, s, c); len(got) != 0 {
			t.Errorf("sent %v too early", got)
		}
		h.clock.Add(time.Microsecond)
		if got := round(t, s, c); !slices.Equal(got, []string{"a1"}) {
			t.Errorf("sent %v", got)
		}
	})
}

// TestRetry_OfAWrongClock has a message that fails while the clock is five hours ahead or behind, and the clock set right: it is
// tried again, and no sooner than it should be.
func TestRetry_OfAWrongClock(t *testing.T) {
	for name, wrong := range map[string]time.Duration{"ahead": jump, "behind": -jump, "right": 0} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				l := newLine()
				l.spur = func(item *intake.Item) error { item.Err = errSpoilt; return nil }
				in := open(t, h.Store, h.clock, options(), l.work)
				h.clock.Add(wrong)
				answer(t, in.submit(t.Context(), say(1, 1)))
				h.clock.Add(-wrong)
				want := 1
				if wrong == 0 {
					want = 0
				}
				if n, err := in.Retry(t.Context()); n != want || err != nil {
					t.Errorf("tried %d again, %v; want %d", n, err, want)
				}
				h.clock.Add(time.Hour)
				if n, err := in.Retry(t.Context()); n != 1 || err != nil {
					t.Errorf("an hour later tried %d again, %v", n, err)
				}
				if got := h.stored(t, say(1, 1)); got.State != store.MessageFailed && got.State != store.MessageDead {
					t.Errorf("stored = %+v", got)
				}
			})
		})
	}
}

// TestSubmit_ClockJumpsKeepTheOrder sets the clock to and fro while a group talks.
func TestSubmit_ClockJumpsKeepTheOrder(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		in := open(t, h.Store, h.clock, options(), newLine().work)
		for n, by := range []time.Duration{0, jump, -2 * jump, 48 * time.Hour, -48 * time.Hour} {
			h.clock.Add(by)
			in.handedIn(t, run(1, 2*n, 2*n+1)...)
		}
		h.isHandledInOrder(t, run(1, 0, 9))
	})
}
