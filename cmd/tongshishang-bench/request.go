package main

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what OneBot 11 and WeChat sign with
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"tongshishang/bot"

	"github.com/silenceper/wechat/v2/util"
)

// The channels of the benchmark: OneBot 11, and an official account in each of its two modes.
const (
	channelGroup = "qun"
	channelPlain = "gzp"
	channelSafe  = "gzs"
)

// What both sides sign with. They guard nothing.
const (
	botSecret = "tsssecret"
	token     = "tsstoken"
	aesKey    = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	appID     = "wx0123456789abcdef"
)

// message is what somebody says on a channel.
type message struct {
	kind    kind
	channel string
	group   string // empty one to one
	user    string
	text    string
	id      uint64
	at      int64 // Unix seconds
}

// key is the service's own key of the message, by which the tables are checked.
func (m *message) key() string {
	b := bot.Message{Channel: m.channel, ID: strconv.FormatUint(m.id, 10), Sender: m.user, SentAt: time.Unix(m.at, 0), Kind: bot.KindText}
	return b.Key()
}

// request is the message as its platform would deliver it at a time, rightly signed.
func (m *message) request(at int64) ([]byte, error) {
	if m.channel == channelGroup {
		return m.oneBot()
	}
	return m.account(at)
}

func (m *message) oneBot() ([]byte, error) {
	body, err := json.Marshal(map[string]any{"time": m.at, "self_id": "bot", "post_type": "message", "message_type": "group", "sub_type": "normal",
		"message_id": strconv.FormatUint(m.id, 10), "user_id": m.user, "group_id": m.group, "message": m.text, "raw_message": m.text,
		"sender": map[string]string{"user_id": m.user, "nickname": m.user}})
	if err != nil {
		return nil, err
	}
	return post("/onebot/"+channelGroup, "X-Self-ID: bot\r\nX-Signature: sha1="+bodySignature(body)+"\r\nContent-Type: application/json\r\n", body), nil
}

func bodySignature(body []byte) string {
	mac := hmac.New(sha1.New, []byte(botSecret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (m *message) account(at int64) ([]byte, error) {
	// The texts hold nothing that XML would have escaped.
	body := fmt.Appendf(nil, "<xml><ToUserName>gh_bench</ToUserName><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime>"+
		"<MsgType>text</MsgType><Content>%s</Content><MsgId>%d</MsgId></xml>", m.user, m.at, m.text, m.id)
	stamp, nonce := strconv.FormatInt(at, 10), strconv.FormatUint(m.id, 10)
	query := "?timestamp=" + stamp + "&nonce=" + nonce + "&signature=" + util.Signature(token, stamp, nonce) + "&openid=" + m.user
	if m.channel == channelSafe {
		sealed, err := util.EncryptMsg([]byte("0123456789abcdef"), body, appID, aesKey)
		if err != nil {
			return nil, err
		}
		query += "&encrypt_type=aes&msg_signature=" + util.Signature(token, stamp, nonce, string(sealed))
		body = fmt.Appendf(nil, "<xml><ToUserName>gh_bench</ToUserName><Encrypt>%s</Encrypt></xml>", sealed)
	}
	return post("/wechat/"+m.channel+query, "Content-Type: text/xml\r\n", body), nil
}

func post(target, headers string, body []byte) []byte {
	out := fmt.Appendf(make([]byte, 0, 256+len(target)+len(headers)+len(body)), "POST %s HTTP/1.1\r\nHost: bench\r\n%sContent-Length: %d\r\n\r\n", target, headers, len(body))
	return append(out, body...)
}
