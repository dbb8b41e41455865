package store

import (
	"fmt"
	"time"

	"tongshishang/bot"
)

// LedgerBallot is a ballot as the ledger prints it.
type LedgerBallot struct {
	Ballot  bot.Ballot
	Unit    string
	Turnout int // people who had voted by the time asked for
	Counts  []bot.Count
}

// LedgerBallots lists ballots opened or closed in the span, by id after the given one, at most limit. Turnout counts those who
// first voted by asOf.
func (t *Tx) LedgerBallots(span Span, asOf time.Time, after int64, limit int) ([]LedgerBallot, error) {
	var rows []struct {
		Row      ballotRow `gorm:"embedded"`
		UnitName string
	}
	where, args := span.ofUnit("i.id > ? AND i.opened_at < ? AND (i.opened_at >= ? OR i.closed_at >= ? AND i.closed_at < ?)",
		after, at(span.To), at(span.From), at(span.From), at(span.To))
	err := t.query().Table("ballots i").Select("i.*, u.name AS unit_name").Joins("JOIN units u ON u.id = i.unit_id").
		Where(where, args...).Order("i.id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("ballots of the ledger: %w", err)
	}
	out := make([]LedgerBallot, len(rows))
	byID := make(map[int64]*LedgerBallot, len(rows))
	ids := make([]int64, len(rows))
	for i := range rows {
		out[i] = LedgerBallot{Ballot: rows[i].Row.ballot(), Unit: rows[i].UnitName}
		ids[i] = rows[i].Row.ID
		byID[ids[i]] = &out[i]
	}
	return out, t.countBallots(ids, asOf, byID)
}

func (t *Tx) countBallots(ids []int64, asOf time.Time, byID map[int64]*LedgerBallot) error {
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		Option  optionRow `gorm:"embedded"`
		Votes   int
		Turnout int
	}
	err := t.query().Table("ballot_options o").Where("o.ballot_id IN ?", ids).
		Select("o.*, COUNT(v.id) AS votes, COALESCE(SUM(CASE WHEN v.created_at <= ? THEN 1 ELSE 0 END), 0) AS turnout", at(asOf)).
		Joins("LEFT JOIN votes v ON v.ballot_id = o.ballot_id AND v.choice = o.n").
		Group("o.ballot_id, o.n, o.label, o.stance").Order("o.ballot_id, o.n").Find(&rows).Error
	if err != nil {
		return fmt.Errorf("votes of the ledger: %w", err)
	}
	for _, r := range rows {
		b, o := byID[r.Option.BallotID], r.Option
		b.Counts = append(b.Counts, bot.Count{Option: bot.Option{N: o.N, Text: o.Label, Stance: bot.Stance(o.Stance)}, Votes: r.Votes})
		b.Turnout += r.Turnout
	}
	return nil
}

// BallotTitle is what a ballot is called, to find the matters it quotes.
type BallotTitle struct {
	UnitID int64
	Seq    int
	Title  string
}

// BallotsQuoting lists the ballots opened before a time whose title holds a number sign, in one unit or, with 0, in all.
func (t *Tx) BallotsQuoting(unit int64, before time.Time) ([]BallotTitle, error) {
	var rows []BallotTitle
	where, args := Span{Unit: unit}.ofUnit("i.opened_at < ? AND (i.title LIKE '%#%' OR i.title LIKE '%＃%')", at(before))
	err := t.query().Table("ballots i").Select("i.unit_id, i.seq, i.title").Where(where, args...).Order("i.id").Limit(100000).Find(&rows).Error
	return rows, wrap("ballots quoting matters", err)
}

// MemberAct is how often a committee member did one thing.
type MemberAct struct {
	PersonID int64
	Name     string
	Sector   string
	Studio   string
	Verb     string
	N        int
}

// MemberActs counts the events of the span by people who are committee members, by person and verb. The matters are looked at
// only where they tell the unit.
func (t *Tx) MemberActs(span Span) ([]MemberAct, error) {
	var rows []MemberAct
	where, args := span.ofUnit("e.created_at >= ? AND e.created_at < ?"+
		" AND EXISTS (SELECT 1 FROM roles r WHERE r.person_id = e.actor_id AND r.name = ?)", at(span.From), at(span.To), string(bot.RoleMember))
	err := span.eventsIn(t.query()).Select("e.actor_id AS person_id, p.name, p.sector, p.studio, e.verb, COUNT(*) AS n").
		Joins("JOIN people p ON p.id = e.actor_id").Where(where, args...).
		Group("e.actor_id, p.name, p.sector, p.studio, e.verb").Order("e.actor_id, e.verb").Find(&rows).Error
	return rows, wrap("what members did", err)
}
