package config

import (
	"fmt"
	"slices"
	"time"
)

// Conduct is the pack of how the bot behaves in a group: when it keeps silent, how long it remembers.
// Applying it is the pipeline's and the Redis state's.
type Conduct struct {
	Head          `yaml:",inline"`
	LinesPerHour  int           `yaml:"lines_per_hour"` // in a group; answers to commands and danger aren't counted
	QuietHours    Span          `yaml:"quiet_hours"`    // only danger and direct answers; runs over midnight
	PhotoWindow   time.Duration `yaml:"photo_window"`   // a photo after a matter by the same person belongs to it
	HintEvery     time.Duration `yaml:"hint_every"`     // one to one: what the bot is for
	DeniedMute    time.Duration `yaml:"denied_mute"`    // for a person and command after a refusal
	EndorseSteps  []int         `yaml:"endorse_steps"`  // counts of "me too" that are told to the group
	EndorseWithin time.Duration `yaml:"endorse_within"` // how old the matter may be that a "me too" without a number means
	SameWithin    time.Duration `yaml:"same_within"`    // how old the matter may be that a new report is compared with
	SameWords     float64       `yaml:"same_words"`     // share of common pairs of letters from which a report is the one told before, said again
	AskBelow      float64       `yaml:"ask_below"`      // one to one: a text taken for small talk with less certainty is asked about
	Messages      Quota         `yaml:"messages"`       // of one sender
	Commands      Quota         `yaml:"commands"`       // of one sender
	DialogueLife  time.Duration `yaml:"dialogue_life"`  // how long the bot waits for a place, a rating, a confirmation
	BindCodeLife  time.Duration `yaml:"bind_code_life"` // of a one-time code
	UndoWithin    time.Duration `yaml:"undo_within"`    // #撤销
}

// Quota is how many in how long.
type Quota struct {
	Count int           `yaml:"count"`
	Per   time.Duration `yaml:"per"`
}

// IsQuiet tells whether a minute of the day (0 to 1439) lies in the quiet hours.
func (c *Conduct) IsQuiet(at TimeOfDay) bool {
	from, to := c.QuietHours.From, c.QuietHours.To
	if from <= to {
		return from <= at && at < to
	}
	return from <= at || at < to
}

// SpeakAt is when the bot may say in a group what nobody asked it: now, or the end of the quiet hours that now lies in.
func (c *Conduct) SpeakAt(now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	if !c.IsQuiet(TimeOfDay(local.Hour()*60 + local.Minute())) {
		return now
	}
	end := c.QuietHours.To.On(local)
	if !end.After(local) {
		end = c.QuietHours.To.On(local.AddDate(0, 0, 1))
	}
	return end.UTC()
}

// IsEndorseStep tells whether the group hears of this count of "me too". Past the last step every doubling of it is told.
func (c *Conduct) IsEndorseStep(count int) bool {
	if slices.Contains(c.EndorseSteps, count) {
		return true
	}
	last := c.EndorseSteps[len(c.EndorseSteps)-1]
	for count > last && count%2 == 0 {
		count /= 2
	}
	return count == last
}

func (c *Conduct) check() []Problem {
	k := &checker{}
	within(k, "lines_per_hour", c.LinesPerHour, 1, 60)
	within(k, "photo_window", c.PhotoWindow, time.Second, time.Hour)
	within(k, "hint_every", c.HintEvery, time.Hour, 30*24*time.Hour)
	within(k, "denied_mute", c.DeniedMute, time.Second, 24*time.Hour)
	within(k, "endorse_within", c.EndorseWithin, time.Minute, 365*24*time.Hour)
	within(k, "same_within", c.SameWithin, time.Minute, 365*24*time.Hour)
	within(k, "same_words", c.SameWords, 0.1, 1)
	within(k, "ask_below", c.AskBelow, 0, 1)
	within(k, "dialogue_life", c.DialogueLife, time.Minute, 7*24*time.Hour)
	within(k, "bind_code_life", c.BindCodeLife, time.Minute, 30*24*time.Hour)
	within(k, "undo_within", c.UndoWithin, time.Second, 24*time.Hour)
	k.quota("messages", c.Messages)
	k.quota("commands", c.Commands)
	if len(c.EndorseSteps) == 0 || c.EndorseSteps[0] < 1 || !slices.IsSorted(c.EndorseSteps) {
		k.add("endorse_steps", fmt.Sprint(c.EndorseSteps), "要从小到大，都大于 0", "写 [2, 5, 10, 20, 50, 100]")
	}
	if c.QuietHours.From == c.QuietHours.To {
		k.add("quiet_hours", "", "开始和结束一样", `写 {from: "22:00", to: "07:00"}`)
	}
	return k.problems
}

func (k *checker) quota(key string, q Quota) {
	within(k, key+".count", q.Count, 1, 10000)
	within(k, key+".per", q.Per, time.Second, 24*time.Hour)
}
