package state

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// TestMain keeps go-redis' remarks on connections broken on purpose out of the tests' output.
func TestMain(m *testing.M) {
	RedirectLibraryLog(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// monday is when the tests' simulated clock starts.
var monday = time.Date(2026, 11, 16, 9, 30, 0, 0, time.UTC)

// simulated is a clock that moves when told to.
type simulated struct {
	mu  sync.Mutex
	now time.Time
}

func (c *simulated) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *simulated) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// openEmbedded returns a state on an empty in-process server that goes by the clock.
func openEmbedded(t *testing.T) (*State, *simulated) {
	t.Helper()
	clock := &simulated{now: monday}
	return open(t, Embedded, clock), clock
}

func open(t *testing.T, address string, clock *simulated) *State {
	t.Helper()
	s, err := Open(t.Context(), address, Options{Clock: clock.Now, Prefix: "test-" + rand.Text() + ":"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, s) })
	return s
}

func closed(t *testing.T, s *State) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// eachServer runs the test on the embedded server and, where TSS_TEST_REDIS_URL names one, on a real server too, under a
// prefix of its own.
func eachServer(t *testing.T, test func(t *testing.T, s *State)) {
	t.Run("embedded", func(t *testing.T) {
		s, _ := openEmbedded(t)
		test(t, s)
	})
	if address := os.Getenv("TSS_TEST_REDIS_URL"); address != "" {
		t.Run("server", func(t *testing.T) { test(t, open(t, address, &simulated{now: monday})) })
	}
}

// forget deletes keys as a flush would, without touching what others keep on the server.
func forget(t *testing.T, s *State, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if err := s.client.Del(t.Context(), key).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// trips counts round trips of a client.
type trips struct{ n atomic.Int64 }

func (c *trips) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmd)
	}
}

func (c *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmds)
	}
}

// hung is the address of a server that accepts connections and never answers.
func hung(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return "redis://:s3cret@" + l.Addr().String()
}

func TestOpen_Unreachable(t *testing.T) {
	for _, address := range []string{"redis://:s3cret@127.0.0.1:1/0", hung(t)} {
		began := time.Now()
		_, err := Open(t.Context(), address, Options{})
		if err == nil {
			t.Fatalf("Open(%s) succeeded", address)
		}
		if text := err.Error(); containsSecret(text) {
			t.Errorf("the error shows the password: %s", text)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("Open(%s) took %v, want at most 2s", address, took)
		}
	}
}

func TestEmbedded_ExpiresByClock(t *testing.T) {
	s, clock := openEmbedded(t)
	ctx := t.Context()
	if err := s.client.Set(ctx, "k", "v", time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	clock.Advance(59 * time.Second)
	if n := s.client.Exists(ctx, "k").Val(); n != 1 {
		t.Fatalf("after 59s of 60s: %d keys, want 1", n)
	}
	clock.Advance(-time.Hour) // a clock set back neither revives nor kills
	if n := s.client.Exists(ctx, "k").Val(); n != 1 {
		t.Fatalf("after the clock went back: %d keys, want 1", n)
	}
	clock.Advance(time.Hour + time.Second)
	if n := s.client.Exists(ctx, "k").Val(); n != 0 {
		t.Fatalf("after 60s of 60s: %d keys, want 0", n)
	}
}

func TestEmbedded_KeepsStrangersOut(t *testing.T) {
	s, _ := openEmbedded(t)
	stranger := redis.NewClient(&redis.Options{Addr: s.server.redis.Addr()})
	defer func() { _ = stranger.Close() }()
	if err := stranger.Get(t.Context(), "k").Err(); err == nil || errors.Is(err, redis.Nil) {
		t.Fatalf("a client without the password was let in: %v", err)
	}
}

func TestLibraryLog(t *testing.T) {
	var out bytes.Buffer
	log := libraryLog{slog.New(slog.NewTextHandler(&out, nil))}
	log.Fatal("dequeue: ", "connection refused") //nolint:revive // our Fatal logs and goes on
	if want := `level=ERROR msg=jobs detail="dequeue: connection refused"`; !bytes.Contains(out.Bytes(), []byte(want)) {
		t.Errorf("logged %s, want %s", out.String(), want)
	}
}
