package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestSecret_NeverShown tries the ways a configuration could reach a log or a screen.
func TestSecret_NeverShown(t *testing.T) {
	c := Default()
	c.Database.URL = "mysql://u:hunter2@h/db"
	c.Channels = []Channel{{Name: "gz", Token: "hunter2"}}
	c.Keys.Lookup = "hunter2"
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "config", c, "token", c.Channels[0].Token)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "config", c, "token", c.Channels[0].Token)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{"log": log.String(), "json": string(asJSON), "String": c.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		shown[verb] = fmt.Sprintf(verb, c) + fmt.Sprintf(verb, c.Channels[0].Token)
	}
	for way, text := range shown {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "68756e74657232") {
			t.Errorf("%s shows the secret: %s", way, text)
		}
	}
	if !strings.Contains(c.String(), `token: '***'`) || !strings.Contains(c.String(), "listen: 127.0.0.1:8080") {
		t.Errorf("String must show what isn't secret and that a secret is set:\n%s", c)
	}
	if got := fmt.Sprint(Secret("")); got != "" {
		t.Errorf("an empty secret prints %q", got)
	}
}

func TestSecret_Key(t *testing.T) {
	key, err := Secret("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=").Key()
	if err != nil || string(key) != "01234567890123456789012345678901" {
		t.Errorf("got %q, %v", key, err)
	}
	for _, bad := range []Secret{"", "not base64!", "c2hvcnQ="} {
		if _, err := bad.Key(); err == nil || (bad != "" && strings.Contains(err.Error(), bad.Reveal())) {
			t.Errorf("%q: got %v", bad.Reveal(), err)
		}
	}
}
