package topic

import (
	"testing"
	"time"
)

func TestHot(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, zone)
	ago := func(d float64) time.Time { return now.Add(-time.Duration(d * 24 * float64(time.Hour))) }
	rule := HeatRule{HalfLifeDays: 2, UnitBonus: 0.25, WindowDays: 7}
	for _, c := range []struct {
		name   string
		rule   HeatRule
		voices []Voice
		want   Heat
	}{
		{"nobody", rule, nil, Heat{Spread: 1}},
		{"one now", rule, []Voice{{"张", "平襄", now}}, Heat{Score: 1, People: 1, Days: 1, Units: 1, Fresh: 1, Spread: 1}},
		{"one person often, counted as of the last time", rule,
			[]Voice{{"张", "平襄", ago(4)}, {"张", "平襄", ago(2)}, {"张", "平襄", ago(3)}},
			Heat{Score: 0.5, People: 1, Days: 3, Units: 1, Fresh: 0.5, Spread: 1}},
		// 1 + 0.5 + 0.25 people, three units: 1.75 × 1.5 = 2.625.
		{"three people in three units", rule,
			[]Voice{{"张", "平襄", now}, {"李", "马营", ago(2)}, {"王", "鸡川", ago(4)}},
			Heat{Score: 2.63, People: 3, Days: 5, Units: 3, Fresh: 1.75, Spread: 1.5}},
		{"outside the window and later than now", rule,
			[]Voice{{"张", "平襄", ago(7)}, {"李", "马营", ago(-1)}, {"王", "鸡川", ago(2)}},
			Heat{Score: 0.5, People: 1, Days: 1, Units: 1, Fresh: 0.5, Spread: 1}},
		{"no half-life, no window", HeatRule{UnitBonus: 1},
			[]Voice{{"张", "平襄", ago(100)}, {"李", "马营", now}},
			Heat{Score: 4, People: 2, Days: 101, Units: 2, Fresh: 2, Spread: 2}},
		// 23:00 and 01:00 of the next day are two days, though two hours apart.
		{"over midnight", HeatRule{}, []Voice{{"张", "平襄", now.Add(-11 * time.Hour)}, {"李", "平襄", now.Add(-13 * time.Hour)}},
			Heat{Score: 2, People: 2, Days: 2, Units: 1, Fresh: 2, Spread: 1}},
	} {
		if got := c.rule.Hot(now, c.voices); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
