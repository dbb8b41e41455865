package topic

import (
	"math"
	"slices"
	"time"
)

// Voice is a message of a matter as its heat is counted: who said it, in which unit's group, and when. People and units are
// told apart by any stable number or name.
type Voice struct {
	Person string
	Unit   string
	At     time.Time
}

// HeatRule holds the parameters of the heat score; they come from a rule pack.
type HeatRule struct {
	HalfLifeDays float64 // after so many days a person counts half; 0 or less: recency doesn't matter
	UnitBonus    float64 // how much each further unit adds: 0.25 is a quarter
	WindowDays   int     // voices older than this don't count; 0 or less: no limit
}

// Heat is how hot a matter is, with the parts that explain it.
type Heat struct {
	Score  float64 // Fresh × Spread, rounded to two decimals
	People int     // different persons in the window
	Days   int     // calendar days from the first voice in the window to the last, both counted, in the zone of now
	Units  int     // different units
	Fresh  float64 // people weighted by how long ago each last spoke
	Spread float64 // 1 + UnitBonus for each unit after the first
}

// Hot counts the heat of a matter at a moment. A person counts once, as of the last time they spoke, however often they wrote;
// what is said after now doesn't count. The formula: Σ over people of 0.5^(age in days ÷ half-life), times
// 1 + bonus × (units − 1).
func (r HeatRule) Hot(now time.Time, voices []Voice) Heat {
	last := make(map[string]time.Time)
	units := make(map[string]bool)
	var from, to time.Time
	for _, v := range voices {
		if v.At.After(now) || r.WindowDays > 0 && !v.At.After(now.AddDate(0, 0, -r.WindowDays)) {
			continue
		}
		if at, ok := last[v.Person]; !ok || v.At.After(at) {
			last[v.Person] = v.At
		}
		units[v.Unit] = true
		if from.IsZero() || v.At.Before(from) {
			from = v.At
		}
		if to.IsZero() || v.At.After(to) {
			to = v.At
		}
	}
	if len(last) == 0 {
		return Heat{Spread: 1}
	}
	h := Heat{People: len(last), Units: len(units), Days: days(from.In(now.Location()), to.In(now.Location()))}
	h.Fresh = r.fresh(now, last)
	h.Spread = 1 + r.UnitBonus*float64(h.Units-1)
	h.Score = math.Round(h.Fresh*h.Spread*100) / 100
	return h
}

// fresh adds the people up in the order of their times, so that the same voices always give the same sum.
func (r HeatRule) fresh(now time.Time, last map[string]time.Time) float64 {
	weights := make([]float64, 0, len(last))
	for _, at := range last {
		weight := 1.0
		if r.HalfLifeDays > 0 {
			weight = math.Exp2(-now.Sub(at).Hours() / 24 / r.HalfLifeDays)
		}
		weights = append(weights, weight)
	}
	slices.Sort(weights)
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	return sum
}

// days counts calendar days, both ends included.
func days(from, to time.Time) int {
	a := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	b := time.Date(to.Year(), to.Month(), to.Day(), 0, 0, 0, 0, time.UTC)
	return int(b.Sub(a).Hours()/24) + 1
}
