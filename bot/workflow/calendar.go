package workflow

import (
	"time"

	"tongshishang/config"
)

// DayKind is what a day is in the working calendar.
type DayKind string

// The kinds of days: an ordinary weekday, a weekend day that is worked (调休), a weekend day, a weekday that is off.
const (
	DayWork    DayKind = "workday"
	DayMakeup  DayKind = "makeup"
	DayWeekend DayKind = "weekend"
	DayHoliday DayKind = "holiday"
)

// Label is the kind in words.
func (k DayKind) Label() string {
	switch k {
	case DayWork:
		return "工作日"
	case DayMakeup:
		return "调休上班"
	case DayWeekend:
		return "周末"
	case DayHoliday:
		return "放假"
	}
	return string(k)
}

// IsWorked tells whether people work that day.
func (k DayKind) IsWorked() bool { return k == DayWork || k == DayMakeup }

// date is a day without a zone, to look it up.
type date struct {
	year  int
	month time.Month
	day   int
}

// Calendar knows working days and hours in one zone. It never changes after NewCalendar.
type Calendar struct {
	pack  config.Calendar
	zone  *time.Location
	moved map[date]DayKind // only the days that the yearly notices move
}

// NewCalendar makes a calendar of a pack that passed its check; dates and hours are those of the zone.
func NewCalendar(pack config.Calendar, zone *time.Location) *Calendar {
	c := &Calendar{pack: pack, zone: zone, moved: map[date]DayKind{}}
	for year, y := range pack.Years {
		for _, d := range y.Work {
			c.moved[date{year, d.Month, d.Day}] = DayMakeup
		}
		for _, d := range y.Off {
			c.moved[date{year, d.Month, d.Day}] = DayHoliday
		}
	}
	return c
}

// Kind is what the day of t is. In a year that isn't announced weekdays are worked and weekends are not.
func (c *Calendar) Kind(t time.Time) DayKind {
	t = t.In(c.zone)
	if kind, ok := c.moved[date{t.Year(), t.Month(), t.Day()}]; ok {
		return kind
	}
	if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		return DayWeekend
	}
	return DayWork
}

// Announced tells whether the holidays of the year of t are in the pack.
func (c *Calendar) Announced(t time.Time) bool {
	_, ok := c.pack.Years[t.In(c.zone).Year()]
	return ok
}

// Opening is the first moment of work at t or after it.
func (c *Calendar) Opening(t time.Time) time.Time {
	for day := c.midnight(t); ; day = nextDay(day) {
		if !c.Kind(day).IsWorked() {
			continue
		}
		for _, span := range c.pack.Hours {
			if span.To.On(day).After(t) {
				return later(t.In(c.zone), span.From.On(day))
			}
		}
	}
}

// workdayBefore is the start of work on the n-th working day before the day of t.
func (c *Calendar) workdayBefore(t time.Time, n int) time.Time {
	day := c.midnight(t)
	for n > 0 {
		day = day.AddDate(0, 0, -1)
		if c.Kind(day).IsWorked() {
			n--
		}
	}
	return c.pack.Hours[0].From.On(day)
}

// closing is when a day ends for the purpose of limits: at the end of work, or at its last second when nobody works.
// The last second stands for 24:00, which would print as the next date.
func (c *Calendar) closing(day time.Time) time.Time {
	end := nextDay(day)
	if c.Kind(day).IsWorked() {
		end = c.pack.Hours[len(c.pack.Hours)-1].To.On(day)
	}
	if end.Equal(nextDay(day)) {
		return end.Add(-time.Second)
	}
	return end
}

func (c *Calendar) midnight(t time.Time) time.Time {
	y, m, d := t.In(c.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, c.zone)
}

func nextDay(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, day.Location())
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
