package store

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tongshishang/bot"
)

// AlikeList is a list of issues that a report may repeat: the newest of a unit and category since a time.
type AlikeList struct {
	Unit     int64
	Category string
	Since    time.Time
}

func (l AlikeList) holds(i *bot.Issue) bool {
	return i.UnitID == l.Unit && i.Category == l.Category && !i.ReportedAt.Before(l.Since)
}

// Alike returns what new reports are compared with: the newest issues of each list and of each term, those that nobody has handled
// yet and questions that have their answer, each once, in brief, newest first. At most `newest` of a list and `perTerm` of a term are
// looked at, however many there are.
func (t *Tx) Alike(lists []AlikeList, terms []int64, newest, perTerm int) ([]bot.Issue, error) {
	var parts []string
	var args [][]any
	for _, l := range lists {
		parts = append(parts, "SELECT * FROM (SELECT id AS issue FROM issues WHERE unit_id = ? AND category = ? AND reported_at >= ? ORDER BY reported_at DESC LIMIT ?) l")
		args = append(args, []any{l.Unit, l.Category, at(l.Since), newest})
	}
	for _, term := range terms {
		parts = append(parts, "SELECT * FROM (SELECT issue_id AS issue FROM issue_terms WHERE term = ? ORDER BY issue_id DESC LIMIT ?) l")
		args = append(args, []any{term, perTerm})
	}
	fits := func(i *bot.Issue) bool {
		listed := slices.ContainsFunc(lists, func(l AlikeList) bool { return l.holds(i) })
		termed := slices.ContainsFunc(t.pending.terms, func(r termRow) bool { return r.IssueID == i.ID && slices.Contains(terms, r.Term) })
		return (listed || termed) && isComparable(i)
	}
	open := unhandled()
	answered := []any{string(bot.IssueQuestion), string(bot.StatusAnswered), string(bot.StatusClosed), string(bot.StatusArchived)}
	read := map[int64]bot.Issue{}
	for n := 0; n < len(parts); n += mostParts {
		end := min(n+mostParts, len(parts))
		found, err := selectRows[briefRow](t, "JOIN ("+strings.Join(parts[n:end], " UNION ")+") mine ON mine.issue = issues.id "+"WHERE status IN ("+marks(len(open))+") OR kind = ? AND status IN (?,?,?)",
			slices.Concat(slices.Concat(args[n:end]...), open, answered)...)
		if err != nil {
			return nil, fmt.Errorf("alike issues: %w", err)
		}
		for i := range found {
			read[found[i].ID] = found[i].issue()
		}
	}
	out := make([]bot.Issue, 0, len(read))
	for _, i := range read {
		out = append(out, i)
	}
	slices.SortFunc(out, newestFirst)
	return t.overlay(out, fits, newestFirst, len(out)+len(t.pending.issues)), nil
}

// mostParts is how many lists and terms one statement takes: SQLite joins at most 500 SELECTs.
const mostParts = 200

// isComparable tells what may be repeated, or has an answer to give again.
func isComparable(i *bot.Issue) bool {
	switch i.Status {
	case bot.StatusAnswered, bot.StatusClosed, bot.StatusArchived:
		return i.Kind == bot.IssueQuestion
	case bot.StatusAwaitingRating:
		return false
	}
	return i.Status.IsOpen()
}

// Latest brings issues up to what this transaction has made of them and hasn't written yet.
func (t *Tx) Latest(read []bot.Issue) []bot.Issue {
	out := slices.Clone(read)
	for n := range out {
		if i, ok := t.issueVersion(func(i *bot.Issue) bool { return i.ID == out[n].ID }); ok {
			out[n] = *i
		}
	}
	return out
}

// termRow is one of the few words that an issue is found by again. The words are hashed, so the table holds nothing that anybody said.
type termRow struct {
	Term    int64 `gorm:"primaryKey;autoIncrement:false"`
	IssueID int64 `gorm:"primaryKey;autoIncrement:false"`
}

func (termRow) TableName() string { return "issue_terms" }

// Index makes an issue findable by terms, which are all different; written with the transaction.
func (t *Tx) Index(issue int64, terms []int64) {
	for _, term := range terms {
		t.pending.terms = append(t.pending.terms, termRow{Term: term, IssueID: issue})
	}
}
