package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

func TestNextNumber_NoGapsNoDoubles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		var mu sync.Mutex
		var got []int64
		boom := errors.New("boom")
		together(t, 8, func(w int) error {
			for i := range 8 {
				var n int64
				err := s.Write(t.Context(), func(tx *store.Tx) error {
					var err error
					if n, err = tx.NextNumber("issue:1"); err == nil && (w+i)%4 == 0 {
						return boom // this number must be given again
					}
					return err
				})
				if err == nil {
					mu.Lock()
					got = append(got, n)
					mu.Unlock()
				} else if !errors.Is(err, boom) {
					return err
				}
			}
			return nil
		})
		slices.Sort(got)
		for i, n := range got {
			if n != int64(i+1) {
				t.Fatalf("numbers %v, want 1 to 48", got)
			}
		}
		if len(got) != 48 { // a quarter of 64 was taken back
			t.Errorf("%d numbers, want 48", len(got))
		}
	})
}

func TestLockConversations_CreatedByTwoAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		var mu sync.Mutex
		ids := map[bot.Conversation]int64{}
		together(t, 6, func(w int) error {
			convs := []bot.Conversation{group(1), group(2), {Channel: "gz", User: "oAb"}, group(1), group(w%3 + 3)}
			if w%2 == 1 {
				slices.Reverse(convs)
			}
			return s.Write(t.Context(), func(tx *store.Tx) error {
				found, err := tx.LockConversations(convs)
				if err != nil {
					return err
				}
				if len(found) != 4 {
					return fmt.Errorf("found %v, want 4 conversations", found)
				}
				mu.Lock()
				defer mu.Unlock()
				for c, id := range found {
					if _, known := ids[c]; !known {
						ids[c] = 0
					}
					if back, err := tx.Conversation(id); err != nil || back != c {
						return fmt.Errorf("conversation %d is %v, want %v; %w", id, back, c, err)
					}
				}
				return nil
			})
		})
		if n := one[int](t, s, "SELECT COUNT(*) FROM conversations"); n != len(ids) || n != 6 {
			t.Errorf("%d rows of %d conversations, want 6", n, len(ids))
		}
		read(t, s, func(tx *store.Tx) error {
			if _, err := tx.Conversation(1); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("no such conversation: %v", err)
			}
			return nil
		})
	})
}

// TestLockConversations_OneAtATime shows that who holds a conversation keeps out others that want it, and nobody else.
func TestLockConversations_OneAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		many := make([]bot.Conversation, 1000) // so many that the key is used and not the whole table
		for n := range many {
			many[n] = group(n)
		}
		write(t, s, func(tx *store.Tx) error {
			_, err := tx.LockConversations(many)
			return err
		})
		held, release := make(chan struct{}), make(chan struct{})
		done := make(chan error, 2)
		go func() {
			done <- s.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.LockConversations([]bot.Conversation{group(1), group(2)})
				close(held)
				<-release
				return err
			})
		}()
		<-held
		if _, dialect := s.SQL(); dialect == "mysql" { // SQLite has one writer anyway
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
			defer cancel()
			err := s.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.LockConversations([]bot.Conversation{group(7), group(8)})
				return err
			})
			if err != nil {
				t.Errorf("a free conversation had to wait for a held one: %v", err)
			}
		}
		var got atomic.Bool
		go func() {
			done <- s.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.LockConversations([]bot.Conversation{group(2), group(3)})
				got.Store(true)
				return err
			})
		}()
		time.Sleep(50 * time.Millisecond)
		if got.Load() {
			t.Error("a held conversation was locked by another")
		}
		close(release)
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestEndorse_CountsAPersonOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		issue, person := p.issue(t, s, 1), p.person(t, s, 2)
		var fresh atomic.Int32
		together(t, 6, func(i int) error {
			return s.Write(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.LockIssue(issue.ID); err != nil {
					return err
				}
				before, err := tx.Supports(issue.ID, person)
				if err != nil || before {
					return err
				}
				tx.Endorse(issue.ID, person, int64(i))
				fresh.Add(1)
				return nil
			})
		})
		if fresh.Load() != 1 {
			t.Errorf("endorsed %d times, want once", fresh.Load())
		}
		write(t, s, func(tx *store.Tx) error {
			for _, want := range []bool{true, false} {
				if gone, err := tx.Unendorse(issue.ID, person); err != nil || gone != want {
					t.Errorf("taken back: %t, want %t; %v", gone, want, err)
				}
			}
			for range 2 {
				tx.LinkMessage(issue.ID, 5, p.conversation, "m5", store.MessageOrigin)
			}
			found, err := tx.IssueOfMessage(p.conversation, "m5")
			if err == nil && found.ID != issue.ID {
				t.Errorf("message m5 belongs to issue %d", found.ID)
			}
			return err
		})
	})
}

