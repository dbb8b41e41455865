package onebot_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"tongshishang/bot"
	"tongshishang/bot/channel"
	"tongshishang/bot/channel/onebot"
)

func TestSign_Vector(t *testing.T) {
	got := onebot.Sign("tsssecret", []byte(`{"post_type":"message","raw_message":"路灯"}`))
	if want := "sha1=df6a4c8b9e5bde542e59f3fa46efe1621aa87171"; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestAuthorisation11(t *testing.T) {
	body := text11("水")
	genuine := onebot.Sign(secret, body)
	for signature, want := range map[string]int{
		genuine:                              204,
		strings.ToUpper(genuine):             204,
		"":                                   403,
		"sha1=":                              403,
		genuine[:len(genuine)-1]:             403,
		strings.TrimPrefix(genuine, "sha1="): 403,
		onebot.Sign(secret, text11("水,")):    403,
		onebot.Sign("", body):                403,
	} {
		request := v11.sign(body)
		request.Header.Set("X-Signature", signature)
		r := &recorder{}
		if w := serve(v11.adapter(t, "http://127.0.0.1:1", r.receive), request); w.Code != want || (len(r.got) == 1) != (want == 204) {
			t.Errorf("%q: status %d, received %d; want %d", signature, w.Code, len(r.got), want)
		}
	}
}

func TestAuthorisation12(t *testing.T) {
	cases := []struct {
		name, header, query string
		want                int
	}{
		{"header", "Bearer " + accessToken, "", 204},
		{"query", "", "?access_token=" + accessToken, 204},
		{"none", "", "", 403},
		{"empty", "Bearer ", "?access_token=", 403},
		{"another scheme", "Basic " + accessToken, "", 403},
		{"wrong header, right query", "Bearer x", "?access_token=" + accessToken, 403},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			request := httptest.NewRequest(http.MethodPost, "/onebot/qun"+c.query, strings.NewReader(string(text12("水"))))
			if c.header != "" {
				request.Header.Set("Authorization", c.header)
			}
			if w := serve(v12.adapter(t, "http://127.0.0.1:1", (&recorder{}).receive), request); w.Code != c.want {
				t.Errorf("status %d, want %d", w.Code, c.want)
			}
		})
	}
}

