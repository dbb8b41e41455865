package ballot

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"tongshishang/bot"
)

// Deadline reads when a ballot ends, in plain words: 周五18:00, 明天12点, 今晚8点, 11月30日18:00, 2026-11-30 18:00, 3天. A day
// without a time ends at the pack's day end; a weekday or a date without its year is the next one to come; a bare time is
// today's. An empty text is the pack's usual time from now. The result is in UTC, after now and not further off than the pack
// allows; the error is a *bot.Error that says what is wrong.
func (b *Book) Deadline(text string, now time.Time) (time.Time, error) {
	if strings.TrimSpace(text) == "" {
		return now.Add(time.Duration(b.pack.DefaultHours) * time.Hour).UTC(), nil
	}
	at, ok := b.readDeadline(text, now.In(b.zone))
	switch {
	case !ok:
		return time.Time{}, b.refuse(bot.CodeUsage, "deadline", "{text}", shown(text))
	case !at.After(now):
		return time.Time{}, b.refuse(bot.CodeBadValue, "past", "{text}", shown(text))
	case at.After(now.AddDate(0, 0, b.pack.LongestDays)):
		return time.Time{}, b.refuse(bot.CodeBadValue, "too_far", "{days}", strconv.Itoa(b.pack.LongestDays))
	}
	return at.UTC(), nil
}

// longestDeadline is how many bytes of a deadline are looked at; nobody needs more to say when.
const longestDeadline = 100

func (b *Book) readDeadline(text string, now time.Time) (time.Time, bool) {
	if len(text) > longestDeadline {
		return time.Time{}, false
	}
	text = strings.Join(strings.Fields(width.Narrow.String(text)), " ")
	text = strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(text, wordDeadline), "时间"), ":到至在于 ")
	for _, tail := range []string{"之前", "以前", "前", "为止", "止", wordDeadline} {
		text = strings.TrimSuffix(text, tail)
	}
	if after, ok := duration(text); ok {
		return now.Add(after), true
	}
	d, rest := readDay(text, now)
	if rest = strings.TrimSpace(rest); rest == "" {
		return d.at(int(b.pack.DayEnd), now)
	}
	minutes, ok := readTime(rest)
	if !ok {
		return time.Time{}, false
	}
	return d.at(minutes, now)
}

var durationForm = regexp.MustCompile(`^(\d{1,3}|半|[两一二三四五六七八九十]{1,3})个?(天|小时|钟头|分钟|周|星期|礼拜)(?:之?后|以后|内|之内)?$`)

// duration reads how long from now: 3天, 两小时, 半天. A day is 24 hours.
func duration(text string) (time.Duration, bool) {
	m := durationForm.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	unit := map[string]time.Duration{"天": 24 * time.Hour, "小时": time.Hour, "钟头": time.Hour, "分钟": time.Minute,
		"周": 7 * 24 * time.Hour, "星期": 7 * 24 * time.Hour, "礼拜": 7 * 24 * time.Hour}[m[2]]
	if m[1] == "半" {
		return unit / 2, m[2] != "分钟"
	}
	n, ok := number(m[1])
	return time.Duration(n) * unit, ok && n > 0
}

// day is a date that was named, and how to find the next one when it has passed.
type day struct {
	year  int
	month time.Month
	day   int
	again func(day) day // nil when the date is exact
}

// at is the day at some minutes after midnight, or the next such day when that has passed. It is false for a date that no
// calendar has, like 2月30日.
func (d day) at(minutes int, now time.Time) (time.Time, bool) {
	at := time.Date(d.year, d.month, d.day, 0, minutes, 0, 0, now.Location())
	if d.again != nil && !at.After(now) {
		d = d.again(d)
		at = time.Date(d.year, d.month, d.day, 0, minutes, 0, 0, now.Location())
	}
	midnight := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, now.Location())
	return at, midnight.Day() == d.day && midnight.Month() == d.month
}

