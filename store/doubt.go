package store

import (
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"
)

type doubtRow struct {
	ID             int64 `gorm:"primaryKey;autoIncrement:false"`
	UnitID         int64
	Kind           string
	N              int
	IssueID        ref
	MessageID      ref
	ConversationID int64
	Intent         string
	Category       string
	Chance         int
	State          string
	CreatedAt      moment
	HintIntent     string
	HintCategory   string
	AskState       string
	AskAt          moment
	AskTries       int
}

func (doubtRow) TableName() string { return "doubts" }

const (
	doubtOpen    = "open"
	doubtSettled = "settled"
)

// thousandths is the unit of a doubt's chance.
const thousandths = 1000

func (r *doubtRow) doubt() bot.Doubt {
	return bot.Doubt{ID: r.ID, UnitID: r.UnitID, Kind: bot.DoubtKind(r.Kind), N: r.N, IssueID: int64(r.IssueID), MessageID: int64(r.MessageID),
		ConversationID: r.ConversationID, Intent: r.Intent, Category: r.Category, Chance: float64(r.Chance) / thousandths, At: r.CreatedAt.Time,
		HintIntent: r.HintIntent, HintCategory: r.HintCategory}
}

// AddDoubt puts something on the clerk's list; written with the transaction.
func (t *Tx) AddDoubt(d bot.Doubt) {
	t.pending.doubts = append(t.pending.doubts, doubtRow{ID: t.NewID(), UnitID: d.UnitID, Kind: string(d.Kind), IssueID: ref(d.IssueID), MessageID: ref(d.MessageID),
		ConversationID: d.ConversationID, Intent: fit(d.Intent, 16), Category: fit(d.Category, 32), Chance: int(d.Chance * thousandths), State: doubtOpen, CreatedAt: at(t.Now()),
		AskAt: at(t.Now())})
}

// CountDoubts is how many doubts of the kind the unit has had since a time, settled ones too, at most limit.
func (t *Tx) CountDoubts(unit int64, kind bot.DoubtKind, since time.Time, limit int) (int, error) {
	var ids []int64
	err := t.query().Model(&doubtRow{}).Where("unit_id = ? AND kind = ? AND state IN ? AND created_at >= ?", unit, string(kind),
		[]string{doubtOpen, doubtSettled}, at(since)).Limit(limit).Pluck("id", &ids).Error
	return len(ids), wrap("count doubts", err)
}

// over are the statuses that nothing leads out of: what such an issue is about matters to nobody any more.
func over() []string {
	return []string{string(bot.StatusRefused), string(bot.StatusMerged), string(bot.StatusTransferred), string(bot.StatusWithdrawn)}
}

// UnsortedIssues returns the unit's open doubts about categories since a time, oldest first, with their issues in brief.
func (t *Tx) UnsortedIssues(unit int64, since time.Time, limit int) ([]bot.Doubt, error) {
	args := []any{unit, string(bot.DoubtCategory), doubtOpen, at(since)}
	for _, status := range over() {
		args = append(args, status)
	}
	rows, err := t.openDoubts("AND EXISTS (SELECT 1 FROM issues i WHERE i.id = doubts.issue_id AND i.status NOT IN ("+marks(len(over()))+")) ", append(args, limit)...)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for n, r := range rows {
		ids[n] = int64(r.IssueID)
	}
	issues, err := t.issuesByID(ids)
	if err != nil {
		return nil, err
	}
	out := make([]bot.Doubt, len(rows))
	for n := range rows {
		out[n] = rows[n].doubt()
		out[n].Issue = issues[out[n].IssueID]
	}
	return out, nil
}

// openDoubts are rows of a list, oldest first; the condition goes behind those on unit, kind, state and time.
func (t *Tx) openDoubts(condition string, args ...any) ([]doubtRow, error) {
	if err := t.query().Error; err != nil {
		return nil, fmt.Errorf("doubts: %w", err)
	}
	rows, err := selectRows[doubtRow](t, "WHERE unit_id = ? AND kind = ? AND state = ? AND created_at >= ? "+condition+"ORDER BY created_at, id LIMIT ?", args...)
	return rows, wrap("doubts", err)
}

