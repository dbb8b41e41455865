package state

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
)

// start runs the jobs and returns a function that stops them and waits.
func start(t *testing.T, j *Jobs, handlers map[string]Handler, works map[string]Periodic) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx, handlers, works) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func schedule(t *testing.T, j *Jobs, kind string, id int64, at time.Time) {
	t.Helper()
	if err := j.Schedule(t.Context(), kind, id, at); err != nil {
		t.Fatal(err)
	}
}

// recorder is a handler that hands on the ids it was called with.
func recorder() (Handler, chan int64) {
	ids := make(chan int64, 10)
	return func(_ context.Context, id int64) error {
		ids <- id
		return nil
	}, ids
}

func wait[T any](t *testing.T, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("nothing happened within 10 s")
	}
	panic("unreachable")
}

func TestJobs_RunOnceWhenDue(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, s *State) {
		j := NewJobs(s)
		closeBallot, closedIDs := recorder()
		remind, reminded := recorder()
		schedule(t, j, "close", 7, monday.Add(time.Hour))
		schedule(t, j, "close", 7, monday.Add(2*time.Second))
		schedule(t, j, "close", 7, monday.Add(2*time.Second)) // the same again: one job
		schedule(t, j, "remind", 1<<62, monday.Add(-time.Hour))
		began := time.Now()
		stop := start(t, j, map[string]Handler{"close": closeBallot, "remind": remind}, nil)
		if id := wait(t, reminded); id != 1<<62 {
			t.Errorf("remind %d, want %d", id, int64(1<<62))
		}
		if id := wait(t, closedIDs); id != 7 {
			t.Errorf("close %d, want 7", id)
		}
		if took := time.Since(began); took < 1900*time.Millisecond {
			t.Errorf("the job for in 2 s came after %v", took)
		}
		time.Sleep(1500 * time.Millisecond) // room for a wrong second call
		stop()
		if n := len(closedIDs) + len(reminded); n != 0 {
			t.Errorf("%d more calls, want none", n)
		}
	})
}

func TestJobs_ScheduledAgainAfterAFlush(t *testing.T) {
	t.Parallel()
	s, _ := openEmbedded(t)
	j := NewJobs(s)
	schedule(t, j, "close", 7, monday.Add(time.Hour))
	s.server.redis.FlushAll()
	schedule(t, j, "close", 7, monday)
	handler, ids := recorder()
	start(t, j, map[string]Handler{"close": handler}, nil)
	if id := wait(t, ids); id != 7 {
		t.Errorf("close %d, want 7", id)
	}
}

func TestJobs_FailedIsTriedAgain(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, s *State) {
		j := NewJobs(s)
		schedule(t, j, "close", 7, monday)
		called := make(chan struct{}, 1)
		stop := start(t, j, map[string]Handler{"close": func(context.Context, int64) error {
			called <- struct{}{}
			return errors.New("deadlock")
		}}, nil)
		wait(t, called)
		stop()
		retries, err := asynq.NewInspectorFromRedisClient(s.client).ListRetryTasks(s.keys.queue())
		if err != nil || len(retries) != 1 {
			t.Fatalf("%d tasks wait to be tried again (%v), want 1", len(retries), err)
		}
		if next := time.Until(retries[0].NextProcessAt); retries[0].LastErr != "deadlock" || next > firstDelay {
			t.Errorf("after %q the next try is in %v, want within %v", retries[0].LastErr, next, firstDelay)
		}
	})
}

func TestJobs_StopWaitsForHandlers(t *testing.T) {
	t.Parallel()
	s, _ := openEmbedded(t)
	j := NewJobs(s)
	schedule(t, j, "close", 7, monday)
	started := make(chan struct{})
	var finished atomic.Bool
	stop := start(t, j, map[string]Handler{"close": func(ctx context.Context, _ int64) error {
		close(started)
		select {
		case <-ctx.Done():
		case <-time.After(300 * time.Millisecond):
			finished.Store(true)
		}
		return nil
	}}, nil)
	wait(t, started)
	stop()
	if !finished.Load() {
		t.Error("Run returned before its handler had finished")
	}
}

