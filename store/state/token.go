package state

import (
	"context"
	"fmt"
	"time"
)

// tokenTime bounds a token's look-up, which comes without a context.
const tokenTime = time.Second

// TokenCache keeps the channels' access tokens where all instances find them. It satisfies the cache.Cache of
// silenceper/wechat, whose own Redis cache is for another client library and one host only. The library's lock is per
// process; take State.Lock around a fetch.
type TokenCache struct {
	state *State
}

// NewTokenCache returns the cache.
func NewTokenCache(s *State) *TokenCache { return &TokenCache{state: s} }

// Get returns the value, a string, or nil if there is none or Redis doesn't answer.
func (c *TokenCache) Get(key string) any {
	ctx, cancel := context.WithTimeout(context.Background(), tokenTime)
	defer cancel()
	value, err := c.state.client.Get(ctx, c.state.keys.keyToken(key)).Result()
	if err != nil {
		return nil
	}
	return value
}

// Set keeps the value for ttl.
func (c *TokenCache) Set(key string, value any, ttl time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), tokenTime)
	defer cancel()
	if err := c.state.client.Set(ctx, c.state.keys.keyToken(key), value, ttl).Err(); err != nil {
		return fmt.Errorf("keep token: %w", err)
	}
	return nil
}

// IsExist tells whether there is a value.
func (c *TokenCache) IsExist(key string) bool { return c.Get(key) != nil }

// Delete forgets the value, as after the channel has refused it.
func (c *TokenCache) Delete(key string) error {
	ctx, cancel := context.WithTimeout(context.Background(), tokenTime)
	defer cancel()
	if err := c.state.client.Del(ctx, c.state.keys.keyToken(key)).Err(); err != nil {
		return fmt.Errorf("forget token: %w", err)
	}
	return nil
}
