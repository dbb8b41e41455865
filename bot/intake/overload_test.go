package intake_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongshishang/bot/intake"
	"tongshishang/store"
)

// TestSubmit_FullLaneIsBusyForItsConversationOnly fills one group's lane while its first message is in work.
func TestSubmit_FullLaneIsBusyForItsConversationOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := say(1, 0)
		l, release := gated(first)
		opt := oneWriter()
		opt.LaneQueue = 2
		in := open(t, h.Store, h.clock, opt, l.work)
		waiting := []<-chan reply{in.submit(t.Context(), first)}
		l.atGate(t)
		waiting = append(waiting, in.queue(t, say(1, 1), say(1, 2))...)
		if _, err := in.Submit(t.Context(), say(1, 3)); !errors.Is(err, intake.ErrBusy) {
			t.Errorf("error = %v, want ErrBusy", err)
		}
		waiting = append(waiting, in.queue(t, say(2, 0), say(3, 0))...)
		release()
		for _, w := range waiting {
			answer(t, w)
		}
		if got := answer(t, in.submit(t.Context(), say(1, 3))); got != "3第6件" { // delivered again by the channel
			t.Errorf("answered %q", got)
		}
	})
}

// TestSubmit_LongMessagesCountAsSeveral has a queue for ten messages that one of 40 KiB fills.
func TestSubmit_LongMessagesCountAsSeveral(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first, long := say(1, 0), say(2, 0)
		long.Text = strings.Repeat("x", 40<<10)
		l, release := gated(first)
		opt := oneWriter()
		opt.Queue = 10
		in := open(t, h.Store, h.clock, opt, l.work)
		waiting := []<-chan reply{in.submit(t.Context(), first)}
		l.atGate(t)
		waiting = append(waiting, in.queue(t, long)...)
		if _, err := in.Submit(t.Context(), say(3, 0)); !errors.Is(err, intake.ErrBusy) {
			t.Errorf("error = %v, want ErrBusy", err)
		}
		release()
		for _, w := range waiting {
			answer(t, w)
		}
		answer(t, in.submit(t.Context(), say(3, 0)))
	})
}

// TestHealth_ShowsAStuckLane asks while a handling hangs and another message waits behind it, and after both are done. The clock is
// set five hours on meanwhile, which is no five hours of waiting.
func TestHealth_ShowsAStuckLane(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := say(1, 0)
		l, release := gated(first)
		in := open(t, h.Store, h.clock, oneWriter(), l.work)
		waiting := []<-chan reply{in.submit(t.Context(), first)}
		l.atGate(t)
		waiting = append(waiting, in.queue(t, say(1, 1))...)
		h.clock.Add(5 * time.Hour)
		eventually(t, "older than 50 ms", func() bool { return in.Health().Oldest > 50*time.Millisecond })
		got := in.Health()
		if got.Oldest > time.Hour || got.Waiting != 1 || got.Lanes != 1 {
			t.Errorf("%+v, want one waiting in one lane for less than an hour", got)
		}
		if age := in.gauge(t, "tss_lane_oldest_seconds"); age < 0.05 || age > 3600 {
			t.Errorf("the metric says %v s", age)
		}
		release()
		for _, w := range waiting {
			answer(t, w)
		}
		eventually(t, "nothing old", func() bool { return in.Health() == intake.Health{} })
		if age := in.gauge(t, "tss_lane_oldest_seconds"); age != 0 {
			t.Errorf("with nothing waiting the metric says %v s", age)
		}
	})
}

// TestHealth_ShowsTheSpool fills a spool of 4 KiB while the database is away, and empties it.
func TestHealth_ShowsTheSpool(t *testing.T) {
	behindProxy(t, func(t *testing.T, h *house, through *store.Store, p *proxy) {
		opt := options()
		opt.Spool = openSpool(t, filepath.Join(t.TempDir(), "spool.db"), 4096)
		in := open(t, through, h.clock, opt, newLine().work)
		p.cut()
		kept := 0
		for ; ; kept++ {
			if r := <-in.submit(t.Context(), say(1, kept)); r.err != nil {
				break
			}
		}
		eventually(t, "still for 20 ms", func() bool { return in.Health().SpoolStill > 20*time.Millisecond })
		if got := in.Health(); !got.SpoolFull || got.Spooled != kept || got.SpoolBytes == 0 {
			t.Errorf("%+v with %d kept", got, kept)
		}
		if n := in.gauge(t, "tss_spool_messages"); n != float64(kept) {
			t.Errorf("the metric says %v of %d", n, kept)
		}
		p.restore()
		emptied(t, opt.Spool)
		eventually(t, "well", func() bool { return in.Health() == intake.Health{} })
	})
}