func TestJobs_PeriodicOnOneInstance(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, s *State) {
		var first, second atomic.Int64
		both := make(chan struct{}, 1000)
		work := func(n *atomic.Int64) map[string]Periodic {
			return map[string]Periodic{"sweep": {Interval: 100 * time.Millisecond, Run: func(context.Context) error {
				n.Add(1)
				both <- struct{}{}
				return nil
			}}}
		}
		stop := start(t, NewJobs(s), nil, work(&first))
		wait(t, both)
		start(t, NewJobs(s), nil, work(&second))
		for range 5 {
			wait(t, both)
		}
		if n := second.Load(); n != 0 {
			t.Errorf("the second instance did the first's work %d times", n)
		}
		stop()
		for second.Load() == 0 { // it takes over; wait fails if it doesn't
			wait(t, both)
		}
	})
}

func TestJobs_PeriodicWithoutRedis(t *testing.T) {
	t.Parallel()
	s, _ := openEmbedded(t)
	s.server.redis.Close()
	ran := make(chan struct{}, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		s.repeat(ctx, "sweep", "token", Periodic{Interval: time.Hour, Run: func(context.Context) error {
			ran <- struct{}{}
			return errors.New("the database is away too")
		}})
	})
	wait(t, ran)
	cancel()
	wg.Wait()
}

// TestJobs_PeriodicKeepsTheLead shows that an instance whose work takes long says so in the meantime, or another would begin it, too.
func TestJobs_PeriodicKeepsTheLead(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, s *State) {
		key := s.keys.keyWork("sweep")
		forget(t, s, key)
		begun, finish := make(chan struct{}, 1000), make(chan struct{})
		stop := start(t, NewJobs(s), nil, map[string]Periodic{"sweep": {Interval: 20 * time.Millisecond, Run: func(context.Context) error {
			begun <- struct{}{}
			<-finish
			return nil
		}}})
		wait(t, begun)
		for range 3 {
			forget(t, s, key)
			for until := time.Now().Add(10 * time.Second); s.client.Get(t.Context(), key).Err() != nil; time.Sleep(time.Millisecond) {
				if time.Now().After(until) {
					t.Fatal("the lead wasn't taken again within 10 s")
				}
			}
		}
		if n := len(begun); n > 0 {
			t.Errorf("the work was begun %d more times while it was going on", n)
		}
		close(finish)
		stop()
	})
}

func TestPeriodic_Beat(t *testing.T) {
	for _, tt := range []struct {
		interval, every time.Duration
		beats           int
	}{
		{100 * time.Millisecond, 100 * time.Millisecond, 1},
		{5 * time.Second, 5 * time.Second, 1},
		{6 * time.Second, 3 * time.Second, 2},
		{15 * time.Second, 5 * time.Second, 3},
		{30 * time.Second, 5 * time.Second, 6},
		{time.Hour, 5 * time.Second, 720},
	} {
		every, beats := Periodic{Interval: tt.interval}.beat()
		if every != tt.every || beats != tt.beats {
			t.Errorf("every %v: a beat of %v and %d to a turn, want %v and %d", tt.interval, every, beats, tt.every, tt.beats)
		}
	}
}

func TestWakeAt(t *testing.T) {
	now := time.Date(2026, 11, 16, 9, 30, 0, 400_000_000, time.UTC) // 09:30:00.4
	for _, tt := range []struct {
		wait time.Duration
		want time.Time
	}{
		{-time.Hour, now},
		{0, now},
		{100 * time.Millisecond, monday.Add(time.Second)},
		{600 * time.Millisecond, monday.Add(time.Second)},
		{601 * time.Millisecond, monday.Add(2 * time.Second)},
	} {
		if got := wakeAt(now, tt.wait); !got.Equal(tt.want) {
			t.Errorf("in %v: %v, want %v", tt.wait, got, tt.want)
		}
	}
}

func TestRetryDelay(t *testing.T) {
	for n, want := range map[int]time.Duration{
		0: 5 * time.Second, 1: 10 * time.Second, 2: 20 * time.Second, 6: 320 * time.Second, 7: 10 * time.Minute, 20: 10 * time.Minute,
	} {
		if got := retryDelay(n, nil, nil); got != want {
			t.Errorf("retry %d after %v, want %v", n, got, want)
		}
	}
}

func TestCall_Refuses(t *testing.T) {
	handlers := map[string]Handler{"close": func(context.Context, int64) error { return nil }}
	for _, task := range []*asynq.Task{asynq.NewTask("new kind", []byte("7")), asynq.NewTask("close", []byte("seven"))} {
		if err := call(t.Context(), handlers, task); err == nil {
			t.Errorf("%s %s was taken as done", task.Type(), task.Payload())
		}
	}
}