// issuesByID reads issues in brief.
func (t *Tx) issuesByID(ids []int64) (map[int64]bot.Issue, error) {
	out := make(map[int64]bot.Issue, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	args := make([]any, len(ids))
	for n, id := range ids {
		args[n] = id
	}
	rows, err := selectRows[issueRow](t, "WHERE id IN ("+marks(len(ids))+")", args...)
	for n := range rows {
		out[rows[n].ID] = rows[n].issue()
	}
	return out, wrap("issues", err)
}

// UncertainMessages returns the unit's open doubts about messages since a time, oldest first, with their masked texts. Those that
// are listed for the first time get their numbers, which they keep.
func (t *Tx) UncertainMessages(unit int64, since time.Time, limit int) ([]bot.Doubt, error) {
	rows, err := t.openDoubts("", unit, string(bot.DoubtMatter), doubtOpen, at(since), limit)
	if err != nil {
		return nil, err
	}
	texts, err := t.bodies(rows)
	if err != nil {
		return nil, err
	}
	var fresh []doubtRow
	out := make([]bot.Doubt, len(rows))
	for i := range rows {
		r := &rows[i]
		if r.N == 0 {
			n, err := t.NextNumber(fmt.Sprintf("doubt/%d", unit))
			if err != nil {
				return nil, err
			}
			r.N = int(n)
			fresh = append(fresh, *r)
		}
		out[i] = r.doubt()
		out[i].Text = texts[int64(r.MessageID)]
	}
	return out, t.numberDoubts(fresh)
}

// bodies are the masked texts of the doubts' messages; those of messages that were moved out are missing.
func (t *Tx) bodies(doubts []doubtRow) (map[int64]string, error) {
	ids := make([]int64, len(doubts))
	for i, d := range doubts {
		ids[i] = int64(d.MessageID)
	}
	var rows []struct {
		ID   int64
		Body string
	}
	if err := t.query().Model(&messageRow{}).Select("id, body").Where("id IN ?", ids).Limit(len(ids)).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("texts of doubts: %w", err)
	}
	out := make(map[int64]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Body
	}
	return out, nil
}

func (t *Tx) numberDoubts(rows []doubtRow) error {
	if len(rows) == 0 {
		return nil
	}
	if err := t.write().Error; err != nil {
		return err
	}
	return writeRows(t, "doubts' numbers", rows, t.s.dialect.upsert("id", "n"))
}

// LockUncertain is the unit's open doubt about a message with that number, which others can't settle until the transaction ends.
func (t *Tx) LockUncertain(unit int64, n int) (*bot.Doubt, error) {
	rows, err := selectRows[doubtRow](t, "WHERE unit_id = ? AND kind = ? AND n = ? AND state = ?"+t.s.dialect.forUpdate, unit, string(bot.DoubtMatter), n, doubtOpen)
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("uncertain message %d: %w", n, err)
	}
	d := rows[0].doubt()
	return &d, nil
}

// SettleDoubt takes a doubt off the list; ReopenDoubt puts it back.
func (t *Tx) SettleDoubt(id int64) error { return t.setDoubt("id = ?", id, doubtSettled) }

// ReopenDoubt puts a doubt back on the list.
func (t *Tx) ReopenDoubt(id int64) error { return t.setDoubt("id = ?", id, doubtOpen) }

// SettleIssue takes an issue off the list of those without a sure category.
func (t *Tx) SettleIssue(issue int64) error { return t.setDoubt("issue_id = ?", issue, doubtSettled) }

// ReopenIssue puts an issue back on that list, if it stood there with that category.
func (t *Tx) ReopenIssue(issue int64, category string) error {
	err := t.write().Model(&doubtRow{}).Where("issue_id = ? AND category = ?", issue, category).Update("state", doubtOpen).Error
	return wrap("reopen doubt", err)
}

func (t *Tx) setDoubt(where string, id int64, state string) error {
	return wrap("settle doubt", t.write().Model(&doubtRow{}).Where(where, id).Update("state", state).Error)
}

// LapseDoubts removes doubts of a kind, settled or not, that are older than a time, at most limit, and returns how many.
func (t *Tx) LapseDoubts(kind bot.DoubtKind, before time.Time, limit int) (int, error) {
	var ids []int64
	err := t.query().Model(&doubtRow{}).Where("kind = ? AND created_at < ?", string(kind), at(before)).Order("created_at").Limit(limit).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, wrap("lapsed doubts", err)
	}
	return len(ids), wrap("lapsed doubts", t.write().Where("id IN ?", slices.Clone(ids)).Delete(&doubtRow{}).Error)
}

// StoredMessage is a message that was taken in, whole, with the conversation it was said in. ErrNotFound when it has been moved out.
func (t *Tx) StoredMessage(id int64) (*bot.Message, int64, error) {
	var row messageRow
	if err := t.query().Take(&row, id).Error; err != nil {
		return nil, 0, fmt.Errorf("message %d: %w", id, found(err))
	}
	m, err := t.message(&row)
	return m, row.ConversationID, err
}
