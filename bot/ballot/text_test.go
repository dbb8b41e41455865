package ballot

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tongshishang/bot"
)

// refused fails the test unless err is a refusal with the code and a text that holds the words.
func refused(t *testing.T, what string, err error, code bot.Code, words string) {
	t.Helper()
	refusal := bot.Refusal(err)
	if refusal == nil || refusal.Code != code || !strings.Contains(refusal.Text, words) || strings.ContainsAny(refusal.Text, "{}") {
		t.Errorf("%s: got %v, want %s with %q", what, err, code, words)
	}
}

func TestBook_Rule(t *testing.T) {
	book := newBook(t)
	for name, want := range map[string]string{"": "征求意见", "简单多数": "简单多数", "业主一般": "业主共同决定一般事项"} {
		if got, err := book.Rule(name); err != nil || got.Name != want {
			t.Errorf("rule %q is %s, %v, want %s", name, got.Name, err, want)
		}
	}
	_, err := book.Rule("举手")
	refused(t, "an unknown rule", err, bot.CodeBadValue, "没有“举手”这条规则,可以用征求意见、简单多数、村民会议")
}

func TestBook_Notice(t *testing.T) {
	book := newBook(t)
	opened := time.Date(2026, 11, 23, 10, 0, 0, 0, shanghai)
	meeting, _ := book.Rule("村民会议")
	simple, _ := book.Rule("简单多数")
	if err := book.Notice(meeting, opened, opened.AddDate(0, 0, 10)); err != nil {
		t.Errorf("ten days are too short: %v", err)
	}
	refused(t, "a second less", book.Notice(meeting, opened, opened.AddDate(0, 0, 10).Add(-time.Second)), bot.CodeBadValue, "村民会议要提前 10 天通知")
	if err := book.Notice(simple, opened, opened.Add(time.Minute)); err != nil {
		t.Errorf("a rule without notice refuses: %v", err)
	}
}

