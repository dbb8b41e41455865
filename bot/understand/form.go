package understand

import (
	"strings"
	"unicode/utf8"

	"tongshishang/bot"
)

// outcome reads what a text says of a handled matter; empty where it says nothing.
func (s *sheet) outcome() (bot.Solved, bot.Satisfaction) {
	solved, content := bot.SolvedUnknown, bot.SatisfactionUnasked
	switch {
	case s.score[roleUnsolved] > 0:
		solved = bot.SolvedNo
	case s.score[rolePartly] > 0:
		solved = bot.SolvedPartly
	case s.score[roleSolved] > 0:
		solved = bot.SolvedYes
	}
	switch {
	case s.score[roleBad] > 0:
		content = bot.SatisfactionBad
	case s.score[roleFair] > 0:
		content = bot.SatisfactionFair
	case s.score[roleGood] > 0:
		content = bot.SatisfactionGood
	}
	return solved, content
}

// maxRating is the longest rating in plain words, in runes; longer texts are read for their matter.
const maxRating = 24

// rates tells whether a text is a rating: short, about no thing of its own, and saying how it turned out. "又坏了,根本没解决" is
// one; "路灯又坏了" names its thing and is a matter, "路修好了,回娘家快多了" is talk.
func (s *sheet) rates(solved bot.Solved, content bot.Satisfaction) (float64, bool) {
	if len(s.text) > maxRating || s.score[roleAdvert]+s.score[roleNeighbour] > 0 || strings.ContainsAny(string(s.text), "?吗") {
		return 0, false
	}
	named := s.subject.weight >= 1
	plain := s.score[roleGood]+s.score[roleBad] > 0
	for _, c := range []struct {
		confidence float64
		holds      bool
	}{
		{0.95, solved != "" && content != ""},
		{0.9, content != "" && plain},
		{0.6, content != "" && !named},
		{0.8, (solved == bot.SolvedNo || solved == bot.SolvedPartly) && !named},
		{0.7, solved == bot.SolvedYes && !named && s.opensWith(roleSolved)},
		{0.6, solved == bot.SolvedYes && s.score[roleThank] > 0 && s.score[roleAuthority] == 0},
	} {
		if c.holds {
			return c.confidence, true
		}
	}
	return 0, false
}

// opensWith tells whether a word of the role stands within the first three runes.
func (s *sheet) opensWith(want role) bool {
	for _, m := range s.roles {
		if role(m.slot) == want && m.start <= 3 {
			return true
		}
	}
	return false
}

// maxEndorsement is the longest endorsement in runes.
const maxEndorsement = 20

// endorses tells whether a text merely joins in what somebody else said: 附议, +1, 我家也停了, 俺们二社也是这个情况.
func (s *sheet) endorses() (float64, bool) {
	text := strings.Trim(string(s.text), " ,.!。~")
	if utf8.RuneCountInString(text) > maxEndorsement || strings.ContainsAny(text, "?吗") {
		return 0, false
	}
	for _, w := range []string{"附议", "+1", "同问", "同感", "同求", "加一", "同反映", "顶一下", "我们也附议"} {
		if strings.HasPrefix(cutPrefixes(text, []string{"我们", "我家", "我", "也", "强烈", "坚决"}), w) {
			return 0.95, true
		}
	}
	before, after, found := strings.Cut(text, "也")
	if !found {
		return s.sameHere(text)
	}
	if (after == "是" || strings.HasPrefix(after, "遇到") || strings.HasPrefix(after, "一样")) && (before == "我" || before == "俺") {
		return 0.6, true
	}
	if !isWe(before) {
		return 0, false
	}
	for _, w := range []string{"是", "一样", "这样", "有这", "有同样", "遇到", "停", "没", "不", "漏", "堵", "坏", "断", "臭", "黑", "这么", "存在", "反映", "被", "收到",
		"欠", "差", "在等", "想反映", "受", "脏", "吵", "塌", "裂", "冷", "冰", "难", "淹", "掉", "卡"} {
		if strings.HasPrefix(after, w) && !containsAny(after, "不去", "没吃", "没去", "不想", "没睡", "不知道", "没时间", "不要", "没事", "不好意思", "不会", "没看") {
			return 0.9, true
		}
	}
	return 0, false
}

// sameHere recognises endorsements without 也: "我们这边一样", "同样的问题".
func (s *sheet) sameHere(text string) (float64, bool) {
	if s.subject.weight >= 3 {
		return 0, false
	}
	same := containsAny(text, "一样的情况", "同样的情况", "同样情况", "同样的问题", "同样问题", "一样的问题", "一个样", "都一样", "情况一样", "同楼上", "支持楼上", "同意楼上", "楼上说的对",
		"楼上说得对", "说的就是", "算我一个", "算上我", "算我家一个", "加上我家", "深有体会", "深有同感")
	if same || isWe(strings.TrimSuffix(text, "一样")) && strings.HasSuffix(text, "一样") {
		return 0.85, true
	}
	return 0, false
}

// isWe tells whether the words before 也 are the speaker's household, building, group or village.
func isWe(before string) bool {
	before = strings.TrimLeft(before, " 对是,，")
	if utf8.RuneCountInString(before) > 12 {
		return false
	}
	for _, w := range []string{"我家", "我们", "俺们", "俺家", "咱", "这边", "这里", "我这", "本村", "隔壁", "对", "楼上"} {
		if strings.HasPrefix(before, w) {
			return true
		}
	}
	return before == "" || strings.HasSuffix(before, "社") || strings.HasSuffix(before, "楼") || strings.HasSuffix(before, "村") ||
		strings.HasSuffix(before, "单元") || strings.HasSuffix(before, "组") || strings.HasSuffix(before, "那边") || strings.HasSuffix(before, "庄")
}
