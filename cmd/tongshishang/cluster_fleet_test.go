package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"tongshishang/store/storetest"
)

// fleet is three instances of the service on one cluster, each with its own data folder and a channel API that knows who calls.
type fleet struct {
	*cluster
	instances []*service
	apis      []*channelAPI
	holds     atomic.Bool
	held      chan int // the instance whose call is held
}

// channelAPI is the platforms' API as one instance sees it.
type channelAPI struct {
	*platform
	front *httptest.Server
}

const (
	fleetSize   = 3
	fleetGroups = 6 // each with a ballot
	// holdMark in a message makes the API take the first call with it and never answer.
	holdMark = "先别答"
)

// newFleet puts three instances on a fresh database of the cluster: all behind HAProxy, or each on a Galera node of its own.
func newFleet(t *testing.T, apart bool) *fleet {
	t.Helper()
	f := &fleet{cluster: openCluster(t), held: make(chan int, 1)}
	database := storetest.URLs(t)["mysql"]
	f.db = f.connect(database)
	for n := range fleetSize {
		url := database
		if apart {
			url = strings.Replace(database, f.host(), f.galera[n].address, 1)
			node := f.connect(url)
			f.patiently("the database hasn't come to every node", func() error { return node.PingContext(t.Context()) })
		}
		f.enlist(n, url)
	}
	castFleet(t, f.instances[0])
	for _, s := range f.instances {
		s.start()
	}
	return f
}

// host is HAProxy's address.
func (c *cluster) host() string {
	_, rest, _ := strings.Cut(c.url, "@")
	return strings.TrimSuffix(rest, "/")
}

// enlist makes the instance with its configuration; all have the first one's keys.
func (f *fleet) enlist(n int, database string) {
	f.t.Helper()
	api := &channelAPI{platform: newPlatform()}
	f.t.Cleanup(api.server.Close)
	api.front = httptest.NewServer(f.holding(n, api.server.Config.Handler))
	f.t.Cleanup(api.front.Close)
	s := newService(f.t, database, f.redisURL)
	text, err := os.ReadFile(s.config)
	if err != nil {
		f.t.Fatal(err)
	}
	groups := ""
	for g := 1; g < fleetGroups; g++ {
		groups += fmt.Sprintf("  - {channel: qun, id: %q, unit: 平襄镇}\n", groupID(g))
	}
	plain := `  - {name: gzp, kind: officialaccount, app_id: wx0123456789abcdee, app_secret: s, token: tsstoken, mode: plain, api_base: "http://127.0.0.1:1"}` + "\ngroups:\n"
	changed := strings.ReplaceAll(strings.Replace(string(text), "groups:\n", plain, 1)+groups, "http://127.0.0.1:1", api.front.URL)
	if err := os.WriteFile(s.config, []byte(changed), 0o600); err != nil {
		f.t.Fatal(err)
	}
	if n > 0 {
		keys, err := os.ReadFile(filepath.Join(filepath.Dir(f.instances[0].config), "keys.yaml"))
		if err == nil {
			err = os.WriteFile(filepath.Join(filepath.Dir(s.config), "keys.yaml"), keys, 0o600)
		}
		if err != nil {
			f.t.Fatal(err)
		}
	}
	f.t.Cleanup(func() {
		s.kill()
		if f.t.Failed() {
			f.t.Logf("the end of instance %d's log:\n%s", n, tail(s.log.String(), 4000))
		}
	})
	f.instances, f.apis = append(f.instances, s), append(f.apis, api)
}

func tail(text string, n int) string { return text[max(0, len(text)-n):] }

// groupID is the id of a group on its channel; the first is the one that every service of these tests has.
func groupID(n int) string { return fmt.Sprintf("%d@chatroom", 10001+n) }

// holding never answers the first call with the mark: its sender is killed, or gives up.
func (f *fleet) holding(n int, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			return
		}
		if bytes.Contains(body, []byte(holdMark)) && f.holds.CompareAndSwap(false, true) {
			f.held <- n
			<-r.Context().Done()
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// castFleet makes a member of staff known, who may open ballots and is reminded of deadlines.
func castFleet(t *testing.T, s *service) {
	t.Helper()
	cfg, _, db, err := openStore(t.Context(), s.config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	play := &script{people: []scriptPerson{{name: "陈主任", role: "staff", units: []string{"平襄镇"}}}}
	if err := castScript(t.Context(), db, play, cfg.Channels); err != nil {
		t.Fatal(err)
	}
}

var spoolGauge = regexp.MustCompile(`(?m)^tss_spool_messages (\d+)$`)

// spooled is how many messages wait on the instance's disk.
func spooled(s *service) (int, error) {
	resp, err := http.Get("http://" + s.address + "/metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	found := spoolGauge.FindSubmatch(text)
	if found == nil {
		return 0, fmt.Errorf("no gauge of the spool: %d", resp.StatusCode)
	}
	return strconv.Atoi(string(found[1]))
}

// settle waits until nothing is left to be done: all spools empty, no message unhandled, nothing due to be sent.
func (f *fleet) settle() {
	f.t.Helper()
	f.patiently("still at work", func() error {
		for i, s := range f.instances {
			if n, err := spooled(s); err != nil || n > 0 {
				return fmt.Errorf("instance %d has %d messages in its spool: %w", i, n, err)
			}
		}
		if n := f.count("SELECT COUNT(*) FROM deferred_messages"); n != 0 {
			return fmt.Errorf("%d messages to be handled", n)
		}
		if n := f.count("SELECT (SELECT COUNT(*) FROM issues WHERE next_at <= UTC_TIMESTAMP(6)) + (SELECT COUNT(*) FROM ballots WHERE state = 'open' AND closes_at <= UTC_TIMESTAMP(6))"); n != 0 {
			return fmt.Errorf("%d deadlines have passed", n)
		}
		if n := f.count("SELECT COUNT(*) FROM outbox WHERE state = 'pending' AND next_at <= UTC_TIMESTAMP(6)"); n != 0 {
			return fmt.Errorf("%d messages to be sent", n)
		}
		return nil
	})
}

// count asks for a number; -1 when the database doesn't answer.
func (c *cluster) count(query string) int {
	n := -1
	if err := c.db.QueryRowContext(c.t.Context(), query).Scan(&n); err != nil {
		return -1
	}
	return n
}
