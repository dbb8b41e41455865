package onebot

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"tongshishang/bot"
)

// segment is a piece of a message: text, a mention, a picture.
type segment struct {
	Type string `json:"type"`
	Data fields `json:"data"`
}

// fields are a segment's values as text, since bridges disagree on what is a string and what a number.
type fields map[string]string

// UnmarshalJSON takes an object or null. Strings are unquoted, null is empty, anything else stays as it is written.
func (f *fields) UnmarshalJSON(raw []byte) error {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil {
		return err
	}
	*f = make(fields, len(values))
	for key, value := range values {
		var text string
		switch {
		case bytes.Equal(value, []byte("null")):
		case value[0] == '"':
			if err := json.Unmarshal(value, &text); err != nil {
				return err
			}
		default:
			text = string(value)
		}
		(*f)[key] = text
	}
	return nil
}

// mentionEnd is what WeChat writes after a mention.
const mentionEnd = "\u2005"

// content gathers a message's segments.
type content struct {
	m     *bot.Message
	self  string // the bot's id
	text  strings.Builder
	words bool   // there was text or a mention, even if no words are left of it
	other string // the first type that is none of ours
}

func (c *content) say(text string) {
	c.words = true
	c.text.WriteString(text)
}

// mention notes who is mentioned. A mention of the bot is taken out of the words; others stay as WeChat writes them if the
// bridge gives the name, for an id in the middle of a sentence would be no word of it.
func (c *content) mention(user, name string) {
	c.words = true
	if user == c.self {
		c.m.ToBot = true
		return
	}
	if user != "" {
		c.m.Mentions = append(c.m.Mentions, user)
	}
	if name != "" {
		c.say("@" + strings.TrimPrefix(name, "@") + mentionEnd)
	}
}

func (c *content) mentionAll() { c.say("@所有人" + mentionEnd) }

// attach adds a picture, voice, video or file. A file sent inside the message isn't an id; the bridge's URL has to do.
func (c *content) attach(kind bot.Kind, file, url, name string) {
	if strings.HasPrefix(file, "base64://") {
		file = ""
	}
	c.m.Media = append(c.m.Media, bot.Media{Kind: kind, ID: file, URL: url, Name: name})
}

// locate notes a place; one that isn't on the globe counts as a segment that isn't known.
func (c *content) locate(latitude, longitude string, labels ...string) {
	lat, lon := degrees(latitude, 90), degrees(longitude, 180)
	if math.IsNaN(lat) || math.IsNaN(lon) {
		c.unknown("location")
		return
	}
	c.m.Location = &bot.Location{Latitude: lat, Longitude: lon, Label: strings.TrimSpace(strings.Join(labels, " "))}
}

// degrees is NaN for what isn't a number of degrees up to the limit.
func degrees(text string, limit float64) float64 {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(value) > limit {
		return math.NaN()
	}
	return value
}

func (c *content) quote(message string) {
	if message != "" {
		c.m.Quote = &bot.Quote{ID: message}
	}
}

func (c *content) unknown(kind string) {
	if c.other == "" {
		c.other = kind
	}
}

// finish sets the text and the kind: words come first, then what is attached. Of a link that comes alone the title is the
// text. An unknown type's name is kept as the event's key, for whoever looks at the stored message.
func (c *content) finish() {
	written, text := splitQuote(c.text.String())
	if written != nil && c.m.Quote != nil {
		written.ID = c.m.Quote.ID
	}
	if written != nil {
		c.m.Quote = written
	}
	c.m.Text = strings.TrimSpace(text)
	switch {
	case c.m.Text != "":
		c.m.Kind = bot.KindText
	case len(c.m.Media) > 0:
		c.m.Kind = c.m.Media[0].Kind
		if c.m.Kind == bot.KindLink {
			c.m.Text = c.m.Media[0].Name
		}
	case c.m.Location != nil:
		c.m.Kind = bot.KindLocation
	case c.words && c.other == "":
		c.m.Kind = bot.KindText
	default:
		c.m.Kind, c.m.EventKey = bot.KindUnknown, c.other
	}
}
