// Package state holds what may be lost, in Redis: dialogues that wait for an answer, the sender's last minutes, rate limits,
// the noise budget of a group, one-time binding codes, the channels' access tokens, locks between instances and the wake-up
// calls of delayed jobs. It doesn't hold the truth: that is in SQL, and after a flush dialogues merely begin again.
//
// One client serves a single server, Sentinel, a Cluster and the embedded server. Every key stands in keys.go.
package state

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"tongshishang/bot"
)

// Embedded is the address of the in-process server, which is empty at every start.
const Embedded = "embedded:"

// Options are what Open needs besides the address; each zero field has the default named.
type Options struct {
	Clock  bot.Clock    // the time limits and the embedded server's expiry go by; default bot.SystemClock
	Logger *slog.Logger // default: nothing is logged
	Rand   io.Reader    // source of lock tokens; default crypto/rand
	Prefix string       // of every key, to share a server; default DefaultPrefix
}

// State is the connection to Redis. It is safe for concurrent use.
type State struct {
	client redis.UniversalClient
	opts   redis.UniversalOptions
	server *embedded // nil unless the server is embedded
	keys   prefix
	clock  bot.Clock
	rand   io.Reader
	log    *slog.Logger
}

// Open connects to the server at address (see ParseURL, or Embedded), which has to be Redis 6.0 or later, and checks that
// it answers. The error never holds the address's password.
func Open(ctx context.Context, address string, opts Options) (*State, error) {
	s := newState(opts)
	if err := s.connect(address); err != nil {
		return nil, err
	}
	if err := s.Ping(ctx); err != nil {
		_ = s.Close() // the failed ping is what the caller has to know
		return nil, err
	}
	return s, nil
}

func newState(opts Options) *State {
	s := &State{keys: prefix(opts.Prefix), clock: opts.Clock, rand: opts.Rand, log: opts.Logger}
	if opts.Prefix == "" {
		s.keys = DefaultPrefix
	}
	if s.clock == nil {
		s.clock = bot.SystemClock
	}
	if s.rand == nil {
		s.rand = rand.Reader
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

func (s *State) connect(address string) error {
	if strings.TrimSpace(address) == Embedded {
		secret, err := s.token()
		if err != nil {
			return err
		}
		if s.server, err = startEmbedded(s.clock, secret); err != nil {
			return err
		}
		s.opts = *s.server.options()
	} else {
		opts, err := ParseURL(address)
		if err != nil {
			return err
		}
		s.opts = *opts
	}
	s.client = s.newClient(s.opts)
	return nil
}

// newClient makes a client that, where the server is embedded, drives the server's clock.
func (s *State) newClient(opts redis.UniversalOptions) redis.UniversalClient {
	client := redis.NewUniversalClient(&opts)
	if s.server != nil {
		client.AddHook(s.server)
	}
	return client
}

// patientClient is for background work, which would rather wait than fail: asynq asks again at once after an error, so that
// with a client that fails fast it would spin while Redis is away.
func (s *State) patientClient() redis.UniversalClient {
	opts := s.opts
	opts.MaxRetries, opts.MinRetryBackoff, opts.MaxRetryBackoff = 2, 200*time.Millisecond, 400*time.Millisecond
	return s.newClient(opts)
}

// Ping tells whether the server answers.
func (s *State) Ping(ctx context.Context) error {
	if err := s.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping redis: %w", err)
	}
	return nil
}

// Close ends the connections and the embedded server. Jobs.Run has to have returned.
func (s *State) Close() error {
	err := s.client.Close()
	if s.server != nil {
		s.server.redis.Close()
	}
	if err != nil {
		return fmt.Errorf("close redis: %w", err)
	}
	return nil
}

// token is 128 random bits in hex: a lock holder's name, the embedded server's password.
func (s *State) token() (string, error) {
	b := make([]byte, 16)
	if _, err := io.ReadFull(s.rand, b); err != nil {
		return "", fmt.Errorf("random token: %w", err)
	}
	return hex.EncodeToString(b), nil
}
