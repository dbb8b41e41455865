package store

import (
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"

	"gorm.io/gorm/clause"
)

type ballotRow struct {
	ID             int64 `gorm:"primaryKey;autoIncrement:false"`
	UnitID         int64
	ConversationID int64
	Seq            int
	Title          string
	RuleName       string
	RuleVersion    string
	State          string
	OpenedBy       int64
	OpenedAt       moment
	ClosesAt       moment
	ClosedAt       moment
	RollSize       int
	RollHash       optional
	Verdict        optional
}

func (ballotRow) TableName() string { return "ballots" }

type optionRow struct {
	BallotID int64 `gorm:"primaryKey;autoIncrement:false"`
	N        int   `gorm:"primaryKey;autoIncrement:false"`
	Label    string
	Stance   string
}

func (optionRow) TableName() string { return "ballot_options" }

type rollRow struct {
	BallotID int64 `gorm:"primaryKey;autoIncrement:false"`
	PersonID int64 `gorm:"primaryKey;autoIncrement:false"`
}

func (rollRow) TableName() string { return "ballot_rolls" }

type voteRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	BallotID  int64
	PersonID  int64
	Choice    int
	MessageID int64
	CreatedAt moment
	UpdatedAt moment
}

func (voteRow) TableName() string { return "votes" }

// CreateBallot inserts a ballot with its options and its frozen roll, giving it an id.
func (t *Tx) CreateBallot(b *bot.Ballot, roll []int64) error {
	b.ID = t.NewID()
	row := ballotRow{ID: b.ID, UnitID: b.UnitID, ConversationID: b.ConversationID, Seq: b.Seq, Title: fit(b.Title, 255), RuleName: b.Rule,
		RuleVersion: b.RuleVersion, State: string(b.State), OpenedBy: b.OpenedBy, OpenedAt: at(b.OpenedAt), ClosesAt: at(b.ClosesAt),
		RollSize: b.RollSize, RollHash: optional(b.RollHash)}
	if err := t.write().Create(&row).Error; err != nil {
		return fmt.Errorf("create ballot: %w", err)
	}
	options := make([]optionRow, len(b.Options))
	for i, o := range b.Options {
		options[i] = optionRow{BallotID: b.ID, N: o.N, Label: fit(o.Text, 128), Stance: string(o.Stance)}
	}
	if err := insert(t, "ballot options", options); err != nil {
		return err
	}
	rolls := make([]rollRow, len(roll))
	for i, p := range roll {
		rolls[i] = rollRow{BallotID: b.ID, PersonID: p}
	}
	if err := insert(t, "ballot roll", rolls); err != nil {
		return err
	}
	return wrap("create ballot", t.write().Model(&conversationRow{}).Where("id = ?", b.ConversationID).Update("ballot_id", b.ID).Error)
}

// CloseBallot seals the ballot, which is locked, with its verdict; false when it wasn't open any more, and then nothing is changed.
func (t *Tx) CloseBallot(id int64, state bot.BallotState, verdict string, closedAt time.Time) (bool, error) {
	res := t.write().Model(&ballotRow{}).Where("id = ? AND state = ?", id, string(bot.BallotOpen)).
		Updates(map[string]any{"state": string(state), "verdict": verdict, "closed_at": at(closedAt)})
	if res.Error != nil || res.RowsAffected == 0 {
		return false, wrap("close ballot", res.Error)
	}
	err := t.write().Model(&conversationRow{}).Where("id = (SELECT conversation_id FROM ballots WHERE id = ?) AND ballot_id = ?", id, id).
		Update("ballot_id", nil).Error
	return true, wrap("close ballot", err)
}

// LockBallot reads a ballot and keeps others from voting and from closing it until the transaction ends. Votes are cast under the
// conversation's lock, so that is taken first.
func (t *Tx) LockBallot(id int64) (*bot.Ballot, error) {
	home, err := selectRows[conversationRow](t, "WHERE id = (SELECT conversation_id FROM ballots WHERE id = ?)"+t.s.dialect.forUpdate, id)
	if err == nil && len(home) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("ballot %d: %w", id, err)
	}
	var row ballotRow
	if err := t.query().Clauses(clause.Locking{Strength: t.s.dialect.lockClause}).Take(&row, id).Error; err != nil {
		return nil, fmt.Errorf("ballot %d: %w", id, found(err))
	}
	return t.withOptions(&row)
}

// IsOpenLocked tells whether the ballot is open, and keeps it from being closed until the transaction ends.
func (t *Tx) IsOpenLocked(id int64) (bool, error) {
	for _, c := range t.locked {
		if int64(c.BallotID) == id {
			return true, nil // whoever closes it needs the conversation
		}
	}
	var row ballotRow
	err := t.query().Clauses(clause.Locking{Strength: t.s.dialect.lockClause}).Select("id", "state").Where("id = ?", id).Limit(1).Find(&row).Error
	return row.State == string(bot.BallotOpen), wrap("lock ballot", err)
}

// OpenBallot returns the newest open ballot of the conversation; ErrNotFound when there is none.
func (t *Tx) OpenBallot(conversation int64) (*bot.Ballot, error) {
	return t.oneBallot("conversation_id = ? AND state = ?", conversation, string(bot.BallotOpen))
}

