package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// session is one run of the benchmark.
type session struct {
	*options
	bench
	dir     string
	sink    string // address of the stand-in for the platforms' APIs
	results results
}

func (o *options) run(ctx context.Context, out io.Writer) (err error) {
	s := &session{options: o}
	if s.dir, err = os.MkdirTemp("", "tss-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stores.close(), os.RemoveAll(s.dir)) }()
	units, err := readUnits(o.units)
	if err != nil {
		return err
	}
	s.county = &county{units: units, groups: o.groups, people: o.people, staff: 150}
	if o.short {
		s.county.staff = 20
	}
	s.county.lastID.Store(uint64(now().UnixMicro()))
	if s.stores, err = openStores(ctx, o.mysql, o.redis, o.mysqlPID); err != nil {
		return err
	}
	if _, err := s.stores.mysql.ExecContext(ctx, "SET GLOBAL innodb_buffer_pool_size = ?", s.pool<<20); err != nil {
		return fmt.Errorf("buffer pool: %w", err)
	}
	if err := s.build(ctx); err != nil {
		return err
	}
	stop, err := s.serveSink(ctx)
	if err != nil {
		return err
	}
	defer stop()
	if err := s.measureAll(ctx); err != nil {
		return err
	}
	if s.results.machine, err = readMachine(ctx, s.stores); err != nil {
		return err
	}
	text := s.results.markdown()
	if o.out != "" {
		if err := os.WriteFile(o.out, []byte(text), 0o600); err != nil {
			return err
		}
	}
	if _, err = io.WriteString(out, text); err != nil {
		return err
	}
	if n := len(s.results.faults); n > 0 {
		return fmt.Errorf("the tables don't hold what was acknowledged: %d faults", n)
	}
	return nil
}

func (s *session) build(ctx context.Context) error {
	if s.program != "" {
		return nil
	}
	s.program = filepath.Join(s.dir, "tongshishang")
	c := exec.CommandContext(ctx, "go", "build", "-o", s.program, "./cmd/tongshishang") //nolint:gosec // our own program
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build the service: %w: %s", err, out)
	}
	return nil
}