func TestBook_Options(t *testing.T) {
	book := newBook(t)
	got, err := book.Options(nil)
	want := []bot.Option{{N: 1, Text: "同意", Stance: bot.StanceAgree}, {N: 2, Text: "反对", Stance: bot.StanceOppose}, {N: 3, Text: "弃权", Stance: bot.StanceAbstain}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("default options %v, %v", got, err)
	}
	got, err = book.Options([]string{" 赞成 ", "不同意", "再 议"})
	want = []bot.Option{{N: 1, Text: "赞成", Stance: bot.StanceAgree}, {N: 2, Text: "不同意", Stance: bot.StanceOppose}, {N: 3, Text: "再 议"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("options %v, %v", got, err)
	}
	_, err = book.Options([]string{"只有一个"})
	refused(t, "one", err, bot.CodeUsage, "选项要有 2 到 10 个")
	_, err = book.Options(strings.Fields("1 2 3 4 5 6 7 8 9 10 11"))
	refused(t, "eleven", err, bot.CodeUsage, "选项要有 2 到 10 个")
	_, err = book.Options([]string{"A 栋", "a栋"})
	refused(t, "the same twice", err, bot.CodeBadValue, "选项“a栋”写了两次")
	_, err = book.Options([]string{"八点", " "})
	refused(t, "an empty one", err, bot.CodeUsage, "#表决")
	_, err = book.Options([]string{"八点", strings.Repeat("长", 41)})
	refused(t, "a long one", err, bot.CodeBadValue, "选项最多 40 个字")
}

func TestBook_Choose(t *testing.T) {
	book := newBook(t)
	yesNo, hours := options(t), options(t, "八点", "九点半", "九点", "换个地方")
	plans := options(t, "换广场", "不换", "10点以后")
	tests := []struct {
		options []bot.Option
		words   string
		want    int
	}{
		{yesNo, "同意", 1}, {yesNo, "赞成。", 1}, {yesNo, "不同意", 2}, {yesNo, "弃权", 3}, {yesNo, " 反 对 ", 2},
		{yesNo, "1", 1}, {yesNo, "２", 2}, {yesNo, "3号", 3}, {yesNo, "第一个", 1}, {yesNo, "第2", 2}, {yesNo, "我投2", 2}, {yesNo, "选三", 3},
		{yesNo, "A", 1}, {yesNo, "选b", 2}, {yesNo, "选项C", 3}, {yesNo, "Ｂ", 2},
		{hours, "九点", 3}, // its own text, though another begins with it
		{hours, "九点半", 2}, {hours, "八", 1}, {hours, "换", 4}, {hours, "二", 2},
		{plans, "换", 1}, {plans, "不换", 2}, {plans, "不", 2}, {plans, "10", 3}, {plans, "1", 1},
	}
	for _, tt := range tests {
		if got, err := book.Choose(tt.options, tt.words); err != nil || got != tt.want {
			t.Errorf("%q of %s is %d, %v, want %d", tt.words, listed(tt.options), got, err, tt.want)
		}
	}
	_, err := book.Choose(hours, "同意")
	refused(t, "a stance that is no option", err, bot.CodeBadValue, "没有“同意”这一项,可以投:1 八点、2 九点半、3 九点、4 换个地方")
	for _, bad := range []string{"", "0", "4", "D", "-1", "+1", "第", "随便", "999999999999999999999"} {
		_, err := book.Choose(yesNo, bad)
		refused(t, bad, err, bot.CodeBadValue, "可以投:1 同意、2 反对、3 弃权")
	}
	_, err = book.Choose(options(t, "东头路灯", "东头水渠"), "东头")
	refused(t, "two that fit", err, bot.CodeBadValue, "“东头”对得上不止一项,请发序号")
}

func TestBook_Deadline(t *testing.T) {
	book := newBook(t)
	// Monday.
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, shanghai)
	for text, want := range map[string]string{
		"":                 "2026-11-26 10:00",
		"3天":               "2026-11-26 10:00",
		"三天后":              "2026-11-26 10:00",
		"2小时":              "2026-11-23 12:00",
		"半个小时":             "2026-11-23 10:30",
		"两个小时内":            "2026-11-23 12:00",
		"一周":               "2026-11-30 10:00",
		"周五18:00":          "2026-11-27 18:00",
		"周五 18：00":         "2026-11-27 18:00",
		"截止 周五18:00":       "2026-11-27 18:00",
		"截止时间:周五下午6点前":     "2026-11-27 18:00",
		"周五":               "2026-11-27 18:00",
		"星期天晚上8点半":         "2026-11-29 20:30",
		"周一18:00":          "2026-11-23 18:00", // later today
		"周一9:00":           "2026-11-30 09:00", // already past today
		"下周一9点":            "2026-11-30 09:00",
		"下周日":              "2026-12-06 18:00",
		"本周日12:00":         "2026-11-29 12:00",
		"明天12点":            "2026-11-24 12:00",
		"明天中午1点":           "2026-11-24 13:00",
		"后天早上8点一刻":         "2026-11-25 08:15",
		"大后天":              "2026-11-26 18:00",
		"今晚8点":             "2026-11-23 20:00",
		"明晚十点":             "2026-11-24 22:00",
		"今天晚上12点":          "2026-11-24 00:00",
		"今天24:00":          "2026-11-24 00:00",
		"18:00":            "2026-11-23 18:00",
		"下午3点20":           "2026-11-23 15:20",
		"11月30日18:00":      "2026-11-30 18:00",
		"11月30号":           "2026-11-30 18:00",
		"11-30 9:05":       "2026-11-30 09:05",
		"30号":              "2026-11-30 18:00",
		"5号12点":            "2026-12-05 12:00", // the 5th of November is past
		"1月5日":             "2027-01-05 18:00", // so is the 5th of January
		"2026-11-30 18:00": "2026-11-30 18:00",
		"2026-11-30T18:00": "2026-11-30 18:00",
		"2026年12月1日晚上7点":   "2026-12-01 19:00",
		"2026/12/1 18时30分": "2026-12-01 18:30",
		"90天":              "2027-02-21 10:00",
	} {
		got, err := book.Deadline(text, now)
		if err != nil || got.In(shanghai).Format("2006-01-02 15:04") != want {
			t.Errorf("%q is %v, %v, want %s", text, got.In(shanghai), err, want)
		}
	}
	for _, text := range []string{"9:00", "今天9点", "2026-11-20", "本周一9:00", "2026-11-23 10:00"} {
		_, err := book.Deadline(text, now)
		refused(t, text, err, bot.CodeBadValue, "已经过了")
	}
	for _, text := range []string{"91天", "2027-11-23", "999小时个", "11月22日"} {
		_, err := book.Deadline(text, now)
		if text == "999小时个" {
			refused(t, text, err, bot.CodeUsage, "看不懂")
			continue
		}
		refused(t, text, err, bot.CodeBadValue, "截止时间最远 90 天")
	}
	for _, text := range []string{"很快", "周八", "2月30日", "13月1日", "2026-02-29", "明天25点", "明天12点60分", "晚上3点", "下午21点", "8", "半分钟", "0天",
		"周五18:00还是周六", "星期", strings.Repeat("周五", 100)} {
		_, err := book.Deadline(text, now)
		refused(t, text, err, bot.CodeUsage, "看不懂截止时间")
	}
}