// OpenBallots returns the open ballot of each of the conversations, which are locked, with options; those without one are missing.
func (t *Tx) OpenBallots(conversations []int64) (map[int64]*bot.Ballot, error) {
	var unknown []any
	out := map[int64]*bot.Ballot{}
	for _, id := range conversations {
		ballot := int64(t.locked[id].BallotID)
		if ballot == 0 || out[id] != nil {
			continue
		}
		if b := t.s.ballots.get(ballot); b != nil {
			out[id] = b
			continue
		}
		unknown = append(unknown, ballot)
	}
	if len(unknown) == 0 {
		return out, nil
	}
	rows, err := selectRows[ballotRow](t, "WHERE id IN ("+marks(len(unknown))+")", unknown...)
	if err != nil {
		return nil, fmt.Errorf("open ballots: %w", err)
	}
	for i := range rows {
		b, err := t.withOptions(&rows[i])
		if err != nil {
			return nil, err
		}
		t.s.ballots.put(b)
		out[b.ConversationID] = b
	}
	return out, nil
}

// LatestBallot returns the newest ballot of the conversation.
func (t *Tx) LatestBallot(conversation int64) (*bot.Ballot, error) {
	return t.oneBallot("conversation_id = ?", conversation)
}

// BallotBySeq returns the unit's ballot with the short number.
func (t *Tx) BallotBySeq(unit int64, seq int) (*bot.Ballot, error) {
	return t.oneBallot("unit_id = ? AND seq = ?", unit, seq)
}

func (t *Tx) oneBallot(where string, args ...any) (*bot.Ballot, error) {
	var row ballotRow
	if err := t.query().Where(where, args...).Order("id DESC").Take(&row).Error; err != nil {
		return nil, fmt.Errorf("ballot: %w", found(err))
	}
	return t.withOptions(&row)
}

func (t *Tx) withOptions(row *ballotRow) (*bot.Ballot, error) {
	b := row.ballot()
	var options []optionRow
	if err := t.query().Where("ballot_id = ?", row.ID).Order("n").Limit(100).Find(&options).Error; err != nil {
		return nil, fmt.Errorf("ballot options: %w", err)
	}
	for _, o := range options {
		b.Options = append(b.Options, bot.Option{N: o.N, Text: o.Label, Stance: bot.Stance(o.Stance)})
	}
	return &b, nil
}

func (r *ballotRow) ballot() bot.Ballot {
	return bot.Ballot{ID: r.ID, UnitID: r.UnitID, ConversationID: r.ConversationID, Seq: r.Seq, Title: r.Title, Rule: r.RuleName,
		RuleVersion: r.RuleVersion, State: bot.BallotState(r.State), OpenedBy: r.OpenedBy, OpenedAt: r.OpenedAt.Time,
		ClosesAt: r.ClosesAt.Time, ClosedAt: r.ClosedAt.Time, RollSize: r.RollSize, RollHash: string(r.RollHash), Verdict: string(r.Verdict)}
}

// DueBallots returns the ids of open ballots whose time is over, earliest first.
func (t *Tx) DueBallots(now time.Time, limit int) ([]int64, error) {
	var ids []int64
	err := t.query().Model(&ballotRow{}).Where("state = ? AND closes_at <= ?", string(bot.BallotOpen), at(now)).
		Order("closes_at").Limit(limit).Pluck("id", &ids).Error
	return ids, wrap("due ballots", err)
}

// VoteOf returns the person's standing choice, 0 when they haven't voted.
func (t *Tx) VoteOf(ballot, person int64) (int, error) {
	for _, v := range slices.Backward(t.pending.votes) {
		if v.BallotID == ballot && v.PersonID == person {
			return v.Choice, nil
		}
	}
	rows, err := selectRows[voteRow](t, "WHERE ballot_id = ? AND person_id = ?", ballot, person)
	if err != nil || len(rows) == 0 {
		return 0, wrap("vote", err)
	}
	return rows[0].Choice, nil
}

// SaveVote keeps the person's choice; a later one replaces it.
func (t *Tx) SaveVote(v bot.Vote, message int64) {
	t.pending.votes = append(t.pending.votes, voteRow{ID: t.NewID(), BallotID: v.BallotID, PersonID: v.PersonID, Choice: v.Option,
		MessageID: message, CreatedAt: at(v.At), UpdatedAt: at(v.At)})
}

// CountVotes counts the standing choices: option number → votes.
func (t *Tx) CountVotes(ballot int64) (map[int]int, error) {
	var rows []struct {
		Choice int
		N      int
	}
	err := t.query().Model(&voteRow{}).Select("choice, COUNT(*) AS n").Where("ballot_id = ?", ballot).Group("choice").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count votes: %w", err)
	}
	out := make(map[int]int, len(rows))
	for _, r := range rows {
		out[r.Choice] = r.N
	}
	return out, nil
}

// mostVotes bounds a count; a county has fewer people.
const mostVotes = 1_000_000

// Votes returns the standing votes, one a person.
func (t *Tx) Votes(ballot int64) ([]bot.Vote, error) {
	var rows []voteRow
	if err := t.query().Select("ballot_id", "person_id", "choice", "updated_at").Where("ballot_id = ?", ballot).Order("id").Limit(mostVotes).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("votes: %w", err)
	}
	out := make([]bot.Vote, len(rows))
	for i, r := range rows {
		out[i] = bot.Vote{BallotID: r.BallotID, PersonID: r.PersonID, Option: r.Choice, At: r.UpdatedAt.Time}
	}
	return out, nil
}
