package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// aesKey is the example key of the channel's documentation; its last character carries stray bits.
const aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

const whole = `
listen: 127.0.0.1:8081
public_url: https://tss.example.org/
database: {url: "mysql://user:pass@127.0.0.1:3306/tongshishang"}
redis: {url: "redis://127.0.0.1:6379/0"}
channels:
  - {name: gz, kind: officialaccount, app_id: wx1, app_secret: s1, token: t1, encoding_aes_key: ` + aesKey + `, mode: safe, api_base: https://api.weixin.qq.com}
  - {name: qun, kind: onebot11, secret: s2, access_token: a2, api_url: http://127.0.0.1:5700}
  - {name: qun12, kind: onebot12, access_token: a3, api_url: http://127.0.0.1:5701}
groups:
  - {channel: qun, id: "10001@chatroom", unit: 平襄镇}
  - {channel: qun12, id: 10002, unit: 马营镇}
`

// least is the shortest configuration that is whole.
const least = "database: {url: \"sqlite:///tmp/tss.db\"}\nredis: {url: \"embedded:\"}\n"

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, text string, environ ...string) *Config {
	t.Helper()
	c, err := Load(writeFile(t, "config.yaml", text), environ)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

// faults loads what must be refused and returns the problems.
func faults(t *testing.T, text string, environ ...string) Problems {
	t.Helper()
	_, err := Load(writeFile(t, "config.yaml", text), environ)
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("Load: want problems, got %v", err)
	}
	return problems
}

func keysOf(problems Problems) []string {
	keys := make([]string, len(problems))
	for i, p := range problems {
		keys[i] = p.Key
	}
	slices.Sort(keys)
	return keys
}

func TestLoad_Whole(t *testing.T) {
	c := load(t, whole)
	if c.Listen != "127.0.0.1:8081" || c.PublicURL != "https://tss.example.org" {
		t.Errorf("listen %q, public_url %q", c.Listen, c.PublicURL)
	}
	if len(c.Channels) != 3 || c.Channels[0].Token.Reveal() != "t1" || c.Channels[2].Kind != KindOneBot12 {
		t.Errorf("channels: %+v", c.Channels)
	}
	want := []Group{{"qun", "10001@chatroom", "平襄镇"}, {"qun12", "10002", "马营镇"}}
	if !slices.Equal(c.Groups, want) {
		t.Errorf("groups %+v, want %+v", c.Groups, want)
	}
}

func TestLoad_Defaults(t *testing.T) {
	c := load(t, least+"channels: [{name: gz, kind: officialaccount, app_id: wx1, app_secret: s, token: t, encoding_aes_key: "+aesKey+"}]\nlog:\n")
	if c.Listen != "127.0.0.1:8080" || c.PublicURL != "http://127.0.0.1:8080" || c.Timezone != "Asia/Shanghai" {
		t.Errorf("listen %q, public_url %q, timezone %q", c.Listen, c.PublicURL, c.Timezone)
	}
	if c.Intake != (Intake{4500 * time.Millisecond, 128, 2, 20000, 2000, time.Minute, 5 * time.Minute, 256}) {
		t.Errorf("intake %+v", c.Intake)
	}
	if c.Log.Level != "info" {
		t.Errorf("an empty block must keep its defaults, log is %+v", c.Log)
	}
	if c.Channels[0].Mode != ModeSafe || c.Channels[0].APIBase != "https://api.weixin.qq.com" {
		t.Errorf("channel %+v", c.Channels[0])
	}
	loc, err := c.Location()
	if err != nil {
		t.Fatal(err)
	}
	if _, offset := time.Date(2026, 7, 1, 0, 0, 0, 0, loc).Zone(); offset != 8*3600 {
		t.Errorf("offset %d s, want 28800", offset)
	}
}

