package intake_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/intake"
	"tongshishang/store"

	"github.com/prometheus/client_golang/prometheus"
)

// channel is the other end of a sender: what was sent, and what it says to each text.
type channel struct {
	mu   sync.Mutex
	sent []string
	says map[string]intake.Delivery
}

func (c *channel) send(ctx context.Context, out bot.Outgoing) intake.Delivery {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, limited := ctx.Deadline(); !limited {
		return intake.Delivery{Err: errors.New("the call has no time limit"), Final: true}
	}
	c.sent = append(c.sent, out.Text)
	return c.says[out.Text]
}

// took returns what was sent since it was last asked, sorted.
func (c *channel) took() []string {
	sent := c.inOrder()
	slices.Sort(sent)
	return sent
}

// inOrder returns what was sent since it was last asked.
func (c *channel) inOrder() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	sent := c.sent
	c.sent = nil
	return sent
}

func newSender(h *house, c *channel) *intake.Sender {
	return intake.NewSender(h.Store, c.send, senderOptions(), h.clock.Now, slog.New(slog.DiscardHandler), intake.NewMetrics(prometheus.NewRegistry()))
}

func senderOptions() intake.SenderOptions {
	return intake.SenderOptions{Workers: 8, PerChannel: 8, Poll: time.Hour, Attempts: 4, Backoff: 10 * time.Second, MaxBackoff: 30 * time.Second,
		Timeout: 10 * time.Second}
}

// runs lets a sender run until the returned function is called, which waits for its end.
func (h *house) runs(t *testing.T, s *intake.Sender) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx, ctx)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case <-done:
		case <-time.After(patience):
			t.Error("the sender doesn't end")
		}
	})
	t.Cleanup(stop)
	return stop
}

func (h *house) post(t *testing.T, group int, texts ...string) {
	t.Helper()
	err := h.Write(t.Context(), func(tx *store.Tx) error {
		for _, text := range texts {
			tx.Post("", say(group, 0).Conversation(), text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// health is the outbox of the one channel these tests send on.
func (h *house) health(t *testing.T) store.OutboxHealth {
	t.Helper()
	var health store.OutboxHealth
	err := h.Read(t.Context(), func(tx *store.Tx) error {
		channels, err := tx.OutboxHealth()
		if len(channels) > 1 {
			t.Errorf("more channels than one: %+v", channels)
		}
		for _, one := range channels {
			health = one
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return health
}

// round sends what is due and returns it.
func round(t *testing.T, s *intake.Sender, c *channel) []string {
	t.Helper()
	n, err := s.Once(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sent := c.took()
	if n != len(sent) {
		t.Errorf("tried %d and sent %v", n, sent)
	}
	return sent
}

func TestSender_BacksOffByTheClockAndGivesUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := &channel{says: map[string]intake.Delivery{"a1": {Err: errors.New("连不上")}}}
		s := newSender(h, c)
		h.post(t, 1, "a1", "a2")
		h.post(t, 2, "b1", "b2")
		if got := round(t, s, c); !slices.Equal(got, []string{"a1", "b1"}) {
			t.Fatalf("sent %v, want the first of each conversation", got)
		}
		if got := round(t, s, c); !slices.Equal(got, []string{"b2"}) {
			t.Fatalf("sent %v, want the other conversation to go on", got)
		}
		for attempt, wait := range []time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second} { // doubled, but no longer than the longest
			h.clock.Add(wait - time.Microsecond)
			if got := round(t, s, c); len(got) != 0 {
				t.Fatalf("attempt %d came too early: %v", attempt+2, got)
			}
			h.clock.Add(wait/4 + 2*time.Microsecond) // spread by at most a quarter
			if got := round(t, s, c); !slices.Equal(got, []string{"a1"}) {
				t.Fatalf("attempt %d: sent %v", attempt+2, got)
			}
		}
		if health := h.health(t); health.Dead != 1 || health.Pending != 1 {
			t.Errorf("after four attempts health = %+v", health)
		}
		if got := round(t, s, c); !slices.Equal(got, []string{"a2"}) {
			t.Errorf("sent %v, want what the dead message held up", got)
		}
	})
}

func TestSender_FinalErrorAndAskedWait(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := &channel{says: map[string]intake.Delivery{"final": {Err: errors.New("已取消关注"), Final: true},
			"later": {Err: errors.New("额度用完"), After: time.Hour}}}
		s := newSender(h, c)
		h.post(t, 1, "final")
		h.post(t, 2, "later")
		if got := round(t, s, c); len(got) != 2 {
			t.Fatalf("sent %v", got)
		}
		if health := h.health(t); health.Dead != 1 || health.Pending != 1 {
			t.Errorf("health = %+v, want one dead and one waiting", health)
		}
		h.clock.Add(time.Hour - time.Microsecond)
		if got := round(t, s, c); len(got) != 0 {
			t.Errorf("sent %v before the time that the channel asked for", got)
		}
		h.clock.Add(time.Microsecond)
		if got := round(t, s, c); !slices.Equal(got, []string{"later"}) {
			t.Errorf("sent %v", got)
		}
	})
}

func TestSender_RunWakesSendsAndEnds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := &channel{}
		s := newSender(h, c)
		h.post(t, 1, "a1", "a2", "a3") // there before it begins
		stop := h.runs(t, s)
		var order []string
		gather := func(n int) {
			eventually(t, "sent", func() bool {
				order = append(order, c.took()...)
				return len(order) >= n
			})
		}
		gather(3)
		h.post(t, 1, "a4")
		s.Wake()
		gather(4)
		if !slices.Equal(order, []string{"a1", "a2", "a3", "a4"}) {
			t.Errorf("sent %v", order)
		}
		eventually(t, "noted", func() bool { return h.health(t).Pending == 0 })
		stop()
		if left := leftovers(); len(left) > 0 {
			t.Errorf("%d goroutines are left:\n%s", len(left), left[0])
		}
	})
}

