package store

import (
	"sync"

	"tongshishang/bot"
)

// ballotCache keeps what never changes of the ballots that ran lately: title, options, rule, deadline. Whether one is open stands
// in its conversation's row.
type ballotCache struct {
	mu   sync.Mutex
	byID map[int64]*bot.Ballot
}

// mostBallots bounds the cache; a county has a few dozen open at a time.
const mostBallots = 4096

func (c *ballotCache) get(id int64) *bot.Ballot {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byID[id]
}

func (c *ballotCache) put(b *bot.Ballot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil || len(c.byID) >= mostBallots {
		c.byID = make(map[int64]*bot.Ballot)
	}
	c.byID[b.ID] = b
}
