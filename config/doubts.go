package config

import "time"

// Doubts is the pack of what the reading is sure enough of, and what goes to the clerk. Applying it is the pipeline's.
type Doubts struct {
	Head           `yaml:",inline"`
	CategorySure   float64       `yaml:"category_sure"`   // from this certainty a category stands; below it the clerk's list gets the issue, too
	CategoryLow    float64       `yaml:"category_low"`    // below this certainty the category isn't believed at all: the last one is taken
	MatterFrom     float64       `yaml:"matter_from"`     // in a group, a message that is a matter with at least this chance …
	MatterTo       float64       `yaml:"matter_to"`       // … and less than this one goes to the clerk's list instead of being registered or passed over
	MatterRunes    int           `yaml:"matter_runes"`    // shorter ones aren't worth a clerk's look
	PerDay         int           `yaml:"per_day"`         // messages on the list, of one unit in 24 hours; what is beyond it is passed over
	List           int           `yaml:"list"`            // how many a list shows
	CategoryLapses time.Duration `yaml:"category_lapses"` // an issue stays on the list for this long
	MatterLapses   time.Duration `yaml:"matter_lapses"`   // a message stays on the list for this long
}

func (d *Doubts) check() []Problem {
	k := &checker{}
	within(k, "category_sure", d.CategorySure, 0, 1)
	within(k, "category_low", d.CategoryLow, 0, d.CategorySure)
	within(k, "matter_to", d.MatterTo, 0, 1)
	within(k, "matter_from", d.MatterFrom, 0, d.MatterTo)
	within(k, "matter_runes", d.MatterRunes, 1, 100)
	within(k, "per_day", d.PerDay, 0, 1000)
	within(k, "list", d.List, 1, 30)
	within(k, "category_lapses", d.CategoryLapses, time.Hour, 365*24*time.Hour)
	within(k, "matter_lapses", d.MatterLapses, time.Hour, 30*24*time.Hour)
	return k.problems
}
