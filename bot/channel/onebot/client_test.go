package onebot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"tongshishang/bot"
	"tongshishang/bot/channel"
	"tongshishang/bot/channel/channeltest"
	"tongshishang/bot/channel/onebot"
)

// The bridge of the tests.
const (
	secret      = "tsssecret"
	accessToken = "fictitious-access-token"
)

// version is what the tests need to know of a version of OneBot.
type version struct {
	name  string
	build func(onebot.Settings, onebot.Deps) (channel.Adapter, error)
	sign  func(body []byte) *http.Request
}

var v11 = version{
	name: "v11",
	build: func(s onebot.Settings, d onebot.Deps) (channel.Adapter, error) {
		return onebot.New11(s, d)
	},
	sign: func(body []byte) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/onebot/qun", bytes.NewReader(body))
		r.Header.Set("X-Self-ID", "10000")
		r.Header.Set("X-Signature", onebot.Sign(secret, body))
		return r
	},
}

var v12 = version{
	name: "v12",
	build: func(s onebot.Settings, d onebot.Deps) (channel.Adapter, error) {
		return onebot.New12(s, d)
	},
	sign: func(body []byte) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/onebot/qun", bytes.NewReader(body))
		r.Header.Set("X-OneBot-Version", "12")
		r.Header.Set("Authorization", "Bearer "+accessToken)
		return r
	},
}

func (v version) adapter(t testing.TB, apiURL string, receiver channel.Receiver) channel.Adapter {
	t.Helper()
	a, err := v.build(
		onebot.Settings{Name: "qun", Secret: secret, AccessToken: accessToken, APIURL: apiURL},
		onebot.Deps{Receiver: receiver, Clock: channeltest.Now, Logger: slog.New(slog.DiscardHandler)},
	)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// recorder is a receiver that notes messages and says the answer.
type recorder struct {
	answer string
	got    []*bot.Message
}

func (r *recorder) receive(_ context.Context, m *bot.Message) (bot.Answer, error) {
	r.got = append(r.got, m)
	return bot.Answer{Text: r.answer}, nil
}

// deliver posts a genuine request with the body to an adapter with that receiver.
func (v version) deliver(t testing.TB, body []byte, r *recorder) *httptest.ResponseRecorder {
	t.Helper()
	return serve(v.adapter(t, "http://127.0.0.1:1", r.receive), v.sign(body))
}

func serve(a channel.Adapter, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	a.Routes()[0].Handler.ServeHTTP(w, r)
	return w
}

func quoted(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw)
}

func text11(text string) []byte {
	return fmt.Appendf(nil, `{"time":%d,"self_id":10000,"post_type":"message","message_type":"group","message_id":7,"user_id":10086001,`+
		`"group_id":700000001,"message":[{"type":"text","data":{"text":%s}}],"sender":{"nickname":"张三"}}`, channeltest.Now().Unix(), quoted(text))
}

func text12(text string) []byte {
	return fmt.Appendf(nil, `{"id":"e-1","time":%d.25,"type":"message","detail_type":"group","sub_type":"","self":{"platform":"wechat","user_id":"wxid_bot"},`+
		`"message_id":"m-1","message":[{"type":"text","data":{"text":%s}}],"alt_message":"","user_id":"wxid_fict1","group_id":"10001@chatroom"}`,
		channeltest.Now().Unix(), quoted(text))
}

