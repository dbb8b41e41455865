package wechat_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/util"

	"tongshishang/bot"
	"tongshishang/bot/channel/wechat"
)

func TestMalformed(t *testing.T) {
	head := "<ToUserName>gh_1</ToUserName><FromUserName>oU1</FromUserName><CreateTime>1795413600</CreateTime>"
	cases := map[string]string{
		"JSON":                   `{"ToUserName":"gh_1","FromUserName":"oU1","CreateTime":1795413600,"MsgType":"text","Content":"水","MsgId":1}`,
		"another root":           "<html>" + head + "<MsgType>text</MsgType><MsgId>1</MsgId></html>",
		"cut off":                "<xml>" + head + "<MsgType>text</MsgType><MsgId>1</MsgId>",
		"no sender":              "<xml><CreateTime>1795413600</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId></xml>",
		"no type":                "<xml>" + head + "<MsgId>1</MsgId></xml>",
		"no id":                  "<xml>" + head + "<MsgType>text</MsgType><Content>水</Content></xml>",
		"no time":                "<xml><FromUserName>oU1</FromUserName><MsgType>text</MsgType><MsgId>1</MsgId></xml>",
		"time in milliseconds":   "<xml><FromUserName>oU1</FromUserName><CreateTime>1795413600000</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId></xml>",
		"time before 1970":       "<xml><FromUserName>oU1</FromUserName><CreateTime>-1</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId></xml>",
		"event without a name":   "<xml>" + head + "<MsgType>event</MsgType></xml>",
		"place that is no place": "<xml>" + head + "<MsgType>location</MsgType><Location_X>NaN</Location_X><Location_Y>1</Location_Y><MsgId>1</MsgId></xml>",
		"place off the globe":    "<xml>" + head + "<MsgType>location</MsgType><Location_X>1</Location_X><Location_Y>180.5</Location_Y><MsgId>1</MsgId></xml>",
		"file as an entity": `<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml>` + head +
			"<MsgType>text</MsgType><Content>&f;</Content><MsgId>1</MsgId></xml>",
		"entity of entities": `<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml>` + head +
			"<MsgType>text</MsgType><Content>&b;</Content><MsgId>1</MsgId></xml>",
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			r := &recorder{}
			w := serve(handler(t, settings(wechat.ModePlain), deps(r.receive)), plainRequest([]byte(body)))
			if w.Code != http.StatusBadRequest || len(r.got) != 0 {
				t.Errorf("status %d, received %d; want 400 and none", w.Code, len(r.got))
			}
		})
	}
}

// The id of a message, or sender, time, event and key of an event, make its key; nothing else does.
func TestKey(t *testing.T) {
	message := func(id, at string) string {
		return fmt.Sprintf("<xml><FromUserName>oU1</FromUserName><CreateTime>%s</CreateTime><MsgType>text</MsgType><Content>水</Content><MsgId>%s</MsgId></xml>", at, id)
	}
	event := func(name, key string) string {
		return fmt.Sprintf("<xml><FromUserName>oU1</FromUserName><CreateTime>1795413600</CreateTime><MsgType>event</MsgType><Event>%s</Event><EventKey>%s</EventKey></xml>", name, key)
	}
	cases := []struct {
		name string
		a, b string
		same bool
	}{
		{"one message twice", message("1", "1795413600"), message("1", "1795413600"), true},
		{"two messages in one second", message("1", "1795413600"), message("2", "1795413600"), false},
		{"one event twice", event("CLICK", "A"), event("CLICK", "A"), true},
		{"two menu keys in one second", event("CLICK", "A"), event("CLICK", "B"), false},
		{"two events in one second", event("subscribe", ""), event("unsubscribe", ""), false},
	}
	for _, c := range cases {
		r := &recorder{}
		h := handler(t, settings(wechat.ModePlain), deps(r.receive))
		serve(h, plainRequest([]byte(c.a)))
		serve(h, plainRequest([]byte(c.b)))
		if len(r.got) != 2 || (r.got[0].Key() == r.got[1].Key()) != c.same {
			t.Errorf("%s: received %+v", c.name, r.got)
		}
	}
}

// checkDecoded checks what holds of every message, wherever it comes from.
func checkDecoded(t *testing.T, m *bot.Message) {
	t.Helper()
	if m.Sender == "" || m.Kind == "" || m.SentAt.Unix() <= 0 || m.SentAt.Year() > 9999 {
		t.Errorf("incomplete: %+v", m)
	}
	if (m.Kind == bot.KindEvent) != (m.Event != "") || m.Kind != bot.KindEvent && m.ID == "" {
		t.Errorf("event or id: %+v", m)
	}
	if !utf8.ValidString(m.Text) {
		t.Errorf("text %q", m.Text)
	}
	if _, err := json.Marshal(m); err != nil {
		t.Error(err)
	}
}

func FuzzWechatXML(f *testing.F) {
	f.Add(textBody("路灯不亮"))
	f.Add([]byte("<xml><FromUserName>oU1</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>LOCATION</Event><Latitude>1</Latitude><Longitude>1e1</Longitude></xml>"))
	f.Add([]byte("<xml><FromUserName>oU1</FromUserName><CreateTime>1</CreateTime><MsgType>location</MsgType><Location_X>Inf</Location_X><MsgId>1</MsgId></xml>"))
	f.Add([]byte("<xml><Encrypt>AAAA</Encrypt></xml>"))
	r := &recorder{answer: "好"}
	h := handler(f, settings(wechat.ModePlain), deps(r.receive))
	f.Fuzz(func(t *testing.T, body []byte) {
		r.got = nil
		w := serve(h, plainRequest(body))
		switch {
		case w.Code == http.StatusOK && len(r.got) == 1:
			checkDecoded(t, r.got[0])
			// An XML reader turns every kind of line end into one.
			sender := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(r.got[0].Sender)
			if to := readReply(t, w.Body.String()).ToUserName; to != sender {
				t.Errorf("replied to %q, not %q", to, sender)
			}
		case (w.Code == http.StatusBadRequest || w.Code == http.StatusForbidden) && len(r.got) == 0:
		default:
			t.Errorf("status %d, received %d", w.Code, len(r.got))
		}
	})
}

// Whatever is genuinely signed as an encrypted part is refused unless it is a message sealed for this account.
func FuzzDecrypt(f *testing.F) {
	f.Add("")
	f.Add("AAAA")
	f.Add("Q3stYC6hdFzMh9T8HCvyDF/zcJN0+jLTmSu8q6+/ZOY=")
	sealed, err := util.EncryptMsg([]byte("0123456789abcdef"), textBody("水"), appID, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(sealed))
	r := &recorder{}
	h := handler(f, settings(wechat.ModeSafe), deps(r.receive))
	f.Fuzz(func(t *testing.T, encrypted string) {
		r.got = nil
		w := serve(h, sealedRequest(encrypted, ""))
		if w.Code == http.StatusOK {
			checkDecoded(t, r.got[0])
			return
		}
		// 403: the text isn't the same after XML has carried it (control characters, line ends), so the signature fails.
		if (w.Code != http.StatusBadRequest && w.Code != http.StatusForbidden) || len(r.got) != 0 {
			t.Errorf("status %d, received %d", w.Code, len(r.got))
		}
	})
}
