package config

import (
	"strconv"
	"strings"
)

// Heat is the pack of the hot topics of a week: how people, recency and spread are weighed, and how many are told. Grouping matters
// is bot/topic's, counting is bot/report's.
type Heat struct {
	Head         `yaml:",inline"`
	HalfLifeDays float64 `yaml:"half_life_days"` // after so many days since they last spoke, a person counts half
	UnitBonus    float64 `yaml:"unit_bonus"`     // how much each further unit adds: 0.25 is a quarter
	LeastPeople  int     `yaml:"least_people"`   // a topic of fewer isn't told
	InGroup      int     `yaml:"in_group"`       // topics in one answer
	InLedger     int     `yaml:"in_ledger"`      // topics on the ledger's cover
	Numbers      int     `yaml:"numbers"`        // of issues, told with a topic
	MostIssues   int     `yaml:"most_issues"`    // of a week, the newest; the rest isn't looked at
	Explain      string  `yaml:"explain"`        // how heat is computed; fields {half_life_days} {unit_bonus} {least_people}
}

// Explained is how heat is computed, with the pack's numbers.
func (h *Heat) Explained() string {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	return strings.NewReplacer("{half_life_days}", number(h.HalfLifeDays), "{unit_bonus}", number(h.UnitBonus),
		"{least_people}", strconv.Itoa(h.LeastPeople)).Replace(h.Explain)
}

func (h *Heat) check() []Problem {
	k := &checker{}
	within(k, "half_life_days", h.HalfLifeDays, 0.1, 365)
	within(k, "unit_bonus", h.UnitBonus, 0, 10)
	within(k, "least_people", h.LeastPeople, 1, 1000)
	within(k, "in_group", h.InGroup, 2, 6) // with its head lines, an answer stays within eight
	within(k, "in_ledger", h.InLedger, 1, 100)
	within(k, "numbers", h.Numbers, 1, 20)
	within(k, "most_issues", h.MostIssues, 1, 100_000)
	k.problems = append(k.problems, checkFields("explain", h.Explain, "half_life_days", "unit_bonus", "least_people")...)
	return k.problems
}
