package intake

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"tongshishang/bot"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// Seal encrypts and decrypts what is spooled: nobody has looked for private data in it yet.
type Seal interface {
	Seal(field, text string) (string, error)
	Open(field, sealed string) (string, error)
}

// Spool keeps messages on the local disk while SQL is away: synced before they are acknowledged, in the order of their arrival, up to
// a size. The file is bbolt's, whose pages are written beside the old ones and switched over by a checksummed page, so a write
// that was torn by a power cut is as if it had not begun, and what was acknowledged before it is whole.
type Spool struct {
	db    *bbolt.DB
	seal  Seal
	limit int64

	mu    sync.Mutex
	bytes int64 // of all messages; those set aside count, or they would grow without bound
	count int
	dead  int
	full  bool      // the last message was refused
	moved time.Time // when the spool came into use or messages were last taken out, on the clock that never jumps

	newest uint64 // place in the order of the last message when the file was opened
}

// ErrSpoolInUse says that another process, as a rule the service, has the spool open.
var ErrSpoolInUse = errors.New("another process uses this data folder")

// ErrSpoolFull says that the spool holds as much as it may.
var ErrSpoolFull = errors.New("intake: the spool is full")

var (
	spoolBucket = []byte("messages") // order of arrival → sealed message
	deadBucket  = []byte("dead")     // the same, of messages that can't be stored even with SQL there
)

const (
	spoolField = "spool"
	// spoolWait is how long another process may take to let go of the file.
	spoolWait = 2 * time.Second
)

// OpenSpool opens the file, made when missing, that holds at most limit bytes of messages. It fails with ErrSpoolInUse when another
// process has it, and when a message in it can't be read, because the file was cut off or damaged or its key isn't configured any more: what
// was acknowledged must not be passed over in silence.
func OpenSpool(path string, seal Seal, limit int64) (s *Spool, err error) {
	// A file that ends too early shows as a fault of the memory it is mapped to, a damaged page as a panic of bbolt's.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if fault := recover(); fault != nil {
			s, err = nil, fmt.Errorf("open spool %s: the file is cut off or damaged: %v", path, fault)
		}
	}()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: spoolWait})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return nil, fmt.Errorf("open spool %s: %w", path, ErrSpoolInUse)
	}
	if err != nil {
		return nil, fmt.Errorf("open spool %s: %w", path, err)
	}
	s = &Spool{db: db, seal: seal, limit: limit, moved: time.Now()} //nolint:forbidigo // a wait is measured on the machine's clock
	if err := db.Update(s.takeStock); err != nil {
		return nil, errors.Join(fmt.Errorf("open spool %s: %w", path, err), db.Close())
	}
	return s, nil
}

// takeStock makes the buckets that are missing and counts, and tries to read, what is there.
func (s *Spool) takeStock(tx *bbolt.Tx) error {
	dead, err := tx.CreateBucketIfNotExists(deadBucket)
	if err != nil {
		return err
	}
	waiting, err := tx.CreateBucketIfNotExists(spoolBucket)
	if err != nil {
		return err
	}
	for _, b := range []*bbolt.Bucket{dead, waiting} {
		if k, _ := b.Cursor().Last(); k != nil {
			s.newest = max(s.newest, binary.BigEndian.Uint64(k))
		}
	}
	err = dead.ForEach(func(_, v []byte) error {
		s.bytes += int64(len(v))
		s.dead++
		return nil
	})
	if err != nil {
		return err
	}
	return waiting.ForEach(func(k, v []byte) error {
		s.bytes += int64(len(v))
		s.count++
		_, err := s.read(k, v)
		return err
	})
}

// Close closes the file.
func (s *Spool) Close() error { return s.db.Close() }

// Len is how many messages wait.
func (s *Spool) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Dead is how many messages were set aside because the database, though there, can't take them.
func (s *Spool) Dead() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dead
}

// spooled is a message of the spool with its place in the order.
type spooled struct {
	at      uint64
	message *bot.Message
}

