package state

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

func TestLock_OneAtATime(t *testing.T) {
	eachServer(t, func(t *testing.T, s *State) {
		var wg sync.WaitGroup
		inside := 0 // guarded by the lock under test; the race detector watches
		for range 4 {
			wg.Go(func() {
				unlock, err := s.Lock(t.Context(), "token-wx1", time.Minute)
				if err != nil {
					t.Error(err)
					return
				}
				inside++
				unlock()
			})
		}
		wg.Wait()
		if inside != 4 {
			t.Errorf("%d of 4 had the lock", inside)
		}
	})
}

func TestLock_Held(t *testing.T) {
	eachServer(t, func(t *testing.T, s *State) {
		unlock, err := s.Lock(t.Context(), "l", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(2*lockPoll, cancel)
		if _, err := s.Lock(ctx, "l", time.Minute); !errors.Is(err, context.Canceled) {
			t.Errorf("the held lock: %v, want the context's end", err)
		}
		unlock()
		again, err := s.Lock(t.Context(), "l", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		unlock() // the first holder's second unlock must not free the second's lock
		if n := s.client.Exists(t.Context(), s.keys.keyLock("l")).Val(); n != 1 {
			t.Error("a lock was freed by somebody who doesn't hold it")
		}
		again()
	})
}

func TestLock_Expires(t *testing.T) {
	s, clock := openEmbedded(t)
	if _, err := s.Lock(t.Context(), "l", time.Minute); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Minute)
	unlock, err := s.Lock(t.Context(), "l", time.Minute)
	if err != nil {
		t.Fatalf("a dead holder's lock can't be had: %v", err)
	}
	unlock()
}

// TestLead_OfAClockThatWasSetBack has a lead whose end is hours away, as that of an instance that died before the clock was set back.
func TestLead_OfAClockThatWasSetBack(t *testing.T) {
	eachServer(t, func(t *testing.T, s *State) {
		key := s.keys.keyWork("set back")
		if err := s.client.Set(t.Context(), key, "dead", 5*time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
		if leads, err := s.lead(t.Context(), "set back", "alive", time.Minute); !leads || err != nil {
			t.Errorf("the dead one still leads, %v", err)
		}
		if leads, err := s.lead(t.Context(), "set back", "another", time.Minute); leads || err != nil {
			t.Errorf("another leads beside it: %v, %v", leads, err)
		}
	})
}

func TestLead(t *testing.T) {
	s, clock := openEmbedded(t)
	leads := func(token string) bool {
		ok, err := s.lead(t.Context(), "sweep", token, 3*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !leads("a") || leads("b") || !leads("a") {
		t.Error("want a to lead and b not")
	}
	clock.Advance(2 * time.Minute)
	leads("a")
	clock.Advance(2 * time.Minute)
	if leads("b") {
		t.Error("b took the lead though a kept it")
	}
	clock.Advance(time.Minute) // 3 minutes after a's last word
	if !leads("b") || leads("a") {
		t.Error("want b to lead after a fell silent")
	}
}