func TestConformance11(t *testing.T) {
	channeltest.Run(t, harness(v11, channeltest.Harness{
		TextBody: text11,
		Forge:    func(r *http.Request) { r.Header.Set("X-Signature", onebot.Sign("another", nil)) },
		Answer: func(t *testing.T, w *httptest.ResponseRecorder) string {
			return readJSON[struct{ Reply string }](t, w).Reply
		},
		API: channeltest.API{
			SendPath: "/send_group_msg",
			SentText: func(t *testing.T, body []byte) string {
				var call struct{ Message string }
				if err := json.Unmarshal(body, &call); err != nil {
					t.Error(err)
				}
				return call.Message
			},
			Failures: []channeltest.Failure{
				{Name: "bad parameter", Body: `{"status":"failed","retcode":100,"data":null}`, Want: channel.SendPermanent},
				{Name: "no such action", Body: `{"status":"failed","retcode":1404,"data":null}`, Want: channel.SendAlarm},
				{Name: "platform", Body: `{"status":"failed","retcode":-34,"data":null,"wording":"被禁言"}`, Want: channel.SendRetry},
			},
		},
	}))
}

func TestConformance12(t *testing.T) {
	channeltest.Run(t, harness(v12, channeltest.Harness{
		TextBody: text12,
		Forge:    func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+accessToken+"x") },
		Answer: func(t *testing.T, w *httptest.ResponseRecorder) string {
			var said string
			for _, a := range readJSON[[]action](t, w) {
				said += a.Params.Message[0].Data.Text
			}
			return said
		},
		API: channeltest.API{
			SendPath: "/",
			SentText: func(t *testing.T, body []byte) string {
				var call action
				if err := json.Unmarshal(body, &call); err != nil {
					t.Error(err)
				}
				return call.Params.Message[0].Data.Text
			},
			Failures: []channeltest.Failure{
				{Name: "bad request", Body: `{"status":"failed","retcode":10001,"data":null,"message":""}`, Want: channel.SendPermanent},
				{Name: "unsupported action", Body: `{"status":"failed","retcode":10002,"data":null,"message":""}`, Want: channel.SendAlarm},
				{Name: "unsupported segment", Body: `{"status":"failed","retcode":10005,"data":null,"message":""}`, Want: channel.SendPermanent},
				{Name: "handler", Body: `{"status":"failed","retcode":20002,"data":null,"message":""}`, Want: channel.SendRetry},
				{Name: "platform", Body: `{"status":"failed","retcode":34001,"data":null,"message":"群不存在"}`, Want: channel.SendRetry},
			},
		},
	}))
}

// harness adds what both versions have in common.
func harness(v version, h channeltest.Harness) channeltest.Harness {
	h.New = func(t *testing.T, env channeltest.Env) channel.Adapter {
		a, err := v.build(
			onebot.Settings{Name: "qun", Secret: secret, AccessToken: accessToken, APIURL: env.APIURL},
			onebot.Deps{Receiver: env.Receiver, Clock: env.Clock, Logger: env.Logger},
		)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	h.Sign = func(_ *testing.T, body []byte) *http.Request { return v.sign(body) }
	h.To = bot.Conversation{Channel: "qun", Group: "10001@chatroom"}
	h.API.OK = `{"status":"ok","retcode":0,"data":{"message_id":1}}`
	h.API.Failures = append(h.API.Failures,
		channeltest.Failure{Name: "wrong token", Status: http.StatusForbidden, Want: channel.SendAlarm},
		channeltest.Failure{Name: "another program", Body: `{"hello":"world"}`, Want: channel.SendRetry})
	h.Secrets = []string{secret, accessToken}
	return h
}

// action is an action of OneBot 12 as a bridge reads it.
type action struct {
	Action string
	Params struct {
		DetailType string `json:"detail_type"`
		GroupID    any    `json:"group_id"`
		UserID     any    `json:"user_id"`
		Message    []struct {
			Type string
			Data struct{ Text string }
		}
	}
	Self map[string]string
}

// readJSON reads an answer as the bridge does; 204 is the zero value.
func readJSON[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var value T
	if w.Code == http.StatusNoContent {
		return value
	}
	if w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("content type %q", w.Header().Get("Content-Type"))
	}
	if err := json.Unmarshal(w.Body.Bytes(), &value); err != nil {
		t.Fatalf("answer %q: %v", w.Body, err)
	}
	return value
}
