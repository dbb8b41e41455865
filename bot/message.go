package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Kind is what a message is made of. A message with text and pictures is KindText with media.
type Kind string

// The kinds of messages; an adapter gives what it doesn't know KindUnknown.
const (
	KindText     Kind = "text"
	KindImage    Kind = "image"
	KindVoice    Kind = "voice"
	KindVideo    Kind = "video"
	KindFile     Kind = "file"
	KindLocation Kind = "location"
	KindLink     Kind = "link"
	KindEvent    Kind = "event"
	KindUnknown  Kind = "unknown"
)

// EventType is what an event message reports.
type EventType string

// The events that are acted on; others are stored under their own lower-case name.
const (
	EventSubscribe   EventType = "subscribe"
	EventUnsubscribe EventType = "unsubscribe"
	EventClick       EventType = "click"
	EventRecall      EventType = "recall"
	EventJoin        EventType = "join"
	EventLeave       EventType = "leave"
)

// Media is a picture, voice, video or file that a channel keeps; ID is what the channel fetches it by.
type Media struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id,omitempty"`
	URL  string `json:"url,omitempty"`
	Name string `json:"name,omitempty"`
}

// Location is a place sent from the map; degrees WGS/GCJ as the channel gives them.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Label     string  `json:"label,omitempty"`
}

// Quote is the message that a message replies to; bridges give the id, the text or both.
type Quote struct {
	ID     string `json:"id,omitempty"`
	Sender string `json:"sender,omitempty"`
	Text   string `json:"text,omitempty"`
}

// Message is what somebody said, in the one form that all channels decode to.
type Message struct {
	Channel    string // the channel's name in the configuration
	ID         string // the channel's id of the message; empty for most events
	Kind       Kind
	Event      EventType // for KindEvent
	EventKey   string    // menu key, QR scene; the message recalled
	Group      string    // the group's id on the channel; empty one to one
	Sender     string    // the sender's id on the channel
	SenderName string    // the name shown in the chat, if known
	Text       string    // words said, or recognised from voice, or a link's title
	Quote      *Quote
	Mentions   []string // ids on the channel of people mentioned, without the bot
	ToBot      bool     // the bot is mentioned, or it is one to one
	Media      []Media
	Location   *Location
	SentAt     time.Time // the channel's send time, UTC
	ReceivedAt time.Time // when the request arrived, UTC
}

// Key identifies the message for ever: channel, id, sender and send time; for events sender, time, event and key.
// The same message delivered again, even days later, has the same key. It is a hex SHA-256.
func (m *Message) Key() string {
	parts := []string{m.Channel, m.ID, m.Sender, strconv.FormatInt(m.SentAt.UnixMicro(), 10)}
	if m.Kind == KindEvent || m.ID == "" {
		parts = append(parts, m.Group, string(m.Event), m.EventKey)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// Conversation is where a message was said and where the answer belongs.
type Conversation struct {
	Channel string
	Group   string // the group's id, or empty
	User    string // the person's id one to one, empty in a group
}

// Conversation returns the message's conversation: its group, or the one-to-one chat with its sender.
func (m *Message) Conversation() Conversation {
	if m.Group != "" {
		return Conversation{Channel: m.Channel, Group: m.Group}
	}
	return Conversation{Channel: m.Channel, User: m.Sender}
}

// IsGroup tells whether the conversation is a group's.
func (c Conversation) IsGroup() bool { return c.Group != "" }

// Key is the conversation's lane: messages with one key are handled in order.
func (c Conversation) Key() string {
	if c.IsGroup() {
		return c.Channel + "/g/" + c.Group
	}
	return c.Channel + "/u/" + c.User
}

// Answer is what the bot says to a message, in the conversation it came from. The zero Answer is silence.
type Answer struct {
	Text string
}

// IsSilent tells whether there is nothing to say.
func (a Answer) IsSilent() bool { return a.Text == "" }

// Outgoing is a message the bot sends on its own, by the channel's API.
type Outgoing struct {
	ID   int64 // the outbox row, also the channel's idempotency key where it has one
	To   Conversation
	Text string
}
