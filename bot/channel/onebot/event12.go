package onebot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tongshishang/bot"
)

// event12 is an event of OneBot 12, all kinds in one.
type event12 struct {
	ID         id          `json:"id"`
	Time       json.Number `json:"time"` // seconds with a fraction
	Type       string      `json:"type"`
	DetailType string      `json:"detail_type"`
	SubType    string      `json:"sub_type"`
	Self       self12      `json:"self"`
	MessageID  id          `json:"message_id"`
	Message    []segment   `json:"message"`
	UserID     id          `json:"user_id"`
	GroupID    id          `json:"group_id"`
}

// self12 says which of the bridge's bots an event is for; raw is it as it came.
type self12 struct {
	raw    json.RawMessage
	userID id
}

// UnmarshalJSON takes an object or null.
func (s *self12) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var object struct {
		UserID id `json:"user_id"`
	}
	if err := json.Unmarshal(raw, &object); err != nil {
		return err
	}
	s.raw, s.userID = append(s.raw, raw...), object.UserID
	return nil
}

// message is the event as a message, nil if there is nothing to store.
func (e *event12) message(name string, now time.Time) (*bot.Message, error) {
	switch e.Type {
	case "meta":
		return nil, nil
	case "message":
		if own := e.Self.userID.text; own != "" && e.UserID.text == own {
			return nil, nil
		}
	case "notice", "request":
	default:
		return nil, fmt.Errorf("type %q is unknown", e.Type)
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
	if e.Type != "message" {
		e.fillEvent(m)
		return m, nil
	}
	return m, e.fillMessage(m)
}

func (e *event12) fillMessage(m *bot.Message) error {
	if m.ID == "" {
		return errors.New("message_id is missing")
	}
	switch e.DetailType {
	case "private":
		m.Group, m.ToBot = "", true
	case "group":
		if m.Group == "" {
			return errors.New("group_id is missing")
		}
	default:
		// Channels of guilds and whatever else a platform has are stored, not understood.
		m.Kind, m.EventKey, m.ToBot = bot.KindUnknown, e.DetailType, false
		return nil
	}
	c := &content{m: m, self: e.Self.userID.text}
	for _, s := range e.Message {
		c.add12(s)
	}
	c.finish()
	return nil
}

func (c *content) add12(s segment) {
	d := s.Data
	switch s.Type {
	case "text":
		c.say(d["text"])
	case "mention":
		c.mention(d["user_id"], d["name"])
	case "mention_all":
		c.mentionAll()
	case "reply":
		c.quote(d["message_id"])
	case "image":
		c.attach(bot.KindImage, d["file_id"], d["url"], d["name"])
	case "voice", "audio":
		c.attach(bot.KindVoice, d["file_id"], d["url"], d["name"])
	case "video":
		c.attach(bot.KindVideo, d["file_id"], d["url"], d["name"])
	case "file":
		c.attach(bot.KindFile, d["file_id"], d["url"], d["name"])
	case "location":
		c.locate(d["latitude"], d["longitude"], d["title"], d["content"])
	case "wx.link": // an extension of ComWeChat
		c.attach(bot.KindLink, "", d["url"], d["title"])
	default:
		c.unknown(s.Type)
	}
}

// fillEvent names the notice or request. The event's own id makes it unique; the message that a recall is about is its key.
func (e *event12) fillEvent(m *bot.Message) {
	m.Kind, m.ID, m.EventKey = bot.KindEvent, e.ID.text, e.SubType
	if e.Type == "request" {
		m.Event = bot.EventType("request_" + strings.ToLower(e.DetailType))
		return
	}
	switch e.DetailType {
	case "group_message_delete", "private_message_delete":
		m.Event, m.EventKey = bot.EventRecall, e.MessageID.text
	case "group_member_increase":
		m.Event = bot.EventJoin
	case "group_member_decrease":
		m.Event = bot.EventLeave
	default:
		m.Event = bot.EventType(strings.ToLower(e.DetailType))
	}
}
