package workflow

import (
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
)

var shanghai = time.FixedZone("CST", 8*3600)

func rules(t testing.TB) *config.Rules {
	t.Helper()
	r, err := config.LoadRules("")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	parsed, err := time.ParseInLocation("2006-01-02 15:04:05", text, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func limit(t testing.TB, text string) config.Limit {
	t.Helper()
	l, err := config.ParseLimit(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestDue holds due dates worked out by hand, with a wall calendar and the yearly notices.
func TestDue(t *testing.T) {
	tests := []struct {
		name, start, limit, want string
		unannounced              string // the year named in the warning
	}{
		// 09-18 is a Friday; Sunday 09-20 is worked, Friday 09-25 is off: 20 21 22 23 24.
		{"a Sunday made up counts", "2026-09-18 15:00:00", "5工作日", "2026-09-24 18:00:00", ""},
		// 20 21 22 23 24 28: the 25th is off, 26 and 27 are a weekend.
		{"中秋 is left out", "2026-09-18 15:00:00", "6工作日", "2026-09-28 18:00:00", ""},
		// 09-30 is a Wednesday; 10-01 to 10-07 are off, Saturday 10-10 is worked: 8 9 10 12 13.
		{"over 国庆", "2026-09-30 09:00:00", "5工作日", "2026-10-13 18:00:00", ""},
		// 02-13 is a Friday; Saturday 02-14 is worked, 02-15 to 02-23 are off, Saturday 02-28 is worked: 14 24 25 26 27 28.
		{"over 春节", "2026-02-13 17:59:00", "6工作日", "2026-02-28 18:00:00", ""},
		{"from a day off", "2026-10-03 10:00:00", "1工作日", "2026-10-08 18:00:00", ""},
		{"late at night the day itself still isn't counted", "2026-11-23 23:59:59", "1工作日", "2026-11-24 18:00:00", ""},
		// 12-31 is a Thursday. Nobody knows yet whether Friday 01-01 is off.
		{"into a year not announced", "2026-12-31 10:00:00", "1工作日", "2027-01-01 18:00:00", "2027"},
		{"up to its eve", "2026-12-30 10:00:00", "1工作日", "2026-12-31 18:00:00", ""},
		{"before the first year known", "2019-12-30 10:00:00", "1工作日", "2019-12-31 18:00:00", "2019"},

		{"natural days", "2026-11-20 10:00:00", "3天", "2026-11-23 18:00:00", ""},
		{"natural days that end on a Saturday", "2026-11-18 10:00:00", "3天", "2026-11-23 18:00:00", ""},
		{"that end on a Saturday made up", "2026-10-07 10:00:00", "3天", "2026-10-10 18:00:00", ""},
		{"that end in 国庆", "2026-09-18 15:00:00", "15天", "2026-10-08 18:00:00", ""},
		// 60 days after 11-20 is 2027-01-19, a Tuesday.
		{"natural days into a year not announced", "2026-11-20 10:00:00", "60天", "2027-01-19 18:00:00", "2027"},

		{"hours run through nights and days off", "2026-10-01 08:15:30", "48小时", "2026-10-03 08:15:30", ""},
		{"hours need no holidays known", "2026-12-31 23:00:00", "2小时", "2027-01-01 01:00:00", ""},

		// 15:00 to 18:00 is three hours, then 08:30 to 09:30.
		{"working hours over a night", "2026-11-23 15:00:00", "4工作时", "2026-11-24 09:30:00", ""},
		{"working hours begin after lunch", "2026-11-23 12:30:00", "1工作时", "2026-11-23 15:30:00", ""},
		// Exactly the morning's three and a half hours and half an hour of the afternoon.
		{"working hours over lunch", "2026-11-23 08:30:00", "4工作时", "2026-11-23 15:00:00", ""},
		{"working hours end with the day", "2026-11-23 08:30:00", "7工作时", "2026-11-23 18:00:00", ""},
		{"working hours on a Sunday made up", "2026-09-19 10:00:00", "2工作时", "2026-09-20 10:30:00", ""},
		{"working hours over 国庆", "2026-09-30 17:00:00", "2工作时", "2026-10-08 09:30:00", ""},
	}
	c := NewCalendar(rules(t).Calendar, shanghai)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := c.Due(at(t, tt.start), limit(t, tt.limit))
			if err != nil {
				t.Fatal(err)
			}
			if !got.At.Equal(at(t, tt.want)) {
				t.Errorf("%s from %s is due %v, want %s", tt.limit, tt.start, got.At, tt.want)
			}
			if (got.Warning != "") != (tt.unannounced != "") || !strings.Contains(got.Warning, tt.unannounced) {
				t.Errorf("warning %q, want one of %q", got.Warning, tt.unannounced)
			}
		})
	}
}

func TestDue_Steps(t *testing.T) {
	c := NewCalendar(rules(t).Calendar, shanghai)
	tests := []struct{ start, limit, want string }{
		{"2026-09-18 15:00:00", "6工作日", "09-18 workday, 09-19 weekend, 09-20 makeup*, 09-21 workday*, 09-22 workday*, 09-23 workday*, " +
			"09-24 workday*, 09-25 holiday, 09-26 weekend, 09-27 weekend, 09-28 workday*"},
		{"2026-11-18 10:00:00", "3天", "11-18 workday, 11-19 workday*, 11-20 workday*, 11-21 weekend*, 11-22 weekend, 11-23 workday"},
		{"2026-11-20 10:00:00", "48小时", "11-20 workday*, 11-21 weekend*, 11-22 weekend*"},
		{"2026-11-20 20:00:00", "1工作时", "11-20 workday, 11-21 weekend, 11-22 weekend, 11-23 workday*"},
	}
	for _, tt := range tests {
		term, err := c.Due(at(t, tt.start), limit(t, tt.limit))
		if err != nil {
			t.Fatal(err)
		}
		var days []string
		for _, d := range term.Steps {
			text := strings.TrimPrefix(d.Date, "2026-") + " " + string(d.Kind)
			if d.Counted {
				text += "*"
			}
			days = append(days, text)
		}
		if got := strings.Join(days, ", "); got != tt.want {
			t.Errorf("%s from %s:\n got %s\nwant %s", tt.limit, tt.start, got, tt.want)
		}
	}
}

func TestDue_WithoutRolling(t *testing.T) {
	pack := rules(t).Calendar
	pack.RollToWorkday = false
	term, err := NewCalendar(pack, shanghai).Due(at(t, "2026-11-18 10:00:00"), limit(t, "3天"))
	if err != nil || !term.At.Equal(at(t, "2026-11-21 23:59:59")) {
		t.Errorf("due %v, %v, want the Saturday's last second", term.At, err)
	}
}

func TestDue_TooLong(t *testing.T) {
	c := NewCalendar(rules(t).Calendar, shanghai)
	for _, text := range []string{"3661天", "3661工作日", "999999小时", "999999工作时"} {
		_, err := c.Due(at(t, "2026-11-23 10:00:00"), limit(t, text))
		if refusal := bot.Refusal(err); refusal == nil || refusal.Code != bot.CodeBadValue || refusal.Text != "时限太长,最多3660天" {
			t.Errorf("%s: %v, want it refused as too long", text, err)
		}
	}
	if _, err := c.Due(at(t, "2026-11-23 10:00:00"), config.Limit{N: -1, Unit: config.Days}); bot.Refusal(err) == nil {
		t.Error("a negative limit is worked out")
	}
	if _, err := c.Due(at(t, "2026-11-23 10:00:00"), config.Limit{N: 1, Unit: "月"}); err == nil || bot.Refusal(err) != nil {
		t.Errorf("an unknown unit gives %v, want a fault of the program", err)
	}
}

func TestDue_InAnotherZone(t *testing.T) {
	c := NewCalendar(rules(t).Calendar, shanghai)
	// 17:00 UTC on Thursday is 01:00 on Friday in Shanghai, so the next working day is Monday.
	term, err := c.Due(time.Date(2026, 11, 19, 17, 0, 0, 0, time.UTC), limit(t, "1工作日"))
	if err != nil || !term.At.Equal(at(t, "2026-11-23 18:00:00")) {
		t.Errorf("due %v, %v, want Monday's end of work in Shanghai", term.At, err)
	}
}

func TestCalendar_Opening(t *testing.T) {
	c := NewCalendar(rules(t).Calendar, shanghai)
	for _, tt := range []struct{ from, want string }{
		{"2026-11-23 07:00:00", "2026-11-23 08:30:00"},
		{"2026-11-23 10:11:12", "2026-11-23 10:11:12"},
		{"2026-11-23 12:00:00", "2026-11-23 14:30:00"},
		{"2026-11-20 18:00:00", "2026-11-23 08:30:00"},
		{"2026-09-30 22:00:00", "2026-10-08 08:30:00"},
	} {
		if got := c.Opening(at(t, tt.from)); !got.Equal(at(t, tt.want)) {
			t.Errorf("opening from %s is %v, want %s", tt.from, got, tt.want)
		}
	}
}

// BenchmarkDue_Longest is the longest limit there is: some 14 years of days.
func BenchmarkDue_Longest(b *testing.B) {
	c := NewCalendar(rules(b).Calendar, shanghai)
	start := at(b, "2026-11-23 10:00:00")
	for b.Loop() {
		if _, err := c.Due(start, config.Limit{N: 3660, Unit: config.Workdays}); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzDue(f *testing.F) {
	c := NewCalendar(rules(f).Calendar, shanghai)
	for _, unit := range []string{"工作日", "天", "小时", "工作时"} {
		f.Add(int64(1795402800), 5, unit)
		f.Add(int64(-62135596800), 3660, unit)
	}
	f.Fuzz(func(t *testing.T, start int64, n int, unit string) {
		from := time.Unix(start%(1<<36), 0)
		term, err := c.Due(from, config.Limit{N: n, Unit: config.LimitUnit(unit)})
		if err != nil {
			return
		}
		if !term.At.After(from) || len(term.Steps) == 0 {
			t.Errorf("%d%s from %v is due %v in %d steps", n, unit, from, term.At, len(term.Steps))
		}
		if last := term.Steps[len(term.Steps)-1].Date; last != term.At.Format(time.DateOnly) {
			t.Errorf("%d%s from %v is due %v, but the last step is %s", n, unit, from, term.At, last)
		}
	})
}
