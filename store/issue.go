package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"
)

// CreateIssue inserts an issue, giving it an id. Contact is a phone the reporter wrote with it, sealed here; it may be empty.
func (t *Tx) CreateIssue(i *bot.Issue, contact string) error {
	sealed, err := t.s.keys.Seal(fieldPhone, contact)
	if err != nil {
		return err
	}
	i.ID = t.NewID()
	t.pending.issues = append(t.pending.issues, &issueVersion{issue: *i, contact: sealed, fresh: true})
	return nil
}

// SaveIssue keeps every changing column of the issue, which the caller has locked by LockIssue or created in this transaction.
func (t *Tx) SaveIssue(i *bot.Issue) {
	t.pending.issues = append(t.pending.issues, &issueVersion{issue: *i})
	delete(t.issues, i.ID)
}

// changingIssueColumns are those that SaveIssue writes.
func (t *Tx) changingIssueColumns() ([]string, error) {
	shape, err := shapeOf[issueRow](t.s)
	if err != nil {
		return nil, err
	}
	fixed := []string{"id", "contact", "number", "seq", "unit_id", "reporter_id", "reported_at"}
	return slices.DeleteFunc(slices.Clone(shape.names), func(c string) bool { return slices.Contains(fixed, c) }), nil
}

// LockIssue reads an issue and keeps others from changing it until the transaction ends.
func (t *Tx) LockIssue(id int64) (*bot.Issue, error) {
	return t.oneIssue(func(i *bot.Issue) bool { return i.ID == id }, "id = ?", id)
}

// IssueByNumber finds an issue by its full number.
func (t *Tx) IssueByNumber(number string) (*bot.Issue, error) {
	return t.oneIssue(func(i *bot.Issue) bool { return i.Number == number }, "number = ?", number)
}

// IssueBySeq finds an issue by the short number of its unit; of several (an import may bring them) the newest.
func (t *Tx) IssueBySeq(unit int64, seq int) (*bot.Issue, error) {
	return t.oneIssue(func(i *bot.Issue) bool { return i.UnitID == unit && i.Seq == seq }, "unit_id = ? AND seq = ?", unit, seq)
}

// oneIssue is the newest issue that fits; what it is found by never changes, so one that this transaction has changed is told by
// fits. Whoever looks for one issue mostly changes it next, so in a transaction that writes it is locked at once.
func (t *Tx) oneIssue(fits func(*bot.Issue) bool, where string, args ...any) (*bot.Issue, error) {
	if i, ok := t.issueVersion(fits); ok {
		return i, nil
	}
	for _, i := range t.issues {
		if fits(&i) {
			return &i, nil
		}
	}
	lock := t.s.dialect.forUpdate
	if t.readOnly {
		lock = ""
	}
	rows, err := selectRows[issueRow](t, "WHERE "+where+" ORDER BY id DESC LIMIT 1"+lock, args...)
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("issue: %w", err)
	}
	i := rows[0].issue()
	t.noteLocked(i)
	return &i, nil
}

func (t *Tx) noteLocked(i bot.Issue) {
	if t.issues == nil {
		t.issues = map[int64]bot.Issue{}
	}
	t.issues[i.ID] = i
}

// RecentIssues returns the newest issues raised in the conversation since a time, newest first, in brief.
func (t *Tx) RecentIssues(conversation int64, since time.Time, limit int) ([]bot.Issue, error) {
	fits := func(i *bot.Issue) bool { return i.ConversationID == conversation && !i.ReportedAt.Before(since) }
	return t.briefs(fits, newestFirst, limit, "WHERE conversation_id = ? AND reported_at >= ? ORDER BY id DESC LIMIT ?", conversation, at(since), limit)
}

func newestFirst(a, b bot.Issue) int { return cmp.Compare(b.ID, a.ID) }

// briefRow is what of an issue is read to choose among many: what names it, what it is about and how far it is.
type briefRow struct {
	ID             int64
	UnitID         int64
	Number         string
	Seq            int
	Kind           string
	Category       string
	Status         string
	Title          string
	Content        string
	Place          string
	Urgent         bool
	ReporterID     int64
	ConversationID int64
	ReportedAt     moment
	ResolvedAt     moment
}

func (briefRow) TableName() string { return "issues" }

func (r *briefRow) issue() bot.Issue {
	return bot.Issue{ID: r.ID, UnitID: r.UnitID, Number: r.Number, Seq: r.Seq, Kind: bot.IssueKind(r.Kind), Category: r.Category,
		Status: bot.Status(r.Status), Title: r.Title, Content: r.Content, Place: r.Place, Urgent: r.Urgent, ReporterID: r.ReporterID,
		ConversationID: r.ConversationID, ReportedAt: r.ReportedAt.Time, ResolvedAt: r.ResolvedAt.Time}
}

func (t *Tx) briefs(fits func(*bot.Issue) bool, order func(a, b bot.Issue) int, limit int, condition string, args ...any) ([]bot.Issue, error) {
	rows, err := selectRows[briefRow](t, condition, args...)
	if err != nil {
		return nil, fmt.Errorf("issues: %w", err)
	}
	read := make([]bot.Issue, len(rows))
	for i := range rows {
		read[i] = rows[i].issue()
	}
	return t.overlay(read, fits, order, limit), nil
}

