package store

import (
	"fmt"
	"time"

	"tongshishang/bot"
)

type correctionRow struct {
	ID             int64 `gorm:"primaryKey;autoIncrement:false"`
	UnitID         int64
	IssueID        ref
	OtherID        ref
	MessageID      ref
	DoubtID        ref
	ConversationID int64
	Field          string
	BeforeValue    string
	AfterValue     string
	Body           string
	OtherBody      string
	ByID           int64
	CreatedAt      moment
	UndoneAt       moment
}

func (correctionRow) TableName() string { return "corrections" }

func (r *correctionRow) correction() bot.Correction {
	return bot.Correction{ID: r.ID, UnitID: r.UnitID, IssueID: int64(r.IssueID), OtherID: int64(r.OtherID), MessageID: int64(r.MessageID), DoubtID: int64(r.DoubtID),
		ConversationID: r.ConversationID, Field: bot.CorrectionField(r.Field), Before: r.BeforeValue, After: r.AfterValue, Text: r.Body, OtherText: r.OtherBody, ByID: r.ByID, At: r.CreatedAt.Time}
}

// AddCorrection keeps what somebody knew better.
func (t *Tx) AddCorrection(c bot.Correction) error {
	return insert(t, "correction", []correctionRow{{ID: t.NewID(), UnitID: c.UnitID, IssueID: ref(c.IssueID), OtherID: ref(c.OtherID), MessageID: ref(c.MessageID),
		DoubtID: ref(c.DoubtID), ConversationID: c.ConversationID, Field: string(c.Field), BeforeValue: fit(c.Before, 255), AfterValue: fit(c.After, 255), Body: c.Text, OtherBody: c.OtherText,
		ByID: c.ByID, CreatedAt: at(t.Now())}})
}

// LastCorrection is the newest correction that the person made since a time and hasn't taken back.
func (t *Tx) LastCorrection(by int64, since time.Time) (*bot.Correction, error) {
	var rows []correctionRow
	err := t.query().Where("by_id = ? AND created_at >= ? AND undone_at IS NULL", by, at(since)).Order("created_at DESC, id DESC").Limit(1).Find(&rows).Error
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("last correction: %w", err)
	}
	c := rows[0].correction()
	return &c, nil
}

// UndoCorrection notes that a correction was taken back; nothing is learnt from it any more.
func (t *Tx) UndoCorrection(id int64) error {
	err := t.write().Model(&correctionRow{}).Where("id = ?", id).Update("undone_at", at(t.Now())).Error
	return wrap("undo correction", err)
}

// Lesson is a correction with what its issue says now, for the model to learn from.
type Lesson struct {
	bot.Correction
	Kind        bot.IssueKind // of the issue as it is now; empty when there is none
	Category    string
	Subcategory string
	Sorted      bool // a person has settled the category
}

// Lessons returns corrections that weren't taken back, newest first, those with smaller ids than the one given (0: the newest).
func (t *Tx) Lessons(before int64, limit int) ([]Lesson, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	if err := t.query().Error; err != nil {
		return nil, fmt.Errorf("lessons: %w", err)
	}
	rows, err := selectRows[correctionRow](t, "WHERE id < ? AND undone_at IS NULL ORDER BY id DESC LIMIT ?", before, limit)
	if err != nil {
		return nil, fmt.Errorf("lessons: %w", err)
	}
	var ids []int64
	for _, r := range rows {
		if r.IssueID != 0 {
			ids = append(ids, int64(r.IssueID))
		}
	}
	issues, err := t.issuesByID(ids)
	if err != nil {
		return nil, err
	}
	sorted, err := t.sortedIssues(ids)
	if err != nil {
		return nil, err
	}
	out := make([]Lesson, len(rows))
	for n := range rows {
		c := rows[n].correction()
		i := issues[c.IssueID]
		out[n] = Lesson{Correction: c, Kind: i.Kind, Category: i.Category, Subcategory: i.Subcategory, Sorted: sorted[c.IssueID]}
	}
	return out, nil
}

// sortedIssues are those of the issues whose category a person has settled.
func (t *Tx) sortedIssues(ids []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	var sorted []int64
	err := t.query().Model(&correctionRow{}).Distinct("issue_id").Where("issue_id IN ? AND field = ? AND undone_at IS NULL", ids, string(bot.CorrectCategory)).
		Limit(len(ids)).Pluck("issue_id", &sorted).Error
	for _, id := range sorted {
		out[id] = true
	}
	return out, wrap("sorted issues", err)
}
