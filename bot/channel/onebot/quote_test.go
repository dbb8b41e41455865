package onebot

import (
	"reflect"
	"strings"
	"testing"

	"tongshishang/bot"
)

func TestSplitQuote(t *testing.T) {
	line := "\n" + strings.TrimSpace(strings.Repeat("- ", 15)) + "\n"
	cases := []struct {
		name, text string
		quote      *bot.Quote
		reply      string
	}{
		{"as WeChat writes it", "「张三：路灯不亮」" + line + "我家也是", &bot.Quote{Sender: "张三", Text: "路灯不亮"}, "我家也是"},
		{"16 dashes", "「张三：路灯不亮」\n- - - - - - - - - - - - - - - -\n我家也是", &bot.Quote{Sender: "张三", Text: "路灯不亮"}, "我家也是"},
		{"half-width colon", "「张三: 路灯不亮」" + line + "好", &bot.Quote{Sender: "张三", Text: "路灯不亮"}, "好"},
		{"lines on both sides", "「张三：一\n二」" + line + "三\n四", &bot.Quote{Sender: "张三", Text: "一\n二"}, "三\n四"},
		{"brackets inside", "「张三：看「通知」」" + line + "好", &bot.Quote{Sender: "张三", Text: "看「通知」"}, "好"},
		{"no name", "「路灯不亮」" + line + "好", &bot.Quote{Text: "路灯不亮"}, "好"},
		{"no reply", "「张三：路灯不亮」" + strings.TrimSuffix(line, "\n"), &bot.Quote{Sender: "张三", Text: "路灯不亮"}, ""},
		{"brackets of somebody's own", "「公告」明天停水", nil, "「公告」明天停水"},
		{"too few dashes", "「一：二」\n- - -\n三", nil, "「一：二」\n- - -\n三"},
		{"words in the line", "「一：二」\n- - - - - - - - - - a\n三", nil, "「一：二」\n- - - - - - - - - - a\n三"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			quote, reply := splitQuote(c.text)
			if !reflect.DeepEqual(quote, c.quote) || reply != c.reply {
				t.Errorf("got %v and %q, want %v and %q", quote, reply, c.quote, c.reply)
			}
		})
	}
}
