package store_test

import (
	"context"
	"sync/atomic"
	"testing"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

func TestSeen_KnowsWhatWasMovedOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		records := spring(t, s, 9)
		moved, stays := records[4], records[20]
		keys := []string{moved.Key, stays.Key, "new"}
		ask := func() (seen map[string]store.Seen) {
			read(t, s, func(tx *store.Tx) error {
				var err error
				seen, err = tx.Seen(keys)
				return err
			})
			return seen
		}
		before := ask()
		want := store.Seen{ID: 1004, State: store.MessageHandled, Answer: bot.Answer{Text: "已登记 #004\n请放心"}}
		if len(before) != 2 || before[moved.Key] != want {
			t.Fatalf("before: %+v", before)
		}
		a, _ := archive(t, s, nil)
		if _, err := a.Out(t.Context(), month(t, "2026-07")); err != nil {
			t.Fatal(err)
		}
		if after := ask(); len(after) != 2 || after[moved.Key] != want || after[stays.Key] != before[stays.Key] {
			t.Errorf("after: %+v", after)
		}
		// A message that comes again while the database was away isn't stored a second time either.
		write(t, s, func(tx *store.Tx) error { return tx.ReceiveMessage(moved.Key, moved.Message) })
		if got := counts(t, s); got != "9 18 2 0" {
			t.Errorf("messages, slim rows, files, runs: %s", got)
		}
	})
}

// While months go out and come back, whoever looks must find each message at any moment.
func TestSeen_NeverMissesOneOnItsWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		var keys []string
		for n, r := range spring(t, s, 1100) {
			if n < 1100 && n%50 == 0 {
				keys = append(keys, r.Key)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		var looks atomic.Int64
		done := make(chan error, 1)
		go func() {
			done <- s.Read(t.Context(), func(tx *store.Tx) error {
				for ctx.Err() == nil {
					seen, err := tx.Seen(keys)
					if err != nil {
						return err
					}
					if len(seen) != len(keys) {
						t.Errorf("found %d of %d messages", len(seen), len(keys))
					}
					looks.Add(1)
				}
				return nil
			})
		}()
		a, _ := archive(t, s, nil)
		for range 2 {
			if _, err := a.Out(t.Context(), month(t, "2026-06")); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Back(t.Context(), month(t, "2026-05")); err != nil {
				t.Fatal(err)
			}
		}
		stop()
		if err := <-done; err != nil || looks.Load() == 0 {
			t.Errorf("after %d looks: %v", looks.Load(), err)
		}
	})
}
