package understand

import "testing"

func TestNormalize(t *testing.T) {
	r := newReader(t)
	tests := []struct{ name, text, want string }{
		{"full width", "＃受理　３，ＡＢ", "#受理 3,ab"},
		{"traditional", "路燈壞了沒人管", "路灯坏了没人管"},
		{"bracket emoji", "同意[强][强]", "同意"},
		{"old codes, the longer first", "好/:strong/:,@-D的", "好 的"},
		{"a bracket that is no emoji stays", "[通知]停水", "[通知]停水"},
		{"mention", "@小事通\u2005路灯坏了", "路灯坏了"},
		{"mention copied with a blank", "@小事通 路灯坏了", "路灯坏了"},
		{"everybody", "@所有人 开会", "开会"},
		{"an at sign without a name's end", "邮箱a@b", "邮箱a@b"},
		{"invisible characters", "路\u200b灯\ufeff坏\u00ad了", "路灯坏了"},
		{"repeated marks", "坏了!!!!真的。。。。", "坏了!真的。"},
		{"pictographs", "谢谢\U0001F44D\U0001F3FB", "谢谢"},
		{"a code made by taking one out", "[[强]强]", "[ 强]"},
		{"lines stay", "一\r\n\r\n二", "一\n二"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := r.Normalize(tt.text); got != tt.want {
				t.Errorf("Normalize(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestTitle(t *testing.T) {
	tests := []struct{ text, place, want string }{
		{"路灯不亮", "", "路灯不亮"},
		{"你好,我们学校门口的路灯不亮了,谁管", "学校门口", "路灯不亮"},
		{"我是三社的,反映一下机井坏了", "三社", "机井坏"},
		{"联系13800000001,路灯坏了", "", "路灯坏"},
		{"", "村口", "村口"},
		{"你好", "", "你好"},
		{"这条从镇上通到我们三个村的水泥路全部坑坑洼洼", "", "从镇上通到我们三个村的水泥路"},
	}
	for _, tt := range tests {
		if got := Title(tt.text, tt.place); got != tt.want {
			t.Errorf("Title(%q, %q) = %q, want %q", tt.text, tt.place, got, tt.want)
		}
	}
}
