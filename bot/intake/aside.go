package intake

import (
	"fmt"
	"slices"

	"tongshishang/bot"

	"go.etcd.io/bbolt"
)

// Aside is a message that was set aside in the spool.
type Aside struct {
	ID      uint64       // its place in the order of arrival: nanoseconds since 1970, or a little more
	Message *bot.Message // nil when it can't be read
	Err     error        // why it can't
}

// EachAside calls visit for the messages that were set aside, in the order of their arrival, one at a time.
func (s *Spool) EachAside(visit func(Aside)) error {
	err := s.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(deadBucket).ForEach(func(k, v []byte) error {
			m, err := s.read(k, v)
			a := Aside{ID: m.at, Message: m.message, Err: err}
			if err != nil {
				a.Message = nil
			}
			visit(a)
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	return nil
}

// Revive puts the messages that were set aside back to those that wait, each at its place, so that they are tried again; it returns
// how many. One that can't be read stays where it is, since the service wouldn't start with it.
func (s *Spool) Revive() (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	revived := 0
	err := s.db.Update(func(tx *bbolt.Tx) error {
		keys, err := s.readable(tx.Bucket(deadBucket))
		if err != nil {
			return err
		}
		revived = len(keys)
		return moveKeys(keys, tx.Bucket(deadBucket), tx.Bucket(spoolBucket))
	})
	if err != nil {
		return 0, fmt.Errorf("spool: %w", err)
	}
	s.count += revived
	s.dead -= revived
	return revived, nil
}

// readable lists the keys of the messages in a bucket that can be read.
func (s *Spool) readable(b *bbolt.Bucket) (keys [][]byte, err error) {
	err = b.ForEach(func(k, v []byte) error {
		if _, err := s.read(k, v); err == nil {
			keys = append(keys, slices.Clone(k))
		}
		return nil
	})
	return keys, err
}

// Drop forgets a message that was set aside, for ever; false when there is none with the ID.
func (s *Spool) Drop(id uint64) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	size, found := 0, false
	err := s.db.Update(func(tx *bbolt.Tx) error {
		dead := tx.Bucket(deadBucket)
		v := dead.Get(spoolKey(id))
		size, found = len(v), v != nil
		return dead.Delete(spoolKey(id))
	})
	if err != nil {
		return false, fmt.Errorf("spool: %w", err)
	}
	if found {
		s.bytes -= int64(size)
		s.dead--
	}
	return found, nil
}
