package onebot

import (
	"context"
	"errors"
	"fmt"

	"tongshishang/bot/channel"
)

// result is the bridge's answer to an action, the same in both versions.
type result struct {
	Status  string `json:"status"` // ok, async (11) or failed
	Retcode int64  `json:"retcode"`
	Message string `json:"message"`
	Wording string `json:"wording"` // an extension of go-cqhttp that says more
}

// call posts body to the bridge's API and classifies a refusal by its retcode.
func (b *bridge) call(ctx context.Context, path string, body any, kind func(retcode int64) channel.SendKind) error {
	if b.settings.APIURL == "" {
		return &channel.SendError{Kind: channel.SendPermanent, Err: errors.New("the channel has no api_url, it can only answer")}
	}
	var answer result
	if err := b.client.PostJSON(ctx, b.settings.APIURL+path, b.settings.AccessToken, body, &answer); err != nil {
		return err
	}
	if answer.Status == "ok" || answer.Status == "async" {
		return nil
	}
	reason := answer.Message
	if reason == "" {
		reason = answer.Wording
	}
	return &channel.SendError{Kind: kind(answer.Retcode), Code: fmt.Sprintf("retcode %d", answer.Retcode), Err: errors.New(reason)}
}

// kind11 says what a retcode of OneBot 11 means for the sender. 14xx are HTTP's statuses, 100 is a bad parameter; all others
// belong to the platform behind the bridge and may pass.
func kind11(retcode int64) channel.SendKind {
	switch retcode {
	case 100, 1400:
		return channel.SendPermanent
	case 1401, 1403, 1404:
		return channel.SendAlarm
	}
	return channel.SendRetry
}

// kind12 says what a retcode of OneBot 12 means for the sender, after the standard's section on return codes.
func kind12(retcode int64) channel.SendKind {
	switch retcode {
	case 10001, 10003, 10004, 10005, 10006, 10007: // the request, a parameter or a segment is bad or unsupported
		return channel.SendPermanent
	case 10002, 10101, 10102: // no such action; the bridge doesn't know which of its bots is meant
		return channel.SendAlarm
	}
	return channel.SendRetry // 2xxxx the bridge failed, 3xxxx the platform did
}
