package intake_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/intake"
	"tongshishang/store"

	"github.com/prometheus/client_golang/prometheus"
)

// TestSpool_DatabaseAway takes the server away and brings it back while two groups talk.
func TestSpool_DatabaseAway(t *testing.T) {
	behindProxy(t, func(t *testing.T, h *house, through *store.Store, p *proxy) {
		opt, _ := spooling(t)
		in := open(t, through, h.clock, opt, newLine().work)
		said := in.handedIn(t, say(1, 0), say(2, 0))
		if len(said) != 2 {
			t.Errorf("answered %v before", said)
		}
		p.cut()
		for g := 1; g <= 2; g++ {
			if away := in.handedIn(t, run(g, 1, 5)...); len(away) != 0 {
				t.Errorf("answered %v while the database was away", away)
			}
		}
		if opt.Spool.Len() != 10 {
			t.Errorf("%d messages in the spool", opt.Spool.Len())
		}
		p.restore()
		for g := 1; g <= 2; g++ { // at once: what waits comes first
			said = append(said, in.handedIn(t, run(g, 6, 9)...)...)
		}
		emptied(t, opt.Spool)
		h.isHandledInOrder(t, run(1, 0, 9), run(2, 0, 9))
		h.areAnsweredOnce(t, said, run(1, 0, 9), run(2, 0, 9))
		eventually(t, "straight again", func() bool { return len(in.handedIn(t, say(3, 1))) == 1 })
	})
}

// TestSpool_AwayForAMomentSplitsNoBatch takes the server away while a batch of three is handled for the first time and brings it back
// before the batch would be tried for the third, which fails for another reason: what the batch has suffered is no message's fault.
func TestSpool_AwayForAMomentSplitsNoBatch(t *testing.T) {
	behindProxy(t, func(t *testing.T, h *house, through *store.Store, p *proxy) {
		opt, _ := spooling(t)
		opt.Writers = 1
		l, release := gated(say(0, 0))
		tries := 0
		l.spur = func(item *intake.Item) error {
			if item.Message.Group == say(0, 0).Group {
				return nil
			}
			switch tries++; tries {
			case 1:
				p.cutForAMoment()
				return errSpoilt
			case 2:
				return errSpoilt
			}
			return nil
		}
		in := open(t, through, h.clock, opt, l.work)
		behind(t, in, l, release)
		emptied(t, opt.Spool)
		eventually(t, "straight again", func() bool { return len(in.handedIn(t, say(4, 1))) == 1 })
		if !slices.Equal(l.batches[:2], []int{1, 3}) {
			t.Errorf("batches of %v messages, want the three together", l.batches)
		}
		h.isHandledInOrder(t, run(0, 0, 0), run(1, 1, 1), run(2, 2, 2), run(3, 3, 3), run(4, 1, 1))
	})
}

// TestSpool_RestartWhileAway ends the program and starts it again with the server away all the time.
func TestSpool_RestartWhileAway(t *testing.T) {
	behindProxy(t, func(t *testing.T, h *house, through *store.Store, p *proxy) {
		opt, path := spooling(t)
		p.cut()
		first := open(t, through, h.clock, opt, newLine().work)
		first.handedIn(t, run(1, 1, 3)...)
		first.stop()
		first.wait(t)
		opt.Spool = reopen(t, opt.Spool, path)
		second := open(t, through, h.clock, opt, newLine().work)
		second.handedIn(t, run(1, 4, 6)...)
		if opt.Spool.Len() != 6 {
			t.Errorf("%d messages in the spool", opt.Spool.Len())
		}
		p.restore()
		said := second.handedIn(t, run(1, 7, 8)...)
		emptied(t, opt.Spool)
		h.isHandledInOrder(t, run(1, 1, 8))
		h.areAnsweredOnce(t, said, run(1, 1, 8))
	})
}

