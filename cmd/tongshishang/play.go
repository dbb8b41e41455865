package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what OneBot 11 and WeChat sign with
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"tongshishang/config"

	"github.com/silenceper/wechat/v2/util"
)

// playClock is the clock of a script: it stands where the script set it, until it is let go and is the machine's.
type playClock struct {
	mu    sync.Mutex
	now   time.Time
	freed bool
}

// Now is the bot.Clock.
func (c *playClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.freed {
		return time.Now().UTC().Truncate(time.Microsecond)
	}
	return c.now
}

func (c *playClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}

func (c *playClock) free() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.freed = true
}

// player says what a script says, as the platforms would: signed requests over HTTP to the program's own endpoints.
type player struct {
	script   *script
	channels map[string]config.Channel
	base     string
	client   *http.Client
	clock    *playClock
	said     map[string]saying // by label
	code     string            // the last binding code
	n        int
}

// saying is a request that was sent, to be sent again.
type saying struct {
	id     string
	url    string
	header http.Header
	body   []byte
	// Official account: the content is signed anew each time, as WeChat does.
	xml string
	st  step
}

func newPlayer(s *script, cfg *config.Config, base string, clock *playClock) *player {
	p := &player{script: s, channels: map[string]config.Channel{}, base: base, client: &http.Client{Timeout: 15 * time.Second}, clock: clock, said: map[string]saying{}}
	for _, c := range cfg.Channels {
		p.channels[c.Name] = c
	}
	return p
}

// say delivers a step's message and returns the bot's answer; empty is silence.
func (p *player) say(ctx context.Context, st step) (string, error) {
	p.n++
	// Messages of one minute follow each other by a second, as far as the minute goes.
	p.clock.set(st.at.Add(time.Duration(p.n%50) * time.Second))
	st.text = strings.ReplaceAll(st.text, "{code}", p.code)
	s, err := p.saying(st)
	if err != nil {
		return "", err
	}
	if st.label != "" {
		p.said[st.label] = s
	}
	p.said[""] = s
	return p.deliver(ctx, s)
}

// again delivers a labelled message once more.
func (p *player) again(ctx context.Context, label string) (string, error) {
	s, ok := p.said[label]
	if !ok {
		return "", fmt.Errorf("nothing was said with the label %q", label)
	}
	return p.deliver(ctx, s)
}

func (p *player) saying(st step) (saying, error) {
	channel, group := st.place, ""
	if g, ok := p.script.groups[st.place]; ok {
		channel, group = g.channel, g.id
	}
	c, ok := p.channels[channel]
	if !ok {
		return saying{}, fmt.Errorf("%q is neither a group nor a channel", st.place)
	}
	s := saying{id: p.messageID(st), st: st}
	switch c.Kind {
	case config.KindOfficialAccount:
		s.xml = p.accountXML(s.id, st)
		s.url = p.base + "/wechat/" + c.Name
	default:
		s.url = p.base + "/onebot/" + c.Name
		body, err := json.Marshal(p.event(c, s.id, group, st))
		if err != nil {
			return saying{}, err
		}
		s.body = body
		s.header = http.Header{"Content-Type": {"application/json"}, "X-Self-ID": {"bot"}}
		if c.Kind == config.KindOneBot11 {
			mac := hmac.New(sha1.New, []byte(c.Secret.Reveal()))
			mac.Write(body)
			s.header.Set("X-Signature", "sha1="+hex.EncodeToString(mac.Sum(nil)))
		} else {
			s.header.Set("Authorization", "Bearer "+c.AccessToken.Reveal())
			s.header.Set("X-OneBot-Version", "12")
		}
	}
	return s, nil
}

// messageID is the same whenever the same script is played, so that playing it twice delivers every message again.
func (p *player) messageID(st step) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(st.line, st.place, st.speaker, st.text, st.at.Unix())))
	return strconv.FormatUint(binary.BigEndian.Uint64(sum[:8])>>12, 10)
}

// accountID is a person's id on a channel.
func accountID(channel, name string) string {
	sum := sha256.Sum256([]byte(channel + "/" + name))
	return "wxid_" + hex.EncodeToString(sum[:6])
}

// What a script writes for what isn't text.
const (
	picture  = "[图]"
	voice    = "[语音]"
	follow   = "[关注]"
	unfollow = "[取关]"
)

func (p *player) event(c config.Channel, id, group string, st step) map[string]any {
	user := accountID(c.Name, st.speaker)
	var segments []map[string]any
	add := func(kind string, data map[string]any) {
		segments = append(segments, map[string]any{"type": kind, "data": data})
	}
	if q, ok := p.said[st.quote]; ok && st.quote != "" {
		add("reply", map[string]any{"id": q.id, "message_id": q.id})
	}
	switch st.text {
	case picture:
		add("image", map[string]any{"file": "demo.jpg", "file_id": "demo.jpg"})
	case voice:
		add("record", map[string]any{"file": "demo.amr", "file_id": "demo.amr"})
	default:
		p.words(c, st.text, add)
	}
	e := map[string]any{"time": p.clock.Now().Unix(), "message_id": id, "user_id": user, "message": segments, "sub_type": "normal"}
	kind := "private"
	if group != "" {
		kind = "group"
		e["group_id"] = group
	}
	if c.Kind == config.KindOneBot12 {
		e["id"], e["type"], e["detail_type"], e["sub_type"] = id, "message", kind, ""
		e["alt_message"], e["self"] = st.text, map[string]any{"platform": "wechat", "user_id": "bot"}
		return e
	}
	e["post_type"], e["message_type"], e["self_id"] = "message", kind, "bot"
	e["raw_message"], e["sender"] = st.text, map[string]any{"user_id": user, "nickname": st.speaker}
	return e
}

