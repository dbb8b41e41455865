package understand

import (
	"strings"
	"unicode/utf8"

	"tongshishang/bot"
)

// voteWords are the words of plain votes. They are a closed list, like the digits, not a lexicon to grow.
type voteWords struct {
	voters  []string // who votes, before the vote itself
	stances []stanceWord
	verbs   []string // before an option
	tails   []string // after a vote, without meaning
	objects []string // what a stance may be about and still be a vote
}

type stanceWord struct {
	text   string
	stance bot.Stance
}

func newVoteWords() *voteWords {
	return &voteWords{
		voters: []string{"我们家", "我们全家", "我们村", "我们社", "我们", "俺们", "俺家", "咱们", "我家", "全家", "本人", "个人", "我个人", "我", "俺", "咱",
			"都", "也", "还是", "坚决", "完全", "绝对", "肯定", "强烈", "举双手", "双手", "一致", "非常", "投个", "投", "表示", "的意见是", "意见是", "那就", "就"},
		stances: []stanceWord{{"不同意", bot.StanceOppose}, {"不赞成", bot.StanceOppose}, {"不赞同", bot.StanceOppose}, {"不支持", bot.StanceOppose},
			{"反对", bot.StanceOppose}, {"同意", bot.StanceAgree}, {"赞成", bot.StanceAgree}, {"赞同", bot.StanceAgree}, {"支持", bot.StanceAgree},
			{"没意见", bot.StanceAgree}, {"没有意见", bot.StanceAgree}, {"无意见", bot.StanceAgree}, {"弃权", bot.StanceAbstain}, {"弃票", bot.StanceAbstain},
			{"agree", bot.StanceAgree}},
		verbs: []string{"选择", "选", "投给", "投票给", "投", "支持", "同意", "赞成"},
		tails: []string{"一票", "票", "选项", "方案", "吧", "的", "了", "啊", "呀", "哦", "呢", "嘛", "哈", "咧", "噢", "吧", "个", "项", "种", "号", "条",
			"家", "款", "+1", " "},
		objects: []string{"这个", "这样", "这", "该", "此", "本", "第", "换", "不换", "修", "不修", "方案", "上面", "收", "涨", "装", "建", "改", "搞", "办"},
	}
}

// ballotVote is what a text votes for.
type ballotVote struct {
	stance bot.Stance
	choice []string
	bare   bool // a lone digit or letter, which is a vote only where a ballot is open
}

// maxVoteObject is how many runes may follow a stance in its own clause: 同意换物业, not 支持一下我家孩子的比赛.
const maxVoteObject = 8

// read takes a folded text. A vote stands at the beginning; a reason may follow after a comma or stop.
func (v *voteWords) read(text string) (ballotVote, bool) {
	text = cutPrefixes(strings.Trim(text, " .!。~"), v.voters)
	if vote, ok := v.readStance(text); ok {
		return vote, true
	}
	bare := true
	rest := text
	for _, verb := range v.verbs {
		if after, found := strings.CutPrefix(text, verb); found {
			rest, bare = strings.TrimLeft(after, " :"), false
			break
		}
	}
	choice, rest := readOptions(rest)
	if len(choice) == 0 || !v.ends(rest) || bare && (isAmount(text) || isNumbering(rest)) {
		return ballotVote{}, false
	}
	return ballotVote{choice: choice, bare: bare && utf8.RuneCountInString(text) <= 2}, true
}

// isNumbering tells the first item of a list, "1. 路灯不亮 2. …", from a bare choice with its reason, "1,便宜".
func isNumbering(rest string) bool {
	return rest != "" && !strings.ContainsAny(firstRune(rest), ",;。!")
}

// isAmount tells 两个 and 3家 from 第二个 and 3号: without a verb the former count things.
func isAmount(text string) bool {
	return !containsAny(text, "第", "方案", "选项") && containsAny(text, "个", "项", "种", "条", "家", "款")
}

func (v *voteWords) readStance(text string) (ballotVote, bool) {
	for _, s := range v.stances {
		rest, found := strings.CutPrefix(text, s.text)
		if !found {
			continue
		}
		for again := true; again; {
			rest, again = strings.CutPrefix(rest, s.text)
		}
		vote := ballotVote{stance: s.stance}
		if choice, after := readOptions(strings.TrimLeft(rest, " 第")); len(choice) > 0 && v.ends(after) && s.stance == bot.StanceAgree {
			vote.choice = choice
			return vote, true
		}
		return vote, v.ends(rest) || v.isObject(rest)
	}
	return ballotVote{}, false
}

// ends tells whether a vote may end here: nothing left but particles, or a reason after a mark.
func (v *voteWords) ends(rest string) bool {
	rest = cutPrefixes(rest, v.tails)
	return rest == "" || strings.ContainsAny(firstRune(rest), ",.;!。、 (\n")
}

func (v *voteWords) isObject(rest string) bool {
	clause := rest
	if i := strings.IndexAny(rest, clauseEnds); i >= 0 {
		clause = rest[:i]
	}
	if utf8.RuneCountInString(clause) > maxVoteObject || strings.HasSuffix(clause, "吗") || strings.Contains(rest, "?") {
		return false
	}
	for _, o := range v.objects {
		if strings.HasPrefix(clause, o) {
			return true
		}
	}
	return false
}

// readOptions reads "a", "1、3", "第一个", "2号", "方案二", "选项b和c" as normal names: digits, or upper-case letters.
func readOptions(text string) (options []string, rest string) {
	for {
		option, after := readOption(text)
		if option == "" {
			return options, text
		}
		options, text = append(options, option), after
		next := strings.TrimLeft(text, ",、和跟与/ ")
		if more, _ := readOption(next); more != "" {
			text = next
		}
	}
}

func readOption(text string) (option, rest string) {
	for _, p := range []string{"第", "选项", "方案", "no."} {
		if after, found := strings.CutPrefix(text, p); found {
			text = strings.TrimLeft(after, " ")
			break
		}
	}
	c, size := utf8.DecodeRuneInString(text)
	switch {
	case c >= 'a' && c <= 'h':
		if next := firstRune(text[size:]); next >= "a" && next <= "z" {
			return "", ""
		}
		return strings.ToUpper(string(c)), cutUnit(text[size:])
	case c >= '1' && c <= '9':
		end := size
		for end < len(text) && text[end] >= '0' && text[end] <= '9' {
			end++
		}
		if end > 2 {
			return "", ""
		}
		return text[:end], cutUnit(text[end:])
	}
	if n := strings.Index("一二三四五六七八九", string(c)); size > 1 && n >= 0 {
		return string(rune('1' + n/len("一"))), cutUnit(text[size:])
	}
	return "", ""
}

// cutUnit drops the counting word after an option.
func cutUnit(rest string) string {
	for _, unit := range []string{"号方案", "号选项", "个方案", "种方案", "号", "个", "项", "种", "条", "家", "款", "方案", "选项"} {
		if after, found := strings.CutPrefix(rest, unit); found {
			return after
		}
	}
	return rest
}

// cutPrefixes drops any of the words from the front, as often as they come, but never the whole text.
func cutPrefixes(text string, words []string) string {
	for again := true; again; {
		again = false
		for _, w := range words {
			if after, found := strings.CutPrefix(text, w); found {
				text, again = strings.TrimLeft(after, " "), true
				break
			}
		}
	}
	return text
}

func firstRune(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}
