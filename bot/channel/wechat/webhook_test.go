package wechat_test

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/util"

	"tongshishang/bot"
	"tongshishang/bot/channel/channeltest"
	"tongshishang/bot/channel/wechat"
)

// recorder is a receiver that notes messages and says the answer.
type recorder struct {
	answer string
	got    []*bot.Message
}

func (r *recorder) receive(_ context.Context, m *bot.Message) (bot.Answer, error) {
	r.got = append(r.got, m)
	return bot.Answer{Text: r.answer}, nil
}

func TestEcho(t *testing.T) {
	now := channeltest.Now()
	cases := []struct {
		name   string
		at     time.Time
		spoil  string
		status int
	}{
		{"genuine", now, "", 200},
		{"oldest allowed", now.Add(-5 * time.Minute), "", 200},
		{"too old", now.Add(-5*time.Minute - time.Second), "", 403},
		{"too new", now.Add(5*time.Minute + time.Second), "", 403},
		{"wrong nonce", now, "nonce", 403},
		{"wrong time", now, "timestamp", 403},
		{"no signature", now, "signature", 403},
	}
	h := handler(t, settings(wechat.ModeSafe), deps(nil))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			q := query(c.at)
			q.Set("echostr", "4375<b>")
			if c.spoil != "" {
				q.Del(c.spoil)
			}
			w := serve(h, httptest.NewRequest(http.MethodGet, "/wechat/gz?"+q.Encode(), nil))
			if w.Code != c.status {
				t.Fatalf("status %d, want %d", w.Code, c.status)
			}
			if got := w.Body.String() == "4375<b>"; got != (c.status == 200) {
				t.Errorf("body %q", w.Body)
			}
			if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, "text/plain") {
				t.Errorf("a browser would show the echo as %q", got)
			}
		})
	}
}

func TestSignedTimestampThatIsNoNumber(t *testing.T) {
	q := url.Values{"timestamp": {"now"}, "nonce": {"1"}, "signature": {util.Signature(token, "now", "1")}}
	h := handler(t, settings(wechat.ModeSafe), deps(nil))
	if w := serve(h, httptest.NewRequest(http.MethodGet, "/wechat/gz?"+q.Encode(), nil)); w.Code != http.StatusBadRequest {
		t.Errorf("status %d, want 400", w.Code)
	}
}

// Which bodies an account takes in which mode, and which text counts.
func TestModes(t *testing.T) {
	inner, outerPart := textBody("密文"), "<FromUserName>oEve</FromUserName><MsgType>text</MsgType><Content>明文</Content><MsgId>9</MsgId>"
	cases := []struct {
		name    string
		mode    wechat.Mode
		request *http.Request
		status  int
		text    string
	}{
		{"plain to plain", wechat.ModePlain, plainRequest(textBody("明文")), 200, "明文"},
		{"encrypted to plain", wechat.ModePlain, safeRequest(t, inner, ""), 400, ""},
		{"plain to compatible", wechat.ModeCompatible, plainRequest(textBody("明文")), 200, "明文"},
		{"both to compatible", wechat.ModeCompatible, safeRequest(t, inner, outerPart), 200, "密文"},
		{"both to compatible, said to be plain", wechat.ModeCompatible, downgraded(safeRequest(t, inner, outerPart)), 403, ""},
		{"plain to safe", wechat.ModeSafe, plainRequest(textBody("明文")), 403, ""},
		{"encrypted to safe", wechat.ModeSafe, safeRequest(t, inner, ""), 200, "密文"},
		{"both to safe, said to be plain", wechat.ModeSafe, downgraded(safeRequest(t, inner, outerPart)), 403, ""},
		{"nothing encrypted to safe", wechat.ModeSafe, sealedRequest("", outerPart), 400, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := &recorder{}
			w := serve(handler(t, settings(c.mode), deps(r.receive)), c.request)
			if w.Code != c.status {
				t.Fatalf("status %d, want %d", w.Code, c.status)
			}
			if c.status == 200 && (len(r.got) != 1 || r.got[0].Text != c.text || r.got[0].Sender != "oU1") {
				t.Errorf("received %+v, want %s of oU1", r.got, c.text)
			}
			if c.status != 200 && len(r.got) != 0 {
				t.Errorf("received %+v", r.got[0])
			}
		})
	}
}

// downgraded takes away what says that the body is encrypted.
func downgraded(r *http.Request) *http.Request {
	q := r.URL.Query()
	q.Del("encrypt_type")
	q.Del("msg_signature")
	r.URL.RawQuery = q.Encode()
	return r
}

func TestBodySignature(t *testing.T) {
	r := &recorder{}
	h := handler(t, settings(wechat.ModeSafe), deps(r.receive))
	for name, spoil := range map[string]func(url.Values){
		"missing":     func(q url.Values) { q.Del("msg_signature") },
		"the query's": func(q url.Values) { q.Set("msg_signature", q.Get("signature")) },
		"of another cipher": func(q url.Values) {
			q.Set("msg_signature", util.Signature(token, q.Get("timestamp"), q.Get("nonce"), "another"))
		},
	} {
		request := safeRequest(t, textBody("水"), "")
		q := request.URL.Query()
		spoil(q)
		request.URL.RawQuery = q.Encode()
		if w := serve(h, request); w.Code != http.StatusForbidden {
			t.Errorf("%s: status %d, want 403", name, w.Code)
		}
	}
	if len(r.got) != 0 {
		t.Errorf("received %d", len(r.got))
	}
}

