package state

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	lockPoll   = 50 * time.Millisecond // between two tries for a held lock
	unlockTime = time.Second           // an unlock may take this long even when its context has ended
)

// releaseScript gives a lock up if it is still the caller's.
//
// KEYS[1] the lock; ARGV[1] the holder's token. Returns 1 if it was given up.
const releaseScript = `
if redis.call("GET", KEYS[1]) == ARGV[1] then
	return redis.call("DEL", KEYS[1])
end
return 0`

// leadScript takes or keeps the lead in a periodic work. A lead that lives longer than any does was taken before Redis's clock was set
// back, perhaps by an instance that is no more, and is taken over.
//
// KEYS[1] the work; ARGV[1] the instance's token; ARGV[2] the lead's life in milliseconds. Returns 1 for the leader.
const leadScript = `
local leader = redis.call("GET", KEYS[1])
if leader and leader ~= ARGV[1] and redis.call("PTTL", KEYS[1]) <= tonumber(ARGV[2]) then
	return 0
end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1`

// Lock waits for the named lock until the context ends and holds it for ttl at most, after which another may have it: the
// work under it has to bear that. Two instances that fetch an access token at once are its first use. Unlock gives the lock
// up if it is still the caller's.
func (s *State) Lock(ctx context.Context, name string, ttl time.Duration) (unlock func(), err error) {
	token, err := s.token()
	if err != nil {
		return nil, err
	}
	key := s.keys.keyLock(name)
	for {
		ok, err := s.client.SetNX(ctx, key, token, ttl).Result()
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", name, err)
		}
		if ok {
			return func() { s.release(ctx, key, token) }, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("lock %s is held: %w", name, ctx.Err())
		case <-time.After(lockPoll):
		}
	}
}

// release gives a lock or lead up; when it fails the key's life does it.
func (s *State) release(ctx context.Context, key, token string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlockTime)
	defer cancel()
	if err := s.client.Eval(ctx, releaseScript, []string{key}, token).Err(); err != nil && !errors.Is(err, redis.Nil) {
		s.log.WarnContext(ctx, "lock not released", "key", key, "error", err)
	}
}

// lead tells whether the instance with the token does the named work, which it then keeps for life.
func (s *State) lead(ctx context.Context, name, token string, life time.Duration) (bool, error) {
	n, err := s.client.Eval(ctx, leadScript, []string{s.keys.keyWork(name)}, token, life.Milliseconds()).Int()
	if err != nil {
		return false, fmt.Errorf("lead in %s: %w", name, err)
	}
	return n == 1, nil
}
