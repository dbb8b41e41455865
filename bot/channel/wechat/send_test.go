package wechat_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/channel"
	"tongshishang/bot/channel/wechat"
)

const tokenKey = "gowechat_officialaccount__stable_access_token_" + appID

// platform plays WeChat's API: it gives the tokens of a list, one a fetch, and takes messages with the tokens it calls valid.
type platform struct {
	*httptest.Server
	mu      sync.Mutex
	tokens  []string
	expires int
	valid   string
	fetches []string // bodies
	texts   []string
}

func newPlatform(t *testing.T, valid string, tokens ...string) *platform {
	p := &platform{valid: valid, tokens: tokens, expires: 7200}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /cgi-bin/stable_token", p.token)
	mux.HandleFunc("POST /cgi-bin/message/custom/send", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		if r.URL.Query().Get("access_token") != p.valid {
			_, _ = io.WriteString(w, `{"errcode":42001,"errmsg":"access_token expired"}`)
			return
		}
		p.texts = append(p.texts, sentText(t, body))
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`)
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *platform) token(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fetches = append(p.fetches, string(body))
	token := p.tokens[0]
	if len(p.tokens) > 1 {
		p.tokens = p.tokens[1:]
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "expires_in": p.expires})
}

func (p *platform) account(t *testing.T, cache *memory) *wechat.Adapter {
	t.Helper()
	s, d := settings(wechat.ModeSafe), deps(nil)
	s.APIBase, d.Cache = p.URL, cache
	a, err := wechat.New(s, d)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func toUser(text string) bot.Outgoing {
	return bot.Outgoing{ID: 1, To: bot.Conversation{Channel: "gz", User: "oU1"}, Text: text}
}

func TestSend_TokenIsSharedAndKept(t *testing.T) {
	p, cache := newPlatform(t, "T1", "T1"), newMemory()
	// Two instances of the service share the cache.
	for _, a := range []*wechat.Adapter{p.account(t, cache), p.account(t, cache)} {
		if err := a.Send(t.Context(), toUser("好")); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"grant_type":"client_credential","appid":"` + appID + `","secret":"` + secret + `"}` + "\n"
	if !slices.Equal(p.fetches, []string{want}) {
		t.Errorf("fetched with %q, want once %q", p.fetches, want)
	}
	if cache.Get(tokenKey) != "T1" || cache.lives[tokenKey] != 6900*time.Second {
		t.Errorf("cached %v for %s, want T1 for 1h55m", cache.Get(tokenKey), cache.lives[tokenKey])
	}
}

func TestSend_OneFetchForMany(t *testing.T) {
	p := newPlatform(t, "T1", "T1")
	a := p.account(t, newMemory())
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if err := a.Send(t.Context(), toUser("好")); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if len(p.fetches) != 1 || len(p.texts) != 8 {
		t.Errorf("%d fetches, %d messages; want 1 and 8", len(p.fetches), len(p.texts))
	}
}

func TestSend_TokenAtItsEndIsNotKept(t *testing.T) {
	p, cache := newPlatform(t, "T1", "T1"), newMemory()
	p.expires = 300
	if err := p.account(t, cache).Send(t.Context(), toUser("好")); err != nil {
		t.Fatal(err)
	}
	if cache.IsExist(tokenKey) {
		t.Error("a token with no time left was cached, which a cache may take for one without an end")
	}
}

func TestSend_ReplacesARefusedTokenOnce(t *testing.T) {
	p, cache := newPlatform(t, "T2", "T2"), newMemory()
	_ = cache.Set(tokenKey, "T1", time.Hour)
	a := p.account(t, cache)
	if err := a.Send(t.Context(), toUser("好")); err != nil {
		t.Fatal(err)
	}
	if len(p.fetches) != 1 || cache.Get(tokenKey) != "T2" {
		t.Errorf("%d fetches, cached %v", len(p.fetches), cache.Get(tokenKey))
	}
	p.valid = "T3"
	var failure *channel.SendError
	if err := a.Send(t.Context(), toUser("好")); !errors.As(err, &failure) || failure.Code != "errcode 42001" {
		t.Errorf("error is %v", err)
	}
	if len(p.fetches) != 2 {
		t.Errorf("%d fetches, want one more", len(p.fetches))
	}
}

func TestSend_TwoAccountsWithTheirOwnAddress(t *testing.T) {
	one, two := newPlatform(t, "A", "A"), newPlatform(t, "B", "B")
	a, b := one.account(t, newMemory()), two.account(t, newMemory())
	for range 2 {
		if err := errors.Join(a.Send(t.Context(), toUser("一")), b.Send(t.Context(), toUser("二"))); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(one.texts, []string{"一", "一"}) || !slices.Equal(two.texts, []string{"二", "二"}) {
		t.Errorf("sent %q and %q", one.texts, two.texts)
	}
}

func TestSend_SplitsLongText(t *testing.T) {
	p := newPlatform(t, "T1", "T1")
	text := strings.Repeat("水", 1000) // 3000 bytes: 682 characters are 2046 bytes
	if err := p.account(t, newMemory()).Send(t.Context(), toUser(text)); err != nil {
		t.Fatal(err)
	}
	want := []string{strings.Repeat("水", 682), strings.Repeat("水", 318)}
	if !slices.Equal(p.texts, want) {
		t.Errorf("sent %d parts %q", len(p.texts), p.texts)
	}
}

func TestSend_NoGroups(t *testing.T) {
	p := newPlatform(t, "T1", "T1")
	out := bot.Outgoing{To: bot.Conversation{Channel: "gz", Group: "10001@chatroom"}, Text: "好"}
	var failure *channel.SendError
	if err := p.account(t, newMemory()).Send(t.Context(), out); !errors.As(err, &failure) || failure.Kind != channel.SendPermanent {
		t.Errorf("error is %v", err)
	}
	if len(p.fetches)+len(p.texts) != 0 {
		t.Error("the API was called")
	}
}

func TestSend_TokenFailures(t *testing.T) {
	cases := []struct {
		answer string
		want   channel.SendKind
		wait   time.Duration
	}{
		{`{"errcode":40125,"errmsg":"invalid appsecret"}`, channel.SendAlarm, 0},
		{`{"errcode":40164,"errmsg":"invalid ip 192.0.2.1"}`, channel.SendAlarm, 0},
		// It is 14:00 in China, so midnight is 10 hours away.
		{`{"errcode":45009,"errmsg":"reach max api daily quota limit"}`, channel.SendWait, 10 * time.Hour},
		{`{"expires_in":7200}`, channel.SendRetry, 0},
	}
	for _, c := range cases {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, c.answer) }))
		p := &platform{Server: server}
		err := p.account(t, newMemory()).Send(t.Context(), toUser("好"))
		server.Close()
		var failure *channel.SendError
		if !errors.As(err, &failure) || failure.Kind != c.want || failure.RetryAfter != c.wait {
			t.Errorf("%s: %v, want %s after %s", c.answer, err, c.want, c.wait)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}
