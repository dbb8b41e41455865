package channel_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tongshishang/bot/channel"
)

func TestWebhook_Statuses(t *testing.T) {
	cases := []struct {
		err        error
		status     int
		retryAfter string
	}{
		{nil, 200, ""},
		{channel.ErrSignature, 403, ""},
		{fmt.Errorf("query: %w", channel.ErrStale), 403, ""},
		{fmt.Errorf("decode: %w", channel.ErrMalformed), 400, ""},
		{channel.ErrTooLarge, 413, ""},
		{channel.ErrMethod, 405, ""},
		{channel.ErrBusy, 503, "2"},
		{errors.New("the database is away"), 503, "2"},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.err), func(t *testing.T) {
			var logged bytes.Buffer
			handler := channel.Webhook("gz", slog.New(slog.NewTextHandler(&logged, nil)),
				func(http.ResponseWriter, *http.Request) error { return c.err })
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/?signature=abc", nil))
			if w.Code != c.status || w.Header().Get("Retry-After") != c.retryAfter {
				t.Errorf("got %d and Retry-After %q, want %d and %q", w.Code, w.Header().Get("Retry-After"), c.status, c.retryAfter)
			}
			if c.err != nil && strings.Contains(w.Body.String(), "database") {
				t.Errorf("the answer tells the reason: %q", w.Body)
			}
			if got := logged.Len() > 0; got != (c.err != nil) {
				t.Errorf("logged %q", logged.String())
			}
		})
	}
}

func TestReadBody_Limit(t *testing.T) {
	for extra, want := range map[int]error{0: nil, 1: channel.ErrTooLarge} {
		body := strings.NewReader(strings.Repeat("x", channel.MaxBody+extra))
		got, err := channel.ReadBody(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", body))
		if !errors.Is(err, want) {
			t.Errorf("%d bytes more: error %v, want %v", extra, err, want)
		}
		if err == nil && len(got) != channel.MaxBody {
			t.Errorf("read %d bytes", len(got))
		}
	}
}
