package store

import (
	"slices"
	"sync"
	"time"

	"tongshishang/bot"
)

// unitCache keeps the list of units, which every message needs and hardly anything changes. A unit that another process renames is
// called by its old name for as long as a copy is kept; one that it adds is asked for at once.
type unitCache struct {
	mu    sync.Mutex
	until time.Time
	units []bot.Unit
	byID  map[int64]bot.Unit
}

const unitsKept = 5 * time.Second

func (c *unitCache) all() ([]bot.Unit, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.units), c.isFresh()
}

func (c *unitCache) one(id int64) (bot.Unit, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u, ok := c.byID[id]
	return u, ok && c.isFresh()
}

func (c *unitCache) isFresh() bool {
	return time.Now().Before(c.until) //nolint:forbidigo // how long a copy is kept is measured on the machine's clock
}

func (c *unitCache) keep(units []bot.Unit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.units, c.byID = slices.Clone(units), make(map[int64]bot.Unit, len(units))
	for _, u := range units {
		c.byID[u.ID] = u
	}
	c.until = time.Now().Add(unitsKept) //nolint:forbidigo // as above
}

func (c *unitCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = time.Time{}
}
