package workflow

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
)

// Day is one day of the working of a due date.
type Day struct {
	Date    string  `json:"date"` // 2026-09-18
	Kind    DayKind `json:"kind"`
	Counted bool    `json:"counted"` // whether the limit was counted on it
}

// Term is a limit worked out.
type Term struct {
	At      time.Time // the last moment in time, in the calendar's zone
	Steps   []Day     // every day from the start to the end
	Warning string    // for people: the date depends on a year whose holidays aren't announced; else empty
}

// Due works out when a limit that starts at start ends.
//
// In working or natural days the day of the start isn't counted (民法典 201) and the limit ends when work ends on the last
// day (203); natural days that end on a day off go on to the next working day where the pack says so (203). Hours count from
// the start itself (201): natural hours around the clock, working hours only while people work.
//
// The error is a *bot.Error with CodeBadValue when the limit is less than one or longer than the pack's longest.
func (c *Calendar) Due(start time.Time, limit config.Limit) (Term, error) {
	longest := c.pack.LongestDays
	if limit.Unit == config.Hours || limit.Unit == config.WorkHours {
		longest *= 24
	}
	if limit.N < 1 || limit.N > longest {
		text := strings.ReplaceAll(c.pack.TooLong, "{longest}", strconv.Itoa(c.pack.LongestDays))
		return Term{}, &bot.Error{Code: bot.CodeBadValue, Text: text}
	}
	w := &working{calendar: c, start: start.In(c.zone)}
	var at time.Time
	switch limit.Unit {
	case config.Workdays:
		at = w.workdays(limit.N)
	case config.Days:
		at = w.days(limit.N)
	case config.Hours:
		at = w.hours(limit.N)
	case config.WorkHours:
		at = w.workHours(time.Duration(limit.N) * time.Hour)
	default:
		return Term{}, fmt.Errorf("due date: no unit %q", limit.Unit)
	}
	return Term{At: at, Steps: w.steps, Warning: w.warning()}, nil
}

// working is one due date being worked out, day by day.
type working struct {
	calendar *Calendar
	start    time.Time
	steps    []Day
	unknown  []int // years that decided something and aren't announced
}

func (w *working) note(day time.Time, counted bool) {
	w.steps = append(w.steps, Day{Date: day.Format(time.DateOnly), Kind: w.calendar.Kind(day), Counted: counted})
}

// worked asks whether people work that day, and remembers when the answer is only a guess.
func (w *working) worked(day time.Time) bool {
	if n := len(w.unknown); !w.calendar.Announced(day) && (n == 0 || w.unknown[n-1] != day.Year()) {
		w.unknown = append(w.unknown, day.Year())
	}
	return w.calendar.Kind(day).IsWorked()
}

func (w *working) workdays(n int) time.Time {
	day := w.calendar.midnight(w.start)
	w.note(day, false)
	for n > 0 {
		day = nextDay(day)
		worked := w.worked(day)
		w.note(day, worked)
		if worked {
			n--
		}
	}
	return w.calendar.closing(day)
}

func (w *working) days(n int) time.Time {
	day := w.calendar.midnight(w.start)
	w.note(day, false)
	for range n {
		day = nextDay(day)
		w.note(day, true)
	}
	for !w.worked(day) && w.calendar.pack.RollToWorkday {
		day = nextDay(day)
		w.note(day, false)
	}
	return w.calendar.closing(day)
}

func (w *working) hours(n int) time.Time {
	at := w.start.Add(time.Duration(n) * time.Hour)
	for day := w.calendar.midnight(w.start); !day.After(at); day = nextDay(day) {
		w.note(day, day.Before(at))
	}
	return at
}

func (w *working) workHours(left time.Duration) time.Time {
	for day := w.calendar.midnight(w.start); ; day = nextDay(day) {
		before := left
		if w.worked(day) {
			for _, span := range w.calendar.pack.Hours {
				from := later(w.start, span.From.On(day))
				open := max(span.To.On(day).Sub(from), 0)
				if left <= open {
					w.note(day, true)
					return from.Add(left)
				}
				left -= open
			}
		}
		w.note(day, left < before)
	}
}

func (w *working) warning() string {
	if len(w.unknown) == 0 {
		return ""
	}
	years := make([]string, len(w.unknown))
	for i, y := range w.unknown {
		years[i] = strconv.Itoa(y)
	}
	return strings.ReplaceAll(w.calendar.pack.Unannounced, "{year}", strings.Join(years, "、"))
}
