package config

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // A static binary in an empty image has no time zone files of its own.

	"go.yaml.in/yaml/v4"
)

// Config is everything the service is told from outside. Load gives one that has been checked.
type Config struct {
	Listen         string        `yaml:"listen"`     // host:port of the HTTP server
	PublicURL      string        `yaml:"public_url"` // how people reach the server, for links in answers; no trailing slash
	Timezone       string        `yaml:"timezone"`   // IANA name; days, weeks and deadlines are counted in it
	DataDir        string        `yaml:"data_dir"`   // spool, attachments, embedded database, generated keys
	County         County        `yaml:"county"`
	Database       Database      `yaml:"database"`
	Redis          Redis         `yaml:"redis"`
	Channels       []Channel     `yaml:"channels"`
	Groups         []Group       `yaml:"groups"` // groups can also be imported or bound from the console
	Keys           Keys          `yaml:"keys"`   // absent: EnsureKeys makes them
	Intake         Intake        `yaml:"intake"`
	Outbox         Outbox        `yaml:"outbox"`
	Archive        Archive       `yaml:"archive"`
	Understand     Understand    `yaml:"understand"`
	LLM            LLM           `yaml:"llm"`
	Log            Log           `yaml:"log"`
	Pprof          Pprof         `yaml:"pprof"`
	RulesDir       string        `yaml:"rules_dir"`       // folder whose files replace embedded rule packs; empty: none
	DrainFor       time.Duration `yaml:"drain_for"`       // before a graceful stop: how long requests are still taken while /readyz already refuses
	ShutdownWithin time.Duration `yaml:"shutdown_within"` // how long a graceful stop may take after that
}

// County is the county whose platform this is.
type County struct {
	Code string `yaml:"code"` // capital letters, the beginning of every issue number: TW
	Name string `yaml:"name"` // 通渭县
}

// Database is where the truth is kept.
type Database struct {
	URL          Secret `yaml:"url"` // mysql://user:pass@host:port/db, mysql://user:pass@unix(/path)/db or sqlite:///path
	URLFile      string `yaml:"url_file"`
	MaxOpenConns int    `yaml:"max_open_conns"`
}

// Redis is where what may be lost is kept.
type Redis struct {
	URL     Secret `yaml:"url"` // redis://, rediss://, redis+sentinel://, redis+cluster:// or embedded:
	URLFile string `yaml:"url_file"`
}

// ChannelKind is the protocol of a channel.
type ChannelKind string

// The kinds of channels.
const (
	KindOfficialAccount ChannelKind = "officialaccount"
	KindOneBot11        ChannelKind = "onebot11"
	KindOneBot12        ChannelKind = "onebot12"
)

// Mode is how an official account's messages are encrypted, as set in the account's own settings.
type Mode string

// The modes of an official account: 明文, 兼容 and 安全.
const (
	ModePlain      Mode = "plain"
	ModeCompatible Mode = "compatible"
	ModeSafe       Mode = "safe"
)

// Channel is one way messages come and go. Which keys it needs depends on its kind.
type Channel struct {
	Name               string      `yaml:"name"` // unique, part of the webhook's path
	Kind               ChannelKind `yaml:"kind"`
	AppID              string      `yaml:"app_id"`
	AppSecret          Secret      `yaml:"app_secret"`
	AppSecretFile      string      `yaml:"app_secret_file"`
	Token              Secret      `yaml:"token"`
	TokenFile          string      `yaml:"token_file"`
	EncodingAESKey     Secret      `yaml:"encoding_aes_key"` // 43 characters
	EncodingAESKeyFile string      `yaml:"encoding_aes_key_file"`
	Mode               Mode        `yaml:"mode"`
	APIBase            string      `yaml:"api_base"` // of the official account's API
	Secret             Secret      `yaml:"secret"`   // OneBot 11: key of X-Signature
	SecretFile         string      `yaml:"secret_file"`
	AccessToken        Secret      `yaml:"access_token"` // OneBot: bearer token of requests, both ways
	AccessTokenFile    string      `yaml:"access_token_file"`
	APIURL             string      `yaml:"api_url"` // OneBot: where actions are posted; empty: this channel can't send
}

// Group binds a chat group to the unit it belongs to.
type Group struct {
	Channel string `yaml:"channel"` // a channel's name
	ID      string `yaml:"id"`      // the group's id on the channel, a number or a text
	Unit    string `yaml:"unit"`    // the unit's name or code
}

// Keys are the keys of this installation, each base64 of 32 bytes. All three parts are given or none.
type Keys struct {
	Encryption []EncryptionKey `yaml:"encryption"` // of phones and ID numbers: the first encrypts, the others still decrypt
	Lookup     Secret          `yaml:"lookup"`     // of the keyed hash phones are found by; it can't be rotated
	LookupFile string          `yaml:"lookup_file"`
	Links      Secret          `yaml:"links"` // signs links that expire
	LinksFile  string          `yaml:"links_file"`
}

// EncryptionKey is a key with the id that is stored beside what it encrypted.
type EncryptionKey struct {
	ID      string `yaml:"id"`
	Key     Secret `yaml:"key"`
	KeyFile string `yaml:"key_file"`
}

