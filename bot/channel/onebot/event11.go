package onebot

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tongshishang/bot"
)

// event11 is an event of OneBot 11, all kinds in one.
type event11 struct {
	Time        json.Number `json:"time"` // seconds
	SelfID      id          `json:"self_id"`
	PostType    string      `json:"post_type"`
	MessageType string      `json:"message_type"`
	NoticeType  string      `json:"notice_type"`
	RequestType string      `json:"request_type"`
	SubType     string      `json:"sub_type"`
	MessageID   id          `json:"message_id"`
	UserID      id          `json:"user_id"`
	GroupID     id          `json:"group_id"`
	Message     message11   `json:"message"`
	Sender      struct {
		Nickname string `json:"nickname"`
		Card     string `json:"card"` // the name in this group
	} `json:"sender"`
	Comment string `json:"comment"` // of a request
	Flag    string `json:"flag"`    // of a request
}

// message11 is a message in either of its forms: an array of segments or a string with CQ codes.
type message11 []segment

// UnmarshalJSON takes both forms.
func (m *message11) UnmarshalJSON(raw []byte) error {
	if raw[0] != '"' {
		return json.Unmarshal(raw, (*[]segment)(m))
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	*m = parseCQ(text)
	return nil
}

// message is the event as a message, nil if there is nothing to store.
func (e *event11) message(name string, now time.Time) (*bot.Message, error) {
	switch e.PostType {
	case "meta_event", "message_sent":
		return nil, nil
	case "message":
		if own := e.SelfID.text; own != "" && e.UserID.text == own {
			return nil, nil
		}
	case "notice", "request":
	default:
		return nil, fmt.Errorf("post_type %q is unknown", e.PostType)
	}
	sent, err := instant(e.Time)
	if err != nil {
		return nil, err
	}
	if e.UserID.text == "" {
		return nil, errors.New("user_id is missing")
	}
	m := &bot.Message{
		Channel: name, ID: e.MessageID.text, Group: e.GroupID.text, Sender: e.UserID.text,
		ToBot: e.GroupID.text == "", SentAt: sent, ReceivedAt: now,
	}
	if e.PostType != "message" {
		e.fillEvent(m)
		return m, nil
	}
	return m, e.fillMessage(m)
}

func (e *event11) fillMessage(m *bot.Message) error {
	if m.ID == "" {
		return errors.New("message_id is missing")
	}
	switch {
	case e.MessageType == "private":
		m.Group, m.ToBot = "", true
	case e.MessageType != "group":
		return fmt.Errorf("message_type %q is unknown", e.MessageType)
	case m.Group == "":
		return errors.New("group_id is missing")
	}
	m.SenderName = e.Sender.Card
	if m.SenderName == "" {
		m.SenderName = e.Sender.Nickname
	}
	c := &content{m: m, self: e.SelfID.text}
	for _, s := range e.Message {
		c.add11(s)
	}
	c.finish()
	return nil
}

func (c *content) add11(s segment) {
	d := s.Data
	switch s.Type {
	case "text":
		c.say(d["text"])
	case "at":
		if d["qq"] == "all" {
			c.mentionAll()
			return
		}
		c.mention(d["qq"], d["name"])
	case "reply":
		c.quote(d["id"])
	case "image":
		c.attach(bot.KindImage, d["file"], d["url"], d["name"])
	case "record":
		c.attach(bot.KindVoice, d["file"], d["url"], d["name"])
	case "video":
		c.attach(bot.KindVideo, d["file"], d["url"], d["name"])
	case "file":
		c.attach(bot.KindFile, d["file"], d["url"], d["name"])
	case "location":
		c.locate(d["lat"], d["lon"], d["title"], d["content"])
	case "share":
		c.attach(bot.KindLink, "", d["url"], d["title"])
	default:
		c.unknown(s.Type)
	}
}

// fillEvent names the notice or request. The id of a message that a recall is about is its key, not its own id.
func (e *event11) fillEvent(m *bot.Message) {
	m.Kind, m.ID, m.EventKey = bot.KindEvent, "", e.SubType
	if e.PostType == "request" {
		m.Event, m.EventKey, m.Text = bot.EventType("request_"+strings.ToLower(e.RequestType)), e.Flag, e.Comment
		return
	}
	switch e.NoticeType {
	case "group_recall", "friend_recall":
		m.Event, m.EventKey = bot.EventRecall, e.MessageID.text
	case "group_increase":
		m.Event = bot.EventJoin
	case "group_decrease":
		m.Event = bot.EventLeave
	default:
		m.Event = bot.EventType(strings.ToLower(e.NoticeType))
	}
}
