package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/report"
	"tongshishang/bot/workflow"
	"tongshishang/config"
	"tongshishang/store"
	"tongshishang/store/storetest"

	"github.com/redis/go-redis/v9"
)

// TestScenarios plays every testdata/*.chat against the whole program: over HTTP, with signatures, on SQLite with the embedded
// Redis, and on MariaDB with a real Redis where deploy/test.sh has started them.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.chat")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".chat"), func(t *testing.T) {
			for name, url := range storetest.URLs(t) {
				t.Run(name, func(t *testing.T) {
					playScenario(t, file, url, redisFor(name))
				})
			}
		})
	}
}

// redisFor is the embedded Redis beside SQLite and the real one beside MariaDB.
func redisFor(database string) string {
	url := os.Getenv("TSS_TEST_REDIS_URL")
	if database == "sqlite" || url == "" {
		return "embedded:"
	}
	return strings.TrimSuffix(url, "/0") + "/7" // a database of its own: scenarios empty it
}

// theatre is a stage with what a test needs besides.
type theatre struct {
	*stage
	t     *testing.T
	cfg   *config.Config
	rules *config.Rules
	sent  []delivery // not yet expected
}

func playScenario(t *testing.T, file, database, redisURL string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zone, _ := time.LoadLocation("Asia/Shanghai")
	s, err := readScript(f, zone)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	th := newTheatre(t, s, database, redisURL)
	for _, st := range s.steps {
		th.play(st)
	}
	for _, d := range th.sent {
		t.Errorf("at the end: sent to %s, not expected: %s", th.addressee(d), d.text)
	}
	th.verify()
}

