package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"
)

// PublicAnswer is an answer that was given to a question before, with what decides whether others may hear it.
type PublicAnswer struct {
	ID           int64
	UnitID       int64
	Number       string
	Seq          int
	Kind         bot.IssueKind
	Status       bot.Status
	Place        string
	ReporterID   int64
	ReporterName string
	Agency       string
	Text         string    // the latest answer or outcome; masked
	At           time.Time // when it was given; zero: never
	InGroup      bool      // the question was asked in a group, which has heard the answer
}

// AnswerOf reads the answer to a question; of one that was answered with an earlier answer, that one.
func (t *Tx) AnswerOf(id int64) (*PublicAnswer, error) {
	source, err := t.sourceOf(id)
	if err != nil {
		return nil, err
	}
	i, err := t.peek(source)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	home, err := t.Conversation(i.ConversationID)
	if err != nil {
		return nil, err
	}
	return &PublicAnswer{ID: i.ID, UnitID: i.UnitID, Number: i.Number, Seq: i.Seq, Kind: i.Kind, Status: i.Status, Place: i.Place,
		ReporterID: i.ReporterID, ReporterName: i.ReporterName, Agency: i.Agency, Text: i.Result, At: i.ResolvedAt, InGroup: home.IsGroup()}, nil
}

// sourceOf is the question whose answer was given, which mostly is the question itself.
func (t *Tx) sourceOf(id int64) (int64, error) {
	for _, r := range t.pending.reuses {
		if r.IssueID == id {
			return r.SourceID, nil
		}
	}
	rows, err := selectRows[reuseRow](t, "WHERE issue_id = ? AND rejected_at IS NULL", id)
	if err != nil || len(rows) == 0 {
		return id, wrap("answer", err)
	}
	return rows[0].SourceID, nil
}

// peek reads an issue without locking it: whoever only quotes it mustn't wait for those who work on it.
func (t *Tx) peek(id int64) (*bot.Issue, error) {
	if i, ok := t.issueVersion(func(i *bot.Issue) bool { return i.ID == id }); ok {
		return i, nil
	}
	rows, err := selectRows[issueRow](t, "WHERE id = ?", id)
	if err != nil || len(rows) == 0 {
		return nil, cmp.Or(err, ErrNotFound)
	}
	i := rows[0].issue()
	return &i, nil
}

// reuseRow is a question that was answered with the answer to an earlier one.
type reuseRow struct {
	IssueID    int64 `gorm:"primaryKey;autoIncrement:false"`
	SourceID   int64
	GivenAt    moment
	RejectedAt moment
}

func (reuseRow) TableName() string { return "answer_reuses" }

// ReuseAnswer notes that a question was answered with the answer to an earlier one; written with the transaction.
func (t *Tx) ReuseAnswer(issue, source int64) {
	t.pending.reuses = append(t.pending.reuses, reuseRow{IssueID: issue, SourceID: source, GivenAt: at(t.Now())})
}

// RejectReuse notes that the earlier answer that was given to the question didn't fit it, if one was.
func (t *Tx) RejectReuse(issue int64) error {
	err := t.write().Model(&reuseRow{}).Where("issue_id = ? AND rejected_at IS NULL", issue).Update("rejected_at", at(t.Now())).Error
	return wrap("reject answer", err)
}

// Rejected returns the texts of the latest questions that the answer to this one didn't fit.
func (t *Tx) Rejected(source int64, limit int) ([]string, error) {
	var texts []string
	err := t.query().Raw("SELECT content FROM issues JOIN answer_reuses ON answer_reuses.issue_id = issues.id WHERE source_id = ? AND rejected_at IS NOT NULL"+
		" ORDER BY rejected_at DESC LIMIT ?", source, limit).Scan(&texts).Error
	if err != nil {
		return nil, fmt.Errorf("rejected answers: %w", err)
	}
	return slices.Clip(texts), nil
}

// Joined is a report that was taken for an endorsement of an issue.
type Joined struct {
	IssueID int64
	Text    string // of the report; masked
}

// LastJoined returns the newest report that the person made in a conversation since a time and that was taken for an endorsement, for
// whoever says later that it is another matter. Intents are those of a report.
func (t *Tx) LastJoined(person, conversation int64, since time.Time, intents []string) (*Joined, error) {
	var found []struct {
		IssueID int64
		Body    string
	}
	err := t.query().Raw("SELECT endorsements.issue_id, messages.body FROM endorsements JOIN messages ON messages.id = endorsements.message_id"+
		" WHERE endorsements.person_id = ? AND endorsements.created_at >= ? AND messages.conversation_id = ? AND messages.intent IN ?"+
		" ORDER BY endorsements.id DESC LIMIT 1", person, at(since), conversation, intents).Scan(&found).Error
	switch {
	case err != nil:
		return nil, fmt.Errorf("last joined report: %w", err)
	case len(found) == 0:
		return nil, ErrNotFound
	}
	return &Joined{IssueID: found[0].IssueID, Text: found[0].Body}, nil
}

// TalkSince tells when the issue was last spoken of in a conversation, and how many messages before the given one came after that, up
// to a limit.
func (t *Tx) TalkSince(conversation, issue, before int64, limit int) (at time.Time, talk int, err error) {
	last, err := t.lastLink(conversation, issue)
	if err != nil {
		return time.Time{}, 0, fmt.Errorf("talk since: %w", err)
	}
	err = t.db.Raw("SELECT COUNT(*) FROM (SELECT id FROM messages WHERE conversation_id = ? AND id > ? AND id < ? LIMIT ?) talk",
		conversation, last.MessageID, before, limit).Scan(&talk).Error
	return last.CreatedAt.Time, talk, wrap("talk since", err)
}

func (t *Tx) lastLink(conversation, issue int64) (last issueMessageRow, err error) {
	for _, l := range t.pending.links { // those of this transaction that aren't written yet
		if l.IssueID == issue && l.ConversationID == conversation && l.MessageID > last.MessageID {
			last = l
		}
	}
	if last.MessageID != 0 {
		return last, nil
	}
	rows, err := selectRows[issueMessageRow](t, "WHERE issue_id = ? AND conversation_id = ? ORDER BY message_id DESC LIMIT 1", issue, conversation)
	if err == nil && len(rows) > 0 {
		last = rows[0]
	}
	return last, err
}
