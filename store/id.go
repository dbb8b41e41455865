package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"fmt"
	"sync"
	"time"
)

// ids gives row ids that grow with time, so that many rows go into one INSERT with their children and no table needs a counter
// shared by all instances: 41 bits of milliseconds since 2020, 10 bits drawn at random by each process, 12 bits of sequence.
// Should two processes draw the same bits, the primary key refuses the second row and its transaction is tried again.
type ids struct {
	mu   sync.Mutex
	node int64
	last int64
}

const (
	idEpoch    = 1577836800000 // 2020-01-01T00:00:00Z in milliseconds
	idNodeBits = 10
	idSeqBits  = 12
)

func newIDs() (*ids, error) {
	var b [2]byte
	if _, err := rand.Read(b[:]); err != nil {
		return nil, err
	}
	return &ids{node: int64(binary.BigEndian.Uint16(b[:])) & (1<<idNodeBits - 1)}, nil
}

// after makes all ids to come greater than one that was given before.
func (g *ids) after(id int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = max(g.last, (id>>(idNodeBits+idSeqBits)+1)<<idSeqBits)
}

// ContinueIDs makes ids go on from the greatest there is, even if the machine's clock was set back since: messages that wait to be sent
// go out in the order of their ids. It is called once, when the schema is known to be right.
func (s *Store) ContinueIDs(ctx context.Context) error {
	for _, table := range []string{messageRow{}.TableName(), outboxRow{}.TableName()} {
		var greatest sql.NullInt64
		if err := s.read.WithContext(ctx).Table(table).Select("MAX(id)").Scan(&greatest).Error; err != nil {
			return fmt.Errorf("greatest id of %s: %w", table, err)
		}
		s.ids.after(greatest.Int64)
	}
	return nil
}

// next returns an id greater than all this process gave before, even when the machine's clock steps back.
func (g *ids) next() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	tick := (time.Now().UnixMilli() - idEpoch) << idSeqBits //nolint:forbidigo // ids must grow even where a test's clock stands
	if tick <= g.last {
		tick = g.last + 1
	}
	g.last = tick
	ms, seq := tick>>idSeqBits, tick&(1<<idSeqBits-1)
	return ms<<(idNodeBits+idSeqBits) | g.node<<idSeqBits | seq
}