// serveSink answers whatever the service sends on its own, as the platforms' APIs do when all is well.
func (s *session) serveSink(ctx context.Context) (stop func(), err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.sink = "http://" + l.Addr().String()
	web := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"status":"ok","retcode":0,"data":{"message_id":"1"},"errcode":0,"access_token":"bench","expires_in":7200}`)
	})}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = web.Serve(l) }()
	return func() { _ = web.Close(); <-ended }, nil
}

func (s *session) measureAll(ctx context.Context) error {
	for _, part := range []struct {
		name   string
		run    func(context.Context) error
		wanted bool
	}{{"raw", s.measureRaw, true}, {"service", s.measureService, true}, {"sqlite", s.measureSQLite, true},
		{"scale", s.measureScale, s.scale > 0}, {"books", s.measureBooks, s.issues > 0}} {
		if !part.wanted || !strings.Contains(","+s.parts+",", ","+part.name+",") {
			continue
		}
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// load is the usual load: a fifth of its time goes before, to warm up.
func (s *session) load(p profile, connections int) load {
	return load{profile: p, connections: connections, warm: s.measured / 5, measured: s.measured}
}

// note keeps figures and says on standard error that the run goes on.
func (s *session) note(f figures) {
	s.results.figures = append(s.results.figures, f)
	fmt.Fprintf(os.Stderr, "%s, %d connections: %.0f a second, p99 %s\n", f.name, f.connections, f.perSecond, f.latency.p99)
}

// database makes a fresh database on the MariaDB server and returns its URL.
func (s *session) database(ctx context.Context, name string) (string, error) {
	for _, q := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name + " CHARACTER SET utf8mb4"} {
		if _, err := s.stores.mysql.ExecContext(ctx, q); err != nil {
			return "", fmt.Errorf("database %s: %w", name, err)
		}
	}
	return strings.TrimRight(s.mysql, "/") + "/" + name, nil
}

// measureRaw measures what the machine can do: receivers that verify and answer, or store the bytes and nothing more.
func (s *session) measureRaw(ctx context.Context) error {
	url, err := s.database(ctx, "bench_raw")
	if err != nil {
		return err
	}
	plain, safe := ordinary(), ordinary()
	plain.plain, plain.safe, plain.shares = 1000, 0, only("", kindChatter).shares
	safe.plain, safe.safe, safe.shares = 0, 1000, plain.shares
	for _, r := range []struct {
		name, sink, where string
		profile           profile
		connections       int
	}{
		{rawPlain, "verify", "", plain, 64}, {rawPlain, "verify", "", plain, 16}, {rawSafe, "verify", "", safe, 64},
		{rawJournal, "journal", filepath.Join(s.dir, "journal"), ordinary(), 64},
		{rawSQL, "sql", url, ordinary(), 64}, {rawSQL, "sql", url, ordinary(), 16}, {rawGORM, "gorm", url, ordinary(), 64},
	} {
		r.profile.retries = 0 // a second one would be refused by the key
		f, err := s.raw(ctx, r.name, r.sink, r.where, s.load(r.profile, r.connections))
		if err != nil {
			return err
		}
		s.note(f)
	}
	return nil
}

// measureService measures the service on MariaDB and Redis.
func (s *session) measureService(ctx context.Context) (err error) {
	url, err := s.database(ctx, "bench_service")
	if err != nil {
		return err
	}
	if err := s.stores.redis.FlushAll(ctx).Err(); err != nil {
		return fmt.Errorf("flush redis: %w", err)
	}
	r, err := s.open(ctx, url, s.redis, "service")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	hot := ordinary()
	hot.name, hot.oneGroup, hot.safe, hot.plain = oneHotGroup, true, 0, 0
	loads := []load{s.load(ordinary(), 64), s.load(ordinary(), 16), s.load(hot, 64), s.load(commanding(), 64), s.load(only(onlyChatter, kindChatter), 64)}
	if s.rate > 0 {
		open := s.load(ordinary(), 64)
		open.rate, open.profile.name = s.rate, fmt.Sprintf("open loop, %d a second", s.rate)
		loads = append(loads, open)
	}
	if s.soak > 0 {
		soak := s.load(ordinary(), 64)
		soak.measured, soak.profile.name = s.soak, soaked
		loads = append(loads, soak)
	}
	if s.kinds {
		for k, name := range kindNames {
			loads = append(loads, s.load(only(name, kind(k)), 64))
		}
	}
	for i, l := range loads {
		if err := r.measure(ctx, l, s.profilePrefix(i+1)); err != nil {
			return err
		}
	}
	return r.check(ctx)
}

// profilePrefix is how the profiles of the n-th load begin; empty when none are wanted.
func (s *session) profilePrefix(n int) string {
	if s.profiles == "" {
		return ""
	}
	return filepath.Join(s.profiles, fmt.Sprintf("%02d-", n))
}

// measureSQLite measures the service with embedded storage, and raw inserts into the same kind of file.
func (s *session) measureSQLite(ctx context.Context) (err error) {
	servers := s.stores
	s.stores = nil // neither takes part
	defer func() { s.stores = servers }()
	talk := ordinary()
	talk.retries = 0
	f, err := s.raw(ctx, rawSQLite, "sqlite", "sqlite://"+filepath.Join(s.dir, "raw.db"), s.load(talk, 64))
	if err != nil {
		return err
	}
	s.note(f)
	r, err := s.open(ctx, "sqlite://"+filepath.Join(s.dir, "service.db"), "embedded:", "embedded")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	l := s.load(ordinary(), 64)
	l.profile.name = embedded
	if err := r.measure(ctx, l, ""); err != nil {
		return err
	}
	return r.check(ctx)
}

// running is a service that is being measured, with all it told its clients so far.
type running struct {
	*session
	server *server
	db     *sql.DB
	told   *tally
}