// Intake sets how messages are taken in.
type Intake struct {
	AnswerWithin time.Duration `yaml:"answer_within"` // a later answer goes out through the channel's API; WeChat waits 5 s
	Batch        int           `yaml:"batch"`         // messages in one transaction, at most
	Writers      int           `yaml:"writers"`       // transactions at a time
	Queue        int           `yaml:"queue"`         // messages waiting, at most; beyond it requests get 503; one of more than 4 KiB counts as several
	LaneQueue    int           `yaml:"lane_queue"`    // of them in one conversation; beyond it only that conversation's requests get 503
	StuckAfter   time.Duration `yaml:"stuck_after"`   // a message that waits longer makes /readyz say so with 503
	ClockSkew    time.Duration `yaml:"clock_skew"`    // how far a signed timestamp may be off
	SpoolMiB     int           `yaml:"spool_mib"`     // how much of data_dir may hold messages while the database is away; 0: none, they get 503
}

// Outbox sets how messages are sent.
type Outbox struct {
	Workers     int           `yaml:"workers"`      // conversations sent to at a time
	PerChannel  int           `yaml:"per_channel"`  // of them on one channel, so that one that hangs leaves the others their share
	Poll        time.Duration `yaml:"poll"`         // between looks for work when nothing woke the sender
	Timeout     time.Duration `yaml:"timeout"`      // of one call
	Attempts    int           `yaml:"attempts"`     // then the message is a dead letter
	BackoffBase time.Duration `yaml:"backoff_base"` // before the second attempt; doubles each time
	BackoffMax  time.Duration `yaml:"backoff_max"`
}

// Archive sets how long messages stay in the database and how long personal data stays at all.
type Archive struct {
	Dir          string `yaml:"dir"`           // where the files of past months are; empty: archive in data_dir
	KeepMonths   int    `yaml:"keep_months"`   // whole months before this one that stay in the database
	ForgetMonths int    `yaml:"forget_months"` // whole months before this one whose personal data is kept; 0: no limit, for no law names one
}

// Understand sets how messages are read.
type Understand struct {
	Model string `yaml:"model"` // a county's own model, made by “tongshishang learn”; empty: the one the program has in it
}

// LLM sets a language model outside that is asked about what the reading isn't sure of. Its answers are suggestions to the clerk.
type LLM struct {
	URL           string        `yaml:"url"` // of an OpenAI-compatible API, as https://host/v1; empty: off
	Key           Secret        `yaml:"key"` // bearer token; empty: none is sent
	KeyFile       string        `yaml:"key_file"`
	Model         string        `yaml:"model"`
	Timeout       time.Duration `yaml:"timeout"`        // of one request
	DailyRequests int           `yaml:"daily_requests"` // the budget of a day; what is beyond it waits for the next
	DailyTokens   int           `yaml:"daily_tokens"`   // as the API counts them; 0: no limit
	Below         float64       `yaml:"below"`          // asked only when the reading is less sure than this, 0 to 1
}

// Log sets what is logged to standard error.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn, error
	Format string `yaml:"format"` // json, text
}

// Pprof sets the profiler's own server.
type Pprof struct {
	Listen string `yaml:"listen"` // loopback host:port; empty: off
}

// officialAPI is where an official account's calls go unless told otherwise.
const officialAPI = "https://api.weixin.qq.com"

// Default is the configuration before anything is read. It lacks what can't have a default: the addresses of the stores.
func Default() *Config {
	return &Config{
		Listen:   "127.0.0.1:8080",
		Timezone: "Asia/Shanghai",
		DataDir:  "/var/lib/tongshishang",
		County:   County{Code: "TW", Name: "通渭县"},
		Database: Database{MaxOpenConns: 16},
		Intake: Intake{AnswerWithin: 4500 * time.Millisecond, Batch: 128, Writers: 2, Queue: 20000, LaneQueue: 2000,
			StuckAfter: time.Minute, ClockSkew: 5 * time.Minute, SpoolMiB: 256},
		Outbox:         Outbox{Workers: 16, PerChannel: 4, Poll: time.Second, Timeout: 10 * time.Second, Attempts: 8, BackoffBase: 2 * time.Second, BackoffMax: 10 * time.Minute},
		Archive:        Archive{KeepMonths: 24},
		LLM:            LLM{Timeout: 20 * time.Second, DailyRequests: 200, DailyTokens: 200000, Below: 0.7},
		Log:            Log{Level: "info", Format: "json"},
		ShutdownWithin: 10 * time.Second,
	}
}

// complete fills in the defaults that depend on other settings, and takes the slash off the ends of base addresses.
func (c *Config) complete() {
	if c.PublicURL == "" {
		c.PublicURL = "http://" + c.Listen
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	for i := range c.Channels {
		ch := &c.Channels[i]
		ch.APIURL = strings.TrimRight(ch.APIURL, "/")
		ch.APIBase = strings.TrimRight(ch.APIBase, "/")
		if ch.Kind != KindOfficialAccount {
			continue
		}
		if ch.Mode == "" {
			ch.Mode = ModeSafe
		}
		if ch.APIBase == "" {
			ch.APIBase = officialAPI
		}
	}
}

// Location is the time zone that days and deadlines are counted in. It fails only for a Config that Load hasn't checked.
func (c *Config) Location() (*time.Location, error) {
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return nil, fmt.Errorf("load time zone %q: %w", c.Timezone, err)
	}
	return loc, nil
}

// String is the whole configuration as YAML with every secret masked.
func (c *Config) String() string {
	text, err := yaml.Marshal(c)
	if err != nil {
		return "config: " + err.Error()
	}
	return string(text)
}
