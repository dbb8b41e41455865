package wechat

import (
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/util"
)

const (
	// maxText is the most bytes of UTF-8 that WeChat takes as the text of a reply or customer message.
	maxText    = 2048
	ellipsis   = "…"
	randomSize = 16 // bytes before the length in an encrypted message
	nonceSize  = 4  // bytes of randomness written as a decimal nonce
)

type cdata struct {
	Text string `xml:",cdata"`
}

// textReply is the passive reply. CDATA is what WeChat's own examples use; the encoder splits a "]]>" in the text.
type textReply struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   cdata
	FromUserName cdata
	CreateTime   int64
	MsgType      cdata
	Content      cdata
}

type encryptedReply struct {
	XMLName      xml.Name `xml:"xml"`
	Encrypt      cdata
	MsgSignature cdata
	TimeStamp    string
	Nonce        cdata
}

// reply writes the passive reply to in, encrypted if in was.
func (a *Adapter) reply(in *inbound, text string, encrypted bool) ([]byte, error) {
	plain, err := xml.Marshal(textReply{
		ToUserName: cdata{in.FromUserName}, FromUserName: cdata{in.ToUserName},
		CreateTime: a.deps.Clock().Unix(), MsgType: cdata{"text"}, Content: cdata{shorten(clean(text))},
	})
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if !encrypted {
		return plain, nil
	}
	return a.seal(plain)
}

// seal encrypts and signs a reply with randomness and a nonce of its own: those of the request are known to who sent it.
func (a *Adapter) seal(plain []byte) ([]byte, error) {
	random := make([]byte, randomSize+nonceSize)
	if _, err := io.ReadFull(a.deps.Rand, random); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	sealed, err := util.EncryptMsg(random[:randomSize], plain, a.settings.AppID, a.settings.EncodingAESKey)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	timestamp := strconv.FormatInt(a.deps.Clock().Unix(), 10)
	nonce := strconv.FormatUint(uint64(binary.BigEndian.Uint32(random[randomSize:])), 10)
	return xml.Marshal(encryptedReply{
		Encrypt:      cdata{string(sealed)},
		MsgSignature: cdata{util.Signature(a.settings.Token, timestamp, nonce, string(sealed))},
		TimeStamp:    timestamp,
		Nonce:        cdata{nonce},
	})
}

// clean drops what XML can't carry, and turns the line separators that a JSON encoder would escape, and WeChat would show as
// escapes, into line ends.
func clean(text string) string {
	return strings.NewReplacer("\u2028", "\n", "\u2029", "\n").Replace(strings.Map(legal, text))
}

// shorten cuts a text that is too long for one message and marks the cut.
func shorten(text string) string {
	if len(text) <= maxText {
		return text
	}
	return text[:boundary(text, maxText-len(ellipsis))] + ellipsis
}

// split cuts a text into messages that WeChat takes.
func split(text string) []string {
	var parts []string
	for len(text) > maxText {
		end := boundary(text, maxText)
		parts = append(parts, text[:end])
		text = text[end:]
	}
	return append(parts, text)
}

// boundary is the last start of a character at or before byte n of a text that is longer than n.
func boundary(text string, n int) int {
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return n
}
