package store

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tongshishang/bot"
)

// DueStep is one step of a limit that ends at the same moment for everything that starts within some days, as limits in days
// do: what starts before Before, and not before the step ahead of it, is due at Due.
type DueStep struct{ Before, Due time.Time }

// Tally is what statistics of matters are asked with. The span is that in which the matters were reported.
type Tally struct {
	Span
	Now         time.Time
	Contact     []string  // verbs of events that are a first real contact, besides the acceptance that the issue itself tells
	ResponseDue []DueStep // by the time of reporting
	SignDue     []DueStep // by the time of assignment
}

// TallyGroup is the counts of the matters of one unit and handling unit. The names of the counters are those of the rates
// pack; each counts matters, as they stand now.
type TallyGroup struct {
	Unit   string // name
	Agency string // 主办单位; empty before an assignment
	Issues int64
	Closed int64 // in 已办结 or 已归档
	Open   int64 // still waiting for somebody
	Counts map[string]int64
}

const done = "i.status IN ('closed', 'archived')"

// finished is when the outcome was posted; imported matters may know only when they were closed.
const finished = "COALESCE(i.resolved_at, i.closed_at)"

// contact is the first of the events asked for. It is looked up only where the acceptance doesn't settle the question, because
// all events together are many times the matters.
const contact = "(SELECT MIN(e.created_at) FROM issue_events e WHERE e.issue_id = i.id AND e.verb IN ?)"

const answered = "(i.solved <> '' OR i.satisfaction IN ('satisfied', 'fair', 'dissatisfied'))"

// counter is a named condition with its arguments.
type counter struct {
	name  string
	where string
	args  []any
}

