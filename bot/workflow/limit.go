package workflow

import (
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
)

// Clock is a time limit that runs while an issue stands somewhere. The codes are the pack's.
type Clock string

// The clocks.
const (
	ClockAccept   Clock = "accept"    // accept or refuse
	ClockSign     Clock = "sign"      // sign for an assignment, or object
	ClockRule     Clock = "rule"      // rule on an objection
	ClockHandle   Clock = "handle"    // from assignment to outcome, by difficulty
	ClockFollowUp Clock = "follow_up" // ask the residents after an outcome
	ClockExpire   Clock = "expire"    // close as 未评价 when nobody rates
	ClockArchive  Clock = "archive"   // put a closed issue away
	ClockReview   Clock = "review"    // look at a shelved issue again
)

// clocks says which clock an issue's arrival in a status starts; leaving it stops that clock. The handling clock is apart:
// it starts with an assignment and runs until the outcome, whatever happens between.
var clocks = map[bot.Status]Clock{
	bot.StatusReported: ClockAccept, bot.StatusReopened: ClockAccept, bot.StatusAssigned: ClockSign, bot.StatusReturned: ClockRule,
	bot.StatusAwaitingRating: ClockExpire, bot.StatusClosed: ClockArchive, bot.StatusShelved: ClockReview,
}

// Deadline is a date with the rule it comes from, as the ledger's column 办理时限 prints them.
type Deadline struct {
	At      time.Time // UTC
	Rule    string
	Warning string // see Term
}

// Deadline works out a clock's end for an issue of that difficulty. ok is false when the set in use has no such limit, which
// means that the clock doesn't run.
func (f *Flow) Deadline(clock Clock, difficulty bot.Difficulty, start time.Time) (d Deadline, ok bool, err error) {
	rule, ok := f.set.Find(string(clock), string(difficulty))
	if !ok {
		return Deadline{}, false, nil
	}
	d, err = f.deadline(start, rule.Limit, rule.Name)
	return d, err == nil, err
}

// LimitOf is a clock's limit as it is written, 1工作日; empty when the set in use has none.
func (f *Flow) LimitOf(clock Clock) string {
	rule, ok := f.set.Find(string(clock), "")
	if !ok {
		return ""
	}
	return rule.Limit.String()
}

func (f *Flow) deadline(start time.Time, limit config.Limit, rule string) (Deadline, error) {
	term, err := f.calendar.Due(start, limit)
	if err != nil {
		return Deadline{}, err
	}
	return Deadline{At: term.At.UTC(), Rule: rule, Warning: term.Warning}, nil
}

// Schedule sets the issue's due date of handling and when to look at it again, after the event was applied. Only 交办 and 延期
// use the limit: an assignment's own limit (zero: the one for the difficulty), and how much longer (at least one). It returns
// the warning that belongs to the date; the error is a *bot.Error when the limit is out of range.
func (f *Flow) Schedule(issue *bot.Issue, e bot.Event, limit config.Limit) (warning string, err error) {
	due := Deadline{At: issue.DueAt, Rule: issue.DueRule}
	switch {
	case Verb(e.Verb) == Assign:
		due, err = f.handling(issue, e.At, limit)
	case Verb(e.Verb) == Extend:
		due, err = f.extended(issue, limit)
	case e.To == bot.StatusReopened || e.To == bot.StatusAccepted:
		due = Deadline{}
	}
	if err != nil {
		return "", err
	}
	next := issue.NextAt
	if e.From != e.To || Verb(e.Verb) == Extend {
		if next, err = f.next(issue, e.At, due.At); err != nil {
			return "", err
		}
	}
	issue.DueAt, issue.DueRule, issue.NextAt = due.At, due.Rule, next
	return due.Warning, nil
}

func (f *Flow) handling(issue *bot.Issue, at time.Time, own config.Limit) (Deadline, error) {
	if own.N != 0 {
		return f.deadline(at, own, strings.ReplaceAll(f.pack.Custom, "{limit}", own.String()))
	}
	d, _, err := f.Deadline(ClockHandle, issue.Difficulty, at)
	return d, err
}

// extended counts from the former due date and holds the new one to the pack's longest, whatever units the two are in.
func (f *Flow) extended(issue *bot.Issue, by config.Limit) (Deadline, error) {
	d, err := f.deadline(issue.DueAt, by, f.set.Extension.Name)
	if err != nil {
		return Deadline{}, err
	}
	most, err := f.deadline(issue.DueAt, f.set.Extension.Longest, "")
	if err != nil {
		return Deadline{}, err
	}
	if d.At.After(most.At) {
		return Deadline{}, f.refuse(bot.CodeBadValue, f.pack.Refusals.TooLong, issue, Extend)
	}
	return d, nil
}

// next is when the issue has to be looked at: the end of its status's clock or its due date, whichever comes first.
func (f *Flow) next(issue *bot.Issue, since, due time.Time) (time.Time, error) {
	var at time.Time
	if clock, ok := clocks[issue.Status]; ok {
		d, _, err := f.Deadline(clock, issue.Difficulty, since)
		if err != nil {
			return time.Time{}, err
		}
		at = d.At
	}
	switch issue.Status {
	case bot.StatusAssigned, bot.StatusSigned, bot.StatusHandling:
		at = earlier(at, due)
	}
	return at, nil
}

// earlier is the earlier of two times, a zero one meaning never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Reminder is a moment at which somebody is to hear of a due date.
type Reminder struct {
	Name string
	At   time.Time // UTC
}

// Reminders works out the pack's reminders of a limit that runs from start to due, in the pack's order. Those before the end
// come at a moment of work; those after it are the ladder from 催办 up.
func (f *Flow) Reminders(start, due time.Time) ([]Reminder, error) {
	var all []Reminder
	for _, r := range f.set.Reminders {
		at, err := f.remindAt(r, start, due)
		if err != nil {
			return nil, err
		}
		all = append(all, Reminder{Name: r.Name, At: at.UTC()})
	}
	return all, nil
}

func (f *Flow) remindAt(r config.Reminder, start, due time.Time) (time.Time, error) {
	switch r.At {
	case "half":
		return f.calendar.Opening(start.Add(due.Sub(start) / 2)), nil
	case "before":
		return f.calendar.workdayBefore(due, r.Limit.N), nil
	case "due_day":
		return f.calendar.workdayBefore(due, 0), nil
	default: // after; the pack's check knows no other
		term, err := f.calendar.Due(due, r.Limit)
		return term.At, err
	}
}
