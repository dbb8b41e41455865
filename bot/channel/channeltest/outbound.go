package channeltest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"tongshishang/bot"
	"tongshishang/bot/channel"
)

// fakeAPI plays the platform's API and notes the words it is asked to send.
type fakeAPI struct {
	*httptest.Server
	mu   sync.Mutex
	sent []string
}

func (h Harness) fakeAPI(t *testing.T, status int, answer string) *fakeAPI {
	t.Helper()
	f := &fakeAPI{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != h.API.SendPath {
			if h.API.Other == nil {
				t.Errorf("unexpected call of %s", r.URL.Path)
				return
			}
			h.API.Other(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read call: %v", err)
		}
		f.mu.Lock()
		f.sent = append(f.sent, h.API.SentText(t, body))
		f.mu.Unlock()
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(f.Close)
	return f
}

func (h Harness) testSends(t *testing.T) {
	api := h.fakeAPI(t, http.StatusOK, h.API.OK)
	s := h.stage(t, bot.Answer{}, nil, api.URL)
	if err := s.adapter.Send(t.Context(), bot.Outgoing{ID: 1, To: h.To, Text: words}); err != nil {
		t.Fatal(err)
	}
	api.mu.Lock()
	defer api.mu.Unlock()
	if len(api.sent) != 1 || api.sent[0] != words {
		t.Errorf("sent %q, want once %q", api.sent, words)
	}
}

func (h Harness) testSendFails(t *testing.T) {
	failures := append([]Failure{
		{Name: "server error", Status: http.StatusBadGateway, Want: channel.SendRetry},
		{Name: "not JSON", Body: "<html>", Want: channel.SendRetry},
		{Name: "redirect", Status: http.StatusFound, Want: channel.SendAlarm},
	}, h.API.Failures...)
	for _, f := range failures {
		t.Run(f.Name, func(t *testing.T) {
			status := f.Status
			if status == 0 {
				status = http.StatusOK
			}
			h.checkFailure(t, h.fakeAPI(t, status, f.Body).URL, f.Want)
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		gone := httptest.NewServer(http.NotFoundHandler())
		gone.Close()
		h.checkFailure(t, gone.URL, channel.SendRetry)
	})
}

func (h Harness) checkFailure(t *testing.T, apiURL string, want channel.SendKind) {
	t.Helper()
	s := h.stage(t, bot.Answer{}, nil, apiURL)
	err := s.adapter.Send(t.Context(), bot.Outgoing{ID: 1, To: h.To, Text: words})
	var failure *channel.SendError
	if !errors.As(err, &failure) {
		t.Fatalf("error is %v, want a SendError", err)
	}
	if failure.Kind != want {
		t.Errorf("kind %s, want %s: %v", failure.Kind, want, err)
	}
	h.checkPrivate(t, "error", err.Error())
}
