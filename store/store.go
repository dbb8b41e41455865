package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"tongshishang/bot"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Options is what a store needs besides its URL.
type Options struct {
	Keys    *Keyring
	Clock   bot.Clock
	Logger  *slog.Logger
	MaxOpen int // connections, for MySQL; 0 means 16
	// Committed is told of the wakes and outgoing messages of a transaction once it is committed; nil tells nobody.
	Committed func(ctx context.Context, wakes []Wake, posted bool)
}

// Store is the database. It is safe for concurrent use.
type Store struct {
	dialect *dialect
	write   *gorm.DB
	read    *gorm.DB
	keys    *Keyring
	now     bot.Clock
	log     *slog.Logger
	ids     *ids
	shapes  rowShapes
	units   unitCache
	ballots ballotCache
	chains  chains
	told    func(ctx context.Context, wakes []Wake, posted bool)
}

// Open connects to mysql://user:password@host:port/database (or …/database?socket=/path) or to sqlite:///path/file.db, which
// is created when missing. It doesn't touch the schema: see Migrate and CheckSchema.
func Open(ctx context.Context, rawURL string, opt Options) (*Store, error) {
	if opt.MaxOpen == 0 {
		opt.MaxOpen = 16
	}
	d, err := openDialect(rawURL, opt.MaxOpen)
	if err != nil {
		return nil, err
	}
	s := &Store{dialect: d, keys: opt.Keys, now: opt.Clock, log: opt.Logger, told: opt.Committed}
	if s.ids, err = newIDs(); err == nil {
		err = s.connect(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), d.close())
	}
	return s, nil
}

func (s *Store) connect(ctx context.Context) error {
	if err := s.dialect.write.PingContext(ctx); err != nil {
		return err
	}
	cfg := &gorm.Config{SkipDefaultTransaction: true, DisableAutomaticPing: true, Logger: logger.Discard,
		NowFunc: func() time.Time { return s.now() }}
	var err error
	if s.write, err = gorm.Open(s.dialect.gormFor(s.dialect.write), cfg); err != nil {
		return err
	}
	s.read = s.write
	if s.dialect.read != s.dialect.write {
		cfg := *cfg
		s.read, err = gorm.Open(s.dialect.gormFor(s.dialect.read), &cfg)
	}
	return err
}

// Close closes the connections.
func (s *Store) Close() error { return s.dialect.close() }

// Ping asks the database whether it takes transactions. A node that has lost its cluster answers the protocol's own ping, but refuses
// to begin one.
func (s *Store) Ping(ctx context.Context) error {
	tx, err := s.dialect.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return tx.Rollback()
}

// DatabaseTime is the database's own clock.
func (s *Store) DatabaseTime(ctx context.Context) (time.Time, error) {
	var m moment
	if err := s.dialect.write.QueryRowContext(ctx, s.dialect.timeSQL).Scan(&m); err != nil {
		return time.Time{}, fmt.Errorf("database time: %w", err)
	}
	return m.Time, nil
}

// Stats are the connection pool's figures.
func (s *Store) Stats() sql.DBStats { return s.dialect.write.Stats() }

// A key taken in between is seen by the next try; one that stays taken is a fault that more tries don't mend.
const (
	writeTries     = 8
	duplicateTries = 3
)

// Write runs fn in one transaction and commits it. When the database gave up on the transaction (deadlock, lock wait, a node
// leaving a cluster, a key taken by another instance in between) nothing was done and fn is run again from the start, a
// bounded number of times with growing, random waits; so fn must do nothing outside the transaction.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	var err error
	for try := range writeTries {
		err = s.writeOnce(ctx, fn)
		if err == nil || !isRetryable(err) && (!isDuplicate(err) || try+1 >= duplicateTries) {
			return err
		}
		s.log.Warn("transaction tried again", "try", try+1, "error", err)
		if waitErr := pause(ctx, try); waitErr != nil {
			return errors.Join(err, waitErr)
		}
	}
	return fmt.Errorf("gave up after %d tries: %w", writeTries, err)
}

func (s *Store) writeOnce(ctx context.Context, fn func(*Tx) error) (err error) {
	db := s.write.WithContext(ctx).Begin()
	if db.Error != nil {
		return fmt.Errorf("begin: %w", db.Error)
	}
	done := false
	defer func() {
		if !done { // an error or a panic on the way
			if rbErr := db.Rollback().Error; rbErr != nil && !errors.Is(rbErr, sql.ErrTxDone) && err != nil {
				err = fmt.Errorf("%w (rollback: %w)", err, rbErr)
			}
		}
	}()
	tx := &Tx{ctx: ctx, db: db, s: s}
	defer func() { s.chains.give(tx.chain) }()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.finish(); err != nil {
		return err
	}
	done = true
	if err := db.Commit().Error; err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if tx.renamed {
		s.units.forget()
	}
	if s.told != nil && (tx.posted || len(tx.wakes) > 0) {
		s.told(ctx, tx.wakes, tx.posted)
	}
	return nil
}

// Read runs fn on the reading side, without a transaction; what it calls must not write.
func (s *Store) Read(ctx context.Context, fn func(*Tx) error) error {
	tx := &Tx{ctx: ctx, db: s.read.WithContext(ctx), s: s, readOnly: true}
	if err := fn(tx); err != nil {
		return err
	}
	if !tx.pending.isEmpty() || len(tx.audits) > 0 {
		return errReadOnly
	}
	return nil
}

func pause(ctx context.Context, try int) error {
	wait := min(10*time.Millisecond<<try, time.Second)
	wait = wait/2 + rand.N(wait) //nolint:gosec // jitter needs no secret randomness
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
