package workflow

import (
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"
)

// Apply changes the issue as the event says: status, times and counters, and the text kept as reason or result. It is the
// only place where they change, so replaying an issue's events gives its state again. What an event doesn't carry (handling
// unit, rating, merge target, due date) is the caller's. It fails, changing nothing, when the event isn't the issue's next
// one or no row of the table leads where it says.
func Apply(issue *bot.Issue, e bot.Event) error {
	if e.From != issue.Status || e.Seq != issue.Events+1 {
		return fmt.Errorf("apply event %d %s from %q: issue %d stands at event %d, %q", e.Seq, e.Verb, e.From, issue.ID, issue.Events, issue.Status)
	}
	if !slices.ContainsFunc(steps, func(s Step) bool {
		return s.Verb == Verb(e.Verb) && s.leaves(e.From) && s.target(e.From) == e.To
	}) {
		return fmt.Errorf("apply event %d: no row of the table for %s from %q to %q", e.Seq, e.Verb, e.From, e.To)
	}
	record(issue, e)
	issue.Status, issue.Events, issue.UpdatedAt = e.To, e.Seq, e.At
	return nil
}

// record keeps what the verb leaves behind besides the status.
func record(issue *bot.Issue, e bot.Event) {
	switch Verb(e.Verb) {
	case Register:
		issue.ReportedAt = e.At
	case Accept:
		issue.AcceptedAt = first(issue.AcceptedAt, e.At)
	case Answer:
		issue.AcceptedAt = first(issue.AcceptedAt, e.At)
		issue.Result, issue.ResolvedAt, issue.ClosedAt = e.Text, e.At, e.At
	case Assign:
		issue.AssignedAt, issue.SignedAt, issue.Extended = e.At, time.Time{}, 0
		issue.Round++
	case Sign:
		issue.SignedAt = e.At
	case Return:
		issue.Returned++
	case Extend:
		issue.Extended++
	case Resolve:
		issue.Result, issue.ResolvedAt = e.Text, e.At
		issue.Solved, issue.Satisfaction = bot.SolvedUnknown, bot.SatisfactionUnasked
	case Rate:
		rated(issue, e)
	case Expire:
		issue.ClosedAt, issue.Satisfaction = e.At, bot.SatisfactionNone
	case Reopen:
		reopened(issue, e)
	case Archive:
		issue.ArchivedAt = e.At
	case Refuse, Shelve, Transfer, Withdraw:
		issue.Reason = e.Text
	}
}

func rated(issue *bot.Issue, e bot.Event) {
	issue.RatedAt = e.At
	switch {
	case e.To == bot.StatusReopened:
		reopened(issue, e)
	case e.From != bot.StatusClosed:
		issue.ClosedAt = e.At
	}
}

// reopened takes back what said that the issue was over; the first acceptance and the last assignment stay on the record.
func reopened(issue *bot.Issue, e bot.Event) {
	issue.Reopened++
	issue.Reason = e.Text
	issue.ResolvedAt, issue.ClosedAt, issue.ArchivedAt = time.Time{}, time.Time{}, time.Time{}
}

func first(known, at time.Time) time.Time {
	if known.IsZero() {
		return at
	}
	return known
}
