package channel_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tongshishang/bot/channel"
)

func TestPostJSON_Statuses(t *testing.T) {
	cases := []struct {
		status     int
		retryAfter string
		want       channel.SendKind
		wait       time.Duration
	}{
		{status: 301, want: channel.SendAlarm},
		{status: 400, want: channel.SendPermanent},
		{status: 401, want: channel.SendAlarm},
		{status: 403, want: channel.SendAlarm},
		{status: 404, want: channel.SendAlarm},
		{status: 406, want: channel.SendPermanent},
		{status: 415, want: channel.SendPermanent},
		{status: 429, retryAfter: "7", want: channel.SendRetry, wait: 7 * time.Second},
		{status: 500, want: channel.SendRetry},
		{status: 503, retryAfter: "-3", want: channel.SendRetry},
	}
	for _, c := range cases {
		t.Run(http.StatusText(c.status), func(t *testing.T) {
			calls := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.Header().Set("Location", "/elsewhere")
				w.Header().Set("Retry-After", c.retryAfter)
				w.WriteHeader(c.status)
			}))
			defer server.Close()
			err := channel.NewClient(nil).PostJSON(t.Context(), server.URL+"?access_token=TOPSECRET", "", struct{}{}, &struct{}{})
			var failure *channel.SendError
			if !errors.As(err, &failure) {
				t.Fatalf("error is %v, want a SendError", err)
			}
			if failure.Kind != c.want || failure.RetryAfter != c.wait {
				t.Errorf("got %s after %s, want %s after %s", failure.Kind, failure.RetryAfter, c.want, c.wait)
			}
			if calls != 1 {
				t.Errorf("%d calls, want 1: redirects are not followed", calls)
			}
		})
	}
}

func TestPostJSON_SendsTextUnescaped(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := channel.ReadBody(w, r)
		if err != nil {
			t.Error(err)
		}
		got = string(body) + r.Header.Get("Authorization")
		_, _ = w.Write([]byte(`{"n":7}`))
	}))
	defer server.Close()
	var answer struct{ N int }
	body := map[string]string{"text": "<路灯> & 水"}
	if err := channel.NewClient(nil).PostJSON(t.Context(), server.URL, "key", body, &answer); err != nil {
		t.Fatal(err)
	}
	if want := "{\"text\":\"<路灯> & 水\"}\nBearer key"; got != want || answer.N != 7 {
		t.Errorf("sent %q and read %d, want %q and 7", got, answer.N, want)
	}
}

func TestPostJSON_FailuresHideTheAddress(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<html>`))
	}))
	defer server.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	cases := []struct {
		name    string
		address string
		want    channel.SendKind
	}{
		{"not JSON", server.URL, channel.SendRetry},
		{"nobody listens", gone.URL, channel.SendRetry},
		{"no address", "http://[", channel.SendAlarm},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := channel.NewClient(nil).PostJSON(t.Context(), c.address+"/?access_token=TOPSECRET", "", struct{}{}, &struct{}{})
			var failure *channel.SendError
			if !errors.As(err, &failure) || failure.Kind != c.want {
				t.Fatalf("error is %v, want kind %s", err, c.want)
			}
			if strings.Contains(err.Error(), "TOPSECRET") {
				t.Errorf("the error shows the token: %v", err)
			}
		})
	}
}

func TestPostJSON_Cancelled(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("called") }))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := channel.NewClient(nil).PostJSON(ctx, server.URL, "", struct{}{}, &struct{}{})
	failure, ok := errors.AsType[*channel.SendError](err)
	if !ok || failure.Kind != channel.SendRetry || !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want a retry because it was cancelled", err)
	}
}

func TestPostJSON_Timeout(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	client := channel.NewClient(&http.Client{Timeout: 30 * time.Millisecond})
	err := client.PostJSON(t.Context(), server.URL, "", struct{}{}, &struct{}{})
	var failure *channel.SendError
	if !errors.As(err, &failure) || failure.Kind != channel.SendRetry {
		t.Errorf("error is %v, want a retry", err)
	}
}
