package wechat

import (
	"crypto/subtle"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"tongshishang/bot/channel"
)

// serve answers WeChat. What the query's signature covers is checked before the body is read, and what the body's signature
// covers before it is decrypted. A request sent twice is welcome: the receiver knows messages by their key.
func (a *Adapter) serve(w http.ResponseWriter, r *http.Request) error {
	if err := channel.CheckMethod(w, r, http.MethodGet, http.MethodPost); err != nil {
		return err
	}
	query := r.URL.Query()
	if err := a.checkQuery(query); err != nil {
		return err
	}
	if r.Method == http.MethodGet {
		writeText(w, query.Get("echostr"))
		return nil
	}
	body, err := channel.ReadBody(w, r)
	if err != nil {
		return err
	}
	return a.receive(w, r, query, body)
}

func (a *Adapter) receive(w http.ResponseWriter, r *http.Request, query url.Values, body []byte) error {
	in, encrypted, err := a.open(query, body)
	if err != nil {
		return err
	}
	message, err := in.message(a.settings.Name, a.deps.Clock())
	if err != nil {
		return fmt.Errorf("%w: %w", channel.ErrMalformed, err)
	}
	answer, err := a.deps.Receiver(r.Context(), message)
	if err != nil {
		return fmt.Errorf("receive message: %w", err)
	}
	if answer.IsSilent() {
		// In every mode the bare word is how WeChat is told that there is nothing to say.
		writeText(w, "success")
		return nil
	}
	reply, err := a.reply(in, answer.Text, encrypted)
	if err != nil {
		return fmt.Errorf("write reply: %w", err)
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, _ = w.Write(reply)
	return nil
}

// checkQuery checks the signature over token, timestamp and nonce, and that the timestamp is fresh.
func (a *Adapter) checkQuery(query url.Values) error {
	timestamp := query.Get("timestamp")
	if !signed(query.Get("signature"), a.settings.Token, timestamp, query.Get("nonce")) {
		return fmt.Errorf("query: %w", channel.ErrSignature)
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return fmt.Errorf("timestamp is not a number: %w", channel.ErrMalformed)
	}
	if a.deps.Clock().Sub(time.Unix(seconds, 0)).Abs() > a.settings.Skew {
		return channel.ErrStale
	}
	return nil
}

// open returns what the body says and whether it was encrypted. The plain elements beside an encrypted part are ignored,
// because no signature covers them.
func (a *Adapter) open(query url.Values, body []byte) (*inbound, bool, error) {
	outer, err := parse(body)
	if err != nil {
		return nil, false, fmt.Errorf("%w: %w", channel.ErrMalformed, err)
	}
	switch kind := query.Get("encrypt_type"); kind {
	case "", "raw":
		if a.settings.Mode == ModeSafe || outer.Encrypt != "" {
			return nil, false, fmt.Errorf("plain body where an encrypted one is due: %w", channel.ErrSignature)
		}
		return outer, false, nil
	case "aes":
		inner, err := a.decrypt(query, outer.Encrypt)
		return inner, true, err
	default:
		return nil, false, fmt.Errorf("encrypt_type %q: %w", kind, channel.ErrMalformed)
	}
}

func (a *Adapter) decrypt(query url.Values, encrypted string) (*inbound, error) {
	if a.settings.Mode == ModePlain {
		return nil, fmt.Errorf("encrypted body, but the channel's mode is plain: %w", channel.ErrMalformed)
	}
	if !signed(query.Get("msg_signature"), a.settings.Token, query.Get("timestamp"), query.Get("nonce"), encrypted) {
		return nil, fmt.Errorf("body: %w", channel.ErrSignature)
	}
	_, plain, err := util.DecryptMsg(a.settings.AppID, encrypted, a.settings.EncodingAESKey)
	if err != nil {
		return nil, fmt.Errorf("decrypt: %w: %w", channel.ErrMalformed, err)
	}
	inner, err := parse(plain)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", channel.ErrMalformed, err)
	}
	return inner, nil
}

// signed compares in constant time, so that a signature can't be found digit by digit.
func signed(signature string, parts ...string) bool {
	return subtle.ConstantTimeCompare([]byte(util.Signature(parts...)), []byte(signature)) == 1
}

// writeText writes the bare text; the head keeps a browser from taking an echo for a page.
func writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, text)
}
