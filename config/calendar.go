package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"
)

// Calendar is the pack of working days and working hours. Counting with it is done in bot/workflow.
type Calendar struct {
	Head `yaml:",inline"`
	// Hours are the working hours of a working day, in order, not overlapping.
	Hours []Span `yaml:"hours"`
	// RollToWorkday moves the end of a limit in natural days that falls on a day off to the next working day.
	RollToWorkday bool `yaml:"roll_to_workday"`
	// LongestDays is the longest limit that is worked out, in days of either kind; hours are held to as many days.
	LongestDays int `yaml:"longest_days"`
	// Unannounced is the warning that goes with a date that depends on a year not announced; field {year}.
	Unannounced string `yaml:"unannounced"`
	// TooLong refuses a limit beyond LongestDays; field {longest}.
	TooLong string `yaml:"too_long"`
	// Years holds what the yearly notice moves; a year that isn't here is not announced.
	Years map[int]Year `yaml:"years"`
}

// Span is a stretch of a day.
type Span struct {
	From TimeOfDay `yaml:"from"`
	To   TimeOfDay `yaml:"to"`
}

// Year is what the State Council's notice for one year moves. Every other weekday is worked, every other weekend day is not.
type Year struct {
	Source string     `yaml:"source"`
	Work   []MonthDay `yaml:"work"` // Saturdays and Sundays that are worked (调休)
	Off    []MonthDay `yaml:"off"`  // weekdays that are not
}

// TimeOfDay is minutes after midnight, written 08:30; 24:00 is the end of the day.
type TimeOfDay int

// UnmarshalText reads HH:MM.
func (t *TimeOfDay) UnmarshalText(text []byte) error {
	if string(text) == "24:00" {
		*t = 24 * 60
		return nil
	}
	at, err := time.Parse("15:04", string(text))
	if err != nil {
		return errors.New("写成 08:30 这样的时刻")
	}
	*t = TimeOfDay(at.Hour()*60 + at.Minute())
	return nil
}

// On is the instant of the time of day on the date of day, in day's zone.
func (t TimeOfDay) On(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, int(t)/60, int(t)%60, 0, 0, day.Location())
}

// MonthDay is a date without its year, written 10-01.
type MonthDay struct {
	Month time.Month
	Day   int
}

// UnmarshalText reads MM-DD; 02-29 is accepted, whether the year has it is the pack's check.
func (d *MonthDay) UnmarshalText(text []byte) error {
	at, err := time.Parse("2006-01-02", "2024-"+string(text))
	if err != nil {
		return errors.New("写成 10-01 这样的日期")
	}
	*d = MonthDay{at.Month(), at.Day()}
	return nil
}

func (d MonthDay) String() string { return fmt.Sprintf("%02d-%02d", d.Month, d.Day) }

// LimitUnit is what a limit counts.
type LimitUnit string

// The units of limits, as people write them.
const (
	Workdays  LimitUnit = "工作日"
	Days      LimitUnit = "天" // natural days
	Hours     LimitUnit = "小时"
	WorkHours LimitUnit = "工作时"
)

// Limit is a time limit: 5工作日, 3天, 48小时, 4工作时.
type Limit struct {
	N    int
	Unit LimitUnit
}

// String is the limit as ParseLimit reads it.
func (l Limit) String() string { return strconv.Itoa(l.N) + string(l.Unit) }

// UnmarshalText is ParseLimit for packs.
func (l *Limit) UnmarshalText(text []byte) error {
	limit, err := ParseLimit(string(text))
	*l = limit
	return err
}

var (
	limitForm  = regexp.MustCompile(`^(\d{1,6})个?(工作日|自然日|天|日|小时|工作小时|工作时)$`)
	limitUnits = map[string]LimitUnit{
		"工作日": Workdays, "天": Days, "日": Days, "自然日": Days, "小时": Hours, "工作时": WorkHours, "工作小时": WorkHours,
	}
	errLimit = errors.New("时限写成 5工作日、3天、48小时 或 4工作时")
)

// ParseLimit reads a limit as people write it: N工作日, N天 (also 日, 自然日), N小时, N工作时, with or without 个, full-width
// digits and spaces allowed. N is at least 1. The error says how a limit is written and may be shown.
func ParseLimit(text string) (Limit, error) {
	compact := strings.Join(strings.Fields(width.Narrow.String(text)), "")
	m := limitForm.FindStringSubmatch(compact)
	if m == nil {
		return Limit{}, errLimit
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n == 0 {
		return Limit{}, errLimit
	}
	return Limit{N: n, Unit: limitUnits[m[2]]}, nil
}

func (c *Calendar) check() []Problem {
	problems := checkHours(c.Hours)
	if c.LongestDays < 1 || c.LongestDays > 36600 {
		problems = append(problems, Problem{Key: "longest_days", Value: strconv.Itoa(c.LongestDays), Reason: "最长时限不合理", Mend: "写 1 到 36600"})
	}
	if len(c.Years) == 0 {
		problems = append(problems, Problem{Key: "years", Reason: "没有任何一年的放假安排", Mend: "按国务院办公厅通知写上"})
	}
	problems = append(problems, checkFields("unannounced", c.Unannounced, "year")...)
	problems = append(problems, checkFields("too_long", c.TooLong, "longest")...)
	for year, y := range c.Years {
		problems = append(problems, checkYear(year, y)...)
	}
	slices.SortFunc(problems, func(a, b Problem) int { return strings.Compare(a.Key, b.Key) })
	return problems
}

func checkHours(hours []Span) []Problem {
	if len(hours) == 0 {
		return []Problem{{Key: "hours", Reason: "没有上班时间", Mend: `如 - {from: "08:30", to: "12:00"}`}}
	}
	var problems []Problem
	end := TimeOfDay(-1)
	for i, s := range hours {
		if s.From >= s.To || s.From <= end {
			problems = append(problems, Problem{Key: fmt.Sprintf("hours.%d", i), Reason: "上班时段颠倒或与前一段相连", Mend: "各段先后排列、起早于止、互不相连"})
		}
		end = s.To
	}
	return problems
}

// checkYear holds the days against the calendar: a weekend day that is off or a weekday that is worked needs no mention, so
// finding one here means a slip of the pen.
func checkYear(year int, y Year) []Problem {
	key := fmt.Sprintf("years.%d", year)
	var problems []Problem
	if y.Source == "" {
		problems = append(problems, Problem{Key: key + ".source", Reason: "缺少依据", Mend: "写上当年的放假通知"})
	}
	seen := map[MonthDay]bool{}
	days := func(list string, days []MonthDay, weekend bool) {
		for _, d := range days {
			at := time.Date(year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
			problem := Problem{Key: key + "." + list, Value: d.String()}
			switch {
			case at.Month() != d.Month:
				problem.Reason, problem.Mend = "这一年没有这一天", "核对日期"
			case seen[d]:
				problem.Reason, problem.Mend = "同一天写了两次", "只留一处"
			case isWeekend(at) != weekend:
				problem.Reason, problem.Mend = "work 只写要上班的周末,off 只写放假的工作日", "核对日期,周末放假和平日上班都不用写"
			default:
				seen[d] = true
				continue
			}
			problems = append(problems, problem)
		}
	}
	days("work", y.Work, true)
	days("off", y.Off, false)
	return problems
}

func isWeekend(day time.Time) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}
