package onebot

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestInstant(t *testing.T) {
	cases := []struct {
		seconds json.Number
		want    string // empty: refused
	}{
		{"1795413600", "2026-11-23T06:00:00Z"},
		{"1795413600.0", "2026-11-23T06:00:00Z"},
		{"1795413600.000001", "2026-11-23T06:00:00.000001Z"},
		// As a float64 this is 1632847927.5990129… and would lose its last microsecond.
		{"1632847927.599013", "2021-09-28T16:52:07.599013Z"},
		{"1632847927.5990139", "2021-09-28T16:52:07.599013Z"},
		{"253402300799", "9999-12-31T23:59:59Z"},
		{"253402300800", ""},
		{"1795413600000", ""}, // milliseconds
		{"0", ""},
		{"-1", ""},
		{"", ""},
		{"1e9", ""},
		{"1e999999999", ""},
		{json.Number("1." + strings.Repeat("0", 60)), ""},
	}
	for _, c := range cases {
		got, err := instant(c.seconds)
		if (err != nil) != (c.want == "") {
			t.Errorf("%s: error %v", c.seconds, err)
		}
		if err == nil && got.Format("2006-01-02T15:04:05.999999999Z07:00") != c.want {
			t.Errorf("%s: %s, want %s", c.seconds, got, c.want)
		}
	}
}

func TestID_ComesBackAsItCame(t *testing.T) {
	for raw, text := range map[string]string{
		`10001`: "10001", `-2147483648`: "-2147483648", `0`: "0", `18446744073709551615`: "18446744073709551615",
		`"10001"`: "10001", `"10001@chatroom"`: "10001@chatroom", `"007"`: "007", `"<b>\""`: `<b>"`,
	} {
		var i id
		if err := json.Unmarshal([]byte(raw), &i); err != nil || i.text != text {
			t.Errorf("%s: read %q, %v", raw, i.text, err)
		}
		back, err := json.Marshal(i)
		var again id
		if err != nil || json.Unmarshal(back, &again) != nil || again != i {
			t.Errorf("%s: written back as %s, %v", raw, back, err)
		}
	}
	for _, raw := range []string{`1.5`, `1e3`, `true`, `{}`, `[1]`, `123456789012345678901`} {
		if err := json.Unmarshal([]byte(raw), new(id)); err == nil {
			t.Errorf("%s: taken for an id", raw)
		}
	}
}

func TestID_ToSendTo(t *testing.T) {
	cases := []struct{ text, want11, want12 string }{
		{"700000001", `700000001`, `"700000001"`},
		{"10001@chatroom", `"10001@chatroom"`, `"10001@chatroom"`},
		{"wxid_fict1", `"wxid_fict1"`, `"wxid_fict1"`},
		{"007", `"007"`, `"007"`},
	}
	for _, c := range cases {
		got11, err11 := json.Marshal(id11(c.text))
		got12, err12 := json.Marshal(id12(c.text))
		if string(got11) != c.want11 || string(got12) != c.want12 || err11 != nil || err12 != nil {
			t.Errorf("%s: 11 %s, 12 %s; want %s and %s", c.text, got11, got12, c.want11, c.want12)
		}
	}
}
