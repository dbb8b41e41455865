package advice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"

	"github.com/prometheus/client_golang/prometheus"
)

// fake is an API that answers what the test says.
type fake struct {
	*httptest.Server

	mu     sync.Mutex
	bodies []string
	answer func(w http.ResponseWriter, r *http.Request)
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		f.mu.Lock()
		f.bodies = append(f.bodies, string(body))
		answer := f.answer
		f.mu.Unlock()
		if r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer k" {
			http.Error(w, "wrong", http.StatusNotFound)
			return
		}
		answer(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func says(content string, tokens int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		text, _ := json.Marshal(content)
		fmt.Fprintf(w, `{"choices":[{"message":{"role":"assistant","content":%s}}],"usage":{"total_tokens":%d}}`, text, tokens)
	}
}

// scene is a county with doubts: the first is about an issue's category, the others about messages.
type scene struct {
	*fake
	store *store.Store
	clock *storetest.Clock
	unit  int64
	log   bytes.Buffer
	opt   Options
	reg   *prometheus.Registry
	*Adviser
}

func setScene(t *testing.T, run func(t *testing.T, s *scene)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.Store, clock *storetest.Clock) {
		s := &scene{fake: newFake(t), store: db, clock: clock, opt: Options{Requests: 100, Below: 0.7, Categories: few, Zone: time.FixedZone("", 8*3600)}}
		s.restart()
		s.write(t, func(tx *store.Tx) (err error) {
			s.unit, _, err = tx.SaveUnit(bot.Unit{Code: "PX", Name: "平襄镇"})
			return err
		})
		run(t, s)
	})
}

func (s *scene) restart() {
	s.reg = prometheus.NewRegistry()
	client := &Client{URL: s.URL + "/v1/", Key: "k", Model: "m", Timeout: 200 * time.Millisecond}
	s.Adviser = New(s.store, client, s.opt, s.clock.Now, slog.New(slog.NewTextHandler(&s.log, nil)), s.reg)
}

