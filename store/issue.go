package store

import (
	"fmt"
	"time"

	"tongshishang/bot"

	"gorm.io/gorm/clause"
)

// CreateIssue inserts an issue, giving it an id. Contact is a phone the reporter wrote with it, sealed here; it may be empty.
func (t *Tx) CreateIssue(i *bot.Issue, contact string) error {
	sealed, err := t.s.keys.Seal(fieldPhone, contact)
	if err != nil {
		return err
	}
	i.ID = t.NewID()
	row := issueRowOf(i)
	row.Contact = sealed
	return wrap("create issue", t.write().Create(&row).Error)
}

// SaveIssue writes every changing column of the issue, which the caller has locked by LockIssue or created in this transaction.
func (t *Tx) SaveIssue(i *bot.Issue) error {
	row := issueRowOf(i)
	err := t.write().Model(&row).Select("*").Omit("id", "contact", "number", "seq", "unit_id", "reporter_id", "reported_at").Updates(&row).Error
	return wrap("save issue "+i.Number, err)
}

// LockIssue reads an issue and keeps others from changing it until the transaction ends.
func (t *Tx) LockIssue(id int64) (*bot.Issue, error) {
	var row issueRow
	if err := t.db.Clauses(clause.Locking{Strength: t.s.dialect.lockClause}).Take(&row, id).Error; err != nil {
		return nil, fmt.Errorf("issue %d: %w", id, found(err))
	}
	i := row.issue()
	return &i, nil
}

// IssueByNumber finds an issue by its full number.
func (t *Tx) IssueByNumber(number string) (*bot.Issue, error) {
	return t.oneIssue("number = ?", number)
}

// IssueBySeq finds an issue by the short number of its unit; of several (an import may bring them) the newest.
func (t *Tx) IssueBySeq(unit int64, seq int) (*bot.Issue, error) {
	return t.oneIssue("unit_id = ? AND seq = ?", unit, seq)
}

func (t *Tx) oneIssue(where string, args ...any) (*bot.Issue, error) {
	var row issueRow
	if err := t.db.Where(where, args...).Order("id DESC").Take(&row).Error; err != nil {
		return nil, fmt.Errorf("issue: %w", found(err))
	}
	i := row.issue()
	return &i, nil
}

// RecentIssues returns the newest issues raised in the conversation since a time, newest first.
func (t *Tx) RecentIssues(conversation int64, since time.Time, limit int) ([]bot.Issue, error) {
	return t.issues(limit, "conversation_id = ? AND reported_at >= ?", conversation, at(since))
}

// RecentUnitIssues returns the newest issues of the unit since a time, newest first.
func (t *Tx) RecentUnitIssues(unit int64, since time.Time, limit int) ([]bot.Issue, error) {
	return t.issues(limit, "unit_id = ? AND reported_at >= ?", unit, at(since))
}

// Alike returns what a new report is compared with: open issues of the unit that nobody has handled yet, of the kind and category,
// reported since a time, newest first. Only what names them, place and content are filled.
func (t *Tx) Alike(unit int64, kind bot.IssueKind, category string, since time.Time, limit int) ([]bot.Issue, error) {
	var rows []issueRow
	err := t.db.Select("id", "unit_id", "number", "seq", "kind", "category", "status", "place", "content", "urgent").
		Where("unit_id = ? AND reported_at >= ? AND category = ? AND kind = ? AND status IN ?", unit, at(since), category, string(kind), unhandled()).
		Order("reported_at DESC").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("alike issues: %w", err)
	}
	return issuesOf(rows), nil
}

// unhandled are the statuses of issues whose outcome is still to come.
func unhandled() []string {
	var out []string
	for _, s := range bot.Statuses() {
		if s.IsOpen() && s != bot.StatusAwaitingRating {
			out = append(out, string(s))
		}
	}
	return out
}

