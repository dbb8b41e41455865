package channeltest

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"tongshishang/bot"
	"tongshishang/bot/channel"
)

// words is what is said in the suite's messages; the markup in it has to survive every wire form.
const words = "路灯不亮<b>&]]>[CQ:at,qq=all]"

func (h Harness) testRoutes(t *testing.T) {
	s := h.stage(t, bot.Answer{}, nil, "http://127.0.0.1:1")
	routes := s.adapter.Routes()
	if len(routes) == 0 || s.adapter.Name() == "" {
		t.Fatal("no route or no name")
	}
	for _, route := range routes {
		if strings.Contains(route.Pattern, " ") || !strings.HasSuffix(route.Pattern, "/"+s.adapter.Name()) {
			t.Errorf("pattern %q has a method or doesn't end in the channel's name", route.Pattern)
		}
	}
}

func (h Harness) testAccepts(t *testing.T) {
	said := "已登记 #012 " + words
	s := h.stage(t, bot.Answer{Text: said}, nil, "http://127.0.0.1:1")
	for range 2 {
		w := s.do(h.Sign(t, h.TextBody(words)))
		if w.Code != http.StatusOK {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		if got := h.Answer(t, w); got != said {
			t.Errorf("answer %q, want %q", got, said)
		}
	}
	if len(s.received) != 2 {
		t.Fatalf("received %d messages of 2 deliveries", len(s.received))
	}
	first, again := s.received[0], s.received[1]
	if first.Key() != again.Key() {
		t.Errorf("the same message has two keys: %+v, %+v", first, again)
	}
	if first.Channel != s.adapter.Name() || first.Kind != bot.KindText || first.Text != words || first.Sender == "" || first.ID == "" {
		t.Errorf("received %+v", first)
	}
	if first.SentAt.IsZero() || !first.ReceivedAt.Equal(Now()) {
		t.Errorf("sent at %s, received at %s", first.SentAt, first.ReceivedAt)
	}
}

func (h Harness) testSilence(t *testing.T) {
	s := h.stage(t, bot.Answer{}, nil, "http://127.0.0.1:1")
	w := s.do(h.Sign(t, h.TextBody(words)))
	if w.Code != http.StatusOK && w.Code != http.StatusNoContent {
		t.Fatalf("status %d", w.Code)
	}
	if got := h.Answer(t, w); got != "" {
		t.Errorf("said %q, want silence", got)
	}
}

func (h Harness) testNotStored(t *testing.T) {
	for _, failure := range []error{channel.ErrBusy, errors.New("the database is away")} {
		s := h.stage(t, bot.Answer{Text: "never said"}, failure, "http://127.0.0.1:1")
		w := s.do(h.Sign(t, h.TextBody(words)))
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("%v: status %d, Retry-After %q", failure, w.Code, w.Header().Get("Retry-After"))
		}
		if strings.Contains(w.Body.String(), "database") {
			t.Errorf("the response tells strangers the reason: %s", w.Body)
		}
	}
}

func (h Harness) testRefuses(t *testing.T) {
	forged := h.Sign(t, h.TextBody(words))
	h.Forge(forged)
	put := h.Sign(t, h.TextBody(words))
	put.Method = http.MethodPut
	cases := []struct {
		name    string
		request *http.Request
		want    int
	}{
		{"bad signature", forged, http.StatusForbidden},
		{"too large", h.Sign(t, h.TextBody(strings.Repeat("水", channel.MaxBody/3+1))), http.StatusRequestEntityTooLarge},
		{"malformed", h.Sign(t, []byte(`<xml>{"post_type":`)), http.StatusBadRequest},
		{"empty", h.Sign(t, nil), http.StatusBadRequest},
		{"wrong method", put, http.StatusMethodNotAllowed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := h.stage(t, bot.Answer{}, nil, "http://127.0.0.1:1")
			if w := s.do(c.request); w.Code != c.want {
				t.Errorf("status %d, want %d", w.Code, c.want)
			}
			if len(s.received) != 0 {
				t.Error("the receiver was called")
			}
		})
	}
}