var mentionForm = regexp.MustCompile(`\[@([^\]]+)\]`)

// words adds a text, its mentions as segments of their own, without the name, as most bridges do.
func (p *player) words(c config.Channel, text string, add func(kind string, data map[string]any)) {
	add("text", map[string]any{"text": mentionForm.ReplaceAllString(text, "")})
	for _, m := range mentionForm.FindAllStringSubmatch(text, -1) {
		user := accountID(c.Name, m[1])
		if c.Kind == config.KindOneBot12 {
			add("mention", map[string]any{"user_id": user})
			continue
		}
		add("at", map[string]any{"qq": user})
	}
}

func (p *player) accountXML(id string, st step) string {
	var text bytes.Buffer
	_ = xml.EscapeText(&text, []byte(st.text)) // a buffer takes everything
	kind := "<MsgType>text</MsgType><Content>" + text.String() + "</Content><MsgId>" + id + "</MsgId>"
	switch st.text {
	case picture:
		kind = "<MsgType>image</MsgType><PicUrl>http://127.0.0.1/demo.jpg</PicUrl><MediaId>demo</MediaId><MsgId>" + id + "</MsgId>"
	case voice:
		kind = "<MsgType>voice</MsgType><MediaId>demo</MediaId><Format>amr</Format><MsgId>" + id + "</MsgId>"
	case follow:
		kind = "<MsgType>event</MsgType><Event>subscribe</Event>"
	case unfollow:
		kind = "<MsgType>event</MsgType><Event>unsubscribe</Event>"
	}
	return fmt.Sprintf("<xml><ToUserName>gh_demo</ToUserName><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime>%s</xml>",
		accountID(st.place, st.speaker), p.clock.Now().Unix(), kind)
}

func (p *player) deliver(ctx context.Context, s saying) (string, error) {
	url, body := s.url, s.body
	if s.xml != "" {
		var err error
		if url, body, err = p.sealed(s); err != nil {
			return "", err
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	maps.Copy(req.Header, s.header)
	resp, err := p.client.Do(req)
	if err != nil {
		return "", err
	}
	answer, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		return "", fmt.Errorf("status %d: %s", resp.StatusCode, strings.TrimSpace(string(answer)))
	}
	return p.answer(p.channels[channelOf(s.url)], answer)
}

func channelOf(url string) string {
	path, _, _ := strings.Cut(url, "?")
	return path[strings.LastIndexByte(path, '/')+1:]
}

// sealed signs an official account's message, in safe mode encrypted.
func (p *player) sealed(s saying) (string, []byte, error) {
	c := p.channels[channelOf(s.url)]
	timestamp, nonce := strconv.FormatInt(p.clock.Now().Unix(), 10), "1320562132"
	query := "?timestamp=" + timestamp + "&nonce=" + nonce + "&signature=" + signature(c.Token.Reveal(), timestamp, nonce) + "&openid=" + accountID(s.st.place, s.st.speaker)
	if c.Mode == config.ModePlain {
		return s.url + query, []byte(s.xml), nil
	}
	key, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(s.xml), c.AppID, c.EncodingAESKey.Reveal())
	if err != nil {
		return "", nil, err
	}
	query += "&encrypt_type=aes&msg_signature=" + signature(c.Token.Reveal(), timestamp, nonce, string(key))
	return s.url + query, []byte("<xml><ToUserName>gh_demo</ToUserName><Encrypt>" + string(key) + "</Encrypt></xml>"), nil
}

func signature(parts ...string) string {
	sort.Strings(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // what WeChat signs with
	return hex.EncodeToString(sum[:])
}

// answer reads what the bot says out of a channel's response.
func (p *player) answer(c config.Channel, body []byte) (string, error) {
	if len(body) == 0 || string(body) == "success" {
		return "", nil
	}
	switch c.Kind {
	case config.KindOneBot11:
		var quick struct {
			Reply string `json:"reply"`
		}
		err := json.Unmarshal(body, &quick)
		return quick.Reply, err
	case config.KindOneBot12:
		return actionText(body)
	}
	var reply struct {
		Encrypt, Content string
	}
	if err := xml.Unmarshal(body, &reply); err != nil {
		return "", err
	}
	if reply.Encrypt == "" {
		return reply.Content, nil
	}
	_, plain, err := util.DecryptMsg(c.AppID, reply.Encrypt, c.EncodingAESKey.Reveal())
	if err != nil {
		return "", err
	}
	err = xml.Unmarshal(plain, &reply)
	return reply.Content, err
}

func actionText(body []byte) (string, error) {
	var actions []struct {
		Params struct {
			Message []struct {
				Data struct {
					Text string `json:"text"`
				} `json:"data"`
			} `json:"message"`
		} `json:"params"`
	}
	if err := json.Unmarshal(body, &actions); err != nil {
		return "", err
	}
	var text strings.Builder
	for _, a := range actions {
		for _, m := range a.Params.Message {
			text.WriteString(m.Data.Text)
		}
	}
	return text.String(), nil
}
