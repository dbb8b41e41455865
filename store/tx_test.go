package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// TestWrite_DeadlockEndsWell makes two transactions lock two rows in opposite orders, each waiting until the other has its
// first. On MariaDB one of them is the victim; on SQLite there is one writer at a time and so none.
func TestWrite_DeadlockEndsWell(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(second(tx.NextNumber("a")), second(tx.NextNumber("b")))
		})
		_, dialect := s.SQL()
		var runs, holding atomic.Int32
		together(t, 2, func(i int) error {
			names := []string{"a", "b"}
			if i == 1 {
				slices.Reverse(names)
			}
			return s.Write(t.Context(), func(tx *store.Tx) error {
				runs.Add(1)
				if _, err := tx.NextNumber(names[0]); err != nil {
					return err
				}
				holding.Add(1)
				for until := time.Now().Add(5 * time.Second); dialect == "mysql" && holding.Load() < 2 && time.Now().Before(until); {
					time.Sleep(time.Millisecond)
				}
				return second(tx.NextNumber(names[1]))
			})
		})
		if dialect == "mysql" && runs.Load() != 3 {
			t.Errorf("ran %d times, want 3: both, and the victim once more", runs.Load())
		}
		if a, b := sequence(t, s, "a"), sequence(t, s, "b"); a != 3 || b != 3 {
			t.Errorf("sequences at %d and %d, want 3 and 3", a, b)
		}
	})
}

func second(_ int64, err error) error { return err }

func sequence(t *testing.T, s *store.Store, name string) int64 {
	t.Helper()
	return one[int64](t, s, "SELECT value FROM sequences WHERE name = ?", name)
}

// TestWrite_KeyTakenInBetween lets two transactions find an account missing before either creates it.
func TestWrite_KeyTakenInBetween(t *testing.T) {
	for name, guarded := range map[string]bool{"plain": false, "in a guard": true} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
				_, dialect := s.SQL()
				var looked atomic.Int32
				var ids [2]int64
				together(t, 2, func(i int) error {
					return s.Write(t.Context(), func(tx *store.Tx) error {
						if found, err := tx.People([]store.AccountKey{account(1)}); err != nil || found[account(1)] != nil {
							if err == nil {
								ids[i] = found[account(1)].ID
							}
							return err
						}
						looked.Add(1)
						for until := time.Now().Add(5 * time.Second); dialect == "mysql" && looked.Load() < 2 && time.Now().Before(until); {
							time.Sleep(time.Millisecond)
						}
						create := func() error {
							ids[i] = tx.CreatePerson(account(1), "居民").ID
							return nil
						}
						if !guarded {
							return create()
						}
						if err := tx.Guard(create); errors.Is(err, store.ErrLost) { // any other error would be the message's own
							return err
						}
						return nil
					})
				})
				if ids[0] == 0 || ids[0] != ids[1] {
					t.Errorf("the account belongs to %d and %d", ids[0], ids[1])
				}
				if n := one[int](t, s, "SELECT COUNT(*) FROM people"); n != 1 {
					t.Errorf("%d people, want 1", n)
				}
			})
		})
	}
}

func TestWrite_KeyThatStaysTakenIsAnError(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		newPlace(t, s, 1)
		runs := 0
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			runs++
			_, _, err := tx.SaveUnit(bot.Unit{Code: "other", Name: "第1镇"})
			return err
		})
		if err == nil || runs != 3 {
			t.Errorf("ran %d times, want 3; %v", runs, err)
		}
	})
}

func TestWrite_ErrorAndPanicRollBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		boom := errors.New("boom")
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(second(tx.NextNumber("a")), boom)
		})
		if !errors.Is(err, boom) {
			t.Errorf("error = %v", err)
		}
		func() {
			defer func() {
				if recover() != boom { //nolint:errorlint // the very value that was thrown
					t.Error("the panic didn't come through")
				}
			}()
			_ = s.Write(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.NextNumber("a"); err != nil {
					return err
				}
				panic(boom)
			})
		}()
		write(t, s, func(tx *store.Tx) error { // the connection is free again
			n, err := tx.NextNumber("a")
			if n != 1 {
				t.Errorf("the first number is %d, want 1: nothing was kept", n)
			}
			return err
		})
	})
}

