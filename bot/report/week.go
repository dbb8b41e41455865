package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tongshishang/bot"

	"golang.org/x/text/width"
)

// shanghaiZone is the ledger's (rule book, section 1). China has kept one time without summer time since 1991, so a fixed zone needs
// no zone file.
var shanghaiZone = time.FixedZone("Asia/Shanghai", 8*60*60)

// shanghai is the ledger's zone.
func shanghai() *time.Location { return shanghaiZone }

// Week is an ISO 8601 week, Monday to Sunday, in Asia/Shanghai.
type Week struct {
	Year   int // the ISO year, which around New Year is not always the calendar's
	Number int // 1 to 53
}

// WeekOf is the week that a time falls in.
func WeekOf(t time.Time) Week {
	year, number := t.In(shanghai()).ISOWeek()
	return Week{Year: year, Number: number}
}

var weekForms = regexp.MustCompile(`^(\d{4})(?:-?W|年第)(\d{1,2})周?$`)

// ParseWeek reads 2026-W47 (also 2026W47 and 2026年第47周), 本周 and 上周 as seen from now; an empty text is 本周. The error is a
// *bot.Error that says how a week is written.
func ParseWeek(text string, now time.Time) (Week, error) {
	compact := strings.ToUpper(strings.Join(strings.Fields(width.Narrow.String(text)), ""))
	switch compact {
	case "", "本周":
		return WeekOf(now), nil
	case "上周":
		return WeekOf(now.AddDate(0, 0, -7)), nil
	}
	if m := weekForms.FindStringSubmatch(compact); m != nil {
		year, _ := strconv.Atoi(m[1]) // digits only, so these can't fail
		number, _ := strconv.Atoi(m[2])
		w := Week{Year: year, Number: number}
		if year >= 1 && WeekOf(w.Start()) == w {
			return w, nil
		}
	}
	return Week{}, bot.Refuse(bot.CodeBadValue, "“%s”不是周次,写 本周、上周 或 2026-W47", text)
}

// Start is Monday 00:00 of the week. The week that 4 January falls in is the first of its year (ISO 8601).
func (w Week) Start() time.Time {
	fourth := time.Date(w.Year, time.January, 4, 0, 0, 0, 0, shanghai())
	sinceMonday := (int(fourth.Weekday()) + 6) % 7
	return fourth.AddDate(0, 0, 7*(w.Number-1)-sinceMonday)
}

// End is Monday 00:00 of the next week, the first moment that is not in this one.
func (w Week) End() time.Time { return w.Start().AddDate(0, 0, 7) }

// String is the week as ParseWeek reads it: 2026-W47. Such texts sort as the weeks do.
func (w Week) String() string { return fmt.Sprintf("%04d-W%02d", w.Year, w.Number) }

// Title is the week in words: 2026年第47周(11月16日—11月22日).
func (w Week) Title() string {
	first, last := w.Start(), w.End().AddDate(0, 0, -1)
	return fmt.Sprintf("%d年第%d周(%d月%d日—%d月%d日)", w.Year, w.Number, first.Month(), first.Day(), last.Month(), last.Day())
}