func (s *scene) write(t *testing.T, fn func(*store.Tx) error) {
	t.Helper()
	if err := s.store.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// issue puts an issue with its doubt into the books.
func (s *scene) issue(t *testing.T, seq int, kind bot.IssueKind, content string, chance float64) {
	t.Helper()
	s.write(t, func(tx *store.Tx) error {
		home := bot.Conversation{Channel: "qun", Group: "1"}
		ids, err := tx.LockConversations([]bot.Conversation{home})
		if err != nil {
			return err
		}
		who := tx.CreatePerson(store.AccountKey{Channel: "qun", ExtID: fmt.Sprint("w", seq)}, "王秀兰")
		i := &bot.Issue{UnitID: s.unit, Number: fmt.Sprint("TW-", seq), Seq: seq, Kind: kind, Status: bot.StatusReported, Title: "事", Content: content,
			ReporterID: who.ID, ReporterName: "王秀兰", ConversationID: ids[home], ReportedAt: tx.Now(), UpdatedAt: tx.Now()}
		if err := tx.CreateIssue(i, ""); err != nil {
			return err
		}
		tx.AddDoubt(bot.Doubt{UnitID: s.unit, Kind: bot.DoubtCategory, IssueID: i.ID, ConversationID: ids[home], Category: "其他", Chance: chance})
		return nil
	})
}

// hints are the suggestions on the unit's list, in order.
func (s *scene) hints(t *testing.T) (out string) {
	t.Helper()
	err := s.store.Read(t.Context(), func(tx *store.Tx) error {
		doubts, err := tx.UnsortedIssues(s.unit, s.clock.Now().AddDate(0, -1, 0), 100)
		for _, d := range doubts {
			out += d.HintIntent + "/" + d.HintCategory + ";"
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (s *scene) run(t *testing.T) {
	t.Helper()
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.bodies)
}

// figure is a metric's value; of several the one whose label has that value.
func (s *scene) figure(t *testing.T, name, label string) float64 {
	t.Helper()
	families, err := s.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && (label == "" || m.GetLabel()[0].GetValue() == label) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	t.Fatalf("there is no %s %s", name, label)
	return 0
}

func TestAdviser_Suggests(t *testing.T) {
	setScene(t, func(t *testing.T, s *scene) {
		s.answer = says(`{"intent":"appeal","category":"民政"}`, 120)
		s.issue(t, 1, bot.IssueAppeal, "我是王秀兰,低保没下来,电话13800000001", 0.4)
		s.issue(t, 2, bot.IssueAppeal, "路灯不亮", 0.71) // sure enough
		s.issue(t, 3, bot.IssueReport, "举报张三多占低保", 0.2)
		s.run(t)
		s.run(t)
		if got := s.hints(t); got != "appeal/民政;/;/;" || s.asked() != 1 {
			t.Fatalf("hints %s after %d questions: one is sure, one is a report against somebody", got, s.asked())
		}
		if body := s.bodies[0]; strings.Contains(body, "13800000001") || strings.Contains(body, "王秀兰") || !strings.Contains(body, "平襄镇") || !strings.Contains(body, "低保") {
			t.Errorf("sent: %s", body)
		}
		if n := s.figure(t, "tss_llm_requests_total", "answered"); n != 1 || s.figure(t, "tss_llm_tokens_total", "") != 120 {
			t.Errorf("%v answered", n)
		}
	})
}

func TestAdviser_BadAnswers(t *testing.T) {
	redirected := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { redirected = true }))
	defer elsewhere.Close()
	cases := []struct {
		name    string
		answer  func(http.ResponseWriter, *http.Request)
		outcome string
		again   bool // it is asked again, up to mostTries
	}{
		{"nonsense", says("这属于民政", 10), "nonsense", false},
		{"refuses", says("抱歉,我不能回答这个问题", 10), "nonsense", false},
		{"no choice", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"choices":[]}`) }, "nonsense", false},
		{"no JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `<html>`) }, "nonsense", false},
		{"500", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "低保 13800000001", http.StatusInternalServerError)
		}, "failed", true},
		{"401", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "failed", true},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, "failed", true},
		{"slow", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(2 * time.Second):
			}
		}, "failed", true},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"choices":[{"mess`) }, "failed", true},
	}
	setScene(t, func(t *testing.T, s *scene) {
		for n, c := range cases {
			s.bodies, s.answer = nil, c.answer
			s.log.Reset()
			s.restart()
			s.issue(t, n+1, bot.IssueAppeal, "低保没下来", 0.4)
			want := 1
			if c.again {
				want = mostTries
			}
			for range mostTries + 2 {
				s.run(t)
				s.clock.Add(2 * time.Hour)
			}
			if s.asked() != want || s.hints(t) != strings.Repeat("/;", n+1) {
				t.Errorf("%s: asked %d times, want %d; hints %s", c.name, s.asked(), want, s.hints(t))
			}
			if times := s.figure(t, "tss_llm_requests_total", c.outcome); times != float64(want) {
				t.Errorf("%s: %v times %s, want %d", c.name, times, c.outcome, want)
			}
			if log := s.log.String(); strings.Contains(log, "低保") || strings.Contains(log, "13800000001") || !strings.Contains(log, "no advice") {
				t.Errorf("%s: logged: %s", c.name, log)
			}
		}
	})
	if redirected {
		t.Error("the question went elsewhere")
	}
}

// TestAdviser_Backoff: after a failure it waits, each time longer, and then still gets its answer.
func TestAdviser_Backoff(t *testing.T) {
	setScene(t, func(t *testing.T, s *scene) {
		s.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
		s.issue(t, 1, bot.IssueAppeal, "低保没下来", 0.4)
		for n, step := range []struct {
			after time.Duration
			asked int
		}{{0, 1}, {59 * time.Second, 1}, {time.Second, 2}, {119 * time.Second, 2}, {time.Second, 3}} {
			s.clock.Add(step.after)
			s.run(t)
			if s.asked() != step.asked {
				t.Errorf("step %d: asked %d times, want %d", n, s.asked(), step.asked)
			}
		}
		s.answer = says(`{"intent":"chat","category":""}`, 1)
		s.clock.Add(time.Hour)
		s.run(t)
		if got := s.hints(t); got != "chat/;" {
			t.Errorf("hints %s", got)
		}
	})
}

