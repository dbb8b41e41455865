package wechat

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"tongshishang/bot"
)

// inbound is everything WeChat posts: the outer form of an encrypted body, messages and events. Elements not named here are
// ignored. Go's decoder reads no external entities and expands none that a document defines.
type inbound struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string
	FromUserName string
	CreateTime   string // seconds
	MsgType      string
	MsgID        string `xml:"MsgId"` // 64 bit, kept as text
	Encrypt      string

	Content     string // text
	PicURL      string `xml:"PicUrl"`  // image
	MediaID     string `xml:"MediaId"` // image, voice, video
	Recognition string // voice, if the account has it switched on
	LocationX   string `xml:"Location_X"` // location: latitude
	LocationY   string `xml:"Location_Y"` // location: longitude
	Label       string // location
	Title       string // link
	URL         string `xml:"Url"` // link

	Event         string
	EventKey      string // menu key, address of a menu's link, QR scene
	TemplateMsgID string `xml:"MsgID"` // TEMPLATESENDJOBFINISH
	Status        string // TEMPLATESENDJOBFINISH
	Latitude      string // LOCATION
	Longitude     string // LOCATION
}

// lastSecond is the end of the year 9999, the latest time that databases and RFC 3339 can hold.
const lastSecond = 253402300799

// unsupported is what WeChat puts in the place of stickers and other kinds that it doesn't pass on; nobody said it.
const unsupported = "【收到不支持的消息类型，暂无法显示】"

func parse(body []byte) (*inbound, error) {
	// A stray control character in somebody's text is not a reason to lose the message, but XML forbids it.
	in := &inbound{}
	if err := xml.Unmarshal(bytes.Map(legal, body), in); err != nil {
		return nil, fmt.Errorf("decode XML: %w", err)
	}
	return in, nil
}

// legal drops what XML 1.0 doesn't allow in text. Bytes that are no UTF-8 arrive, and stay, as U+FFFD.
func legal(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
		return -1
	}
	return r
}

// message turns a decrypted or plain body into the one form of all channels. WeChat's codes for emoji stay in the text.
func (in *inbound) message(name string, now time.Time) (*bot.Message, error) {
	if in.FromUserName == "" || in.MsgType == "" {
		return nil, errors.New("FromUserName or MsgType is missing")
	}
	seconds, err := strconv.ParseInt(in.CreateTime, 10, 64)
	if err != nil || seconds <= 0 || seconds > lastSecond {
		return nil, errors.New("CreateTime is not a time in seconds")
	}
	m := &bot.Message{
		Channel: name, ID: in.MsgID, Sender: in.FromUserName, ToBot: true,
		SentAt: time.Unix(seconds, 0).UTC(), ReceivedAt: now,
	}
	if in.MsgType == "event" {
		return m, in.fillEvent(m)
	}
	if m.ID == "" {
		return nil, errors.New("MsgId is missing")
	}
	return m, in.fillMessage(m)
}

func (in *inbound) fillMessage(m *bot.Message) (err error) {
	switch in.MsgType {
	case "text":
		m.Kind, m.Text = bot.KindText, in.Content
		if in.Content == unsupported {
			m.Kind, m.Text, m.EventKey = bot.KindUnknown, "", "unsupported"
		}
	case "image":
		m.Kind, m.Media = bot.KindImage, []bot.Media{{Kind: bot.KindImage, ID: in.MediaID, URL: in.PicURL}}
	case "voice":
		m.Kind, m.Text = bot.KindVoice, in.Recognition
		m.Media = []bot.Media{{Kind: bot.KindVoice, ID: in.MediaID}}
	case "video", "shortvideo":
		m.Kind, m.Media = bot.KindVideo, []bot.Media{{Kind: bot.KindVideo, ID: in.MediaID}}
	case "location":
		m.Kind = bot.KindLocation
		m.Location, err = place(in.LocationX, in.LocationY, in.Label)
	case "link":
		m.Kind, m.Text = bot.KindLink, in.Title
		m.Media = []bot.Media{{Kind: bot.KindLink, URL: in.URL, Name: in.Title}}
	default:
		// The type's name is kept for whoever looks at the stored message.
		m.Kind, m.EventKey = bot.KindUnknown, in.MsgType
	}
	return err
}

func (in *inbound) fillEvent(m *bot.Message) (err error) {
	if in.Event == "" {
		return errors.New("the element Event is missing")
	}
	m.Kind, m.Event, m.EventKey = bot.KindEvent, bot.EventType(strings.ToLower(in.Event)), in.EventKey
	switch in.Event {
	case "LOCATION":
		m.Location, err = place(in.Latitude, in.Longitude, "")
	case "TEMPLATESENDJOBFINISH":
		m.ID, m.EventKey = in.TemplateMsgID, in.Status
	}
	return err
}

func place(latitude, longitude, label string) (*bot.Location, error) {
	lat, latErr := degrees(latitude, 90)
	lon, lonErr := degrees(longitude, 180)
	if err := errors.Join(latErr, lonErr); err != nil {
		return nil, err
	}
	return &bot.Location{Latitude: lat, Longitude: lon, Label: label}, nil
}

// degrees refuses what isn't on the globe; NaN and infinity are numbers to strconv.
func degrees(text string, limit float64) (float64, error) {
	value, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(value) || math.Abs(value) > limit {
		return 0, errors.New("coordinates are not degrees")
	}
	return value, nil
}
