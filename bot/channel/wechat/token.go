package wechat

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/credential"

	"tongshishang/bot/channel"
)

// renewal is how long before its end a token is replaced; WeChat keeps the old one valid for that long.
const renewal = 5 * time.Minute

// tokens keeps the account's stable access token in the shared cache, under the key that silenceper/wechat uses. That
// library's own keeper is not used because it can't be told the address, and because a token with 300 seconds left makes
// it store one without an end.
type tokens struct {
	base, appID, secret string
	client              *channel.Client
	cache               cache.Cache
	mu                  sync.Mutex // one fetch at a time; several instances get the same token from WeChat
}

type tokenRequest struct {
	GrantType string `json:"grant_type"`
	AppID     string `json:"appid"`
	Secret    string `json:"secret"`
}

func (t *tokens) key() string {
	return credential.CacheKeyOfficialAccountPrefix + "_stable_access_token_" + t.appID
}

func (t *tokens) cached() string {
	token, _ := t.cache.Get(t.key()).(string)
	return token
}

// get returns the cached token, or fetches one. A cache that is away costs a call, never a message.
func (t *tokens) get(ctx context.Context) (string, error) {
	if token := t.cached(); token != "" {
		return token, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if token := t.cached(); token != "" {
		return token, nil
	}
	answer, err := t.fetch(ctx)
	if err != nil {
		return "", fmt.Errorf("fetch access token: %w", err)
	}
	if life := time.Duration(answer.ExpiresIn)*time.Second - renewal; life > 0 {
		_ = t.cache.Set(t.key(), answer.AccessToken, life)
	}
	return answer.AccessToken, nil
}

func (t *tokens) fetch(ctx context.Context) (credential.ResAccessToken, error) {
	var answer credential.ResAccessToken
	body := tokenRequest{GrantType: "client_credential", AppID: t.appID, Secret: t.secret}
	if err := t.client.PostJSON(ctx, t.base+"/cgi-bin/stable_token", "", body, &answer); err != nil {
		return answer, err
	}
	if err := codeError(answer.CommonError); err != nil {
		return answer, err
	}
	if answer.AccessToken == "" {
		return answer, &channel.SendError{Kind: channel.SendRetry, Err: errors.New("answer has no token")}
	}
	return answer, nil
}

// drop forgets a token that WeChat refused, unless another instance has replaced it already.
func (t *tokens) drop(refused string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cached() == refused {
		_ = t.cache.Delete(t.key())
	}
}
