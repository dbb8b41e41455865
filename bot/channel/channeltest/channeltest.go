// Package channeltest is the conformance suite that every channel's adapter passes: what arrives is taken once and only when
// it is stored, what isn't genuine is refused before anybody sees it, and what is sent arrives or fails in a known way.
package channeltest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/channel"
)

// Harness tells the suite how the channel talks.
type Harness struct {
	// New makes an adapter under test.
	New func(t *testing.T, env Env) channel.Adapter
	// TextBody is the platform's form of a text message, the same for the same text, before any encryption.
	TextBody func(text string) []byte
	// Sign makes the platform's genuine request of a body, encrypted if the channel does that.
	Sign func(t *testing.T, body []byte) *http.Request
	// Forge spoils the signature or token of a genuine request.
	Forge func(r *http.Request)
	// Answer reads the bot's words out of a response, "" for silence; it fails the test if the platform couldn't read it.
	Answer func(t *testing.T, w *httptest.ResponseRecorder) string
	// To is somebody to send to.
	To bot.Conversation
	// API is what the fake of the platform's API needs to know.
	API API
	// Secrets must never be seen in logs or errors.
	Secrets []string
}

// API describes the platform's API to its fake.
type API struct {
	SendPath string                                   // path of the call that sends
	OK       string                                   // its answer when all went well
	SentText func(t *testing.T, body []byte) string   // the words in that call's body
	Other    func(http.ResponseWriter, *http.Request) // answers all other calls; nil: there are none
	Failures []Failure
}

// Failure is a way in which the call that sends may be answered.
type Failure struct {
	Name   string
	Status int // 0: 200
	Body   string
	Want   channel.SendKind
}

// Env is what the suite hands to the adapter under test.
type Env struct {
	Receiver channel.Receiver
	Clock    bot.Clock
	Logger   *slog.Logger
	APIURL   string // of the fake API, without a slash at the end
}

// Now is what Env.Clock tells: 2026-11-23 14:00:00 in Shanghai.
func Now() time.Time { return time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC) }

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	t.Run("routes", h.testRoutes)
	t.Run("accepts", h.testAccepts)
	t.Run("silence", h.testSilence)
	t.Run("not stored", h.testNotStored)
	t.Run("refuses", h.testRefuses)
	t.Run("sends", h.testSends)
	t.Run("send fails", h.testSendFails)
}

// stage is an adapter with a receiver that notes what it is given.
type stage struct {
	adapter  channel.Adapter
	mux      *http.ServeMux
	received []*bot.Message
	logs     bytes.Buffer
}

func (h Harness) stage(t *testing.T, answer bot.Answer, failure error, apiURL string) *stage {
	t.Helper()
	s := &stage{mux: http.NewServeMux()}
	s.adapter = h.New(t, Env{
		Receiver: func(_ context.Context, m *bot.Message) (bot.Answer, error) {
			s.received = append(s.received, m)
			return answer, failure
		},
		Clock:  Now,
		Logger: slog.New(slog.NewTextHandler(&s.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
		APIURL: apiURL,
	})
	for _, route := range s.adapter.Routes() {
		s.mux.Handle(route.Pattern, route.Handler)
	}
	t.Cleanup(func() { h.checkPrivate(t, "log", s.logs.String()) })
	return s
}

func (s *stage) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

func (h Harness) checkPrivate(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range append(h.Secrets, words) {
		if strings.Contains(text, secret) {
			t.Errorf("%s shows %q: %s", where, secret, text)
		}
	}
}
