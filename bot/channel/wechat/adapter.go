// Package wechat is the adapter of a WeChat official account (公众号): it checks, decrypts and decodes what WeChat posts, writes
// the passive reply, and sends customer messages. It keeps nothing but the access token, which lives in the cache it is handed.
//
// Of silenceper/wechat it uses the signature, the message encryption, the forms of outgoing messages and the cache contract
// with its token key. It doesn't use that library's server, which answers before anything is stored, checks no freshness and
// logs message bodies, nor its calling functions: they take their address and HTTP client from process-wide variables, so two
// accounts with different API addresses can't live in one program, and they know neither context nor time limit.
package wechat

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/util"

	"tongshishang/bot"
	"tongshishang/bot/channel"
)

// Mode is the account's message encryption, as set on WeChat's side.
type Mode string

// The modes: 明文, 兼容 and 安全.
const (
	// ModePlain takes plain bodies only.
	ModePlain Mode = "plain"
	// ModeCompatible takes encrypted bodies, and plain ones without an encrypted part, which is what WeChat posts before the
	// account is switched over.
	ModeCompatible Mode = "compatible"
	// ModeSafe takes encrypted bodies only.
	ModeSafe Mode = "safe"
)

// DefaultSkew is how far a request's timestamp may be from now.
const DefaultSkew = 5 * time.Minute

// DefaultAPIBase is WeChat's own API.
const DefaultAPIBase = "https://api.weixin.qq.com"

// Settings are an account's keys, as the account's page on mp.weixin.qq.com shows them.
type Settings struct {
	Name           string // of the channel, last part of its route
	AppID          string
	AppSecret      string
	Token          string
	EncodingAESKey string // 43 characters; may be empty in ModePlain
	Mode           Mode
	APIBase        string        // without a slash at the end; empty: DefaultAPIBase
	Skew           time.Duration // 0: DefaultSkew
}

// Deps are what an adapter works with.
type Deps struct {
	Receiver   channel.Receiver
	Cache      cache.Cache // holds the access token, shared by all instances; gives strings back as strings
	Clock      bot.Clock
	Rand       io.Reader // a source fit for cryptography
	Logger     *slog.Logger
	HTTPClient *http.Client // nil: a default one
}

// Adapter is one official account.
type Adapter struct {
	settings Settings
	deps     Deps
	api      *api
}

// New makes the adapter. The error names every setting that is missing or wrong.
func New(settings Settings, deps Deps) (*Adapter, error) {
	if settings.APIBase == "" {
		settings.APIBase = DefaultAPIBase
	}
	if settings.Skew == 0 {
		settings.Skew = DefaultSkew
	}
	if err := settings.check(); err != nil {
		return nil, fmt.Errorf("channel %q: %w", settings.Name, err)
	}
	return &Adapter{settings: settings, deps: deps, api: newAPI(settings, deps)}, nil
}

func (s *Settings) check() error {
	var problems []error
	for _, field := range []struct{ key, value string }{
		{"name", s.Name}, {"app_id", s.AppID}, {"app_secret", s.AppSecret}, {"token", s.Token},
	} {
		if field.value == "" {
			problems = append(problems, fmt.Errorf("%s is missing", field.key))
		}
	}
	switch s.Mode {
	case ModePlain:
	case ModeCompatible, ModeSafe:
		if _, err := util.EncryptMsg(make([]byte, randomSize), nil, s.AppID, s.EncodingAESKey); err != nil {
			problems = append(problems, errors.New("encoding_aes_key is not the 43 characters that WeChat shows"))
		}
	default:
		problems = append(problems, fmt.Errorf("mode %q is none of plain, compatible, safe", s.Mode))
	}
	return errors.Join(problems...)
}

// Name is the channel's name.
func (a *Adapter) Name() string { return a.settings.Name }

// Routes is the one address that WeChat both verifies (GET) and posts to.
func (a *Adapter) Routes() []channel.Route {
	return []channel.Route{{
		Pattern: "/wechat/" + a.settings.Name,
		Handler: channel.Webhook(a.settings.Name, a.deps.Logger, a.serve),
	}}
}