// TestSpool_CutInTheMiddleOfACommit cuts the connections at a commit, so that the program doesn't know whether it was done, and
// brings the server back at once or only after the message went to the spool.
func TestSpool_CutInTheMiddleOfACommit(t *testing.T) {
	for _, lost := range []bool{false, true} {
		for _, long := range []bool{false, true} {
			t.Run(fmt.Sprintf("done %v, away for long %v", lost, long), func(t *testing.T) {
				behindProxy(t, func(t *testing.T, h *house, through *store.Store, p *proxy) {
					opt, _ := spooling(t)
					in := open(t, through, h.clock, opt, newLine().work)
					said := in.handedIn(t, say(1, 0))
					p.cutAt(1, lost)
					waiting := in.submit(t.Context(), say(1, 1))
					eventually(t, "cut", p.isAway)
					if long {
						eventually(t, "spooled", func() bool { return opt.Spool.Len() == 1 })
					}
					p.restore()
					if a := answer(t, waiting); a != "" {
						said = append(said, a)
					}
					said = append(said, in.handedIn(t, say(1, 2))...)
					emptied(t, opt.Spool)
					h.isHandledInOrder(t, run(1, 0, 2))
					h.areAnsweredOnce(t, said, run(1, 0, 2))
				})
			})
		}
	}
}

// giveUpDuring has a channel give up waiting for a message that is being committed, and returns its reply when the commit has come to
// its end.
func giveUpDuring(t *testing.T, in *running, p *proxy, m *bot.Message) reply {
	t.Helper()
	reached, goOn := p.holdCommit()
	defer goOn()
	ctx, giveUp := context.WithCancel(t.Context())
	waiting := in.submit(ctx, m)
	<-reached
	giveUp()
	eventually(t, "waiting for the commit", func() bool {
		return slices.ContainsFunc(leftovers(), func(stack string) bool {
			head, _, _ := strings.Cut(stack, "\n")
			return strings.Contains(stack, "(*Intake).Submit(") && strings.Contains(head, "[chan receive")
		})
	})
	goOn()
	return <-waiting
}

// TestSubmit_GivingUpDuringTheCommit has a channel that gives up after the answer was put into its response, where it must be said and
// nowhere else.
func TestSubmit_GivingUpDuringTheCommit(t *testing.T) {
	behindProxy(t, func(t *testing.T, h *house, through *store.Store, p *proxy) {
		in := open(t, through, h.clock, options(), newLine().work)
		said := in.handedIn(t, say(1, 0))
		r := giveUpDuring(t, in, p, say(1, 1))
		if r.err != nil || r.answer == "" {
			t.Errorf("the response says %q, %v", r.answer, r.err)
		}
		h.isHandledInOrder(t, run(1, 0, 1))
		h.areAnsweredOnce(t, append(said, r.answer), run(1, 0, 1))
	})
}

// TestSpool_GivingUpDuringACommitThatIsCutOff is the same with a commit whose outcome nobody knows: the message goes to the spool, and
// its answer by API.
func TestSpool_GivingUpDuringACommitThatIsCutOff(t *testing.T) {
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprintf("done %v", lost), func(t *testing.T) {
			behindProxy(t, func(t *testing.T, h *house, through *store.Store, p *proxy) {
				opt, _ := spooling(t)
				in := open(t, through, h.clock, opt, newLine().work)
				said := in.handedIn(t, say(1, 0))
				p.cutAt(1, lost)
				if r := giveUpDuring(t, in, p, say(1, 1)); r.err != nil || r.answer != "" {
					t.Errorf("the response says %q, %v", r.answer, r.err)
				}
				p.restore()
				said = append(said, in.handedIn(t, say(1, 2))...)
				emptied(t, opt.Spool)
				h.isHandledInOrder(t, run(1, 0, 2))
				h.areAnsweredOnce(t, said, run(1, 0, 2))
			})
		})
	}
}

// TestSpool_AwayAgainWhileDraining takes the server away at the second of many commits that empty the spool.
func TestSpool_AwayAgainWhileDraining(t *testing.T) {
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprintf("done %v", lost), func(t *testing.T) {
			behindProxy(t, func(t *testing.T, h *house, through *store.Store, p *proxy) {
				opt, _ := spooling(t)
				opt.Batch = 2
				in := open(t, through, h.clock, opt, newLine().work)
				p.cut()
				in.handedIn(t, run(1, 1, 10)...)
				p.cutAt(2, lost)
				p.restore()
				eventually(t, "cut", p.isAway)
				in.handedIn(t, run(1, 11, 12)...)
				if n := opt.Spool.Len(); n < 2 || n > 10 { // one commit is known to be done
					t.Errorf("%d messages in the spool", n)
				}
				p.restore()
				emptied(t, opt.Spool)
				h.isHandledInOrder(t, run(1, 1, 12))
				h.areAnsweredOnce(t, nil, run(1, 1, 12))
			})
		})
	}
}

