package store_test

import (
	"testing"
	"time"

	"tongshishang/store"
	"tongshishang/store/storetest"
)

// TestContinueIDs has a message in the outbox that was posted while the machine's clock was an hour ahead: what a program posts that is
// started after the clock was set right comes behind it.
func TestContinueIDs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		post(t, s, group(1), "first")
		ahead := int64(time.Hour/time.Millisecond) << 22 // the time stands above the 22 lowest bits
		write(t, s, func(tx *store.Tx) error {
			return tx.Raw().Exec("UPDATE outbox SET id = id + ?", ahead).Error
		})
		if err := s.ContinueIDs(t.Context()); err != nil {
			t.Fatal(err)
		}
		post(t, s, group(1), "second")
		for _, want := range []string{"first", "second"} {
			sent(t, s, expectClaim(t, s, want)...)
		}
	})
}