func TestWrite_EndsWithItsContext(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Write(ctx, func(tx *store.Tx) error {
			err := second(tx.NextNumber("a"))
			cancel()
			return err
		})
		if err == nil {
			t.Error("a transaction whose context ended says it was committed")
		}
		if n := one[int](t, s, "SELECT COUNT(*) FROM sequences"); n != 0 {
			t.Error("a transaction whose context ended was kept")
		}
	})
}

func TestGuard_UndoesOnlyItsOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		p := newPlace(t, s, 1)
		issue := p.issue(t, s, 1)
		all := func(tx *store.Tx, n int) error {
			if _, err := tx.NextNumber(fmt.Sprintf("seq%d", n)); err != nil {
				return err
			}
			tx.AddEvent(bot.Event{IssueID: issue.ID, Seq: n, Verb: "note", Text: fmt.Sprint(n), At: tx.Now()})
			tx.Post(fmt.Sprintf("post%d", n), group(1), fmt.Sprint(n))
			tx.Later("issue", int64(n), tx.Now())
			return tx.Audit(store.Change{Action: "note", SubjectID: int64(n)})
		}
		boom := errors.New("boom")
		write(t, s, func(tx *store.Tx) error {
			for n := 1; n <= 5; n++ {
				fails := n == 2 || n == 4
				err := tx.Guard(func() error {
					if err := all(tx, n); err != nil || !fails {
						return err
					}
					return boom
				})
				if errors.Is(err, boom) != fails {
					t.Errorf("message %d: %v", n, err)
				}
			}
			if err := tx.Guard(func() error { return boom }); !errors.Is(err, boom) { // nothing was written: nothing to undo
				t.Errorf("error = %v", err)
			}
			return nil
		})
		for table, query := range map[string]string{
			"sequences": "SELECT name FROM sequences ORDER BY name", "events": "SELECT CONCAT('seq', note) FROM issue_events ORDER BY seq",
			"outbox": "SELECT CONCAT('seq', body) FROM outbox ORDER BY id", "audit": "SELECT CONCAT('seq', subject_id) FROM audit_entries ORDER BY seq"} {
			var got []string
			read(t, s, func(tx *store.Tx) error { return tx.Raw().Raw(query).Scan(&got).Error })
			if want := []string{"seq1", "seq3", "seq5"}; !slices.Equal(got, want) {
				t.Errorf("%s has %v, want %v", table, got, want)
			}
		}
		if _, where := faults(t, s); len(where) != 0 {
			t.Errorf("the audit has faults at %v", where)
		}
	})
}

func TestWrite_TellsAfterTheCommit(t *testing.T) {
	for name, u := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) {
			clock := storetest.NewClock(storetest.Monday())
			type told struct {
				wakes  []store.Wake
				posted bool
			}
			var calls []told
			s, err := store.Open(t.Context(), u, store.Options{Keys: storetest.Keys(t), Clock: clock.Now,
				Committed: func(_ context.Context, wakes []store.Wake, posted bool) { calls = append(calls, told{wakes, posted}) }})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if _, err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			_ = s.Write(t.Context(), func(tx *store.Tx) error {
				tx.Post("", group(1), "不会发")
				return errors.New("undo")
			})
			write(t, s, func(tx *store.Tx) error { return second(tx.NextNumber("a")) })
			if len(calls) != 0 {
				t.Errorf("told %+v of what wasn't kept or isn't for others", calls)
			}
			write(t, s, func(tx *store.Tx) error {
				tx.Post("", group(1), "会发")
				tx.Later("issue", 7, storetest.Monday())
				_ = tx.Guard(func() error {
					tx.Later("issue", 8, storetest.Monday())
					return errors.New("undo")
				})
				return nil
			})
			if len(calls) != 1 || !calls[0].posted || len(calls[0].wakes) != 1 || calls[0].wakes[0].ID != 7 {
				t.Errorf("told %+v, want one wake for issue 7 and that something was posted", calls)
			}
		})
	}
}
