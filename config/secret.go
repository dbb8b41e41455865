package config

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// mask is what stands for a secret wherever one could be printed.
const mask = "***"

// Secret is a text that no format verb, log line, JSON or YAML shows. Reveal gives it to the one who needs it.
type Secret string

// Reveal is the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String is a mask, or empty when there is no secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// Format prints the mask for every verb; without it %d or %#v would show the text.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue is the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON is the mask as a JSON text.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// MarshalYAML is the mask.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// keyBytes is the length of every key: AES-256 and HMAC-SHA-256.
const keyBytes = 32

// Key decodes a secret of the keys block: base64 (standard alphabet, padded) of 32 bytes.
func (s Secret) Key() ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(string(s))
	if err != nil {
		// The decoder's own error is left out: it quotes a part of the key.
		return nil, fmt.Errorf("key of %d characters is not base64", len(s))
	}
	if len(key) != keyBytes {
		return nil, fmt.Errorf("key has %d bytes, not %d", len(key), keyBytes)
	}
	return key, nil
}

// maskURL keeps of a URL what helps to recognise it (scheme, user, hosts, path) and hides the password and the parameters,
// which can hold one too. It doesn't parse, so that it works on broken URLs as well.
func maskURL(s Secret) string {
	scheme, rest, ok := strings.Cut(string(s), "://")
	if !ok {
		return s.String()
	}
	rest, _, hasParameters := strings.Cut(rest, "?")
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		user, _, _ := strings.Cut(rest[:at], ":")
		rest = user + ":" + mask + rest[at:]
	}
	if hasParameters {
		rest += "?" + mask
	}
	return scheme + "://" + rest
}