var (
	fullDate  = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:[日号]|[ T]|$)`)
	monthDay  = regexp.MustCompile(`^(\d{1,2})[月/-](\d{1,2})(?:[日号]|[ T]|$)`)
	dayOnly   = regexp.MustCompile(`^(\d{1,2})[日号]`)
	nearDay   = regexp.MustCompile(`^(?:(大后|后)[天日]|(今|明)[天日]?)`)
	weekday   = regexp.MustCompile(`^(本|这个?|下个?)?(?:周|星期|礼拜)([一二三四五六日天末1-7])`)
	timeOfDay = regexp.MustCompile(`^(凌晨|早上|早晨|早|上午|中午|下午|傍晚|晚上|晚|夜里)? ?(\d{1,2}|[两一二三四五六七八九十]{1,3})(?::(\d{2})|[点时](?:(半)|(一|三)刻|(\d{1,2}|[一二三四五六七八九十]{1,3})分?|整|钟)?)$`)
)

// readDay reads the day a text begins with and returns what is left. A text that begins with none means today.
func readDay(text string, now time.Time) (day, string) {
	year, month, today := now.Date()
	if m := fullDate.FindStringSubmatch(text); m != nil {
		return day{year: atoi(m[1]), month: time.Month(atoi(m[2])), day: atoi(m[3])}, text[len(m[0]):]
	}
	if m := monthDay.FindStringSubmatch(text); m != nil {
		nextYear := func(d day) day { d.year++; return d }
		return day{year, time.Month(atoi(m[1])), atoi(m[2]), nextYear}, text[len(m[0]):]
	}
	if m := dayOnly.FindStringSubmatch(text); m != nil {
		return day{year, month, atoi(m[1]), nextMonth}, text[len(m[0]):]
	}
	if m := weekday.FindStringSubmatch(text); m != nil {
		return weekdayFrom(now, m[1], m[2]), text[len(m[0]):]
	}
	if m := nearDay.FindStringSubmatch(text); m != nil {
		ahead := map[string]int{"今": 0, "明": 1, "后": 2, "大后": 3}[m[1]+m[2]]
		return dated(year, month, today+ahead), text[len(m[0]):]
	}
	return dated(year, month, today), text
}

// weekdayFrom finds 周五: in this week or the next when that is said (weeks begin on Monday), otherwise the next to come.
func weekdayFrom(now time.Time, which, name string) day {
	y, m, today := now.Date()
	monday := today - (int(now.Weekday())+6)%7
	d := monday + weekdayNumber(name) - 1
	switch {
	case strings.HasPrefix(which, "下"):
		return dated(y, m, d+7)
	case which != "":
		return dated(y, m, d)
	case d < today:
		d += 7
	}
	next := dated(y, m, d)
	next.again = func(day) day { return dated(y, m, d+7) }
	return next
}

// weekdayNumber is 1 for Monday to 7 for Sunday; 周末 ends on Sunday.
func weekdayNumber(name string) int {
	if name == "日" || name == "天" || name == "末" {
		return 7
	}
	n, _ := number(name) // The pattern lets nothing else through.
	return n
}

// dated makes an exact day of a date that may overflow its month.
func dated(year int, month time.Month, d int) day {
	at := time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
	return day{year: at.Year(), month: at.Month(), day: at.Day()}
}

func nextMonth(d day) day {
	first := time.Date(d.year, d.month+1, 1, 0, 0, 0, 0, time.UTC)
	return day{year: first.Year(), month: first.Month(), day: d.day}
}

// readTime reads a time of day, in minutes after midnight: 18:00, 8点半, 下午3点, 晚上12点. It is false for hours that the word
// before them doesn't fit, like 晚上3点.
func readTime(text string) (int, bool) {
	m := timeOfDay.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	hour, ok := number(m[2])
	minute := 0
	switch {
	case m[3] != "":
		minute = atoi(m[3])
	case m[4] != "":
		minute = 30
	case m[5] != "":
		minute = map[string]int{"一": 15, "三": 45}[m[5]]
	case m[6] != "":
		var good bool
		minute, good = number(m[6])
		ok = ok && good
	}
	hour, fits := inPeriod(m[1], hour)
	minutes := hour*60 + minute
	return minutes, ok && fits && minute < 60 && minutes <= 24*60
}

// inPeriod turns the hour of a named part of the day into one of 24, and tells whether the two fit.
func inPeriod(period string, hour int) (int, bool) {
	switch period {
	case "":
		return hour, true
	case "凌晨":
		return hour % 12, hour <= 6 || hour == 12
	case "早上", "早晨", "早", "上午":
		return hour, hour <= 12
	case "中午":
		if hour >= 1 && hour <= 3 {
			return hour + 12, true
		}
		return hour, hour >= 11 && hour <= 14
	case "下午", "傍晚":
		return afterNoon(hour), hour >= 1 && hour <= 19
	default: // evening and night, when 12 is midnight
		if hour == 12 {
			return 24, true
		}
		return afterNoon(hour), hour >= 5 && hour <= 24
	}
}

func afterNoon(hour int) int {
	if hour < 12 {
		return hour + 12
	}
	return hour
}

// atoi reads digits that a pattern has matched.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
