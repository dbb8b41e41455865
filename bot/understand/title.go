package understand

import (
	"strings"
	"unicode/utf8"
)

// maxTitle is the longest title in runes; answers in a group have to stay short (voice of the bot).
const maxTitle = 14

// Title makes a few words of a matter's text for answers, 路灯不亮 of "你好,我们学校门口的路灯不亮了,谁管": without greeting, place, personal
// numbers and fillers, its first clause that says something. The same text always gives the same title.
func Title(matterText, place string) string {
	text, _ := Mask(tidy(matterText))
	text = dropMasked(text)                                // not even what is left of a number belongs into an answer
	if place != "" && !strings.Contains(text, "把"+place) { // 把集市挪到… means nothing without its object
		text = strings.Replace(text, place, "", 1)
	}
	title := ""
	for _, clause := range strings.FieldsFunc(text, isClauseEnd) {
		if title = trimFillers(clause); utf8.RuneCountInString(title) >= 3 {
			break
		}
	}
	if title == "" {
		title = strings.TrimSpace(text)
	}
	if title == "" {
		title = place
	}
	return firstRunes(title, maxTitle)
}

func trimFillers(clause string) string {
	clause = strings.TrimSpace(clause)
	for _, who := range []string{"我是", "我叫", "本人是", "我家住", "我们住", "我住"} {
		if strings.HasPrefix(clause, who) {
			return ""
		}
	}
	clause = cutPrefixes(clause, []string{"您好", "你好", "领导好", "各位领导", "领导们", "领导", "尊敬的", "大家好", "书记好", "书记", "请问一下", "请问", "咨询一下", "咨询",
		"想问一下", "想问", "问一下", "打问一下", "反映一下", "反映个问题", "反映个事", "反映", "投诉", "举报", "求助", "建议", "希望", "能不能", "麻烦", "有没有人管管", "有没有人管", "一是", "二是", "我想", "我要", "我们这里", "我们这边", "我们这儿",
		"我们这", "我们村", "我们社", "我们小区", "我们楼", "我们单元", "我们家", "我们", "我家", "俺们", "俺家", "咱们", "咱", "我", "有人", "这两天", "这几天", "最近", "昨天", "今天", "一直", "一到晚上",
		"那个", "这个", "那条", "这条", "那座", "这座", "那段", "这段", "的", "在", "就是", "现在", ":", "：", "、", "关于", "村里", "村上", "社里", "小区里", "又", "请", "附近", "里"})
	return strings.TrimRight(clause, " 了啊呀呢吧嘛哦的、-—")
}
