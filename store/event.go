package store

import (
	"fmt"

	"tongshishang/bot"
)

type eventRow struct {
	ID         int64 `gorm:"primaryKey;autoIncrement:false"`
	IssueID    int64
	Seq        int
	Verb       string
	FromStatus string
	ToStatus   string
	ActorID    ref
	Actor      string
	Note       string
	CreatedAt  moment
}

func (eventRow) TableName() string { return "issue_events" }

// AddEvent appends to the issue's history. The seq comes from the issue, which the caller holds; written with the transaction.
func (t *Tx) AddEvent(e bot.Event) {
	t.pending.events = append(t.pending.events, eventRow{ID: t.NewID(), IssueID: e.IssueID, Seq: e.Seq, Verb: e.Verb, FromStatus: string(e.From),
		ToStatus: string(e.To), ActorID: ref(e.ActorID), Actor: fit(e.Actor, 64), Note: e.Text, CreatedAt: at(e.At)})
}

// Events returns the last events of an issue, oldest first.
func (t *Tx) Events(issue int64, limit int) ([]bot.Event, error) {
	var rows []eventRow
	if err := t.db.Where("issue_id = ?", issue).Order("seq DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("events of issue %d: %w", issue, err)
	}
	out := make([]bot.Event, 0, len(rows)+len(t.pending.events))
	for i := len(rows) - 1; i >= 0; i-- {
		out = append(out, rows[i].event())
	}
	for i := range t.pending.events { // those of this transaction that aren't written yet
		if t.pending.events[i].IssueID == issue {
			out = append(out, t.pending.events[i].event())
		}
	}
	return out[max(0, len(out)-limit):], nil
}

func (r *eventRow) event() bot.Event {
	return bot.Event{ID: r.ID, IssueID: r.IssueID, Seq: r.Seq, Verb: r.Verb, From: bot.Status(r.FromStatus), To: bot.Status(r.ToStatus),
		ActorID: int64(r.ActorID), Actor: r.Actor, Text: r.Note, At: r.CreatedAt.Time}
}

type assignmentRow struct {
	ID           int64 `gorm:"primaryKey;autoIncrement:false"`
	IssueID      int64
	Round        int
	Agency       string
	Helpers      string
	HandlerID    ref
	HandlerName  string
	AssignedBy   ref
	AssignedAt   moment
	DueAt        moment
	DueRule      string
	SignedAt     moment
	ReturnedAt   moment
	ReturnReason optional
	ReturnValid  *bool
	ResolvedAt   moment
}

func (assignmentRow) TableName() string { return "assignments" }

// SaveAssignment keeps the issue's current round of handling as one row; by is who assigned it, kept from the first time.
func (t *Tx) SaveAssignment(i *bot.Issue, by int64) {
	row := assignmentRow{ID: t.NewID(), IssueID: i.ID, Round: i.Round, Agency: fit(i.Agency, 64), Helpers: fit(i.Helpers, 255), HandlerID: ref(i.HandlerID),
		HandlerName: fit(i.HandlerName, 64), AssignedBy: ref(by), AssignedAt: at(i.AssignedAt), DueAt: at(i.DueAt), DueRule: i.DueRule,
		SignedAt: at(i.SignedAt), ResolvedAt: at(i.ResolvedAt)}
	returned := i.Status == bot.StatusReturned
	if returned {
		row.ReturnedAt, row.ReturnReason = at(i.UpdatedAt), optional(i.Reason)
	}
	t.pending.assignments = append(t.pending.assignments, assignmentVersion{row, returned})
}

// RuleOnReturn notes whether the objection to the issue's current round was upheld.
func (t *Tx) RuleOnReturn(issue int64, round int, valid bool) error {
	err := t.write().Model(&assignmentRow{}).Where("issue_id = ? AND round = ?", issue, round).Update("return_valid", valid).Error
	return wrap("rule on return", err)
}

type ratingRow struct {
	ID           int64 `gorm:"primaryKey;autoIncrement:false"`
	IssueID      int64
	Round        int
	PersonID     int64
	Solved       string
	Satisfaction string
	Note         string
	CreatedAt    moment
}

func (ratingRow) TableName() string { return "ratings" }

// SaveRating keeps the person's answer for this closing attempt; a later answer replaces it.
func (t *Tx) SaveRating(r bot.Rating) {
	t.pending.ratings = append(t.pending.ratings, ratingRow{ID: t.NewID(), IssueID: r.IssueID, Round: r.Round, PersonID: r.PersonID, Solved: string(r.Solved),
		Satisfaction: string(r.Satisfaction), Note: r.Text, CreatedAt: at(r.At)})
}

// Ratings returns the answers to one closing attempt, first come first.
func (t *Tx) Ratings(issue int64, round, limit int) ([]bot.Rating, error) {
	var rows []ratingRow
	if err := t.query().Where("issue_id = ? AND round = ?", issue, round).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("ratings: %w", err)
	}
	out := make([]bot.Rating, len(rows))
	for i, r := range rows {
		out[i] = bot.Rating{IssueID: r.IssueID, Round: r.Round, PersonID: r.PersonID, Solved: bot.Solved(r.Solved),
			Satisfaction: bot.Satisfaction(r.Satisfaction), Text: r.Note, At: r.CreatedAt.Time}
	}
	return out, nil
}
