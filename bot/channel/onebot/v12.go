package onebot

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/channel"
)

// V12 is a bridge that speaks OneBot 12.
type V12 struct{ bridge }

// New12 makes the adapter. The error names every setting that is missing.
func New12(settings Settings, deps Deps) (*V12, error) {
	b, err := newBridge(settings, deps, "access_token", settings.AccessToken)
	if err != nil {
		return nil, err
	}
	return &V12{bridge: b}, nil
}

// Routes is the one address that the bridge posts events to.
func (v *V12) Routes() []channel.Route { return v.routes(v.serve) }

// action is a request to the bridge, in the answer to an event or posted to its API.
type action struct {
	Action string          `json:"action"`
	Params sendMessage12   `json:"params"`
	Self   json.RawMessage `json:"self,omitempty"` // which of the bridge's bots, as the event named it
}

type sendMessage12 struct {
	DetailType string    `json:"detail_type"`
	GroupID    *id       `json:"group_id,omitempty"`
	UserID     *id       `json:"user_id,omitempty"`
	Message    []segment `json:"message"`
}

func sendAction(group, user id, text string) action {
	params := sendMessage12{DetailType: "private", UserID: &user, Message: []segment{{Type: "text", Data: fields{"text": text}}}}
	if group.text != "" {
		params.DetailType, params.GroupID, params.UserID = "group", &group, nil
	}
	return action{Action: "send_message", Params: params}
}

// serve answers the bridge. The token is checked before the body is read.
func (v *V12) serve(w http.ResponseWriter, r *http.Request) error {
	if err := channel.CheckMethod(w, r, http.MethodPost); err != nil {
		return err
	}
	if !v.authorised(r) {
		return fmt.Errorf("access token: %w", channel.ErrSignature)
	}
	body, err := channel.ReadBody(w, r)
	if err != nil {
		return err
	}
	var event event12
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
	group := event.GroupID
	if !message.Conversation().IsGroup() {
		group = id{}
	}
	reply := sendAction(group, event.UserID, answer.Text)
	reply.Self = event.Self.raw
	return writeJSON(w, []action{reply})
}

// authorised compares hashes in constant time, so that neither the token nor its length can be found by trying.
func (v *V12) authorised(r *http.Request) bool {
	token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !found {
		token = r.URL.Query().Get("access_token")
	}
	want, got := sha256.Sum256([]byte(v.settings.AccessToken)), sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

// Send delivers out by the action send_message.
func (v *V12) Send(ctx context.Context, out bot.Outgoing) error {
	return v.call(ctx, "/", sendAction(id12(out.To.Group), id12(out.To.User), out.Text), kind12)
}
