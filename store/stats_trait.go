package store

import (
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"
)

const finished = "COALESCE(i.resolved_at, i.closed_at)"

// contact finds the events asked for. They are looked up only where the acceptance doesn't settle the question, because all
// events together are many times the matters.
const contact = "EXISTS (SELECT 1 FROM issue_events e WHERE e.issue_id = i.id AND e.verb IN ?"

const ruled = "i.returned > 0 AND EXISTS (SELECT 1 FROM assignments a WHERE a.issue_id = i.id AND a.return_valid = "

// trait is a condition on an issue i that takes more than to look at a few values. The database works the traits out for every
// matter and counts the matters that have the same ones; what is made of them is worked out here, once a group.
type trait uint

const (
	traitResponseDue   trait = 1 << iota // contacted, or the limit for that has passed
	traitRespondedSoon                   // … within the limit
	traitDispatched
	traitSignedSoon
	traitDueBefore    // past its due date, if it isn't done
	traitFinishedSoon // the outcome was posted by the due date, or there is none; imported matters may know only when they were closed
	traitFinishedLate
	traitResolved
	traitReopened
	traitReturned
	traitUpheld
	traitDismissed
)

// condition is the SQL of traits: the sum of its values is theirs.
type condition struct {
	sql  string
	args []any
}

func (tr trait) when(sql string, args ...any) condition {
	return condition{fmt.Sprintf("CASE WHEN %s THEN %d ELSE 0 END", sql, tr), args}
}

func (q Tally) conditions() []condition {
	sign, signArgs := dueSQL("i.assigned_at", q.SignDue)
	return []condition{
		q.response(),
		traitDispatched.when("i.assigned_at IS NOT NULL"),
		traitSignedSoon.when("i.signed_at <= "+sign, signArgs...),
		traitDueBefore.when("i.due_at < ?", at(q.Now)),
		traitFinishedSoon.when(finished + " <= i.due_at OR i.due_at IS NULL AND " + finished + " IS NOT NULL"),
		traitFinishedLate.when(finished + " > i.due_at"),
		traitResolved.when("i.resolved_at IS NOT NULL"),
		traitReopened.when("i.reopened > 0"),
		traitReturned.when("i.returned > 0"),
		traitUpheld.when(ruled + "1)"),
		traitDismissed.when(ruled + "0)"),
	}
}

// response is traitResponseDue and traitRespondedSoon; the cases are in the order of what they cost.
func (q Tally) response() condition {
	due, args := dueSQL("i.reported_at", q.ResponseDue)
	return condition{fmt.Sprintf("CASE WHEN i.accepted_at <= %s THEN %[2]d WHEN "+contact+" AND e.created_at <= %[1]s) THEN %[2]d"+
		" WHEN i.accepted_at IS NOT NULL OR i.reported_at < ? AND i.status NOT IN ('merged', 'withdrawn') OR "+contact+") THEN %[3]d ELSE 0 END",
		due, traitResponseDue|traitRespondedSoon, traitResponseDue),
		slices.Concat(args, []any{q.Contact}, args, []any{at(overdueBefore(q.ResponseDue, q.Now)), q.Contact})}
}

// fact is what the matters of a group have in common.
type fact struct {
	traits       trait
	status       bot.Status
	solved       bot.Solved
	satisfaction bot.Satisfaction
}

func (f fact) has(tr trait) bool { return f.traits&tr != 0 }

func (f fact) isDone() bool { return f.status == bot.StatusClosed || f.status == bot.StatusArchived }

// isAnswered tells whether the follow-up was reached and answered (有效回访).
func (f fact) isAnswered() bool {
	return f.solved != bot.SolvedUnknown || f.satisfaction == bot.SatisfactionGood || f.satisfaction == bot.SatisfactionFair || f.satisfaction == bot.SatisfactionBad
}

// counter is a counter of the rates pack: of which matters it is made.
type counter struct {
	name  string
	holds func(f fact) bool
}

func counters() []counter {
	having := func(tr trait) func(fact) bool { return func(f fact) bool { return f.has(tr) } }
	rated := func(s bot.Satisfaction) func(fact) bool { return func(f fact) bool { return f.satisfaction == s } }
	return []counter{
		{"response_due", having(traitResponseDue)},
		{"responded_in_time", having(traitRespondedSoon)},
		{"dispatched", having(traitDispatched)},
		{"dispatched_due", func(f fact) bool { return f.has(traitDispatched) && (f.isDone() || f.has(traitDueBefore)) }},
		{"signed_in_time", having(traitSignedSoon)},
		{"returned", having(traitReturned)},
		{"returned_upheld", having(traitUpheld)},
		{"returned_dismissed", having(traitDismissed)},
		{"closed", func(f fact) bool { return f.isDone() || f.has(traitReopened) }},
		{"closed_in_time", func(f fact) bool { return f.has(traitDispatched) && f.isDone() && f.has(traitFinishedSoon) }},
		{"closed_late", func(f fact) bool { return f.has(traitDispatched) && f.isDone() && f.has(traitFinishedLate) }},
		{"reopened", having(traitReopened)},
		{"follow_ups", func(f fact) bool {
			return f.isAnswered() || f.status != bot.StatusAnswered && (f.has(traitResolved) || f.has(traitReopened))
		}},
		{"valid_follow_ups", fact.isAnswered},
		{"solved", func(f fact) bool { return f.solved == bot.SolvedYes }},
		{"satisfied", rated(bot.SatisfactionGood)},
		{"fair", rated(bot.SatisfactionFair)},
		{"dissatisfied", rated(bot.SatisfactionBad)},
	}
}

// dueSQL turns the steps into nested CASEs that halve them at each level, so that a row costs a dozen comparisons however
// many years the steps span. Without steps nothing is ever in time.
func dueSQL(column string, steps []DueStep) (string, []any) {
	switch len(steps) {
	case 0:
		return "NULL", nil
	case 1:
		return "?", []any{at(steps[0].Due)}
	}
	half := len(steps) / 2
	left, leftArgs := dueSQL(column, steps[:half])
	right, rightArgs := dueSQL(column, steps[half:])
	args := append([]any{at(steps[half-1].Before)}, leftArgs...)
	return "CASE WHEN " + column + " < ? THEN " + left + " ELSE " + right + " END", append(args, rightArgs...)
}

// overdueBefore is the moment before which whatever started is past its due date now.
func overdueBefore(steps []DueStep, now time.Time) time.Time {
	passed := time.Unix(0, 0)
	for _, s := range steps {
		if !s.Due.Before(now) {
			break
		}
		passed = s.Before
	}
	return passed
}