func TestForeignAppID(t *testing.T) {
	sealed, err := util.EncryptMsg([]byte("0123456789abcdef"), textBody("水"), "wxsomebodyelse", key)
	if err != nil {
		t.Fatal(err)
	}
	h := handler(t, settings(wechat.ModeSafe), deps(nil))
	if w := serve(h, sealedRequest(string(sealed), "")); w.Code != http.StatusBadRequest {
		t.Errorf("status %d, want 400", w.Code)
	}
}

func TestReply(t *testing.T) {
	cases := []struct {
		name, answer, want string
	}{
		{"short", "已登记 #012", "已登记 #012"},
		{"markup", "a]]>b<c>&", "a]]>b<c>&"},
		{"control characters", "a\x00b\x0bc\u2028d", "abc\nd"},
		{"longest", strings.Repeat("水", 682) + "ab", strings.Repeat("水", 682) + "ab"},
		// 2049 bytes: the last whole character that leaves 3 bytes for the mark ends at 2043.
		{"one byte too long", strings.Repeat("水", 683), strings.Repeat("水", 681) + "…"},
		{"four byte characters", strings.Repeat("𠮷", 600), strings.Repeat("𠮷", 511) + "…"},
	}
	for _, mode := range []wechat.Mode{wechat.ModePlain, wechat.ModeSafe} {
		for _, c := range cases {
			t.Run(string(mode)+" "+c.name, func(t *testing.T) {
				request := plainRequest(textBody("水"))
				if mode == wechat.ModeSafe {
					request = safeRequest(t, textBody("水"), "")
				}
				r := &recorder{answer: c.answer}
				w := serve(handler(t, settings(mode), deps(r.receive)), request)
				got := readReply(t, w.Body.String())
				if got.Content != c.want {
					t.Errorf("said %q, want %q", got.Content, c.want)
				}
				if len(got.Content) > 2048 || !utf8.ValidString(got.Content) {
					t.Errorf("%d bytes, valid: %v", len(got.Content), utf8.ValidString(got.Content))
				}
				if got.ToUserName != "oU1" || got.FromUserName != "gh_1" || got.MsgType != "text" || got.CreateTime != channeltest.Now().Unix() {
					t.Errorf("head of the reply %+v", got)
				}
			})
		}
	}
}

// A reply takes 16 bytes for its random and 4 for its nonce from the source of randomness, and nothing from the request.
func TestReply_Fresh(t *testing.T) {
	r := &recorder{answer: "好"}
	d := deps(r.receive)
	d.Rand = strings.NewReader("0123456789abcdefghij" + "ABCDEFGHIJKLMNOPklmn" + "no more")
	h := handler(t, settings(wechat.ModeSafe), d)
	for _, want := range []struct{ random, nonce string }{{"0123456789abcdef", "1734895978"}, {"ABCDEFGHIJKLMNOP", "1802268014"}} {
		var got reply
		if err := xml.Unmarshal(serve(h, safeRequest(t, textBody("水"), "")).Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		random, _, err := util.DecryptMsg(appID, got.Encrypt, key)
		if err != nil || string(random) != want.random || got.Nonce != want.nonce || got.TimeStamp != "1795413600" {
			t.Errorf("random %q, nonce %s, timestamp %s, %v; want %v", random, got.Nonce, got.TimeStamp, err, want)
		}
	}
	// Without randomness there is no reply; WeChat delivers again and gets the stored answer then.
	if w := serve(h, safeRequest(t, textBody("水"), "")); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without randomness: status %d, want 503", w.Code)
	}
}

func TestSilence_IsTheBareWordInEveryMode(t *testing.T) {
	r := &recorder{}
	for mode, request := range map[wechat.Mode]*http.Request{
		wechat.ModePlain: plainRequest(textBody("水")), wechat.ModeCompatible: safeRequest(t, textBody("水"), ""),
		wechat.ModeSafe: safeRequest(t, textBody("水"), ""),
	} {
		if w := serve(handler(t, settings(mode), deps(r.receive)), request); w.Body.String() != "success" {
			t.Errorf("%s: %q", mode, w.Body)
		}
	}
}

func TestNew_NamesEveryProblem(t *testing.T) {
	_, err := wechat.New(wechat.Settings{Name: "gz", EncodingAESKey: "short", Mode: "secure"}, deps(nil))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`"gz"`, "app_id", "app_secret", "token", "mode"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q isn't named in: %v", want, err)
		}
	}
	s := settings(wechat.ModeSafe)
	s.EncodingAESKey = "short"
	if _, err := wechat.New(s, deps(nil)); err == nil || !strings.Contains(err.Error(), "encoding_aes_key") || strings.Contains(err.Error(), "short") {
		t.Errorf("error is %v", err)
	}
}