func newTheatre(t *testing.T, s *script, database, redisURL string) *theatre {
	t.Helper()
	p := newPlatform()
	t.Cleanup(p.server.Close)
	cfg := sampleConfig(t.TempDir(), p.server.URL)
	cfg.Database.URL, cfg.Redis.URL = config.Secret(database), config.Secret(redisURL)
	if _, err := cfg.EnsureKeys(strings.NewReader(strings.Repeat("no secret at all ", 20))); err != nil {
		t.Fatal(err)
	}
	rules, err := config.LoadRules("")
	if err != nil {
		t.Fatal(err)
	}
	flushRedis(t, redisURL) // what an earlier scenario left
	clock := &playClock{now: s.steps[0].at}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	th := &theatre{t: t, cfg: cfg, rules: rules, stage: &stage{clock: clock, platform: p, log: log}}
	db, err := connect(t.Context(), cfg, clock.Now, log, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := importSample(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if err := castScript(t.Context(), db, s, cfg.Channels); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	th.open()
	th.player = newPlayer(s, cfg, "http://"+th.listener.Addr().String(), clock)
	t.Cleanup(func() {
		if err := th.end(); err != nil {
			t.Error(err)
		}
	})
	return th
}

func (th *theatre) open() {
	th.t.Helper()
	address := "127.0.0.1:0"
	if th.listener != nil {
		address = th.listener.Addr().String()
	}
	l, err := (&net.ListenConfig{}).Listen(th.t.Context(), "tcp", address)
	if err != nil {
		th.t.Fatal(err)
	}
	th.listener = l
	if err := th.start(context.WithoutCancel(th.t.Context()), th.cfg, th.rules); err != nil {
		th.t.Fatal(err)
	}
}

func (th *theatre) play(st step) {
	t, ctx := th.t, th.t.Context()
	t.Helper()
	th.clock.set(st.at)
	var answer string
	var err error
	switch st.kind {
	case stepSay:
		answer, err = th.player.say(ctx, st)
	case stepAgain:
		answer, err = th.player.again(ctx, st.label)
	case stepSent:
		th.expectSent(st)
		return
	case stepSweep:
		err = th.settle(ctx)
	case stepFlush:
		th.flush()
	case stepRestart:
		if err = th.end(); err == nil {
			th.open()
		}
	case stepCode:
		err = th.newCode(ctx, st.speaker)
	case stepPlace:
		err = th.importPlace(ctx, st.text)
	case stepIssue:
		th.expectIssue(st)
		return
	case stepDoubtful:
		if _, err := fmt.Sscan(st.text, &th.rules.Doubts.MatterFrom, &th.rules.Doubts.MatterTo); err != nil {
			t.Fatalf("line %d: %v", st.line, err)
		}
		return
	case stepCount:
		th.expectCounts(st)
		return
	}
	if err != nil {
		t.Fatalf("line %d: %v", st.line, err)
	}
	if !matches(st.answer, answer) {
		t.Errorf("line %d: %s %s: %s\n got: %s\nwant: %s", st.line, st.place, st.speaker, st.text, answer, st.answer)
	}
	if err := th.settle(ctx); err != nil {
		t.Fatalf("line %d: %v", st.line, err)
	}
	th.sent = append(th.sent, th.platform.take()...)
}

func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("(?s)^" + strings.Join(parts, ".*") + "$").MatchString(text)
}

func (th *theatre) expectSent(st step) {
	th.t.Helper()
	want := strings.TrimSpace(st.place + " " + st.speaker)
	for i, d := range th.sent {
		if th.addressee(d) == want && matches(st.text, d.text) {
			th.sent = append(th.sent[:i:i], th.sent[i+1:]...)
			return
		}
	}
	got := ""
	for _, d := range th.sent {
		got += "\n  " + th.addressee(d) + ": " + d.text
	}
	th.t.Errorf("line %d: not sent to %s: %s; sent were:%s", st.line, want, st.text, got)
}

// flush empties Redis, as an operator or a crash would.
func (th *theatre) flush() {
	if th.cfg.Redis.URL.Reveal() == "embedded:" {
		if err := th.end(); err != nil { // the embedded Redis lives and dies with the program
			th.t.Fatal(err)
		}
		th.open()
		return
	}
	flushRedis(th.t, th.cfg.Redis.URL.Reveal())
}

func flushRedis(t *testing.T, url string) {
	t.Helper()
	if url == "embedded:" {
		return
	}
	opt, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opt)
	defer c.Close()
	if err := c.FlushDB(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

func (th *theatre) expectIssue(st step) {
	th.t.Helper()
	err := th.app.store.Read(th.t.Context(), func(tx *store.Tx) error {
		units, err := tx.Units()
		if err != nil {
			return err
		}
		for _, u := range units {
			if u.Name != st.place {
				continue
			}
			var seq int
			if _, err := fmt.Sscanf(st.label, "%d", &seq); err != nil {
				return err
			}
			i, err := tx.IssueBySeq(u.ID, seq)
			if err != nil {
				return err
			}
			th.compare(st, issueFacts(i))
		}
		return nil
	})
	if err != nil {
		th.t.Errorf("line %d: %v", st.line, err)
	}
}

func issueFacts(i *bot.Issue) map[string]string {
	return map[string]string{"status": i.Status.Label(), "kind": i.Kind.Label(), "category": i.Category, "place": i.Place, "place_id": i.PlaceID, "title": i.Title,
		"number": i.Number, "supporters": fmt.Sprint(i.Supporters), "agency": i.Agency, "handler": i.HandlerName, "solved": i.Solved.Label(),
		"satisfaction": i.Satisfaction.Label(), "reopened": fmt.Sprint(i.Reopened), "urgent": fmt.Sprint(i.Urgent), "difficulty": string(i.Difficulty),
		"content": i.Content, "reporter": i.ReporterName, "due": i.DueAt.In(time.FixedZone("", 8*3600)).Format("2006-01-02"), "rule": i.DueRule, "method": i.Method, "events": fmt.Sprint(i.Events)}
}

func (th *theatre) expectCounts(st step) {
	th.t.Helper()
	stats, err := report.Stats(th.t.Context(), th.app.store, th.rules, th.clock.Now(), time.Time{}, time.Time{}, nil)
	if err != nil {
		th.t.Fatal(err)
	}
	th.compare(st, map[string]string{"issues": fmt.Sprint(stats.Issues), "messages": fmt.Sprint(stats.Messages), "votes": fmt.Sprint(stats.Votes),
		"endorsements": fmt.Sprint(stats.Endorsements), "ballots": fmt.Sprint(stats.Ballots), "closed": fmt.Sprint(stats.Closed)})
}

func (th *theatre) compare(st step, got map[string]string) {
	th.t.Helper()
	for k, want := range st.want {
		value, known := got[k]
		if !known {
			th.t.Errorf("line %d: nothing is known of %q", st.line, k)
		} else if !matches(want, value) {
			th.t.Errorf("line %d: %s = %q, want %q", st.line, k, value, want)
		}
	}
}

// verify holds after every scenario: the audit chains are whole, and the events of every issue, replayed from nothing, give the
// state it is in.
func (th *theatre) verify() {
	err := th.app.store.Read(th.t.Context(), func(tx *store.Tx) error {
		_, faults, err := tx.VerifyAudit()
		for _, f := range faults {
			th.t.Errorf("audit chain %d at %d: %s", f.Chain, f.Seq, f.Reason)
		}
		if err != nil {
			return err
		}
		units, err := tx.Units()
		for n := 0; err == nil && n < len(units); n++ {
			err = th.replay(tx, units[n])
		}
		return err
	})
	if err != nil {
		th.t.Error(err)
	}
}

func (th *theatre) replay(tx *store.Tx, u bot.Unit) error {
	const all = 1000
	for seq := 1; ; seq++ {
		i, err := tx.IssueBySeq(u.ID, seq)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		events, err := tx.Events(i.ID, all)
		if err != nil {
			return err
		}
		again := bot.Issue{ID: i.ID}
		for _, e := range events {
			if err := workflow.Apply(&again, e); err != nil {
				th.t.Errorf("%s: %v", i.Number, err)
			}
		}
		if got, want := course(&again), course(i); got != want {
			th.t.Errorf("%s: replayed %s\nstored %s", i.Number, got, want)
		}
	}
}

// course is what the events alone say of an issue.
func course(i *bot.Issue) string {
	times := make([]int64, 0, 7)
	for _, at := range []time.Time{i.ReportedAt, i.AcceptedAt, i.AssignedAt, i.SignedAt, i.ResolvedAt, i.ClosedAt, i.ArchivedAt} {
		times = append(times, at.UnixMicro())
	}
	return fmt.Sprint(i.Status, " events ", i.Events, " round ", i.Round, " reopened ", i.Reopened, " returned ", i.Returned, " times ", times)
}
