package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"tongshishang/bot/topic"
)

func groupText(t *testing.T, in string) (string, error) {
	t.Helper()
	matcher, err := topic.New()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = groupLines(strings.NewReader(in), &out, matcher, newProgress(io.Discard))
	return out.String(), err
}

func TestTopics(t *testing.T) {
	got, err := groupText(t, "\ufeff"+`{"id":"a","text":"三社又停水了","at":"2026-11-03 09:00"}
{"id":12345678901234567890,"text":"李家湾路灯不亮","at":"2019/2/28 11:25:05"}

{"id":1.50,"at":null,"text":"三社没水两天了","unit":"x"}
{"id":"\u4e00\"<","text":"早上好各位","at":1572745200}`+"\r\n"+`{"id":-2,"text":"","at":"昨天"}`)
	want := `{"id":"a","topic":1}
{"id":12345678901234567890,"topic":2}
{"id":1.50,"topic":1}
{"id":"\u4e00\"<","topic":3}
{"id":-2,"topic":4}
`
	if err != nil || got != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
}

// TestTopics_Wrong: a bad line is named, and nothing is printed.
func TestTopics_Wrong(t *testing.T) {
	const good = `{"id":1,"text":"三社又停水了"}` + "\n\n"
	for in, want := range map[string]string{
		"三社又停水了":                        "第 3 行:不是 JSON 对象",
		`{"id":1`:                       "第 3 行:不是完整的 JSON 对象",
		`[1]`:                           "第 3 行:不是 JSON 对象",
		`{"text":"停水"}`:                 "第 3 行:缺 id",
		`{"id":null,"text":"停水"}`:       "第 3 行:缺 id",
		`{"id":{"a":1},"text":"停水"}`:    "第 3 行:缺 id",
		`{"id":1}`:                      "第 3 行:缺 text",
		`{"id":1,"text":5}`:             "第 3 行:text 要是文字",
		`{"id":1,"text":"停水","at":{}}`:  "第 3 行:at 要是文字或数字",
		`{"id":1,"text":"停水"} {"id":2}`: "第 3 行:不是完整的 JSON 对象",
		`{"id":1,"text":"` + strings.Repeat("水", 1<<20) + `"}`: "第 3 行超过 1 MiB",
	} {
		out, err := groupText(t, good+in)
		if err == nil || !strings.HasPrefix(err.Error(), want) || out != "" {
			t.Errorf("%.40s: %v, printed %q, want %s", in, err, out, want)
		}
	}
}

func TestTopics_Longest(t *testing.T) {
	line := `{"id":1,"text":"` + strings.Repeat("a", longestLine-len(`{"id":1,"text":""}`)) + `"}`
	if out, err := groupText(t, line+"\n"); err != nil || out != `{"id":1,"topic":1}`+"\n" {
		t.Errorf("%d bytes: %q %v", len(line), out, err)
	}
	if out, err := groupText(t, ""); err != nil || out != "" {
		t.Errorf("nothing: %q %v", out, err)
	}
}

func FuzzParseTopicLine(f *testing.F) {
	f.Add(`{"id":"1","text":"三社又停水了","at":"2026-11-03 09:00"}`)
	f.Add(`{"id":1e400,"text":"x","at":1e400}`)
	f.Add(`{"id":-,"text":""}`)
	f.Fuzz(func(t *testing.T, line string) {
		trimmed := bytes.TrimSpace([]byte(line))
		if len(trimmed) == 0 {
			return
		}
		got, err := parseTopicLine(trimmed)
		if err == nil && (len(got.id) == 0 || bytes.ContainsAny(got.id, "\n\r")) {
			t.Errorf("%q has id %q", line, got.id)
		}
	})
}
