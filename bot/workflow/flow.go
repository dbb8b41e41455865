package workflow

import (
	"fmt"
	"slices"

	"tongshishang/bot"
	"tongshishang/config"
)

// Flow is the table together with a pack: it says which moves are legal, refuses the others in words, and knows the limits.
// It never changes after New.
type Flow struct {
	pack     config.Workflow
	set      config.LimitSet
	calendar *Calendar
}

// New joins the table with its pack. It fails when the set of limits in use is missing, or a verb, actor or status of the
// table has no name in the pack.
func New(pack config.Workflow, calendar *Calendar) (*Flow, error) {
	i := slices.IndexFunc(pack.Sets, func(s config.LimitSet) bool { return s.Name == pack.Use })
	if i < 0 {
		return nil, fmt.Errorf("workflow pack %s: no set of limits named %q", pack.Version, pack.Use)
	}
	for _, s := range steps {
		if pack.Verbs[string(s.Verb)].Name == "" {
			return nil, fmt.Errorf("workflow pack %s: verb %q has no name", pack.Version, s.Verb)
		}
		if s.Needs != NeedNothing && pack.Verbs[string(s.Verb)].Lacks == "" {
			return nil, fmt.Errorf("workflow pack %s: verb %q has no text for what it lacks", pack.Version, s.Verb)
		}
		for _, a := range s.Who {
			if pack.Actors[string(a)] == "" {
				return nil, fmt.Errorf("workflow pack %s: actor %q has no name", pack.Version, a)
			}
		}
	}
	for _, s := range bot.Statuses() {
		if pack.Statuses[string(s)] == "" {
			return nil, fmt.Errorf("workflow pack %s: status %q has no text", pack.Version, s)
		}
	}
	return &Flow{pack: pack, set: pack.Sets[i], calendar: calendar}, nil
}

// Move is what somebody wants to do to an issue.
type Move struct {
	Verb    Verb
	Actors  []Actor // everything the person is to the issue
	Outcome Outcome // of a rating or a ruling
	Text    string  // reason, progress, answer or result
	Agency  string  // 交办: the handling unit
	Into    int64   // 合并: the issue that stays
}

// Next says what a move does: the row of the table, its To made definite. The error is a *bot.Error with the reason and what
// is legal now: CodeDenied for the wrong person, CodeIllegal for the wrong status or a move that was used up, CodeUsage for
// a missing reason, unit or result. An outcome that the table doesn't know is a fault of the caller and no *bot.Error. The
// issue isn't changed.
func (f *Flow) Next(issue *bot.Issue, m Move) (Step, error) {
	if !mayEver(m.Verb, m.Actors) {
		return Step{}, f.denied(m.Verb, whoever(m.Verb))
	}
	step, ok := Find(m.Verb, issue.Status, m.Outcome)
	switch {
	case !ok && possible(m.Verb, issue.Status):
		return Step{}, fmt.Errorf("%s from %s: no row for outcome %q", m.Verb, issue.Status, m.Outcome)
	case !ok:
		return Step{}, f.illegal(issue, m)
	}
	if !step.allows(m.Actors) {
		return Step{}, f.denied(m.Verb, step.Who)
	}
	if err := f.spent(issue, step); err != nil {
		return Step{}, err
	}
	if m.lacks(step.Needs) {
		return Step{}, f.lacking(issue, m.Verb)
	}
	step.To = step.target(issue.Status)
	return step, nil
}

// Legal lists the verbs that somebody may use on the issue now, each once, in the order of the table.
func (f *Flow) Legal(issue *bot.Issue, actors []Actor) []Verb {
	var verbs []Verb
	for _, s := range steps {
		if s.leaves(issue.Status) && s.allows(actors) && f.spent(issue, s) == nil && !slices.Contains(verbs, s.Verb) {
			verbs = append(verbs, s.Verb)
		}
	}
	return verbs
}

// spent refuses a move that the row allows but this issue has used up or isn't made for.
func (f *Flow) spent(issue *bot.Issue, s Step) error {
	switch {
	case !s.suits(issue.Kind):
		return f.refuse(bot.CodeIllegal, f.pack.Refusals.Kind, issue, s.Verb)
	case s.Verb == Return && issue.Returned >= f.set.Returns:
		return f.refuse(bot.CodeIllegal, f.pack.Refusals.Returned, issue, s.Verb)
	case s.Verb == Extend && issue.Extended >= f.set.Extension.Times:
		return f.refuse(bot.CodeIllegal, f.pack.Refusals.Extended, issue, s.Verb)
	}
	return nil
}

func (m Move) lacks(need Need) bool {
	switch need {
	case NeedText:
		return m.Text == ""
	case NeedAgency:
		return m.Agency == ""
	case NeedTarget:
		return m.Into == 0
	}
	return false
}

// possible tells whether the table has the verb from a status, whoever makes the move and however it turns out.
func possible(verb Verb, from bot.Status) bool {
	return slices.ContainsFunc(steps, func(s Step) bool { return s.Verb == verb && s.leaves(from) })
}

func mayEver(verb Verb, actors []Actor) bool {
	return slices.ContainsFunc(steps, func(s Step) bool { return s.Verb == verb && s.allows(actors) })
}

// whoever is everybody who may use the verb from some status.
func whoever(verb Verb) []Actor {
	var all []Actor
	for _, s := range steps {
		for _, a := range s.Who {
			if s.Verb == verb && !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	return all
}