func TestBook_Split(t *testing.T) {
	book := newBook(t)
	tests := []struct {
		args string
		want Draft
	}{
		{"广场舞几点结束 | 八点 | 九点 | 十点 截止 周五18:00",
			Draft{Title: "广场舞几点结束", Options: []string{"八点", "九点", "十点"}, Deadline: "周五18:00"}},
		{"广场舞几点结束｜八点｜九点 截止 周五 18:00 规则 村民代表会议 无记名",
			Draft{Title: "广场舞几点结束", Options: []string{"八点", "九点"}, Deadline: "周五 18:00", Rule: "村民代表会议", Secret: true}},
		{"换不换路灯", Draft{Title: "换不换路灯"}},
		{"换不换路灯 截止 明天12点", Draft{Title: "换不换路灯", Deadline: "明天12点"}},
		{"换不换路灯 规则:简单多数 截止3天", Draft{Title: "换不换路灯", Deadline: "3天", Rule: "简单多数"}},
		{"换不换路灯 | 换 | 不换 | 截止:周五", Draft{Title: "换不换路灯", Options: []string{"换", "不换"}, Deadline: "周五"}},
		{"规则 改不改\n| 改 |\n不改 无记名", Draft{Title: "规则 改不改", Options: []string{"改", "不改"}, Secret: true}},
		{"选 一个 | 规则一 | 规则二", Draft{Title: "选 一个", Options: []string{"规则一", "规则二"}}},
	}
	for _, tt := range tests {
		if got, err := book.Split(tt.args); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%q is %+v, %v, want %+v", tt.args, got, err, tt.want)
		}
	}
	for _, args := range []string{"", "  ", "|", "| 八点 | 九点", "题目 | | 九点", "题目 | 八点 | 九点 截止", "题目 | 八点 | 九点 规则 截止 周五",
		"题目 | 八点 | 九点 截止 周五 截止 周六", "题目 | 八点 | 九点 无记名 投票"} {
		_, err := book.Split(args)
		refused(t, args, err, bot.CodeUsage, "#表决 题目 | 选项 | 选项 截止 周五18:00")
	}
	_, err := book.Split(strings.Repeat("长", 61))
	refused(t, "a long title", err, bot.CodeBadValue, "题目最多 60 个字")
}

func FuzzDeadline(f *testing.F) {
	for _, seed := range []string{"周五18:00", "明天12点", "11月30日18:00", "2026-11-30 18:00", "3天", "今晚8点", "下周三下午三点半前", "2月30日", "半天", "31号"} {
		f.Add(seed, int64(1795402800))
	}
	book := newBook(f)
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		now := time.Unix(unix%(1<<36), 0)
		got, err := book.Deadline(text, now)
		if err != nil {
			if bot.Refusal(err) == nil || !utf8.ValidString(bot.Refusal(err).Text) && utf8.ValidString(text) {
				t.Errorf("%q is refused with %v", text, err)
			}
			return
		}
		if !got.After(now) || got.After(now.AddDate(0, 0, 90)) {
			t.Errorf("%q at %v is %v", text, now, got)
		}
	})
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"题目 | 八点 | 九点 截止 周五18:00 规则 简单多数 无记名", "题目｜甲｜乙", "题目", "|", "截止 截止", "题目 规则 规则:"} {
		f.Add(seed)
	}
	book := newBook(f)
	f.Fuzz(func(t *testing.T, args string) {
		d, err := book.Split(args)
		if err != nil {
			if bot.Refusal(err) == nil {
				t.Errorf("%q fails with %v", args, err)
			}
			return
		}
		if d.Title == "" || strings.ContainsAny(d.Title, "|｜\n") {
			t.Errorf("%q has the title %q", args, d.Title)
		}
		for _, o := range d.Options {
			if o == "" || strings.ContainsAny(o, "|｜\n") {
				t.Errorf("%q has the option %q", args, o)
			}
		}
	})
}

func FuzzChoose(f *testing.F) {
	for _, seed := range []string{"1", "A", "第一个", "同意", "换", "我投2", "三十五", "十十"} {
		f.Add(seed)
	}
	book := newBook(f)
	choices := options(f, "换", "不换", "再议")
	f.Fuzz(func(t *testing.T, words string) {
		n, err := book.Choose(choices, words)
		if err == nil && (n < 1 || n > len(choices)) || err != nil && bot.Refusal(err) == nil {
			t.Errorf("%q is %d, %v", words, n, err)
		}
	})
}