func TestAdviser_Budget(t *testing.T) {
	setScene(t, func(t *testing.T, s *scene) {
		s.answer = says(`{"intent":"appeal","category":"民政"}`, 60)
		s.opt.Requests = 3
		s.restart()
		for n := range 9 {
			s.issue(t, n+1, bot.IssueAppeal, "低保没下来", 0.4)
		}
		s.run(t)
		s.run(t)
		if s.asked() != 3 || s.figure(t, "tss_llm_over_budget", "") != 1 || s.log.Len() != 0 {
			t.Errorf("asked %d times, want 3; over %v; logged %s", s.asked(), s.figure(t, "tss_llm_over_budget", ""), s.log.String())
		}
		s.clock.Add(24 * time.Hour)
		s.opt.Tokens = 100 // two answers, then it is over
		s.restart()
		s.run(t)
		if s.asked() != 5 {
			t.Errorf("asked %d times, want 5", s.asked())
		}
		s.clock.Add(24 * time.Hour)
		s.opt = Options{Requests: 100, Below: 0.7, Categories: few, Zone: s.opt.Zone}
		s.restart()
		s.run(t)
		if s.asked() != 9 || s.figure(t, "tss_llm_over_budget", "") != 0 {
			t.Errorf("asked %d times, want 9; over %v", s.asked(), s.figure(t, "tss_llm_over_budget", ""))
		}
	})
}

// TestAdviser_StoppedInTheMiddle: what was on its way when the service stopped is asked again after the lease, by whoever comes, and
// kept once.
func TestAdviser_StoppedInTheMiddle(t *testing.T) {
	setScene(t, func(t *testing.T, s *scene) {
		ctx, stop := context.WithCancel(t.Context())
		s.answer = func(_ http.ResponseWriter, r *http.Request) { stop(); <-r.Context().Done() }
		s.issue(t, 1, bot.IssueAppeal, "低保没下来", 0.4)
		if err := s.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		s.answer = says(`{"intent":"appeal","category":"民政"}`, 1)
		s.restart()
		s.run(t)
		if s.asked() != 1 {
			t.Error("asked again before the lease is over")
		}
		s.clock.Add(time.Minute)
		s.run(t)
		s.run(t)
		if got := s.hints(t); got != "appeal/民政;" || s.asked() != 2 {
			t.Errorf("hints %s after %d questions", got, s.asked())
		}
	})
}

// TestAdviser_Together: many instances ask each question once.
func TestAdviser_Together(t *testing.T) {
	setScene(t, func(t *testing.T, s *scene) {
		s.answer = says(`{"intent":"appeal","category":"民政"}`, 1)
		for n := range 12 {
			s.issue(t, n+1, bot.IssueAppeal, "低保没下来", 0.4)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := s.Run(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := s.hints(t); got != strings.Repeat("appeal/民政;", 12) || s.asked() != 12 {
			t.Errorf("hints %s after %d questions", got, s.asked())
		}
	})
}

// TestAdviser_Settled: what a clerk has settled isn't asked about any more; without a client nothing is.
func TestAdviser_Settled(t *testing.T) {
	setScene(t, func(t *testing.T, s *scene) {
		s.issue(t, 1, bot.IssueAppeal, "低保没下来", 0.4)
		off := New(s.store, nil, s.opt, s.clock.Now, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
		if err := off.Run(t.Context()); err != nil {
			t.Error(err)
		}
		s.write(t, func(tx *store.Tx) error {
			i, err := tx.IssueBySeq(s.unit, 1)
			if err != nil {
				return err
			}
			return tx.SettleIssue(i.ID)
		})
		s.run(t)
		if s.asked() != 0 {
			t.Errorf("asked %d times", s.asked())
		}
	})
}