// unhandled are the statuses of issues whose outcome is still to come.
func unhandled() []any {
	var out []any
	for _, s := range bot.Statuses() {
		if s.IsOpen() && s != bot.StatusAwaitingRating {
			out = append(out, string(s))
		}
	}
	return out
}

// PersonIssues returns the newest issues the person reported or endorsed, newest first, in brief.
func (t *Tx) PersonIssues(person int64, limit int) ([]bot.Issue, error) {
	fits := func(i *bot.Issue) bool {
		return i.ReporterID == person || slices.ContainsFunc(t.pending.endorsements, func(e endorsementRow) bool { return e.IssueID == i.ID && e.PersonID == person })
	}
	// Joined, because an OR of the two makes MariaDB walk all issues backwards until enough are found.
	return t.briefs(fits, newestFirst, limit, "JOIN (SELECT id AS issue FROM issues WHERE reporter_id = ? UNION SELECT issue_id FROM endorsements WHERE person_id = ?) mine"+
		" ON mine.issue = issues.id ORDER BY issues.id DESC LIMIT ?", person, person, limit)
}

// DueIssues returns the ids of issues whose next deadline has come, earliest first.
func (t *Tx) DueIssues(now time.Time, limit int) ([]int64, error) {
	var ids []int64
	err := t.query().Model(&issueRow{}).Where("next_at <= ?", at(now)).Order("next_at").Limit(limit).Pluck("id", &ids).Error
	return ids, wrap("due issues", err)
}

type issueMessageRow struct {
	IssueID        int64 `gorm:"primaryKey;autoIncrement:false"`
	MessageID      int64 `gorm:"primaryKey;autoIncrement:false"`
	ConversationID int64
	ExtID          string
	Role           string
	CreatedAt      moment
}

func (issueMessageRow) TableName() string { return "issue_messages" }

// The parts a message can play for an issue.
const (
	MessageOrigin      = "origin"
	MessageEndorsement = "endorsement"
	MessagePhoto       = "photo"
	MessagePlace       = "place"
	MessageRating      = "rating"
)

// LinkMessage notes that a message belongs to an issue and as what; written with the transaction. The conversation is the one it
// was said in.
func (t *Tx) LinkMessage(issue, message, conversation int64, ext, role string) {
	t.pending.links = append(t.pending.links, issueMessageRow{IssueID: issue, MessageID: message, ConversationID: conversation, ExtID: fit(ext, 128),
		Role: role, CreatedAt: at(t.Now())})
}

// IssueOfMessage finds the issue that a message of the conversation belongs to, by the channel's id of the message; of several the
// newest.
func (t *Tx) IssueOfMessage(conversation int64, ext string) (*bot.Issue, error) {
	if ext == "" {
		return nil, ErrNotFound
	}
	newest := int64(0)
	for _, l := range t.pending.links { // those of this transaction that aren't written yet
		if l.ConversationID == conversation && l.ExtID == ext {
			newest = max(newest, l.IssueID)
		}
	}
	if newest == 0 {
		const last = "SELECT COALESCE(MAX(issue_id), 0) FROM issue_messages WHERE conversation_id = ? AND ext_id = ?"
		if err := t.db.Raw(last, conversation, ext).Scan(&newest).Error; err != nil {
			return nil, fmt.Errorf("issue of message: %w", err)
		}
	}
	if newest == 0 {
		return nil, ErrNotFound
	}
	return t.oneIssue(func(i *bot.Issue) bool { return i.ID == newest }, "id = ?", newest)
}

type endorsementRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	IssueID   int64
	PersonID  int64
	MessageID int64
	CreatedAt moment
}

func (endorsementRow) TableName() string { return "endorsements" }

// Endorse adds the person's endorsement, who hasn't endorsed yet (Supports).
func (t *Tx) Endorse(issue, person, message int64) {
	t.pending.endorsements = append(t.pending.endorsements,
		endorsementRow{ID: t.NewID(), IssueID: issue, PersonID: person, MessageID: message, CreatedAt: at(t.Now())})
}

// Unendorse takes the person's endorsement back; false when there was none.
func (t *Tx) Unendorse(issue, person int64) (bool, error) {
	res := t.write().Where("issue_id = ? AND person_id = ?", issue, person).Delete(&endorsementRow{})
	return res.RowsAffected > 0, wrap("take endorsement back", res.Error)
}

// Supporters returns the people who endorsed the issue, first come first, at most limit.
func (t *Tx) Supporters(issue int64, limit int) ([]int64, error) {
	var ids []int64
	err := t.query().Model(&endorsementRow{}).Where("issue_id = ?", issue).Order("id").Limit(limit).Pluck("person_id", &ids).Error
	return ids, wrap("supporters", err)
}

// Supports tells whether the person endorsed the issue.
func (t *Tx) Supports(issue, person int64) (bool, error) {
	for _, e := range t.pending.endorsements {
		if e.IssueID == issue && e.PersonID == person {
			return true, nil
		}
	}
	rows, err := selectRows[endorsementRow](t, "WHERE issue_id = ? AND person_id = ?", issue, person)
	return len(rows) > 0, wrap("supports", err)
}
