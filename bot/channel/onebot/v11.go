package onebot

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/channel"
)

// V11 is a bridge that speaks OneBot 11.
type V11 struct{ bridge }

// New11 makes the adapter. The error names every setting that is missing.
func New11(settings Settings, deps Deps) (*V11, error) {
	b, err := newBridge(settings, deps, "secret", settings.Secret)
	if err != nil {
		return nil, err
	}
	return &V11{bridge: b}, nil
}

// Sign is the value of X-Signature for a body: "sha1=" and the hex HMAC-SHA1 with the secret.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write(body)
	return "sha1=" + hex.EncodeToString(mac.Sum(nil))
}

// Routes is the one address that the bridge posts events to.
func (v *V11) Routes() []channel.Route { return v.routes(v.serve) }

// quickReply is the quick operation that answers a message. auto_escape keeps CQ codes in the text from being executed, and
// the bridge would mention the sender if at_sender weren't off.
type quickReply struct {
	Reply      string `json:"reply"`
	AutoEscape bool   `json:"auto_escape"`
	AtSender   bool   `json:"at_sender"`
}

// serve answers the bridge. The signature covers the whole body and is checked before anything is decoded.
func (v *V11) serve(w http.ResponseWriter, r *http.Request) error {
	if err := channel.CheckMethod(w, r, http.MethodPost); err != nil {
		return err
	}
	body, err := channel.ReadBody(w, r)
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(Sign(v.settings.Secret, body)), []byte(strings.ToLower(r.Header.Get("X-Signature")))) {
		return fmt.Errorf("body: %w", channel.ErrSignature)
	}
	var event event11
	if err := decode(body, &event); err != nil {
		return err
	}
	message, err := event.message(v.settings.Name, v.deps.Clock())
	if err != nil {
		return fmt.Errorf("%w: %w", channel.ErrMalformed, err)
	}
	answer, err := v.receive(r.Context(), message)
	if err != nil {
		return err
	}
	if answer.IsSilent() {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if message.Kind == bot.KindEvent {
		// OneBot 11 has no quick operation that says something to a notice.
		v.deps.Logger.WarnContext(r.Context(), "answer to an event dropped", "channel", v.settings.Name, "event", string(message.Event))
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return writeJSON(w, quickReply{Reply: answer.Text, AutoEscape: true})
}

type sendGroup11 struct {
	GroupID    id     `json:"group_id"`
	Message    string `json:"message"`
	AutoEscape bool   `json:"auto_escape"`
}

type sendPrivate11 struct {
	UserID     id     `json:"user_id"`
	Message    string `json:"message"`
	AutoEscape bool   `json:"auto_escape"`
}

// Send delivers out by send_group_msg or send_private_msg, as plain text. An id of digits is sent as a number.
func (v *V11) Send(ctx context.Context, out bot.Outgoing) error {
	if out.To.IsGroup() {
		return v.call(ctx, "/send_group_msg", sendGroup11{GroupID: id11(out.To.Group), Message: out.Text, AutoEscape: true}, kind11)
	}
	return v.call(ctx, "/send_private_msg", sendPrivate11{UserID: id11(out.To.User), Message: out.Text, AutoEscape: true}, kind11)
}
