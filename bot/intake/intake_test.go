package intake_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"tongshishang/bot/intake"
)

// TestSubmit_KeepsOrderAndFormsBatches lets messages of four groups pile up behind one that is in work.
func TestSubmit_KeepsOrderAndFormsBatches(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := say(0, 0)
		l, release := gated(first)
		opt := options()
		opt.Batch, opt.Writers = 5, 1
		in := open(t, h.Store, h.clock, opt, l.work)
		waiting := []<-chan reply{in.submit(t.Context(), first)}
		l.atGate(t)
		for n := 1; n <= 10; n++ {
			for g := range 4 {
				waiting = append(waiting, in.queue(t, say(g, n))...)
			}
		}
		release()
		for _, w := range waiting {
			answer(t, w)
		}
		for g := range 4 {
			want := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}[min(g, 1):]
			if got := l.handled[say(g, 0).Conversation().Key()]; !slices.Equal(got, want) {
				t.Errorf("group %d was handled in the order %v", g, got)
			}
		}
		if want := []int{1, 5, 5, 5, 5, 5, 5, 5, 5}; !slices.Equal(l.batches, want) { // the first alone, then 40 in fives
			t.Errorf("batches of %v messages, want %v", l.batches, want)
		}
		if n := in.counter(t, "tss_messages_total", "handled"); n != 41 || h.total(t) != 41 {
			t.Errorf("handled %d messages and the metric says %v, want 41", h.total(t), n)
		}
	})
}

// TestSubmit_ManyAtOnce has every group talk at once, each sender waiting for its answers.
func TestSubmit_ManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		l := newLine()
		in := open(t, h.Store, h.clock, options(), l.work)
		const groups, each = 12, 10
		var talking sync.WaitGroup
		var mu sync.Mutex
		answers := map[string]bool{}
		for g := range groups {
			talking.Go(func() {
				for n := range each {
					a, err := in.Submit(t.Context(), say(g, n))
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					answers[a.Text] = true
					mu.Unlock()
				}
			})
		}
		talking.Wait()
		if len(answers) != groups*each || h.total(t) != groups*each {
			t.Errorf("%d different answers and %d handlings, want %d", len(answers), h.total(t), groups*each)
		}
		for conversation, texts := range l.handled {
			for n, text := range texts {
				if text != fmt.Sprint(n) {
					t.Errorf("%s was handled in the order %v", conversation, texts)
					break
				}
			}
		}
	})
}

func TestSubmit_FullQueueIsBusy(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := say(1, 0)
		l, release := gated(first)
		opt := options()
		opt.Queue = 2
		in := open(t, h.Store, h.clock, opt, l.work)
		waiting := []<-chan reply{in.submit(t.Context(), first)}
		l.atGate(t)
		waiting = append(waiting, in.queue(t, say(1, 1), say(1, 2))...)
		if _, err := in.Submit(t.Context(), say(1, 3)); !errors.Is(err, intake.ErrBusy) {
			t.Errorf("error = %v, want ErrBusy", err)
		}
		release()
		for _, w := range waiting {
			answer(t, w)
		}
		if _, err := in.Submit(t.Context(), say(1, 3)); err != nil { // delivered again by the channel
			t.Error(err)
		}
	})
}

func TestRun_DrainsAndLeavesNobody(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := say(1, 0)
		l, release := gated(first)
		in := open(t, h.Store, h.clock, options(), l.work)
		waiting := []<-chan reply{in.submit(t.Context(), first)}
		l.atGate(t)
		waiting = append(waiting, in.queue(t, say(1, 1), say(1, 2), say(1, 3))...)
		in.stop()
		release()
		for _, w := range waiting {
			answer(t, w)
		}
		in.wait(t)
		if _, err := in.Submit(t.Context(), say(2, 0)); !errors.Is(err, intake.ErrClosed) {
			t.Errorf("error = %v, want ErrClosed", err)
		}
		if left := leftovers(); len(left) > 0 {
			t.Errorf("%d goroutines are left:\n%s", len(left), left[0])
		}
	})
}

func TestRun_CutShortAcknowledgesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first, queued := say(1, 0), say(1, 1)
		l, _ := gated(first) // never released
		in := open(t, h.Store, h.clock, options(), l.work)
		waiting := []<-chan reply{in.submit(t.Context(), first)}
		l.atGate(t)
		waiting = append(waiting, in.queue(t, queued)...)
		in.stop()
		in.cut()
		in.wait(t)
		for _, w := range waiting {
			if r := <-w; !errors.Is(r.err, intake.ErrNotStored) {
				t.Errorf("reply = %+v, want ErrNotStored", r)
			}
		}
		if h.stored(t, first).ID != 0 || h.stored(t, queued).ID != 0 {
			t.Error("what wasn't acknowledged is stored")
		}
		if left := leftovers(); len(left) > 0 {
			t.Errorf("%d goroutines are left:\n%s", len(left), left[0])
		}
	})
}

func TestSubmit_ClientThatLeavesIsHandledAllTheSame(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := say(1, 0)
		l, release := gated(m)
		in := open(t, h.Store, h.clock, options(), l.work)
		ctx, leave := context.WithCancel(t.Context())
		waiting := in.submit(ctx, m)
		l.atGate(t)
		leave()
		time.AfterFunc(100*time.Millisecond, release)
		if got := answer(t, waiting); got != "" {
			t.Errorf("who has left is answered %q", got)
		}
		eventually(t, "sent by API", func() bool { return slices.Equal(h.outbox(t), []string{"0第1件"}) })
	})
}

func TestSubmit_DatabaseGone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		in := open(t, h.Store, h.clock, options(), newLine().work)
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := in.Submit(t.Context(), say(1, 0)); !errors.Is(err, intake.ErrNotStored) {
			t.Errorf("error = %v, want ErrNotStored", err)
		}
	})
}
