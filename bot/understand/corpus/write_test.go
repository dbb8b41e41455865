package corpus

import (
	"slices"
	"strings"
	"testing"
)

func TestTalkWriter(t *testing.T) {
	lines := []Line{
		{"路灯不亮", "appeal", "城乡建设", "城市建设和市政管理"},
		{"水停了\n三天了", "appeal", "城乡建设", "城市建设和市政管理"},
		{"下雪了", "chat", "", ""},
		{"= chat 民政", "appeal", "民政", ""},
		{"// 不是注释", "question", "", ""},
		{" \n ", "chat", "", ""},
	}
	var file strings.Builder
	w := NewTalkWriter(&file, "通渭县\n2026-11-23")
	for _, l := range lines {
		w.Write(l)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	const want = "// 通渭县\n// 2026-11-23\n= appeal 城乡建设/城市建设和市政管理\n路灯不亮\n水停了\\n三天了\n= chat\n下雪了\n= appeal 民政\nchat 民政\n= question\n不是注释\n"
	if file.String() != want {
		t.Errorf("written\n%s\nwant\n%s", file.String(), want)
	}
	back, err := ReadTalk("", strings.NewReader(file.String()))
	lines = lines[:5]
	lines[3].Text, lines[4].Text = "chat 民政", "不是注释"
	if err != nil || !slices.Equal(back, lines) {
		t.Errorf("read back %+v, %v", back, err)
	}
}

// FuzzTalkWriter: whatever somebody wrote, it comes back as one line with its labels and changes no other.
func FuzzTalkWriter(f *testing.F) {
	for _, seed := range []string{"路灯不亮", "= chat", "// x", "a\r\n= b", "=\n= c", "\\n", "/ /", "=//= x", "\u2028= y", "\x00", "\v= z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		var file strings.Builder
		w := NewTalkWriter(&file, "c")
		w.Write(Line{"前", "appeal", "民政", ""})
		w.Write(Line{text, "question", "政法", "户籍证件"})
		w.Write(Line{"后", "chat", "", ""})
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		back, err := ReadTalk("", strings.NewReader(file.String()))
		if err != nil || len(back) < 2 || len(back) > 3 || back[0].Text != "前" || back[len(back)-1] != (Line{"后", "chat", "", ""}) {
			t.Fatalf("%q: %+v, %v", text, back, err)
		}
		if len(back) == 3 && (back[1].Intent != "question" || back[1].Second != "户籍证件") {
			t.Fatalf("%q: its labels are %+v", text, back[1])
		}
	})
}
