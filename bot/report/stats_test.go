package report

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// rate is an expected rate; percent empty is null.
type wantRate struct{ num, den, percent string }

func checkRates(t *testing.T, where string, got map[string]Rate, want map[string]wantRate) {
	t.Helper()
	for name, w := range want {
		r, ok := got[name]
		percent := ""
		if r.Percent != nil {
			percent = *r.Percent
		}
		if !ok || r.Numerator.String() != w.num || r.Denominator.String() != w.den || percent != w.percent {
			t.Errorf("%s %s: %s/%s %q, want %s/%s %q", where, name, r.Numerator, r.Denominator, percent, w.num, w.den, w.percent)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d rates, want %d", where, len(got), len(want))
	}
}

func TestStats_ByHand(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		week := WeekOf(friday())
		st, err := Stats(t.Context(), s, c.rules, friday(), week.Start(), week.End(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if st.Issues != 9 || st.Closed != 2 || st.Open != 5 || st.Ballots != 2 || st.Votes != 4 || st.Messages != 0 || st.Endorsements != 0 {
			t.Errorf("counts: %+v", st)
		}
		wantStatus := map[string]int64{"已办结": 2, "已签收": 1, "待受理": 2, "重办": 1, "已受理": 1, "直接答复": 1, "撤回": 1}
		if !maps.Equal(st.ByStatus, wantStatus) {
			t.Errorf("by status: %v, want %v", st.ByStatus, wantStatus)
		}
		wantCategory := map[string]int64{"城乡建设": 7, "农村农业": 1, "(未分类)": 1}
		if !maps.Equal(st.ByCategory, wantCategory) {
			t.Errorf("by category: %v, want %v", st.ByCategory, wantCategory)
		}
		checkRates(t, "county", st.Rates, map[string]wantRate{
			// Contacted, or the limit passed: PX-001 to 006 and MY-001. PX-007 isn't due, MY-002 was withdrawn.
			// In time: all of these but PX-003 (a second late) and PX-006 (never).
			"响应率":      {"5", "7", "71.4"},
			"及时签收率":    {"3", "5", "60.0"}, // PX-001, 002, 004 of PX-001 to 005
			"退单率":      {"1", "5", "20.0"}, // PX-005
			"退单率(成立)":  {"1", "5", "20.0"},
			"退单率(不成立)": {"0", "5", "0.0"},
			"办结率":      {"2", "5", "40.0"}, // PX-001 in time, PX-002 late
			"按时办结率":    {"1", "3", ""},     // of PX-001, 002 and PX-003, whose due date has passed
			"解决率":      {"1", "3", ""},     // PX-001, 002, 004 answered
			"满意率":      {"1", "3", ""},
			"不满意率":     {"1", "3", ""},
			"有效回访率":    {"3", "3", ""},
			"重办率":      {"1", "3", ""}, // PX-004 of it and the two closed
		})
		if px, my := st.ByUnit["平襄镇"], st.ByUnit["马营镇"]; px.Issues != 7 || px.Closed != 2 || my.Issues != 2 || my.Closed != 0 {
			t.Errorf("by unit: %+v", st.ByUnit)
		}
		if r := st.ByUnit["平襄镇"].Rates["响应率"]; r.Numerator != "4" || r.Denominator != "6" || *r.Percent != "66.7" {
			t.Errorf("响应率 of 平襄镇: %+v", r)
		}
		if a := st.ByHandlingUnit["住建局"]; len(st.ByHandlingUnit) != 1 || a.Issues != 5 || a.Closed != 2 {
			t.Errorf("by handling unit: %+v", st.ByHandlingUnit)
		}
		if text, want := Text(st, c.rules, "本周"), "本周 9 件,办结 2,正在办 5"; text != want {
			t.Errorf("text %q, want %q", text, want)
		}
	})
}

func TestStats_PeriodAndUnit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := playWeek(t, s, clock)
		everything, err := Stats(t.Context(), s, c.rules, friday(), time.Time{}, time.Time{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if everything.Issues != 12 || everything.ByStatus["撤回"] != 2 || everything.ByStatus["不予受理"] != 1 {
			t.Errorf("everything: %+v", everything)
		}
		// Of the old ones PX-009 was contacted in time, MY-003 late; PX-008 was withdrawn and isn't counted.
		if r := everything.Rates["响应率"]; r.Numerator != "6" || r.Denominator != "9" || *r.Percent != "66.7" {
			t.Errorf("响应率 of everything: %+v", r)
		}
		unit, err := Stats(t.Context(), s, c.rules, friday(), time.Time{}, time.Time{}, &c.maying)
		if err != nil {
			t.Fatal(err)
		}
		if unit.Issues != 3 || len(unit.ByUnit) != 1 || unit.Ballots != 0 || unit.Votes != 0 {
			t.Errorf("马营镇: %+v", unit)
		}
		empty, err := Stats(t.Context(), s, c.rules, friday(), day(1, 0, 0), day(2, 0, 0), nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(empty.Rates["办结率"])
		if err != nil || string(b) != `{"numerator":0,"denominator":0,"percent":null}` {
			t.Errorf("rate of nothing: %s, %v", b, err)
		}
		if text := Text(empty, c.rules, "本月"); text != "本月 0 件,办结 0,正在办 0" {
			t.Errorf("text of nothing: %q", text)
		}
	})
}

// Seven matters of one unit, so that the rates a group hears are printed.
func TestText_Rates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := newCounty(t, s, clock)
		for n := range 7 {
			i := c.matter(c.pingxiang, day(16, 9, n), nil)
			c.accept(i, day(16, 10, n))
			c.assign(i, day(16, 11, n), day(17, 18, 0))
			c.sign(i, day(16, 12, n))
			c.resolve(i, day(17+n/5, 18, 0), "好了") // the last two on the 18th, a day late
			if n < 6 {
				c.rate(i, day(19, 9, n), []bot.Solved{bot.SolvedYes, bot.SolvedPartly}[n%2], []bot.Satisfaction{bot.SatisfactionGood, bot.SatisfactionFair, bot.SatisfactionBad}[n%3])
			}
		}
		st, err := Stats(t.Context(), s, c.rules, friday(), time.Time{}, time.Time{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		// In time and closed: the first five of seven due. Answered: six, three solved, two each satisfied, fair and not.
		want := "本月 7 件,办结 6,正在办 1。按时办结率 71.4%,解决率 50.0%,满意率 33.3%"
		if text := Text(st, c.rules, "本月"); text != want {
			t.Errorf("text %q, want %q", text, want)
		}
	})
}
