package onebot_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"tongshishang/bot"
	"tongshishang/bot/channel"
	"tongshishang/bot/channel/onebot"
)

// What the bridge's API is called with, to the letter.
func TestSend(t *testing.T) {
	message := `"message":[{"type":"text","data":{"text":"<好> & [CQ:at,qq=all]"}}]`
	plain := `"message":"<好> & [CQ:at,qq=all]","auto_escape":true`
	cases := []struct {
		name string
		v    version
		to   bot.Conversation
		path string
		body string
	}{
		{"11 group of a WeChat bridge", v11, bot.Conversation{Group: "10001@chatroom"}, "/send_group_msg", `{"group_id":"10001@chatroom",` + plain + `}`},
		{"11 group by number", v11, bot.Conversation{Group: "700000001"}, "/send_group_msg", `{"group_id":700000001,` + plain + `}`},
		{"11 private", v11, bot.Conversation{User: "10086001"}, "/send_private_msg", `{"user_id":10086001,` + plain + `}`},
		{"12 group", v12, bot.Conversation{Group: "700000001"}, "/", `{"action":"send_message","params":{"detail_type":"group","group_id":"700000001",` + message + `}}`},
		{"12 private", v12, bot.Conversation{User: "wxid_fict1"}, "/", `{"action":"send_message","params":{"detail_type":"private","user_id":"wxid_fict1",` + message + `}}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var path, body, authorisation string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				raw, _ := io.ReadAll(r.Body)
				path, body, authorisation = r.URL.Path, string(raw), r.Header.Get("Authorization")
				_, _ = io.WriteString(w, `{"status":"async","retcode":1,"data":null}`)
			}))
			defer server.Close()
			// A slash at the end of api_url changes nothing.
			out := bot.Outgoing{ID: 1, To: c.to, Text: "<好> & [CQ:at,qq=all]"}
			if err := c.v.adapter(t, server.URL+"/", nil).Send(t.Context(), out); err != nil {
				t.Fatal(err)
			}
			if path != c.path || body != c.body+"\n" || authorisation != "Bearer "+accessToken {
				t.Errorf("called %s with %s as %s\nwant %s with %s", path, body, authorisation, c.path, c.body)
			}
		})
	}
}

func TestSend11_WithoutToken(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got, found := r.Header["Authorization"]; found {
			t.Errorf("sent a token: %q", got)
		}
		_, _ = io.WriteString(w, `{"status":"ok","retcode":0}`)
	}))
	defer server.Close()
	a, err := onebot.New11(onebot.Settings{Name: "qun", Secret: secret, APIURL: server.URL}, onebot.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Send(t.Context(), bot.Outgoing{To: bot.Conversation{User: "1"}, Text: "好"}); err != nil {
		t.Error(err)
	}
}

func TestSend_TellsTheCode(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"status":"failed","retcode":100,"data":null,"wording":"群不存在"}`)
	}))
	defer server.Close()
	err := v11.adapter(t, server.URL, nil).Send(t.Context(), bot.Outgoing{To: bot.Conversation{Group: "1"}, Text: "好"})
	var failure *channel.SendError
	if !errors.As(err, &failure) || failure.Code != "retcode 100" || failure.Err.Error() != "群不存在" {
		t.Errorf("error is %v", err)
	}
}