// PersonIssues returns the newest issues the person reported or endorsed, newest first.
func (t *Tx) PersonIssues(person int64, limit int) ([]bot.Issue, error) {
	// Joined, because an OR of the two makes MariaDB walk all issues backwards until enough are found.
	mine := t.db.Raw("SELECT id FROM issues WHERE reporter_id = ? UNION SELECT issue_id FROM endorsements WHERE person_id = ?", person, person)
	var rows []issueRow
	err := t.db.Select("issues.*").Joins("JOIN (?) mine ON mine.id = issues.id", mine).Order("issues.id DESC").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("issues of person %d: %w", person, err)
	}
	return issuesOf(rows), nil
}

func (t *Tx) issues(limit int, where string, args ...any) ([]bot.Issue, error) {
	var rows []issueRow
	if err := t.db.Where(where, args...).Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("issues: %w", err)
	}
	return issuesOf(rows), nil
}

// DueIssues returns the ids of issues whose next deadline has come, earliest first.
func (t *Tx) DueIssues(now time.Time, limit int) ([]int64, error) {
	var ids []int64
	err := t.db.Model(&issueRow{}).Where("next_at <= ?", at(now)).Order("next_at").Limit(limit).Pluck("id", &ids).Error
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
	t.links = append(t.links, issueMessageRow{IssueID: issue, MessageID: message, ConversationID: conversation, ExtID: fit(ext, 128),
		Role: role, CreatedAt: at(t.Now())})
}

func (t *Tx) flushLinks() error {
	rows := t.links
	t.links = nil
	if len(rows) == 0 {
		return nil
	}
	return wrap("link messages", t.write().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, 500).Error)
}

// IssueOfMessage finds the issue that a message of the conversation belongs to, by the channel's id of the message; of several the
// newest.
func (t *Tx) IssueOfMessage(conversation int64, ext string) (*bot.Issue, error) {
	if ext == "" {
		return nil, ErrNotFound
	}
	newest := int64(0)
	for _, l := range t.links { // those of this transaction that aren't written yet
		if l.ConversationID == conversation && l.ExtID == ext {
			newest = max(newest, l.IssueID)
		}
	}
	if newest != 0 {
		return t.oneIssue("id = ?", newest)
	}
	return t.oneIssue("id = (SELECT MAX(issue_id) FROM issue_messages WHERE conversation_id = ? AND ext_id = ?)", conversation, ext)
}

type endorsementRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	IssueID   int64
	PersonID  int64
	MessageID int64
	CreatedAt moment
}

func (endorsementRow) TableName() string { return "endorsements" }

// Endorse adds the person's endorsement; false when they had endorsed already.
func (t *Tx) Endorse(issue, person, message int64) (bool, error) {
	row := endorsementRow{ID: t.NewID(), IssueID: issue, PersonID: person, MessageID: message, CreatedAt: at(t.Now())}
	res := t.write().Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	return res.RowsAffected > 0, wrap("endorse", res.Error)
}

// Unendorse takes the person's endorsement back; false when there was none.
func (t *Tx) Unendorse(issue, person int64) (bool, error) {
	res := t.write().Where("issue_id = ? AND person_id = ?", issue, person).Delete(&endorsementRow{})
	return res.RowsAffected > 0, wrap("take endorsement back", res.Error)
}

// Supporters returns the people who endorsed the issue, first come first, at most limit.
func (t *Tx) Supporters(issue int64, limit int) ([]int64, error) {
	var ids []int64
	err := t.db.Model(&endorsementRow{}).Where("issue_id = ?", issue).Order("id").Limit(limit).Pluck("person_id", &ids).Error
	return ids, wrap("supporters", err)
}

// Supports tells whether the person endorsed the issue.
func (t *Tx) Supports(issue, person int64) (bool, error) {
	var n int64
	err := t.db.Model(&endorsementRow{}).Where("issue_id = ? AND person_id = ?", issue, person).Count(&n).Error
	return n > 0, wrap("supports", err)
}