// counters is the condition of each counter of the rates pack on an issue i.
func (q Tally) counters() []counter {
	const dispatched = "i.assigned_at IS NOT NULL"
	const ruled = "i.returned > 0 AND EXISTS (SELECT 1 FROM assignments a WHERE a.issue_id = i.id AND a.return_valid = "
	sign, signArgs := dueSQL("i.assigned_at", q.SignDue)
	response, responseArgs := dueSQL("i.reported_at", q.ResponseDue)
	return []counter{
		{"response_due", "(i.accepted_at IS NOT NULL OR i.reported_at < ? AND i.status NOT IN ('merged', 'withdrawn') OR " + contact + " IS NOT NULL)",
			[]any{at(overdueBefore(q.ResponseDue, q.Now)), q.Contact}},
		{"responded_in_time", "(i.accepted_at <= " + response + " OR " + contact + " <= " + response + ")",
			slices.Concat(responseArgs, []any{q.Contact}, responseArgs)},
		{"dispatched", dispatched, nil},
		{"dispatched_due", dispatched + " AND (" + done + " OR i.due_at < ?)", []any{at(q.Now)}},
		{"signed_in_time", "i.signed_at <= " + sign, signArgs},
		{"returned", "i.returned > 0", nil},
		{"returned_upheld", ruled + "1)", nil},
		{"returned_dismissed", ruled + "0)", nil},
		{"closed", "(" + done + " OR i.reopened > 0)", nil},
		{"closed_in_time", dispatched + " AND " + done + " AND (" + finished + " <= i.due_at OR i.due_at IS NULL AND " + finished + " IS NOT NULL)", nil},
		{"closed_late", dispatched + " AND " + done + " AND " + finished + " > i.due_at", nil},
		{"reopened", "i.reopened > 0", nil},
		{"follow_ups", "(" + answered + " OR i.status <> 'answered' AND (i.resolved_at IS NOT NULL OR i.reopened > 0))", nil},
		{"valid_follow_ups", answered, nil},
		{"solved", "i.solved = 'solved'", nil},
		{"satisfied", "i.satisfaction = 'satisfied'", nil},
		{"fair", "i.satisfaction = 'fair'", nil},
		{"dissatisfied", "i.satisfaction = 'dissatisfied'", nil},
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

// TallyIssues counts the matters by unit and handling unit: one pass over the table, no matter leaves the database.
func (t *Tx) TallyIssues(q Tally) ([]TallyGroup, error) {
	list := q.counters()
	selects := []string{"u.name AS unit", "i.agency", "COUNT(*)", sumOf(done), sumOf("i.status IN ?")}
	args := []any{openStatuses()}
	for _, c := range list {
		selects = append(selects, sumOf(c.where))
		args = append(args, c.args...)
	}
	where, whereArgs := q.ofUnit("i.reported_at >= ? AND i.reported_at < ?", at(q.From), at(q.To))
	rows, err := t.db.Table("issues i").Select(strings.Join(selects, ", "), args...).Joins("JOIN units u ON u.id = i.unit_id").
		Where(where, whereArgs...).Group("u.name, i.agency").Rows()
	if err != nil {
		return nil, fmt.Errorf("tally issues: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []TallyGroup
	for rows.Next() {
		g := TallyGroup{Counts: make(map[string]int64, len(list))}
		counts := make([]int64, len(list))
		into := []any{&g.Unit, &g.Agency, &g.Issues, &g.Closed, &g.Open}
		for i := range counts {
			into = append(into, &counts[i])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("tally issues: %w", err)
		}
		for i, c := range list {
			g.Counts[c.name] = counts[i]
		}
		out = append(out, g)
	}
	return out, wrap("tally issues", rows.Err())
}

func sumOf(where string) string { return "SUM(CASE WHEN " + where + " THEN 1 ELSE 0 END)" }

// StatusCategory is how many matters of a category have a status.
type StatusCategory struct {
	Status   bot.Status
	Category string
	N        int64
}

// TallyStatuses counts the matters by status and first-level category.
func (t *Tx) TallyStatuses(span Span) ([]StatusCategory, error) {
	var rows []StatusCategory
	where, args := span.ofUnit("i.reported_at >= ? AND i.reported_at < ?", at(span.From), at(span.To))
	err := t.db.Table("issues i").Select("i.status, i.category, COUNT(*) AS n").Where(where, args...).
		Group("i.status, i.category").Find(&rows).Error
	return rows, wrap("tally statuses", err)
}

// Activity is what happened in a span, by its own time: messages sent, endorsements given, ballots opened, votes first cast.
type Activity struct {
	Messages     int64
	Endorsements int64
	Ballots      int64
	Votes        int64
}

// TallyActivity counts what happened in the span. Messages are those people sent, without the events a channel reports; a
// unit's are those said in its groups.
func (t *Tx) TallyActivity(span Span) (Activity, error) {
	var a Activity
	count := func(into *int64, what, tables, column string) error {
		where, args := span.ofUnit(column+" >= ? AND "+column+" < ?", at(span.From), at(span.To))
		return wrap("count "+what, t.db.Table(tables).Where(where, args...).Count(into).Error)
	}
	if err := t.countMessages(&a.Messages, span); err != nil {
		return a, err
	}
	if err := count(&a.Endorsements, "endorsements", "endorsements e JOIN issues i ON i.id = e.issue_id", "e.created_at"); err != nil {
		return a, err
	}
	if err := count(&a.Ballots, "ballots", "ballots i", "i.opened_at"); err != nil {
		return a, err
	}
	return a, count(&a.Votes, "votes", "votes v JOIN ballots i ON i.id = v.ballot_id", "v.created_at")
}

func (t *Tx) countMessages(into *int64, span Span) error {
	q := t.db.Table("messages m").Where("m.sent_at >= ? AND m.sent_at < ? AND m.kind <> ?", at(span.From), at(span.To), string(bot.KindEvent))
	if span.Unit != 0 {
		q = q.Where("m.conversation_id IN (SELECT c.id FROM conversations c JOIN chat_groups g ON g.channel = c.channel"+
			" AND g.ext_id = c.ext_id WHERE c.kind = 'g' AND g.unit_id = ?)", span.Unit)
	}
	return wrap("count messages", q.Count(into).Error)
}

// FirstReported is when the first matter of the span was reported; zero when there is none.
func (t *Tx) FirstReported(span Span) (time.Time, error) {
	var first []moment
	where, args := span.ofUnit("i.reported_at >= ? AND i.reported_at < ?", at(span.From), at(span.To))
	err := t.db.Table("issues i").Where(where, args...).Order("i.reported_at").Limit(1).Pluck("i.reported_at", &first).Error
	if err != nil || len(first) == 0 {
		return time.Time{}, wrap("first matter", err)
	}
	return first[0].Time, nil
}