// TestSender_Ending ends the program during calls: what went out must not go out twice, and what was cut off is no failure of
// the channel's.
func TestSender_Ending(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, stop := context.WithCancel(t.Context())
		c := &channel{}
		ending := intake.NewSender(h.Store, func(ctx context.Context, out bot.Outgoing) intake.Delivery {
			if out.Text == "cut" {
				<-ctx.Done()
				return intake.Delivery{Err: ctx.Err()}
			}
			defer stop()
			return c.send(ctx, out)
		}, intake.SenderOptions{Workers: 8, PerChannel: 8, Poll: time.Hour, Attempts: 1, Backoff: time.Second, MaxBackoff: time.Second, Timeout: patience}, h.clock.Now,
			slog.New(slog.DiscardHandler), intake.NewMetrics(prometheus.NewRegistry()))
		h.post(t, 1, "out")
		h.post(t, 2, "cut")
		if _, err := ending.Once(ctx); err != nil {
			t.Fatal(err)
		}
		if got := c.took(); !slices.Equal(got, []string{"out"}) {
			t.Errorf("sent %v", got)
		}
		h.clock.Add(time.Hour) // any lease is over
		if got := round(t, newSender(h, c), c); !slices.Equal(got, []string{"cut"}) {
			t.Errorf("the next instance sent %v, want what was cut off", got)
		}
	})
}

// TestSender_EndingLetsCallsFinish ends the program in the middle of a call: it may end, and is noted, so that nobody makes it again.
func TestSender_EndingLetsCallsFinish(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c, heard, goOn := &channel{}, make(chan struct{}), make(chan struct{})
		s := intake.NewSender(h.Store, func(ctx context.Context, out bot.Outgoing) intake.Delivery {
			close(heard)
			<-goOn
			if ctx.Err() != nil {
				return intake.Delivery{Err: ctx.Err()}
			}
			return c.send(ctx, out)
		}, senderOptions(), h.clock.Now, slog.New(slog.DiscardHandler), intake.NewMetrics(prometheus.NewRegistry()))
		h.post(t, 1, "heard")
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.Run(ctx, t.Context())
		}()
		<-heard
		stop()
		close(goOn)
		<-done
		if got := c.took(); !slices.Equal(got, []string{"heard"}) || h.health(t).Pending != 0 {
			t.Errorf("sent %v, %d pending", got, h.health(t).Pending)
		}
	})
}