// TestSpool_SlowDatabase has a server so slow that no channel can wait for it, and for some messages not even their being stored.
func TestSpool_SlowDatabase(t *testing.T) {
	for _, delay := range []time.Duration{30 * time.Millisecond, 300 * time.Millisecond} {
		t.Run(delay.String(), func(t *testing.T) {
			behindProxy(t, func(t *testing.T, h *house, through *store.Store, p *proxy) {
				opt, _ := spooling(t)
				opt.AnswerWithin = 20 * time.Millisecond
				in := open(t, through, h.clock, opt, newLine().work)
				p.slow(delay)
				var waiting []<-chan reply
				for n := 1; n <= 6; n++ {
					for g := 1; g <= 3; g++ {
						waiting = append(waiting, in.submit(t.Context(), say(g, n)))
						time.Sleep(time.Millisecond) // they arrive in this order
					}
				}
				for _, w := range waiting {
					if got := answer(t, w); got != "" {
						t.Errorf("answered %q by a database that needs longer than that", got)
					}
				}
				p.slow(0)
				emptied(t, opt.Spool)
				eventually(t, "handled", func() bool { return h.total(t) == 18 })
				h.isHandledInOrder(t, run(1, 1, 6), run(2, 1, 6), run(3, 1, 6))
				h.areAnsweredOnce(t, nil, run(1, 1, 6), run(2, 1, 6), run(3, 1, 6))
			})
		})
	}
}

// TestSpool_WaitsForOlderMessagesInTheLane has a message in the spool because its client left, and an older one of the same group
// still in the lane: with no writer it stays there, so the spool must wait for it.
func TestSpool_WaitsForOlderMessagesInTheLane(t *testing.T) {
	behindProxy(t, func(t *testing.T, h *house, through *store.Store, p *proxy) {
		opt, _ := spooling(t)
		opt.Writers = 0
		in := open(t, through, h.clock, opt, newLine().work)
		p.cut()
		in.queue(t, say(1, 1))
		left, leave := context.WithCancel(t.Context())
		leave()
		if got := answer(t, in.submit(left, say(1, 2))); got != "" || opt.Spool.Len() != 1 {
			t.Errorf("answered %q, %d in the spool", got, opt.Spool.Len())
		}
		p.restore()
		time.Sleep(1500 * time.Millisecond) // the spool is looked at every second
		if opt.Spool.Len() != 1 || h.stored(t, say(1, 2)).ID != 0 {
			t.Error("the newer message overtook the older one")
		}
	})
}

// TestSender_DatabaseAwayAfterSending takes the server away between a message's going out and its being noted.
func TestSender_DatabaseAwayAfterSending(t *testing.T) {
	behindProxy(t, func(t *testing.T, h *house, through *store.Store, p *proxy) {
		c := &channel{}
		s := intake.NewSender(through, func(ctx context.Context, out bot.Outgoing) intake.Delivery {
			p.cut()
			time.AfterFunc(time.Second, p.restore)
			return c.send(ctx, out)
		}, intake.SenderOptions{Workers: 8, PerChannel: 8, Poll: time.Hour, Attempts: 4, Backoff: time.Second, MaxBackoff: time.Second, Timeout: patience}, h.clock.Now,
			slog.New(slog.DiscardHandler), intake.NewMetrics(prometheus.NewRegistry()))
		h.post(t, 1, "once")
		if n, err := s.Once(t.Context()); n != 1 || err != nil {
			t.Errorf("tried %d, %v", n, err)
		}
		h.clock.Add(time.Hour) // any lease is over
		if n, err := s.Once(t.Context()); n != 0 || err != nil {
			t.Errorf("tried %d again, %v", n, err)
		}
		if got := c.took(); !slices.Equal(got, []string{"once"}) {
			t.Errorf("sent %v", got)
		}
	})
}
