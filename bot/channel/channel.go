// Package channel says what a chat channel is: it has a name, routes where its messages arrive, and a way to send. It holds
// what every adapter shares at its two ends: the answer statuses of a webhook, and the kinds of failure of a channel's API.
// It holds no wire form of any channel (those are the packages below it) and neither stores nor understands messages.
package channel

import (
	"context"
	"net/http"

	"tongshishang/bot"
)

// Receiver takes a decoded message and returns what the bot says to it. A nil error means that the message is durably stored,
// or was already: only then may the channel be told that it has been received. ErrBusy and any other error mean that
// nothing was stored and that the channel should deliver the message again.
type Receiver func(ctx context.Context, m *bot.Message) (bot.Answer, error)

// Route is where a channel's platform delivers to.
type Route struct {
	// Pattern is a net/http ServeMux pattern without a method, for example "/onebot/qun". The handler refuses a wrong
	// method itself, so that it is a 405 even where the mux also has a catch-all.
	Pattern string
	Handler http.Handler
}

// Adapter is a channel: wire form on one side, bot.Message and bot.Outgoing on the other.
type Adapter interface {
	// Name is the channel's name in the configuration.
	Name() string
	// Routes lists where the channel's messages arrive.
	Routes() []Route
	// Send delivers out by the channel's API before it returns. In its error errors.As finds a *SendError. A message that
	// failed may still have arrived, in whole or in its first parts: delivery is at least once.
	Send(ctx context.Context, out bot.Outgoing) error
}
