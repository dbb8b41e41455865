// Package storetest gives tests real databases: a fresh embedded SQLite file always, and a fresh database on the MariaDB or
// MySQL server that TSS_TEST_MYSQL_URL names (mysql://user:password@host:port/, a user who may create databases), with a clock
// that the test sets. Nothing of our own is mocked.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tongshishang/store"

	"github.com/go-sql-driver/mysql"
)

// MySQLVariable names the server for tests.
const MySQLVariable = "TSS_TEST_MYSQL_URL"

// Clock is a clock that stands until it is moved. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now.UTC()} }

// Now is the bot.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to a time, Add by a span.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now.UTC()
}

// Add moves the clock by a span.
func (c *Clock) Add(d time.Duration) { c.Set(c.Now().Add(d)) }

// Monday is the day that most tests begin on: Monday 16 November 2026, 09:00 in Shanghai.
func Monday() time.Time { return time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC) }

// URLs returns the databases to test on, by name; each is fresh, empty and removed after the test.
func URLs(t testing.TB) map[string]string {
	t.Helper()
	urls := map[string]string{"sqlite": "sqlite://" + filepath.Join(t.TempDir(), "test.db")}
	if server := os.Getenv(MySQLVariable); server != "" {
		urls["mysql"] = freshMySQL(t, server)
	}
	return urls
}

func freshMySQL(t testing.TB, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", MySQLVariable, err)
	}
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr = u.User.Username(), "tcp", u.Host
	cfg.Passwd, _ = u.User.Password()
	if socket := u.Query().Get("socket"); socket != "" {
		cfg.Net, cfg.Addr = "unix", socket
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		t.Fatalf("%s: %v", MySQLVariable, err)
	}
	db := sql.OpenDB(connector)
	var b [6]byte
	_, _ = rand.Read(b[:])
	name := "tss_test_" + hex.EncodeToString(b[:])
	if _, err := db.ExecContext(t.Context(), "CREATE DATABASE "+name+" CHARACTER SET utf8mb4"); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		_, _ = db.ExecContext(context.Background(), "DROP DATABASE "+name)
		_ = db.Close()
	})
	u.Path = "/" + name
	return u.String()
}

// Keys is a keyring for tests; what it seals is no secret.
func Keys(t testing.TB) *store.Keyring {
	t.Helper()
	keys, err := store.NewKeyring([]store.Key{{ID: "t1", Bytes: []byte("0123456789abcdef0123456789abcdef")}}, []byte("lookup-0123456789-0123456789-0123"))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// Open opens a store on the URL with the test's keys and clock, and closes it after the test. The schema is not touched.
func Open(t testing.TB, rawURL string, clock *Clock) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), rawURL, store.Options{Keys: Keys(t), Clock: clock.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Each runs the test on every database, each with a fresh, migrated schema.
func Each(t *testing.T, run func(t *testing.T, s *store.Store, clock *Clock)) {
	t.Helper()
	for name, u := range URLs(t) {
		t.Run(name, func(t *testing.T) {
			clock := NewClock(Monday())
			s := Open(t, u, clock)
			if _, err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			run(t, s, clock)
		})
	}
}
