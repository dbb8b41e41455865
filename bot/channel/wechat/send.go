package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/silenceper/wechat/v2/util"

	"tongshishang/bot"
	"tongshishang/bot/channel"
)

// api is WeChat's side for one account.
type api struct {
	base   string
	client *channel.Client
	clock  bot.Clock
	tokens *tokens
}

func newAPI(settings Settings, deps Deps) *api {
	client := channel.NewClient(deps.HTTPClient)
	return &api{
		base: settings.APIBase, client: client, clock: deps.Clock,
		tokens: &tokens{base: settings.APIBase, appID: settings.AppID, secret: settings.AppSecret, client: client, cache: deps.Cache},
	}
}

// Send delivers out as customer messages (客服消息), several if it is longer than 2048 bytes. An official account has no
// groups: a message to one is refused for ever.
func (a *Adapter) Send(ctx context.Context, out bot.Outgoing) error {
	if out.To.IsGroup() || out.To.User == "" {
		return &channel.SendError{Kind: channel.SendPermanent, Err: errors.New("an official account writes to one person only")}
	}
	for _, part := range split(clean(out.Text)) {
		if err := a.api.sendText(ctx, out.To.User, part); err != nil {
			return err
		}
	}
	return nil
}

// sendText sends one message; a token that WeChat no longer takes is replaced once.
func (p *api) sendText(ctx context.Context, openID, text string) error {
	token, err := p.tokens.get(ctx)
	if err != nil {
		return p.classify(err)
	}
	err = p.post(ctx, token, openID, text)
	if !isTokenError(err) {
		return p.classify(err)
	}
	p.tokens.drop(token)
	if token, err = p.tokens.get(ctx); err != nil {
		return p.classify(err)
	}
	return p.classify(p.post(ctx, token, openID, text))
}

func (p *api) post(ctx context.Context, token, openID, text string) error {
	var answer util.CommonError
	address := p.base + "/cgi-bin/message/custom/send?access_token=" + url.QueryEscape(token)
	if err := p.client.PostJSON(ctx, address, "", message.NewCustomerTextMessage(openID, text), &answer); err != nil {
		return err
	}
	return codeError(answer)
}

// codeError is answer as an error, nil if it says that all went well.
func codeError(answer util.CommonError) error {
	if answer.ErrCode == 0 {
		return nil
	}
	return &answer
}

// isTokenError tells whether WeChat refused the access token: wrong, malformed or expired.
func isTokenError(err error) bool {
	answer, ok := errors.AsType[*util.CommonError](err)
	if !ok {
		return false
	}
	return answer.ErrCode == 40001 || answer.ErrCode == 40014 || answer.ErrCode == 42001
}

// kinds says what WeChat's errcodes mean for the sender, after developers.weixin.qq.com/doc, 全局返回码. A code that isn't
// listed is retried: the sender's own limit of attempts ends that.
var kinds = map[int64]channel.SendKind{
	-1:    channel.SendRetry,     // the system is busy
	40001: channel.SendRetry,     // token refused, a second time
	40014: channel.SendRetry,     // the same
	42001: channel.SendRetry,     // the same
	40164: channel.SendAlarm,     // our address isn't on the account's IP list
	40125: channel.SendAlarm,     // wrong secret
	40013: channel.SendAlarm,     // wrong appid
	40243: channel.SendAlarm,     // secret is frozen
	45009: channel.SendWait,      // the day's quota of calls is used up
	45015: channel.SendUser,      // 48 hours since the person wrote, or unsubscribed
	45047: channel.SendUser,      // quota of messages until the person writes again
	45002: channel.SendPermanent, // too long
	48001: channel.SendPermanent, // the account may not use this call
	48002: channel.SendPermanent, // the person refuses messages
	40003: channel.SendPermanent, // no such openid
	43004: channel.SendPermanent, // not a follower
	43019: channel.SendPermanent, // on the account's blacklist
	43101: channel.SendPermanent, // has not agreed to it
}

// classify turns an error of a call into a *channel.SendError; nil stays nil.
func (p *api) classify(err error) error {
	answer, ok := errors.AsType[*util.CommonError](err)
	if !ok {
		return err
	}
	kind, known := kinds[answer.ErrCode]
	if !known {
		kind = channel.SendRetry
	}
	failure := &channel.SendError{
		Kind: kind, Code: fmt.Sprintf("errcode %d", answer.ErrCode), Err: errors.New(answer.ErrMsg),
	}
	if kind == channel.SendWait {
		failure.RetryAfter = untilMidnight(p.clock())
	}
	return failure
}

// untilMidnight is how long it is until WeChat's daily quotas begin anew, at midnight in China, which has no summer time.
func untilMidnight(now time.Time) time.Duration {
	local := now.In(time.FixedZone("Asia/Shanghai", 8*60*60))
	year, month, day := local.Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, local.Location()).Sub(local)
}
