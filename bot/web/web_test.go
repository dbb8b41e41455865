package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestLinks_OpenOnlyWhatWasSigned(t *testing.T) {
	c := &clock{time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC)}
	links := NewLinks([]byte("0123456789abcdef0123456789abcdef"), "https://tss.example.org/", 24*time.Hour, c.now)
	address := links.Ledger(LedgerLink{Week: "2026-W47", Unit: "PX", Edition: "public"})
	if !strings.HasPrefix(address, "https://tss.example.org/console/ledger?") {
		t.Fatal(address)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	var got []LedgerLink
	h := links.Ledgers(func(_ *http.Request, to LedgerLink) (string, []byte, error) {
		got = append(got, to)
		return "台账.xlsx", []byte("PK"), nil
	})
	ask := func(change func(q url.Values)) int {
		q := u.Query()
		change(q)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/console/ledger?"+q.Encode(), nil))
		return w.Code
	}
	for name, tt := range map[string]struct {
		change func(q url.Values)
		want   int
	}{
		"as signed":       {func(url.Values) {}, 200},
		"another edition": {func(q url.Values) { q.Set("edition", "internal") }, 403},
		"another unit":    {func(q url.Values) { q.Set("unit", "MY") }, 403},
		"whole county":    {func(q url.Values) { q.Del("unit") }, 403},
		"another week":    {func(q url.Values) { q.Set("week", "2026-W46") }, 403},
		"later":           {func(q url.Values) { q.Set("expires", "99999999999") }, 403},
		"no signature":    {func(q url.Values) { q.Del("sign") }, 403},
	} {
		if code := ask(tt.change); code != tt.want {
			t.Errorf("%s: %d, want %d", name, code, tt.want)
		}
	}
	if len(got) != 1 || got[0] != (LedgerLink{"2026-W47", "PX", "public"}) {
		t.Errorf("opened %+v", got)
	}
	c.at = c.at.Add(24*time.Hour + time.Second)
	if code := ask(func(url.Values) {}); code != 403 {
		t.Errorf("after a day: %d", code)
	}
}

func site(log *bytes.Buffer, remark string, ready error) http.Handler {
	c := &clock{time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC)}
	logger := slog.New(WithRequest(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	return Site{Ready: func(context.Context) error { return ready }, Remark: func() string { return remark }, Metrics: http.NotFoundHandler(), Ledger: http.NotFoundHandler(), Logger: logger, Clock: c.now,
		Channels: []Route{{"/onebot/qun", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a fault") })}}}.Handler()
}

func TestSite_Answers(t *testing.T) {
	for _, tt := range []struct {
		path  string
		ready error
		want  int
	}{
		{"/healthz", errors.New("away"), 200},
		{"/readyz", nil, 200},
		{"/readyz", errors.New("database: away"), 503},
		{"/onebot/nobody", nil, 404},
		{"/", nil, 404},
		{"/onebot/qun", nil, 500},
	} {
		var log bytes.Buffer
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, tt.path+"?signature=secret", nil)
		r.Header.Set("X-Request-Id", "r-1")
		site(&log, "", tt.ready).ServeHTTP(w, r)
		if w.Code != tt.want || w.Header().Get("X-Request-Id") != "r-1" {
			t.Errorf("%s: %d %v, want %d", tt.path, w.Code, w.Header(), tt.want)
		}
		if !strings.Contains(log.String(), "request=r-1") || strings.Contains(log.String(), "secret") {
			t.Errorf("%s logged %s", tt.path, log.String())
		}
	}
}

func TestSite_SaysHowItStandsInOneLine(t *testing.T) {
	for _, tt := range []struct {
		remark string
		ready  error
		want   string
	}{
		{"", nil, "ok\n"},
		{"spool: 3 messages wait", nil, "ok; spool: 3 messages wait\n"},
		{"", errors.New("redis: away"), "redis: away\n"},
		{"spool: 3 messages wait", errors.Join(errors.New("database: away"), errors.New("spool: full")), "database: away; spool: full; spool: 3 messages wait\n"},
	} {
		w := httptest.NewRecorder()
		site(new(bytes.Buffer), tt.remark, tt.ready).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		if w.Body.String() != tt.want || (w.Code == http.StatusOK) != (tt.ready == nil) {
			t.Errorf("%d %q, want %q", w.Code, w.Body, tt.want)
		}
	}
}

// TestSite_Leaving: the program has been told to stop: nobody should send it more, what comes all the same is served, and no connection
// is kept.
func TestSite_Leaving(t *testing.T) {
	leaving := make(chan struct{})
	s := Site{Ready: func(context.Context) error { return nil }, Remark: func() string { return "" }, Metrics: http.NotFoundHandler(), Ledger: http.NotFoundHandler(),
		Logger: slog.New(slog.DiscardHandler), Clock: (&clock{}).now, Leaving: leaving,
		Channels: []Route{{"/onebot/qun", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })}}}
	h := s.Handler()
	for _, tt := range []struct {
		leaves bool
		path   string
		want   int
		kept   string
	}{
		{false, "/readyz", 200, ""},
		{false, "/onebot/qun", 204, ""},
		{true, "/readyz", 503, "close"},
		{true, "/healthz", 200, "close"},
		{true, "/onebot/qun", 204, "close"},
	} {
		if tt.leaves && !s.leaving() {
			close(leaving)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, tt.path, nil))
		if w.Code != tt.want || w.Header().Get("Connection") != tt.kept {
			t.Errorf("leaving %v, %s: %d %q, want %d %q", tt.leaves, tt.path, w.Code, w.Header().Get("Connection"), tt.want, tt.kept)
		}
	}
}

func TestSite_ReplacesStrangeRequestIDs(t *testing.T) {
	var log bytes.Buffer
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
	r.Header.Set("X-Request-Id", "x\" forged=1")
	site(&log, "", nil).ServeHTTP(w, r)
	if id := w.Header().Get("X-Request-Id"); len(id) != 16 || strings.Contains(log.String(), "forged") {
		t.Errorf("id %q, log %s", id, log.String())
	}
}

func TestServe_LetsRequestsFinish(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	begun, answered := make(chan struct{}), make(chan int, 1)
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		time.Sleep(100 * time.Millisecond)
		w.WriteHeader(http.StatusNoContent)
	})
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, l, h, func() context.Context { return context.WithoutCancel(ctx) }) }()
	go func() {
		resp, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			answered <- 0
			return
		}
		_ = resp.Body.Close()
		answered <- resp.StatusCode
	}()
	<-begun
	stop()
	if code := <-answered; code != http.StatusNoContent {
		t.Errorf("the request on its way got %d", code)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