func TestMalformed(t *testing.T) {
	head11 := `{"time":1795413600,"self_id":1,"post_type":"message","message_type":"group",`
	head12 := `{"id":"e","time":1795413600,"type":"message","detail_type":"group","self":{"user_id":"1"},`
	cases := []struct {
		name string
		v    version
		body string
	}{
		{"11 array", v11, `[]`},
		{"11 two events", v11, string(text11("水")) + string(text11("水"))},
		{"11 no kind", v11, `{"time":1795413600,"self_id":1,"user_id":2}`},
		{"11 no sender", v11, head11 + `"message_id":1,"group_id":3,"message":"水"}`},
		{"11 no id", v11, head11 + `"user_id":2,"group_id":3,"message":"水"}`},
		{"11 no group", v11, head11 + `"message_id":1,"user_id":2,"message":"水"}`},
		{"11 message is a number", v11, head11 + `"message_id":1,"user_id":2,"group_id":3,"message":5}`},
		{"11 no time", v11, `{"self_id":1,"post_type":"message","message_type":"private","message_id":1,"user_id":2,"message":"水"}`},
		{"11 neither group nor private", v11, `{"time":1795413600,"self_id":1,"post_type":"message","message_type":"guild","message_id":1,"user_id":2,"message":"水"}`},
		{"11 notice without anybody", v11, `{"time":1795413600,"self_id":1,"post_type":"notice","notice_type":"group_recall","group_id":3}`},
		{"12 no kind", v12, `{"id":"e","time":1795413600}`},
		{"12 no sender", v12, head12 + `"message_id":"m","group_id":"g","message":[]}`},
		{"12 no id", v12, head12 + `"user_id":"u","group_id":"g","message":[]}`},
		{"12 no group", v12, head12 + `"message_id":"m","user_id":"u","message":[]}`},
		{"12 message is a string", v12, head12 + `"message_id":"m","user_id":"u","group_id":"g","message":"水"}`},
		{"12 time in milliseconds", v12, strings.Replace(head12, "1795413600", "1795413600000", 1) + `"message_id":"m","user_id":"u","group_id":"g","message":[]}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := &recorder{}
			if w := c.v.deliver(t, []byte(c.body), r); w.Code != http.StatusBadRequest || len(r.got) != 0 {
				t.Errorf("status %d, received %d; want 400 and none", w.Code, len(r.got))
			}
		})
	}
}

// What a bridge reads, to the letter.
func TestAnswer(t *testing.T) {
	const said = "[CQ:at,qq=all] 好"
	private11 := `{"time":1795413600,"self_id":1,"post_type":"message","message_type":"private","message_id":1,"user_id":2,"message":"水"}`
	notice11 := `{"time":1795413600,"self_id":1,"post_type":"notice","notice_type":"group_increase","group_id":3,"user_id":2}`
	private12 := `{"id":"e","time":1795413600,"type":"message","detail_type":"private","self":{"platform":"wechat","user_id":"wxid_bot"},` +
		`"message_id":"m","user_id":"wxid_fict1","message":[{"type":"text","data":{"text":"水"}}]}`
	numeric12 := `{"id":1,"time":1795413600,"type":"message","detail_type":"group","self":null,"message_id":1,"user_id":2,"group_id":3,"message":[]}`
	join12 := `{"id":"e","time":1795413600,"type":"notice","detail_type":"group_member_increase","self":{"user_id":"b"},"user_id":"u","group_id":"g"}`
	message := `"message":[{"type":"text","data":{"text":"[CQ:at,qq=all] 好"}}]`
	cases := []struct {
		name       string
		v          version
		body, want string // want empty: 204
	}{
		{"11 group", v11, string(text11("水")), `{"reply":"[CQ:at,qq=all] 好","auto_escape":true,"at_sender":false}`},
		{"11 private", v11, private11, `{"reply":"[CQ:at,qq=all] 好","auto_escape":true,"at_sender":false}`},
		{"11 notice: no such answer exists", v11, notice11, ""},
		{"12 group", v12, string(text12("水")), `[{"action":"send_message","params":{"detail_type":"group","group_id":"10001@chatroom",` + message +
			`},"self":{"platform":"wechat","user_id":"wxid_bot"}}]`},
		{"12 private", v12, private12, `[{"action":"send_message","params":{"detail_type":"private","user_id":"wxid_fict1",` + message +
			`},"self":{"platform":"wechat","user_id":"wxid_bot"}}]`},
		{"12 numbers stay numbers", v12, numeric12, `[{"action":"send_message","params":{"detail_type":"group","group_id":3,` + message + `}}]`},
		{"12 notice", v12, join12, `[{"action":"send_message","params":{"detail_type":"group","group_id":"g",` + message + `},"self":{"user_id":"b"}}]`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := c.v.deliver(t, []byte(c.body), &recorder{answer: said})
			wantStatus := http.StatusOK
			if c.want == "" {
				wantStatus = http.StatusNoContent
			}
			if w.Code != wantStatus || w.Body.String() != c.want {
				t.Errorf("status %d, body %s; want %s", w.Code, w.Body, c.want)
			}
		})
	}
}

func TestNew_NamesEveryProblem(t *testing.T) {
	_, err11 := onebot.New11(onebot.Settings{AccessToken: "x"}, onebot.Deps{})
	_, err12 := onebot.New12(onebot.Settings{Secret: "x"}, onebot.Deps{})
	for _, c := range []struct {
		err  error
		want []string
	}{{err11, []string{"name", "secret"}}, {err12, []string{"name", "access_token"}}} {
		if c.err == nil {
			t.Fatal("no error")
		}
		for _, want := range c.want {
			if !strings.Contains(c.err.Error(), want+" is missing") {
				t.Errorf("%q isn't named in: %v", want, c.err)
			}
		}
	}
}

// A bridge without an address of its API can take messages and answer them, and says so when it is asked to send.
func TestSend_WithoutAddress(t *testing.T) {
	v11, err11 := onebot.New11(onebot.Settings{Name: "qun", Secret: "x"}, onebot.Deps{})
	v12, err12 := onebot.New12(onebot.Settings{Name: "qun12", AccessToken: "x"}, onebot.Deps{})
	if err := errors.Join(err11, err12); err != nil {
		t.Fatal(err)
	}
	for _, adapter := range []channel.Adapter{v11, v12} {
		err := adapter.Send(t.Context(), bot.Outgoing{To: bot.Conversation{Channel: adapter.Name(), Group: "1"}, Text: "好"})
		if refused, ok := errors.AsType[*channel.SendError](err); !ok || refused.Kind != channel.SendPermanent || !strings.Contains(err.Error(), "api_url") {
			t.Errorf("%s: %v", adapter.Name(), err)
		}
	}
}

func FuzzOneBot11(f *testing.F) {
	f.Add(text11("路灯不亮"))
	f.Add([]byte(`{"time":1795413600,"self_id":"b","post_type":"message","message_type":"private","message_id":"1","user_id":"u","message":"[CQ:location,lat=NaN,lon=1]"}`))
	f.Add([]byte(`{"time":"1795413600","self_id":1,"post_type":"notice","notice_type":"group_recall","group_id":3,"user_id":2,"message_id":1}`))
	f.Add([]byte(`{"time":1,"post_type":"request","request_type":"group","user_id":2}`))
	f.Add([]byte(`{"post_type":"meta_event"}`))
	fuzz(f, v11)
}

func FuzzOneBot12(f *testing.F) {
	f.Add(text12("路灯不亮"))
	f.Add([]byte(`{"id":"e","time":1.5,"type":"message","detail_type":"private","self":null,"message_id":"1","user_id":"u","message":[{"type":"location","data":{"latitude":1e400,"longitude":1}}]}`))
	f.Add([]byte(`{"id":"e","time":1.5,"type":"notice","detail_type":"group_message_delete","user_id":"u","group_id":"g","message_id":"1"}`))
	f.Add([]byte(`{"type":"meta"}`))
	fuzz(f, v12)
}

// fuzz posts genuinely signed nonsense: it is stored as a complete message, has nothing to store, or is refused.
func fuzz(f *testing.F, v version) {
	f.Fuzz(func(t *testing.T, body []byte) {
		r := &recorder{answer: "好"}
		w := v.deliver(t, body, r)
		switch {
		case w.Code == http.StatusBadRequest && len(r.got) == 0, w.Code == http.StatusNoContent && len(r.got) == 0:
		case (w.Code == http.StatusOK || w.Code == http.StatusNoContent) && len(r.got) == 1:
			checkDecoded(t, r.got[0])
		default:
			t.Errorf("status %d, received %d", w.Code, len(r.got))
		}
	})
}

// checkDecoded checks what holds of every message, wherever it comes from.
func checkDecoded(t *testing.T, m *bot.Message) {
	t.Helper()
	if m.Sender == "" || m.Kind == "" || m.SentAt.UnixMicro() <= 0 || m.SentAt.Year() > 9999 {
		t.Errorf("incomplete: %+v", m)
	}
	if m.Kind != bot.KindEvent && m.ID == "" {
		t.Errorf("no id: %+v", m)
	}
	if !utf8.ValidString(m.Text) {
		t.Errorf("text %q", m.Text)
	}
	if _, err := json.Marshal(m); err != nil {
		t.Error(err)
	}
}
