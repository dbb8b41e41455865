package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// issueEvery is how many messages there are for an issue in a filled database: 200,000 issues for 5 million messages.
const issueEvery = 25

// measureScale measures ordinary talk on a database that holds years of messages already.
func (s *session) measureScale(ctx context.Context) (err error) {
	url, err := s.database(ctx, "bench_scale")
	if err != nil {
		return err
	}
	if err := s.stores.redis.FlushAll(ctx).Err(); err != nil {
		return fmt.Errorf("flush redis: %w", err)
	}
	r, err := s.open(ctx, url, s.redis, "scale")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	begin := now()
	if err := fill(ctx, r.db, s.scale, s.scale/issueEvery, 700, begin); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "filled %d messages in %s\n", s.scale, since(begin).Round(time.Second))
	if err := settle(ctx, s.stores.mysql); err != nil {
		return err
	}
	l := s.load(ordinary(), 64)
	l.profile.name = scaled
	return r.measure(ctx, l, "")
}

// settle waits until MariaDB has written most of what filling left to be written, at most two minutes.
func settle(ctx context.Context, db *sql.DB) error {
	for range 120 {
		var name, dirty string
		if err := db.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'").Scan(&name, &dirty); err != nil {
			return fmt.Errorf("wait for MariaDB: %w", err)
		}
		if len(strings.TrimSpace(dirty)) < 4 { // fewer than a thousand pages
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return nil
}