// TestLoad_AllProblemsAtOnce puts a fault into nearly every line; each must be reported, once, and nothing else.
func TestLoad_AllProblemsAtOnce(t *testing.T) {
	got := faults(t, `
listen: 8080
public_url: tss.example.org
timezone: Asia/Tongwei
lissten: 1.2.3.4:80
database: {url: "postgres://u:verysecret@h/db", max_open_conns: viele}
redis: {url: ""}
county: {code: tw}
channels:
  - {name: gz, kind: officialaccount, token: t, encoding_aes_key: short, mode: secure}
  - {name: gz, kind: onebot11}
  - {name: 12x, kind: onebot12, access_token: a, api_url: "ftp://h"}
  - {name: x, kind: wechaty}
  - {name: y, kind: onebot12, access_token: [a]}
groups:
  - {channel: gz, id: 1, unit: 平襄镇}
  - {channel: nobody, id: "2", unit: ""}
  - {channel: x, id: 3, unit: 马营镇}
  - {channel: x, id: "3", unit: 碧玉镇}
intake: {answer_within: 5, batch: 0}
log: {level: loud, format: json, format: text}
pprof: {listen: "0.0.0.0:6060"}
keys: {lookup: bm90IDMyIGJ5dGVz}
archive: {keep_months: 0, forget_months: -1}
drain_for: 1h
shutdown_within: 1h
`)
	want := []string{
		"archive.forget_months", "archive.keep_months",
		"channels.0.app_id", "channels.0.app_secret", "channels.0.encoding_aes_key", "channels.0.mode",
		"channels.1.name", "channels.1.secret", "channels.2.api_url", "channels.2.name", "channels.3.kind",
		"channels.4.access_token",
		"county.code", "database.max_open_conns", "database.url", "drain_for",
		"groups.0.channel", "groups.1.channel", "groups.1.unit", "groups.3.id",
		"intake.answer_within", "intake.batch", "keys.encryption", "keys.links", "keys.lookup",
		"lissten", "listen", "log.format", "log.level", "pprof.listen", "public_url", "redis.url", "shutdown_within", "timezone",
	}
	if keys := keysOf(got); !slices.Equal(keys, want) {
		t.Errorf("keys\n got %q\nwant %q", keys, want)
	}
	text := got.Error()
	if n := strings.Count(text, "\n") + 1; n != len(want) {
		t.Errorf("%d lines for %d problems:\n%s", n, len(want), text)
	}
	for _, secret := range []string{"verysecret", "short", "bm90IDMyIGJ5dGVz"} {
		if strings.Contains(text, secret) {
			t.Errorf("the secret %q is shown:\n%s", secret, text)
		}
	}
	for _, part := range []string{"lissten: 第 5 行没有这个键。改法: 是不是 listen？", "postgres://u:***@h/db"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
	for _, p := range got {
		if p.Reason == "" || p.Mend == "" {
			t.Errorf("%s: without reason or mend", p.Key)
		}
	}
}

func TestLoad_MisspeltSecretIsNotShown(t *testing.T) {
	text := faults(t, least+"channels: [{name: q, kind: onebot11, secert: hunter2}]").Error()
	if strings.Contains(text, "hunter2") || !strings.Contains(text, "是不是 secret？") {
		t.Errorf("got %s", text)
	}
}

func TestLoad_BrokenYAML(t *testing.T) {
	for _, c := range []struct{ text, key string }{
		{"listen: a\ndatabase: {url: b\nredis: c\n", "YAML 第 3 行第 6 列"},
		{"listen: a: b\n", "YAML 第 1 行第 10 列"},
		{"listen:\n\t- a\n", "YAML 第 2 行第 1 列"},
		{"listen: a\n---\nlissten: b\n", "YAML 第 2 行"},
		{"listen: \xff\n", "YAML"},
	} {
		got := faults(t, c.text)
		if len(got) != 1 || got[0].Key != c.key {
			t.Errorf("%q: got %v, want one problem at %s", c.text, got, c.key)
		}
	}
}

func TestLoad_WrongShapes(t *testing.T) {
	for _, c := range []struct{ text, key string }{
		{"channels: {name: a}", "channels"},
		{"county: TW", "county"},
		{"listen: [a]", "listen"},
		{"listen: true", "listen"},
		{"- a", ""},
		{"data_dir: &x /a\nrules_dir: *x", "rules_dir"},
		{"county: {<<: {code: TW}}", "county.<<"},
	} {
		got := faults(t, c.text)
		if !slices.Contains(keysOf(got), c.key) {
			t.Errorf("%q: got %v, want a problem with key %q", c.text, got, c.key)
		}
	}
}

func TestLoad_NoFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"), nil)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that the file doesn't exist", err)
	}
}

func TestLoad_SecretFiles(t *testing.T) {
	token := writeFile(t, "token", "a file's secret \r\n")
	c := load(t, least+"channels: [{name: q, kind: onebot12, access_token_file: "+token+"}]")
	if got := c.Channels[0].AccessToken.Reveal(); got != "a file's secret " {
		t.Errorf("token %q: only the newline at the end goes", got)
	}

	empty := writeFile(t, "empty", "\n")
	got := faults(t, least+`
channels:
  - {name: a, kind: onebot12, access_token: x, access_token_file: `+token+`}
  - {name: b, kind: onebot12, access_token_file: `+empty+`}
  - {name: c, kind: onebot12, access_token_file: `+token+`.gone}
`)
	want := []string{"channels.0.access_token", "channels.1.access_token", "channels.2.access_token"}
	if keys := keysOf(got); !slices.Equal(keys, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLoad_PasswordInAnyAddressIsMasked(t *testing.T) {
	text := faults(t, least+"public_url: http://u:hunter2@h\nchannels: [{name: q, kind: onebot12, access_token: a, api_url: 'u:hunter2@h'}]").Error()
	if strings.Contains(text, "hunter2") || !strings.Contains(text, "public_url = http://u:***@h") {
		t.Errorf("got %s", text)
	}
}

func TestLoad_EmptyFileLacksTheStores(t *testing.T) {
	for _, text := range []string{"", "# nothing yet\n", "---\n"} {
		if got, want := keysOf(faults(t, text)), []string{"database.url", "redis.url"}; !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
