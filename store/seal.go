package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Key is one encryption key: 32 bytes, under a short id that is stored with everything it seals.
type Key struct {
	ID    string
	Bytes []byte
}

// Keyring seals phones, ID numbers and private message texts, and makes the keyed hashes they are looked up by.
// The first key seals; the others only open, so that keys can be rotated.
type Keyring struct {
	active string
	aeads  map[string]cipher.AEAD
	lookup []byte
}

// NewKeyring takes the encryption keys, newest first, and the look-up key (32 bytes).
func NewKeyring(keys []Key, lookup []byte) (*Keyring, error) {
	if len(keys) == 0 || len(lookup) < 32 {
		return nil, errors.New("keyring: an encryption key and a look-up key of 32 bytes are needed")
	}
	k := &Keyring{active: keys[0].ID, aeads: map[string]cipher.AEAD{}, lookup: lookup}
	for _, key := range keys {
		if key.ID == "" || strings.Contains(key.ID, ":") || k.aeads[key.ID] != nil {
			return nil, fmt.Errorf("keyring: key id %q is empty, used twice or holds a colon", key.ID)
		}
		if len(key.Bytes) != 32 {
			return nil, fmt.Errorf("keyring: key %q has %d bytes, not 32", key.ID, len(key.Bytes))
		}
		block, err := aes.NewCipher(key.Bytes)
		if err != nil {
			return nil, fmt.Errorf("keyring: key %q: %w", key.ID, err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("keyring: key %q: %w", key.ID, err)
		}
		k.aeads[key.ID] = aead
	}
	return k, nil
}

// Seal encrypts a text: key id, colon, base64 of nonce and ciphertext. The field's name is bound in, so that a sealed phone
// can't be moved into another column unnoticed. An empty text stays empty.
func (k *Keyring) Seal(field, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	aead := k.aeads[k.active]
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(text)+aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return "", fmt.Errorf("seal %s: %w", field, err)
	}
	return k.active + ":" + base64.StdEncoding.EncodeToString(aead.Seal(nonce, nonce, []byte(text), []byte(field))), nil
}

// Open decrypts what Seal made.
func (k *Keyring) Open(field, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	id, body, ok := strings.Cut(sealed, ":")
	if !ok { // what it is instead may be private and isn't repeated
		return "", fmt.Errorf("open %s: the text isn't sealed", field)
	}
	aead := k.aeads[id]
	if aead == nil {
		return "", fmt.Errorf("open %s: no key with id %q is configured", field, id)
	}
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil || len(raw) < aead.NonceSize() {
		return "", fmt.Errorf("open %s: sealed text is damaged", field)
	}
	text, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], []byte(field))
	if err != nil {
		return "", fmt.Errorf("open %s: key %q doesn't fit or the text is damaged", field, id)
	}
	return string(text), nil
}

// Hash is what a sealed value is looked up by: hex HMAC-SHA-256 of field and text; empty for an empty text.
func (k *Keyring) Hash(field, text string) string {
	if text == "" {
		return ""
	}
	mac := hmac.New(sha256.New, k.lookup)
	mac.Write([]byte(field + "\x00" + text))
	return hex.EncodeToString(mac.Sum(nil))
}
