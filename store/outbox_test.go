package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

const lease = time.Minute

// post puts texts into the outbox, in order, one transaction.
func post(t *testing.T, s *store.Store, to bot.Conversation, texts ...string) {
	t.Helper()
	write(t, s, func(tx *store.Tx) error {
		for _, text := range texts {
			tx.Post("", to, text)
		}
		return nil
	})
}

// claim returns what a sender gets, by text.
func claim(t *testing.T, s *store.Store, limit int) (texts []string, parcels []store.Parcel) {
	t.Helper()
	write(t, s, func(tx *store.Tx) (err error) {
		parcels, _, err = tx.ClaimOutbox(store.Claim{Lease: lease, Limit: limit}, nil)
		return err
	})
	for _, p := range parcels {
		texts = append(texts, p.Text)
	}
	slices.Sort(texts)
	return texts, parcels
}

func expectClaim(t *testing.T, s *store.Store, want ...string) []store.Parcel {
	t.Helper()
	got, parcels := claim(t, s, 32)
	if !slices.Equal(got, want) {
		t.Fatalf("claimed %v, want %v", got, want)
	}
	return parcels
}

func sent(t *testing.T, s *store.Store, parcels ...store.Parcel) {
	t.Helper()
	write(t, s, func(tx *store.Tx) error {
		for _, p := range parcels {
			if err := tx.OutboxSent(p.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

func failed(t *testing.T, s *store.Store, p store.Parcel, next time.Time) {
	t.Helper()
	write(t, s, func(tx *store.Tx) error { return tx.OutboxFailed(p.ID, "连不上", next) })
}

func TestOutbox_FailingHeadHoldsItsConversationOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		post(t, s, group(1), "a1", "a2", "a3")
		post(t, s, group(2), "b1", "b2")
		heads := expectClaim(t, s, "a1", "b1")
		if to := heads[0].To; to != group(1) && to != group(2) {
			t.Errorf("goes to %+v", to)
		}
		for _, p := range heads {
			if p.Text == "a1" {
				failed(t, s, p, clock.Now().Add(time.Hour))
			} else {
				sent(t, s, p)
			}
		}
		sent(t, s, expectClaim(t, s, "b2")...)
		expectClaim(t, s)
		clock.Add(time.Hour)
		head := expectClaim(t, s, "a1")
		if head[0].Attempts != 1 {
			t.Errorf("attempts = %d, want the one that failed", head[0].Attempts)
		}
		sent(t, s, head...)
		sent(t, s, expectClaim(t, s, "a2")...)
		sent(t, s, expectClaim(t, s, "a3")...)
		expectClaim(t, s)
	})
}

func TestOutbox_WhatIsNotDueHoldsNobodyUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		write(t, s, func(tx *store.Tx) error {
			tx.PostAt("later", group(1), "later", tx.Now().Add(time.Hour))
			return nil
		})
		post(t, s, group(1), "now")
		sent(t, s, expectClaim(t, s, "now")...)
		expectClaim(t, s)
		clock.Add(time.Hour)
		expectClaim(t, s, "later")
	})
}

func TestOutbox_LeaseExpiresAndIsTakenOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		post(t, s, group(1), "a1", "a2")
		expectClaim(t, s, "a1")
		clock.Add(lease - time.Microsecond)
		expectClaim(t, s)
		clock.Add(time.Microsecond)
		expectClaim(t, s, "a1")
	})
}

func TestOutbox_ClaimersNeverShareAMessage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		const groups, each = 12, 4
		for n := range groups {
			var texts []string
			for i := range each {
				texts = append(texts, fmt.Sprintf("%d-%d", n, i))
			}
			post(t, s, group(n), texts...)
		}
		var mu sync.Mutex
		order := map[bot.Conversation][]string{}
		together(t, 4, func(int) error {
			for {
				var got []store.Parcel
				err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
					got, _, err = tx.ClaimOutbox(store.Claim{Lease: lease, Limit: 3}, nil)
					return err
				})
				if err != nil {
					return err
				}
				mu.Lock()
				for _, p := range got {
					order[p.To] = append(order[p.To], p.Text)
				}
				n := 0
				for _, texts := range order {
					n += len(texts)
				}
				mu.Unlock()
				if n >= groups*each {
					return nil
				}
				err = s.Write(t.Context(), func(tx *store.Tx) error {
					for _, p := range got {
						if err := tx.OutboxSent(p.ID); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
		})
		for n := range groups {
			if got := order[group(n)]; len(got) != each || !slices.IsSorted(got) {
				t.Errorf("conversation %d got %v", n, got)
			}
		}
	})
}

