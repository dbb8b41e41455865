package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"tongshishang/bot"
	"tongshishang/bot/channel"
	"tongshishang/bot/channel/onebot"
	"tongshishang/bot/channel/wechat"
	"tongshishang/bot/intake"
	"tongshishang/bot/understand"
	"tongshishang/config"
	"tongshishang/store/state"
)

// newAdapter makes the adapter of a channel's kind: the list of channels there are.
func newAdapter(a *app, c config.Channel) (channel.Adapter, error) {
	switch c.Kind {
	case config.KindOfficialAccount:
		return wechat.New(wechat.Settings{Name: c.Name, AppID: c.AppID, AppSecret: c.AppSecret.Reveal(), Token: c.Token.Reveal(),
			EncodingAESKey: c.EncodingAESKey.Reveal(), Mode: wechat.Mode(c.Mode), APIBase: c.APIBase, Skew: a.cfg.Intake.ClockSkew},
			wechat.Deps{Receiver: a.receive, Cache: state.NewTokenCache(a.state), Clock: a.now, Rand: rand.Reader, Logger: a.log})
	case config.KindOneBot11:
		return onebot.New11(onebot.Settings{Name: c.Name, Secret: c.Secret.Reveal(), AccessToken: c.AccessToken.Reveal(), APIURL: c.APIURL},
			onebot.Deps{Receiver: a.receive, Clock: a.now, Logger: a.log})
	case config.KindOneBot12:
		return onebot.New12(onebot.Settings{Name: c.Name, AccessToken: c.AccessToken.Reveal(), APIURL: c.APIURL},
			onebot.Deps{Receiver: a.receive, Clock: a.now, Logger: a.log})
	}
	return nil, fmt.Errorf("channel %s: unknown kind %q", c.Name, c.Kind)
}

func newAdapters(a *app) (map[string]channel.Adapter, error) {
	adapters := map[string]channel.Adapter{}
	for _, c := range a.cfg.Channels {
		adapter, err := newAdapter(a, c)
		if err != nil {
			return nil, err
		}
		adapters[c.Name] = adapter
	}
	return adapters, nil
}

// receive hands a decoded message to the intake. People write their phone into the name they show and quote those of others;
// neither is needed for anything, so it goes no further.
func (a *app) receive(ctx context.Context, m *bot.Message) (bot.Answer, error) {
	m.SenderName, _ = understand.Mask(m.SenderName)
	if m.Quote != nil {
		m.Quote.Text, _ = understand.Mask(m.Quote.Text)
	}
	if m.Location != nil { // a shop's label on the map often has its phone
		m.Location.Label, _ = understand.Mask(m.Location.Label)
	}
	return a.intake.Submit(ctx, m)
}

// send gives an outgoing message to its channel and says in the sender's terms what came of it.
func (a *app) send(ctx context.Context, out bot.Outgoing) intake.Delivery {
	adapter, ok := a.adapters[out.To.Channel]
	if !ok {
		return intake.Delivery{Err: fmt.Errorf("channel %q is not configured any more", out.To.Channel), Final: true}
	}
	err := adapter.Send(ctx, out)
	if err == nil {
		return intake.Delivery{}
	}
	d := intake.Delivery{Err: err}
	if refused, ok := errors.AsType[*channel.SendError](err); ok {
		d.After = refused.RetryAfter
		d.Final = refused.Kind == channel.SendPermanent || refused.Kind == channel.SendUser
	}
	return d
}
