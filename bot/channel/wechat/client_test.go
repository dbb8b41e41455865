package wechat_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"tongshishang/bot"
	"tongshishang/bot/channel"
	"tongshishang/bot/channel/channeltest"
	"tongshishang/bot/channel/wechat"
)

// The account of the tests: token, key and appid of the published-style vector.
const (
	token  = "tsstoken"
	key    = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	appID  = "wx0123456789abcdef"
	secret = "fictitious-app-secret"
)

func settings(mode wechat.Mode) wechat.Settings {
	return wechat.Settings{Name: "gz", AppID: appID, AppSecret: secret, Token: token, EncodingAESKey: key, Mode: mode}
}

func deps(receiver channel.Receiver) wechat.Deps {
	return wechat.Deps{
		Receiver: receiver, Cache: newMemory(), Clock: channeltest.Now, Rand: strings.NewReader(strings.Repeat("0123456789abcdefghij", 8)),
		Logger: slog.New(slog.DiscardHandler),
	}
}

// handler makes the account's only handler.
func handler(t testing.TB, s wechat.Settings, d wechat.Deps) http.Handler {
	t.Helper()
	a, err := wechat.New(s, d)
	if err != nil {
		t.Fatal(err)
	}
	return a.Routes()[0].Handler
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// query is what WeChat adds to every call, signed at the given time.
func query(at time.Time) url.Values {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	return url.Values{
		"timestamp": {timestamp}, "nonce": {"1320562132"},
		"signature": {util.Signature(token, timestamp, "1320562132")},
	}
}

// plainRequest posts a body as a plain account's platform does.
func plainRequest(body []byte) *http.Request {
	return httptest.NewRequest(http.MethodPost, "/wechat/gz?"+query(channeltest.Now()).Encode(), bytes.NewReader(body))
}

// safeRequest posts a body encrypted, with outer as further elements of the envelope.
func safeRequest(t testing.TB, body []byte, outer string) *http.Request {
	t.Helper()
	sealed, err := util.EncryptMsg([]byte("0123456789abcdef"), body, appID, key)
	if err != nil {
		t.Fatal(err)
	}
	return sealedRequest(string(sealed), outer)
}

func sealedRequest(sealed, outer string) *http.Request {
	q := query(channeltest.Now())
	q.Set("encrypt_type", "aes")
	q.Set("msg_signature", util.Signature(token, q.Get("timestamp"), q.Get("nonce"), sealed))
	body := "<xml><ToUserName>gh_1</ToUserName>" + outer + "<Encrypt>" + escape(sealed) + "</Encrypt></xml>"
	return httptest.NewRequest(http.MethodPost, "/wechat/gz?"+q.Encode(), strings.NewReader(body))
}

func escape(text string) string {
	var buf bytes.Buffer
	_ = xml.EscapeText(&buf, []byte(text))
	return buf.String()
}

func textBody(text string) []byte {
	return fmt.Appendf(nil, "<xml><ToUserName>gh_1</ToUserName><FromUserName>oU1</FromUserName><CreateTime>%d</CreateTime>"+
		"<MsgType>text</MsgType><Content>%s</Content><MsgId>23288</MsgId></xml>", channeltest.Now().Unix(), escape(text))
}

type reply struct {
	XMLName                                          xml.Name `xml:"xml"`
	ToUserName, FromUserName, MsgType, Content       string
	CreateTime                                       int64
	Encrypt, MsgSignature, TimeStamp, Nonce, Unknown string
}

// readReply reads a reply as WeChat does, decrypting it if it is encrypted; the zero reply is silence.
func readReply(t *testing.T, body string) reply {
	t.Helper()
	if body == "success" {
		return reply{}
	}
	var r reply
	if err := xml.Unmarshal([]byte(body), &r); err != nil {
		t.Fatalf("reply %q: %v", body, err)
	}
	if r.Encrypt == "" {
		return r
	}
	if want := util.Signature(token, r.TimeStamp, r.Nonce, r.Encrypt); r.MsgSignature != want {
		t.Errorf("reply's signature %s, want %s", r.MsgSignature, want)
	}
	_, plain, err := util.DecryptMsg(appID, r.Encrypt, key)
	if err != nil {
		t.Fatalf("decrypt reply: %v", err)
	}
	inner := readReply(t, string(plain))
	inner.Nonce, inner.TimeStamp = r.Nonce, r.TimeStamp
	return inner
}

// memory is the least token cache.
type memory struct {
	mu     sync.Mutex
	values map[string]any
	lives  map[string]time.Duration
}

func newMemory() *memory { return &memory{values: map[string]any{}, lives: map[string]time.Duration{}} }

func (m *memory) Get(key string) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[key]
}