// add makes messages durable, in one sync; all or none.
func (s *Spool) add(messages []spooled) error {
	if len(messages) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sealed := make([]string, len(messages))
	size := int64(0)
	for i, m := range messages {
		text, err := json.Marshal(m.message)
		if err != nil {
			return fmt.Errorf("spool: %w", err)
		}
		if sealed[i], err = s.seal.Seal(spoolField, string(text)); err != nil {
			return fmt.Errorf("spool: %w", err)
		}
		size += int64(len(sealed[i]))
	}
	s.full = s.bytes+size > s.limit
	if s.full {
		return ErrSpoolFull
	}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(spoolBucket)
		for i, m := range messages {
			if err := b.Put(spoolKey(m.at), []byte(sealed[i])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	if s.count == 0 {
		s.moved = time.Now() //nolint:forbidigo // a wait is measured on the machine's clock
	}
	s.bytes += size
	s.count += len(messages)
	return nil
}

func spoolKey(at uint64) []byte { return binary.BigEndian.AppendUint64(nil, at) }

// headBytes bounds what of the spool is in memory at a time; one message may be longer.
const headBytes = 4 << 20

// head returns the first messages in the order of their arrival that arrived before a place in that order: n at most, or as many
// as memory is to hold.
func (s *Spool) head(n int, before uint64) ([]spooled, error) {
	var out []spooled
	err := s.db.View(func(tx *bbolt.Tx) error {
		size := 0
		c := tx.Bucket(spoolBucket).Cursor()
		for k, v := c.First(); k != nil && len(out) < n && size < headBytes && binary.BigEndian.Uint64(k) < before; k, v = c.Next() {
			m, err := s.read(k, v)
			if err != nil {
				return err
			}
			out = append(out, m)
			size += len(v)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	return out, nil
}

func (s *Spool) read(k, v []byte) (spooled, error) {
	m := spooled{at: binary.BigEndian.Uint64(k), message: new(bot.Message)}
	text, err := s.seal.Open(spoolField, string(v))
	if err != nil {
		return m, fmt.Errorf("message %d: %w", m.at, err)
	}
	if err := json.Unmarshal([]byte(text), m.message); err != nil {
		return m, fmt.Errorf("message %d: %w", m.at, err)
	}
	return m, nil
}

// remove takes out messages that are in SQL now; those that aren't there any more are passed over.
func (s *Spool) remove(messages []spooled) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	size, count := 0, 0
	err := s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(spoolBucket)
		for _, key := range keysIn(b, messages) {
			size += len(b.Get(key))
			count++
			if err := b.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	s.bytes -= int64(size)
	s.count -= count
	s.full, s.moved = false, time.Now() //nolint:forbidigo // a wait is measured on the machine's clock
	return nil
}

// bury sets messages aside that can't be stored; an operator finds them by the log, the metrics and the doctor. They go on taking
// their part of the limit.
func (s *Spool) bury(messages []spooled) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	err := s.db.Update(func(tx *bbolt.Tx) error {
		keys := keysIn(tx.Bucket(spoolBucket), messages)
		count = len(keys)
		return moveKeys(keys, tx.Bucket(spoolBucket), tx.Bucket(deadBucket))
	})
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	s.count -= count
	s.dead += count
	return nil
}

// keysIn are the keys of those of the messages that are in the bucket.
func keysIn(b *bbolt.Bucket, messages []spooled) [][]byte {
	var keys [][]byte
	for _, m := range messages {
		if key := spoolKey(m.at); b.Get(key) != nil {
			keys = append(keys, key)
		}
	}
	return keys
}

func moveKeys(keys [][]byte, from, to *bbolt.Bucket) error {
	for _, key := range keys {
		if err := to.Put(key, slices.Clone(from.Get(key))); err != nil {
			return err
		}
		if err := from.Delete(key); err != nil {
			return err
		}
	}
	return nil
}
