package onebot

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"time"
)

// id is a person's, group's or message's id. The OneBot 11 standard has numbers, OneBot 12 and WeChat bridges have strings;
// an id is written back as it came.
type id struct {
	text    string
	numeric bool
}

// id11 is the id of somebody to send to by OneBot 11: a number if it can be one, since a standard bridge takes no other.
func id11(text string) id { return id{text: text, numeric: isInteger(text)} }

// id12 is the id of somebody to send to by OneBot 12, where all ids are strings.
func id12(text string) id { return id{text: text} }

// UnmarshalJSON takes a string, an integer of any sign, or null.
func (i *id) UnmarshalJSON(raw []byte) error {
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	if raw[0] == '"' {
		i.numeric = false
		return json.Unmarshal(raw, &i.text)
	}
	if !isInteger(string(raw)) {
		return errors.New("id is neither a string nor an integer")
	}
	*i = id{text: string(raw), numeric: true}
	return nil
}

// MarshalJSON writes a number or a string.
func (i id) MarshalJSON() ([]byte, error) {
	if i.numeric {
		return []byte(i.text), nil
	}
	return json.Marshal(i.text)
}

// isInteger tells whether text is a JSON integer of at most as many digits as 64 bits have.
func isInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || len(digits) > 20 || len(digits) > 1 && digits[0] == '0' {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// lastSecond is the end of the year 9999, the latest time that databases and RFC 3339 can hold.
const lastSecond = 253402300799

// instant reads a time in seconds, whole (OneBot 11) or with a fraction (12), from its decimal digits: as a binary
// floating-point number it would be off by a microsecond, and the message would get another key.
func instant(seconds json.Number) (time.Time, error) {
	// An exponent could ask for a number of any length.
	if len(seconds) > 40 || strings.ContainsAny(string(seconds), "eE") {
		return time.Time{}, errors.New("time is not a decimal number of seconds")
	}
	value, ok := new(big.Rat).SetString(string(seconds))
	if !ok {
		return time.Time{}, errors.New("time is missing")
	}
	value.Mul(value, big.NewRat(1_000_000, 1))
	micros := new(big.Int).Quo(value.Num(), value.Denom())
	if micros.Sign() <= 0 || !micros.IsInt64() || micros.Int64() > lastSecond*1_000_000 {
		return time.Time{}, errors.New("time is out of range")
	}
	return time.UnixMicro(micros.Int64()).UTC(), nil
}