// TestSender_HangingChannelLeavesTheOthers has a channel whose every call hangs until it is cut off: it gets its share and no more, and
// another channel gets all its messages.
func TestSender_HangingChannelLeavesTheOthers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := &channel{}
		var hanging, most atomic.Int32
		opt := senderOptions()
		opt.Workers, opt.PerChannel, opt.Timeout = 4, 3, time.Minute
		s := intake.NewSender(h.Store, func(ctx context.Context, out bot.Outgoing) intake.Delivery {
			if out.To.Channel != "dead" {
				return c.send(ctx, out)
			}
			most.Store(max(most.Load(), hanging.Add(1)))
			<-ctx.Done()
			return intake.Delivery{Err: ctx.Err()}
		}, opt, h.clock.Now, slog.New(slog.DiscardHandler), intake.NewMetrics(prometheus.NewRegistry()))
		err := h.Write(t.Context(), func(tx *store.Tx) error {
			for n := range 20 {
				tx.Post("", bot.Conversation{Channel: "dead", Group: string(rune('a' + n))}, "never")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for g := range 10 {
			texts := []string{string(rune('a'+g)) + "1", string(rune('a'+g)) + "2", string(rune('a'+g)) + "3"}
			h.post(t, g, texts...)
			want = append(want, texts...)
		}
		stop := h.runs(t, s)
		var got []string
		eventually(t, "all sent", func() bool { got = append(got, c.took()...); return len(got) >= len(want) })
		eventually(t, "its share", func() bool { return hanging.Load() == 3 })
		stop()
		if most.Load() != 3 {
			t.Errorf("%d calls hang, want a share of 3", most.Load())
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("sent %v, want %v", got, want)
		}
		if left := leftovers(); len(left) > 0 {
			t.Errorf("%d goroutines are left:\n%s", len(left), left[0])
		}
	})
}

// TestSender_SlowCallHoldsOnlyItsConversation has one call that hangs and many others on the same channel.
func TestSender_SlowCallHoldsOnlyItsConversation(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c, goOn := &channel{}, make(chan struct{})
		s := intake.NewSender(h.Store, func(ctx context.Context, out bot.Outgoing) intake.Delivery {
			if out.Text == "slow" {
				<-goOn
			}
			return c.send(ctx, out)
		}, senderOptions(), h.clock.Now, slog.New(slog.DiscardHandler), intake.NewMetrics(prometheus.NewRegistry()))
		h.post(t, 1, "slow", "after")
		h.post(t, 2, "b1", "b2", "b3")
		h.runs(t, s)
		var got []string
		gather := func(n int) {
			eventually(t, "sent", func() bool { got = append(got, c.inOrder()...); return len(got) >= n })
		}
		gather(3)
		close(goOn)
		gather(5)
		if !slices.Equal(got, []string{"b1", "b2", "b3", "slow", "after"}) {
			t.Errorf("sent %v", got)
		}
	})
}

func TestSender_TwoInstancesSendOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := &channel{}
		var want []string
		for g := range 10 {
			texts := []string{string(rune('a'+g)) + "1", string(rune('a'+g)) + "2"}
			h.post(t, g, texts...)
			want = append(want, texts...)
		}
		var sending sync.WaitGroup
		for range 3 {
			s := newSender(h, c)
			sending.Go(func() {
				for idle := 0; idle < 3; {
					n, err := s.Once(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					if n == 0 {
						idle++
					}
				}
			})
		}
		sending.Wait()
		eventually(t, "all sent", func() bool {
			_, err := newSender(h, c).Once(t.Context())
			return err == nil && h.health(t).Pending == 0
		})
		if got := c.took(); !slices.Equal(got, want) {
			t.Errorf("sent %v, want each once", got)
		}
	})
}
