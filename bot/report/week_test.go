package report

import (
	"testing"
	"time"

	"tongshishang/bot"
)

func TestWeek_YearEnds(t *testing.T) {
	for _, tc := range []struct {
		at    time.Time
		week  string
		title string
	}{
		{time.Date(2026, 11, 18, 12, 0, 0, 0, shanghai()), "2026-W47", "2026年第47周(11月16日—11月22日)"},
		// Sunday 23:59 in Shanghai is 15:59 UTC, and one minute later it is another week.
		{time.Date(2026, 11, 22, 15, 59, 0, 0, time.UTC), "2026-W47", "2026年第47周(11月16日—11月22日)"},
		{time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC), "2026-W48", "2026年第48周(11月23日—11月29日)"},
		// 2026 begins on a Thursday, so it has 53 weeks, and its first days belong to its first week.
		{time.Date(2026, 1, 1, 0, 0, 0, 0, shanghai()), "2026-W01", "2026年第1周(12月29日—1月4日)"},
		{time.Date(2026, 12, 31, 0, 0, 0, 0, shanghai()), "2026-W53", "2026年第53周(12月28日—1月3日)"},
		{time.Date(2027, 1, 3, 0, 0, 0, 0, shanghai()), "2026-W53", "2026年第53周(12月28日—1月3日)"},
		{time.Date(2027, 1, 4, 0, 0, 0, 0, shanghai()), "2027-W01", "2027年第1周(1月4日—1月10日)"},
		{time.Date(2025, 12, 28, 0, 0, 0, 0, shanghai()), "2025-W52", "2025年第52周(12月22日—12月28日)"},
	} {
		w := WeekOf(tc.at)
		if w.String() != tc.week || w.Title() != tc.title {
			t.Errorf("%v: %s %s, want %s %s", tc.at, w, w.Title(), tc.week, tc.title)
		}
		if w.Start().After(tc.at) || !w.End().After(tc.at) || w.Start().Weekday() != time.Monday {
			t.Errorf("%v isn't between %v and %v", tc.at, w.Start(), w.End())
		}
	}
}

func TestParseWeek(t *testing.T) {
	now := time.Date(2027, 1, 5, 9, 0, 0, 0, shanghai())
	for text, want := range map[string]string{
		"": "2027-W01", "本周": "2027-W01", "上周": "2026-W53", "2026-W47": "2026-W47", "2026w7": "2026-W07", " ２０２６-W53 ": "2026-W53",
		"2026年第47周": "2026-W47",
	} {
		if w, err := ParseWeek(text, now); err != nil || w.String() != want {
			t.Errorf("%q: %v %v, want %s", text, w, err, want)
		}
	}
	for _, text := range []string{"2027-W53", "2026-W00", "2026-W54", "下周", "47", "0000-W01", "2026-W471"} {
		if w, err := ParseWeek(text, now); bot.Refusal(err) == nil {
			t.Errorf("%q was read as %v, %v", text, w, err)
		}
	}
}

func FuzzParseWeek(f *testing.F) {
	for _, s := range []string{"本周", "上周", "2026-W47", "2026年第53周", "9999-W52", "-W"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		w, err := ParseWeek(text, now)
		if err != nil {
			return
		}
		if again, err := ParseWeek(w.String(), now); err != nil || again != w {
			t.Errorf("%q gives %v, which is read as %v, %v", text, w, again, err)
		}
	})
}
