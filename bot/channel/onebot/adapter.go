// Package onebot is the adapter of chat bridges that speak OneBot 11 or OneBot 12 over HTTP: it checks and decodes what a
// bridge posts, answers in the response (11: a quick operation, 12: a list of actions), and sends messages by the bridge's
// API. It keeps nothing. The wire forms are those of github.com/botuniverse/onebot-11 and github.com/botuniverse/onebot,
// and what WeChat bridges make of them: ids that are strings, quotes written into the text.
package onebot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/channel"
)

// Settings are a bridge's address and secrets.
type Settings struct {
	Name        string // of the channel, last part of its route
	Secret      string // OneBot 11: key of X-Signature; not used by 12
	AccessToken string // 11: sent with API calls if not empty; 12: that, and expected of every event
	APIURL      string // base of the API, for example http://127.0.0.1:5700; empty: nothing can be sent
}

// Deps are what an adapter works with.
type Deps struct {
	Receiver   channel.Receiver
	Clock      bot.Clock
	Logger     *slog.Logger
	HTTPClient *http.Client // nil: a default one
}

// bridge is what both versions have in common.
type bridge struct {
	settings Settings
	deps     Deps
	client   *channel.Client
}

func newBridge(settings Settings, deps Deps, secretKey, secret string) (bridge, error) {
	var problems []error
	for _, field := range []struct{ key, value string }{
		{"name", settings.Name}, {secretKey, secret},
	} {
		if field.value == "" {
			problems = append(problems, fmt.Errorf("%s is missing", field.key))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return bridge{}, fmt.Errorf("channel %q: %w", settings.Name, err)
	}
	settings.APIURL = strings.TrimRight(settings.APIURL, "/")
	return bridge{settings: settings, deps: deps, client: channel.NewClient(deps.HTTPClient)}, nil
}

// Name is the channel's name.
func (b *bridge) Name() string { return b.settings.Name }

func (b *bridge) routes(serve func(http.ResponseWriter, *http.Request) error) []channel.Route {
	return []channel.Route{{
		Pattern: "/onebot/" + b.settings.Name,
		Handler: channel.Webhook(b.settings.Name, b.deps.Logger, serve),
	}}
}

// decode reads an event of either version.
func decode(body []byte, event any) error {
	if err := json.Unmarshal(body, event); err != nil {
		return fmt.Errorf("%w: %w", channel.ErrMalformed, err)
	}
	return nil
}

// receive hands a message to the receiver. There is none, and nothing to say, for heartbeats and the bot's own words.
func (b *bridge) receive(ctx context.Context, m *bot.Message) (bot.Answer, error) {
	if m == nil {
		return bot.Answer{}, nil
	}
	answer, err := b.deps.Receiver(ctx, m)
	if err != nil {
		return bot.Answer{}, fmt.Errorf("receive message: %w", err)
	}
	return answer, nil
}

// writeJSON answers the bridge; both versions take markup as it is.
func writeJSON(w http.ResponseWriter, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
	return nil
}
