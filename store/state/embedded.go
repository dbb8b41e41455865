package state

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"tongshishang/bot"
)

// clockStep is how exact the embedded server's expiry is. Each step walks all keys, so it isn't finer than needed.
const clockStep = 100 * time.Millisecond

// embedded is an in-process server. It is also a hook of every client, which sets the server's clock before each command:
// so keys expire exactly by the clock handed in, simulated or not, without a goroutine that runs beside it.
type embedded struct {
	redis  *miniredis.Miniredis
	secret string
	clock  bot.Clock

	mu  sync.Mutex
	now time.Time
}

// startEmbedded listens on a free port of the loopback. The secret keeps other users of the machine out.
func startEmbedded(clock bot.Clock, secret string) (*embedded, error) {
	e := &embedded{redis: miniredis.NewMiniRedis(), secret: secret, clock: clock, now: clock()}
	e.redis.RequireAuth(secret)
	e.redis.SetTime(e.now)
	e.redis.ClockTTL(true)
	if err := e.redis.Start(); err != nil {
		return nil, fmt.Errorf("start embedded redis: %w", err)
	}
	return e, nil
}

func (e *embedded) options() *redis.UniversalOptions {
	opts := &redis.UniversalOptions{Addrs: []string{e.redis.Addr()}, Password: e.secret}
	bound(opts)
	return opts
}

// tick moves the server's clock to the one handed in. It never goes back, which would make keys die early.
func (e *embedded) tick() {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.clock()
	if now.Sub(e.now) < clockStep {
		return
	}
	e.now = now
	e.redis.SetTime(now)
}

// DialHook leaves dialling as it is; it makes embedded a redis.Hook.
func (e *embedded) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook sets the server's clock before a command.
func (e *embedded) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		e.tick()
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook sets the server's clock before a pipeline.
func (e *embedded) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		e.tick()
		return next(ctx, cmds)
	}
}