func TestSaveVote_LastChoiceStands(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		ballot := p.ballot(t, s, 1)
		people := []int64{p.person(t, s, 2), p.person(t, s, 3)}
		together(t, 6, func(i int) error {
			return s.Write(t.Context(), func(tx *store.Tx) error {
				tx.SaveVote(bot.Vote{BallotID: ballot.ID, PersonID: people[i%2], Option: 1, At: tx.Now()}, int64(i))
				return nil
			})
		})
		write(t, s, func(tx *store.Tx) error {
			tx.SaveVote(bot.Vote{BallotID: ballot.ID, PersonID: people[1], Option: 2, At: tx.Now()}, 9)
			counts, err := tx.CountVotes(ballot.ID)
			if err == nil && (len(counts) != 2 || counts[1] != 1 || counts[2] != 1) {
				t.Errorf("counts = %v, want one vote for each option", counts)
			}
			return err
		})
	})
}

func TestCloseBallot_ExactlyOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		ballot := p.ballot(t, s, 1)
		var closed atomic.Int32
		var verdict atomic.Value
		together(t, 6, func(i int) error {
			return s.Write(t.Context(), func(tx *store.Tx) error {
				done, err := tx.CloseBallot(ballot.ID, bot.BallotClosed, fmt.Sprintf("结果%d", i), tx.Now())
				if done {
					closed.Add(1)
					verdict.Store(fmt.Sprintf("结果%d", i))
				}
				return err
			})
		})
		if closed.Load() != 1 {
			t.Fatalf("closed %d times, want once", closed.Load())
		}
		write(t, s, func(tx *store.Tx) error {
			got, err := tx.LockBallot(ballot.ID)
			if err == nil && (got.State != bot.BallotClosed || got.Verdict != verdict.Load() || !got.ClosedAt.Equal(storetest.Monday())) {
				t.Errorf("ballot = %+v, want the verdict %q", got, verdict.Load())
			}
			return err
		})
	})
}

func TestTakeCode_WorksOnceAndInTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		p := newPlace(t, s, 1)
		save := func(code string) {
			write(t, s, func(tx *store.Tx) error { return tx.SaveCode(code, p.resident, tx.Now().Add(time.Hour)) })
		}
		take := func(code string) (person int64, err error) {
			err = s.Write(t.Context(), func(tx *store.Tx) error {
				person, err = tx.TakeCode(code)
				return err
			})
			return person, err
		}
		save("A1")
		save("B2")
		if _, err := take("A1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a code that a newer one replaced: %v", err)
		}
		var taken atomic.Int32
		together(t, 4, func(int) error {
			person, err := take("B2")
			if err == nil && person == p.resident {
				taken.Add(1)
				return nil
			}
			if !errors.Is(err, store.ErrNotFound) {
				return err
			}
			return nil
		})
		if taken.Load() != 1 {
			t.Errorf("the code worked %d times, want once", taken.Load())
		}
		save("C3")
		clock.Add(time.Hour)
		if _, err := take("C3"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an expired code: %v", err)
		}
	})
}
