package command

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tongshishang/bot/issue"
)

func TestParse(t *testing.T) {
	tests := []struct {
		text, name, rest string
		ok               bool
	}{
		{"#受理 12", "受理", "12", true},
		{" ＃受理　12 ", "受理", "12", true},
		{"/受理12", "受理", "12", true},
		{"# 办结 12 灯修好了", "办结", "12 灯修好了", true},
		{"#Help", "help", "", true},
		{"#12", "查询", "12", true},
		{"#012?", "查询", "012?", true},
		{"#", "", "", false},
		{"受理 12", "", "", false},
		{"#12 满意", "", "", false},
		{"/::)", "", "", false},
		{"#这是一个比命令长得多的话题标签", "", "", false},
	}
	for _, tt := range tests {
		line, ok := Parse(tt.text)
		if ok != tt.ok || line.Name != tt.name || line.Rest != tt.rest {
			t.Errorf("Parse(%q) = %q, %q, %v; want %q, %q, %v", tt.text, line.Name, line.Rest, ok, tt.name, tt.rest, tt.ok)
		}
	}
}

func TestRefAndText(t *testing.T) {
	tests := []struct {
		rest string
		ref  issue.Ref
		text string
		ok   bool
	}{
		{"12 已在法院审理", issue.Ref{Seq: 12}, "已在法院审理", true},
		{"#012已在法院审理", issue.Ref{Seq: 12}, "已在法院审理", true},
		{"12号:已在法院审理", issue.Ref{Seq: 12}, "已在法院审理", true},
		{"第12号 已在法院审理", issue.Ref{Seq: 12}, "已在法院审理", true},
		{"１２ 好", issue.Ref{Seq: 12}, "好", true},
		{"tw-px-2611-012 好", issue.Ref{Number: "TW-PX-2611-012"}, "好", true},
		{"0 好", issue.Ref{}, "0 好", false},
		{"好", issue.Ref{}, "好", false},
		{"", issue.Ref{}, "", false},
	}
	for _, tt := range tests {
		ref, text, ok := refAndText(tt.rest)
		if ok != tt.ok || ref != tt.ref || text != tt.text {
			t.Errorf("refAndText(%q) = %v, %q, %v; want %v, %q, %v", tt.rest, ref, text, ok, tt.ref, tt.text, tt.ok)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"交半", "交办", 1}, {"交办", "交办", 0}, {"受", "受理", 1}, {"不予受力", "不予受理", 1}, {"通渭", "统计", 2}} {
		if got := distance(tt.a, tt.b); got != tt.want || distance(tt.b, tt.a) != got {
			t.Errorf("distance(%q, %q) = %d, want %d both ways", tt.a, tt.b, got, tt.want)
		}
	}
}

// FuzzParse: whatever is typed, a command has a name of sane length without its sign, and its arguments are part of the text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"#受理 12", "＃交办 12 住建局 @王处长 5天", "/help", "#12", "#TW-PX-2611-012", "# ＃/", "#\xff受理", "#第1号"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line, ok := Parse(text)
		if !ok {
			return
		}
		if n := utf8.RuneCountInString(line.Name); n == 0 || n > maxName || strings.ContainsAny(line.Name, "#＃/ ") {
			t.Errorf("Parse(%q): name %q", text, line.Name)
		}
		if !strings.Contains(text, line.Rest) {
			t.Errorf("Parse(%q): rest %q isn't in the text", text, line.Rest)
		}
		if ref, rest, ok := refAndText(line.Rest); ok && ref.Seq == 0 && ref.Number == "" {
			t.Errorf("refAndText(%q): an empty reference, rest %q", line.Rest, rest)
		}
	})
}