func (m *memory) Set(key string, value any, life time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[key], m.lives[key] = value, life
	return nil
}

func (m *memory) IsExist(key string) bool { return m.Get(key) != nil }

func (m *memory) Delete(key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.values, key)
	return nil
}

func TestConformance(t *testing.T) {
	for _, mode := range []wechat.Mode{wechat.ModePlain, wechat.ModeCompatible, wechat.ModeSafe} {
		t.Run(string(mode), func(t *testing.T) { channeltest.Run(t, harness(mode)) })
	}
}

func harness(mode wechat.Mode) channeltest.Harness {
	return channeltest.Harness{
		New: func(t *testing.T, env channeltest.Env) channel.Adapter {
			s, d := settings(mode), deps(env.Receiver)
			s.APIBase, d.Clock, d.Logger = env.APIURL, env.Clock, env.Logger
			a, err := wechat.New(s, d)
			if err != nil {
				t.Fatal(err)
			}
			return a
		},
		TextBody: textBody,
		Sign: func(t *testing.T, body []byte) *http.Request {
			if mode == wechat.ModePlain {
				return plainRequest(body)
			}
			return safeRequest(t, body, "")
		},
		Forge: func(r *http.Request) {
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "signature=", "signature=0", 1)
		},
		Answer: func(t *testing.T, w *httptest.ResponseRecorder) string { return readReply(t, w.Body.String()).Content },
		To:     bot.Conversation{Channel: "gz", User: "oU1"},
		API: channeltest.API{
			SendPath: "/cgi-bin/message/custom/send",
			OK:       `{"errcode":0,"errmsg":"ok"}`,
			SentText: sentText,
			Other:    giveToken,
			Failures: []channeltest.Failure{
				{Name: "busy", Body: `{"errcode":-1,"errmsg":"system error"}`, Want: channel.SendRetry},
				{Name: "token refused twice", Body: `{"errcode":40001,"errmsg":"invalid credential"}`, Want: channel.SendRetry},
				{Name: "address not listed", Body: `{"errcode":40164,"errmsg":"invalid ip"}`, Want: channel.SendAlarm},
				{Name: "quota of the day", Body: `{"errcode":45009,"errmsg":"reach max api daily quota limit"}`, Want: channel.SendWait},
				{Name: "48 hours", Body: `{"errcode":45015,"errmsg":"response out of time limit"}`, Want: channel.SendUser},
				{Name: "quota of the user", Body: `{"errcode":45047,"errmsg":"out of response count limit"}`, Want: channel.SendUser},
				{Name: "bad openid", Body: `{"errcode":40003,"errmsg":"invalid openid"}`, Want: channel.SendPermanent},
				{Name: "unheard of", Body: `{"errcode":99999,"errmsg":"?"}`, Want: channel.SendRetry},
			},
		},
		Secrets: []string{secret, token, key, "ACCESS-TOKEN"},
	}
}

func giveToken(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte(`{"access_token":"ACCESS-TOKEN","expires_in":7200}`))
}

func sentText(t *testing.T, body []byte) string {
	var call struct {
		ToUser  string
		MsgType string
		Text    struct{ Content string }
	}
	if err := json.Unmarshal(body, &call); err != nil {
		t.Errorf("call %s: %v", body, err)
	}
	if call.ToUser == "" || call.MsgType != "text" {
		t.Errorf("call %s", body)
	}
	return call.Text.Content
}