func TestOutbox_DeadLettersAndHealth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		post(t, s, group(1), "a1", "a2")
		clock.Add(time.Minute)
		post(t, s, group(2), "b1")
		for _, p := range expectClaim(t, s, "a1", "b1") {
			if p.Text == "a1" {
				failed(t, s, p, time.Time{})
			}
		}
		expectClaim(t, s, "a2") // a message that was given up holds nobody up
		read(t, s, func(tx *store.Tx) error {
			channels, err := tx.OutboxHealth()
			h := channels["qun"]
			if err == nil && (h.Pending != 2 || h.Dead != 1 || !h.Oldest.Equal(storetest.Monday())) {
				t.Errorf("health = %+v", h)
			}
			dead, err2 := tx.DeadLetters(10)
			if err2 == nil && (len(dead) != 1 || dead[0].Error != "连不上" || dead[0].Channel != "qun") {
				t.Errorf("dead letters = %+v", dead)
			}
			if err == nil {
				err = err2
			}
			return err
		})
	})
}

func TestOutbox_OneOccasionSpeaksOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		for range 2 {
			write(t, s, func(tx *store.Tx) error {
				tx.Post("issue:1:accepted", group(1), "已受理")
				tx.Post("issue:1:accepted", group(1), "已受理")
				tx.Post("", group(2), "没有名字的")
				return nil
			})
		}
		parcels := expectClaim(t, s, "已受理", "没有名字的")
		sent(t, s, parcels...)
		write(t, s, func(tx *store.Tx) error {
			tx.Post("issue:1:accepted", group(1), "已受理")
			return nil
		})
		expectClaim(t, s, "没有名字的")
	})
}

func TestOutbox_CancelWhatHasNotGoneOut(t *testing.T) {
	long := strings.Repeat("k", 200) // longer than the column
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		cancel := func(key string) (done bool) {
			write(t, s, func(tx *store.Tx) (err error) {
				done, err = tx.CancelOutbox(key)
				return err
			})
			return done
		}
		for _, key := range []string{"answer:1", "answer:2", long} {
			write(t, s, func(tx *store.Tx) error {
				tx.Post(key, group(1), key)
				return nil
			})
		}
		if !cancel(long) || !cancel("answer:2") || cancel("answer:2") || cancel("never posted") {
			t.Error("exactly what is waiting can be taken back, once")
		}
		expectClaim(t, s, "answer:1")
		if cancel("answer:1") {
			t.Error("what is on its way was taken back")
		}
	})
}

func TestHold_SaysLinesTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		hold := func(tx *store.Tx, line string) {
			held, err := tx.Hold("summary:1", "、"+line)
			if err != nil {
				t.Fatal(err)
			}
			if !held {
				tx.PostAt("summary:1", group(1), "本小时:"+line, storetest.Monday().Add(time.Hour))
			}
		}
		write(t, s, func(tx *store.Tx) error { // three messages of one batch, the second of which fails
			hold(tx, "甲")
			_ = tx.Guard(func() error {
				hold(tx, "不算")
				return fmt.Errorf("undo")
			})
			return tx.Guard(func() error {
				hold(tx, "乙")
				return nil
			})
		})
		write(t, s, func(tx *store.Tx) error {
			hold(tx, "丙")
			return nil
		})
		expectClaim(t, s)
		clock.Add(time.Hour)
		parcels := expectClaim(t, s, "本小时:甲、乙、丙")
		write(t, s, func(tx *store.Tx) error { // it is on its way: too late
			held, err := tx.Hold("summary:1", "、丁")
			if held {
				t.Error("a line was added to a message that is being sent")
			}
			return err
		})
		sent(t, s, parcels...)
		expectClaim(t, s)
	})
}

// TestClaimOutbox_GoesOnWithWhatWasLookedUp claims in twos what was looked up at once, and looks again when none of it is left.
func TestClaimOutbox_GoesOnWithWhatWasLookedUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		write(t, s, func(tx *store.Tx) error {
			for n := range 5 {
				tx.Post(fmt.Sprint("a", n), group(n), fmt.Sprint("a", n))
				tx.Post(fmt.Sprint("b", n), group(n), fmt.Sprint("b", n)) // behind it
			}
			return nil
		})
		var known []int64
		claim := func() (texts []string) {
			write(t, s, func(tx *store.Tx) error {
				parcels, left, err := tx.ClaimOutbox(store.Claim{Lease: time.Minute, Limit: 2}, known)
				known, texts = left, nil
				for _, p := range parcels {
					texts = append(texts, p.Text)
					err = errors.Join(err, tx.OutboxSent(p.ID))
				}
				return err
			})
			return texts
		}
		for _, want := range []struct {
			texts []string
			left  int
		}{{[]string{"a0", "a1"}, 3}, {[]string{"a2", "a3"}, 1}, {[]string{"a4"}, 0}, {[]string{"b0", "b1"}, 3}} {
			if got := claim(); !slices.Equal(got, want.texts) || len(known) != want.left {
				t.Errorf("claimed %v with %d left, want %v with %d", got, len(known), want.texts, want.left)
			}
		}
	})
}
