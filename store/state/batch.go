package state

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Who is one sender in one conversation.
type Who struct {
	Conversation string // bot.Conversation.Key()
	Sender       string // the sender's id on the channel
}

// Batch is the working copy of what a group of messages needs: the senders' sessions and the conversations' noise. Load reads
// it and Save writes what changed, each in one pipelined round trip. It belongs to one goroutine.
//
// Between instances the conversation's lock in SQL keeps batches apart, but Save runs after the commit has given the lock up.
// In that moment another instance may load the conversation as it was before, and the later Save wins. It is harmless, because
// nothing in a session is the truth: at worst an answer to the bot's last question is read as a fresh message, a hint comes
// twice or a rate counts one too few; and lanes keep a conversation on one instance nearly always.
type Batch struct {
	state    *State
	sessions map[Who]*slot[Session]
	noises   map[string]*slot[Noise]
}

// Load reads the sessions of all named and the noise of their conversations in one round trip (one a node in a Cluster).
// The batch is usable even with an error: what couldn't be read is empty, and the error, the first met, is for the log.
func (s *State) Load(ctx context.Context, who []Who) (*Batch, error) {
	b := &Batch{state: s, sessions: make(map[Who]*slot[Session], len(who)), noises: make(map[string]*slot[Noise])}
	var keys []string
	var takes []func(text string) error
	for _, w := range who {
		if _, ok := b.sessions[w]; !ok {
			keys, takes = append(keys, s.keys.keySession(w)), append(takes, b.session(w).take)
		}
		if _, ok := b.noises[w.Conversation]; !ok {
			keys, takes = append(keys, s.keys.keyNoise(w.Conversation)), append(takes, b.noise(w.Conversation).take)
		}
	}
	texts, first := s.values(ctx, keys)
	for i, text := range texts {
		if text == "" {
			continue
		}
		if err := takes[i](text); err != nil && first == nil {
			first = err
		}
	}
	if first != nil {
		first = fmt.Errorf("load sessions: %w", first)
	}
	return b, first
}

// values reads keys; what is missing or can't be read is empty, and the error is the first met. A server that has all of them is
// asked in one command, the nodes of a Cluster in a pipeline each.
func (s *State) values(ctx context.Context, keys []string) ([]string, error) {
	out := make([]string, len(keys))
	if _, spread := s.client.(*redis.ClusterClient); spread {
		return out, s.pipelined(ctx, keys, out)
	}
	if len(keys) == 0 {
		return out, nil
	}
	found, err := s.client.MGet(ctx, keys...).Result()
	for i, v := range found {
		out[i], _ = v.(string) // nil: missing
	}
	return out, err
}

func (s *State) pipelined(ctx context.Context, keys, out []string) (first error) {
	pipe := s.client.Pipeline()
	replies := make([]*redis.StringCmd, len(keys))
	for i, key := range keys {
		replies[i] = pipe.Get(ctx, key)
	}
	_, _ = pipe.Exec(ctx) // each reply carries its own error
	for i, reply := range replies {
		text, err := reply.Result()
		if err != nil && !errors.Is(err, redis.Nil) && first == nil {
			first = err
		}
		out[i] = text
	}
	return first
}

// Session returns the sender's session to read and change. Somebody who wasn't loaded has an empty one, which, once
// changed, replaces what is stored.
func (b *Batch) Session(who Who) *Session { return b.session(who).value }

// Noise returns the conversation's noise budget to read and change.
func (b *Batch) Noise(conversation string) *Noise { return b.noise(conversation).value }

func (b *Batch) session(who Who) *slot[Session] {
	if _, ok := b.sessions[who]; !ok {
		b.sessions[who] = &slot[Session]{value: new(Session)}
	}
	return b.sessions[who]
}

func (b *Batch) noise(conversation string) *slot[Noise] {
	if _, ok := b.noises[conversation]; !ok {
		b.noises[conversation] = &slot[Noise]{value: new(Noise)}
	}
	return b.noises[conversation]
}

// Mark remembers one sender's session and the conversation's noise as they are now; undo brings them back, in place. It is
// for a message whose changes in SQL are rolled back to a savepoint.
func (b *Batch) Mark(who Who) (undo func()) {
	session, noise := b.Session(who), b.Noise(who.Conversation)
	oldSession, oldNoise := session.clone(), noise.clone()
	return func() { *session, *noise = *oldSession, *oldNoise }
}

// Reset makes everything what was loaded again, in place. It is for a transaction that was rolled back and is tried again.
func (b *Batch) Reset() {
	for _, s := range b.sessions {
		_ = s.reset() // what can't be decoded was reported by Load
	}
	for _, n := range b.noises {
		_ = n.reset()
	}
}

// Save writes what changed since Load in one round trip (one a node in a Cluster), each value with its life, and deletes
// what became empty. It drops what is over by the clock. After an error it may be called again.
func (b *Batch) Save(ctx context.Context) error {
	s, now := b.state, b.state.clock()
	pipe := s.client.Pipeline()
	for who, slot := range b.sessions {
		if err := slot.save(ctx, pipe, s.keys.keySession(who), slot.value.tidy(now)); err != nil {
			return err
		}
	}
	for conversation, slot := range b.noises {
		if err := slot.save(ctx, pipe, s.keys.keyNoise(conversation), slot.value.tidy(now)); err != nil {
			return err
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("save sessions: %w", err)
	}
	return nil
}

// slot is one value: as it was loaded (JSON; empty if there was none) and as it is now.
type slot[T any] struct {
	loaded string
	value  *T
}

// take keeps what was loaded and decodes it. What can't be read, of another version perhaps, counts as nothing and is
// overwritten or deleted by the next Save.
func (s *slot[T]) take(text string) error {
	s.loaded = text
	return s.reset()
}

// reset makes the value what was loaded, in place, so that pointers handed out stay good.
func (s *slot[T]) reset() error {
	var fresh T
	if s.loaded != "" {
		if err := json.Unmarshal([]byte(s.loaded), &fresh); err != nil {
			var empty T
			*s.value = empty
			return fmt.Errorf("decode: %w", err)
		}
	}
	*s.value = fresh
	return nil
}

// save puts the write into the pipeline if there is one to make.
func (s *slot[T]) save(ctx context.Context, pipe redis.Pipeliner, key string, life time.Duration) error {
	text := ""
	if life > 0 {
		b, err := json.Marshal(s.value)
		if err != nil {
			return fmt.Errorf("encode session: %w", err)
		}
		text = string(b)
	}
	switch {
	case text == s.loaded:
	case text == "":
		pipe.Del(ctx, key)
	default:
		pipe.Set(ctx, key, text, life)
	}
	return nil
}
