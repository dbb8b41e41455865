package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"
)

// Span is a stretch of time [From, To), in one unit or, with Unit 0, in the whole county.
type Span struct {
	From, To time.Time
	Unit     int64
}

// Inclusion is why a matter stands in a ledger (rule book, section 1); several reasons may hold.
type Inclusion uint8

// The reasons: reported in the span, status changed in it, still open at its end.
const (
	InReported Inclusion = 1 << iota
	InChanged
	InOpen
)

// LedgerRef names a matter of a ledger and why it is there.
type LedgerRef struct {
	ID  int64
	Why Inclusion
}

// LedgerMatter is everything the columns of one ledger row are made of.
type LedgerMatter struct {
	Issue      bot.Issue
	Why        Inclusion
	Unit       string      // its name
	Reporter   string      // the name in the register, where the chat showed none
	Phone      string      // the reporter's, opened only when asked for
	Member     string      // 联系委员
	MergedInto string      // the number of the matter it was merged into
	Events     []bot.Event // with the verbs asked for, oldest first
	Raters     int         // people who answered a follow-up, ever
	RatedBy    string      // the last of them
	RatedAt    time.Time
}

// openStatuses are the statuses in which a matter still waits for somebody.
func openStatuses() []string {
	var open []string
	for _, s := range bot.Statuses() {
		if s.IsOpen() {
			open = append(open, string(s))
		}
	}
	return open
}

// ofUnit narrows a query on the issues i to the span's unit.
func (sp Span) ofUnit(where string, args ...any) (string, []any) {
	if sp.Unit == 0 {
		return where, args
	}
	return where + " AND i.unit_id = ?", append(args, sp.Unit)
}

// movedSince is true of an issue i whose status changed at a time or later.
const movedSince = "EXISTS (SELECT 1 FROM issue_events e WHERE e.issue_id = i.id AND e.created_at >= ? AND e.from_status <> e.to_status)"

// LedgerRefs lists the matters of the span's ledger by id, which is the order they were registered in: those reported in the
// span, those whose status changed in it, and those still open at its end. What was open at a past end is told by the events
// since: the status that the first later change left. Only ids are held in memory, 16 bytes a matter.
func (t *Tx) LedgerRefs(span Span) ([]LedgerRef, error) {
	from, to, open := at(span.From), at(span.To), openStatuses()
	var refs []LedgerRef
	add := func(why Inclusion, tables, where string, args ...any) error {
		where, args = span.ofUnit(where, args...)
		var ids []int64
		if err := t.db.Table(tables).Distinct("i.id").Where(where, args...).Pluck("i.id", &ids).Error; err != nil {
			return fmt.Errorf("matters of the ledger: %w", err)
		}
		for _, id := range ids {
			refs = append(refs, LedgerRef{ID: id, Why: why})
		}
		return nil
	}
	const moves = "issue_events e JOIN issues i ON i.id = e.issue_id"
	if err := add(InReported, "issues i", "i.reported_at >= ? AND i.reported_at < ?", from, to); err != nil {
		return nil, err
	}
	err := add(InChanged, moves, "e.created_at >= ? AND e.created_at < ? AND e.from_status <> '' AND e.from_status <> e.to_status", from, to)
	if err != nil {
		return nil, err
	}
	if err := add(InOpen, "issues i", "i.status IN ? AND i.reported_at < ? AND NOT "+movedSince, open, to, to); err != nil {
		return nil, err
	}
	err = add(InOpen, moves, "e.created_at >= ? AND e.from_status IN ? AND e.from_status <> e.to_status AND i.reported_at < ?"+
		" AND NOT EXISTS (SELECT 1 FROM issue_events x WHERE x.issue_id = e.issue_id AND x.seq < e.seq AND x.created_at >= ?"+
		" AND x.from_status <> x.to_status)", to, open, to, to)
	if err != nil {
		return nil, err
	}
	return foldRefs(refs), nil
}

// foldRefs sorts by id and makes one of the refs that name the same matter.
func foldRefs(refs []LedgerRef) []LedgerRef {
	slices.SortFunc(refs, func(a, b LedgerRef) int { return cmp.Compare(a.ID, b.ID) })
	out := refs[:0]
	for _, r := range refs {
		if n := len(out); n > 0 && out[n-1].ID == r.ID {
			out[n-1].Why |= r.Why
			continue
		}
		out = append(out, r)
	}
	return out
}

// LedgerNeeds is what a ledger wants besides the issues' own columns.
type LedgerNeeds struct {
	Verbs  []string // of events
	Phones bool     // open the reporters' phones: the caller has checked that the reader may see them
}

// LedgerPage reads the matters that the refs name, in their order: three queries for a page of any size, which the caller
// keeps to some hundreds. A matter that is gone is left out.
func (t *Tx) LedgerPage(refs []LedgerRef, needs LedgerNeeds) ([]LedgerMatter, error) {
	ids := make([]int64, len(refs))
	for i, r := range refs {
		ids[i] = r.ID
	}
	known, err := t.ledgerIssues(ids, needs.Phones)
	if err != nil {
		return nil, err
	}
	if err := t.ledgerEvents(ids, needs.Verbs, known); err != nil {
		return nil, err
	}
	if err := t.ledgerRatings(ids, known); err != nil {
		return nil, err
	}
	out := make([]LedgerMatter, 0, len(refs))
	for _, r := range refs {
		if m := known[r.ID]; m != nil {
			m.Why = r.Why
			out = append(out, *m)
		}
	}
	return out, nil
}

type ledgerRow struct {
	Row          issueRow `gorm:"embedded"`
	UnitName     string
	PersonName   string
	PersonPhone  string
	MemberName   optional
	MergedNumber optional
}

func (t *Tx) ledgerIssues(ids []int64, phones bool) (map[int64]*LedgerMatter, error) {
	var rows []ledgerRow
	err := t.db.Table("issues i").Select("i.*, u.name AS unit_name, p.name AS person_name, p.phone AS person_phone,"+
		" m.name AS member_name, g.number AS merged_number").
		Joins("JOIN units u ON u.id = i.unit_id").Joins("JOIN people p ON p.id = i.reporter_id").
		Joins("LEFT JOIN people m ON m.id = i.member_id").Joins("LEFT JOIN issues g ON g.id = i.merged_into").
		Where("i.id IN ?", ids).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("page of the ledger: %w", err)
	}
	known := make(map[int64]*LedgerMatter, len(rows))
	for i := range rows {
		r := &rows[i]
		m := &LedgerMatter{Issue: r.Row.issue(), Unit: r.UnitName, Reporter: r.PersonName, Member: string(r.MemberName), MergedInto: string(r.MergedNumber)}
		if phones {
			if m.Phone, err = t.s.keys.Open(fieldPhone, cmp.Or(r.Row.Contact, r.PersonPhone)); err != nil {
				return nil, fmt.Errorf("phone of %s: %w", r.Row.Number, err)
			}
		}
		known[r.Row.ID] = m
	}
	return known, nil
}

func (t *Tx) ledgerEvents(ids []int64, verbs []string, known map[int64]*LedgerMatter) error {
	var rows []eventRow
	err := t.db.Where("issue_id IN ? AND verb IN ?", ids, verbs).Order("issue_id, seq").Find(&rows).Error
	if err != nil {
		return fmt.Errorf("events of the ledger: %w", err)
	}
	for i := range rows {
		if m := known[rows[i].IssueID]; m != nil {
			m.Events = append(m.Events, rows[i].event())
		}
	}
	return nil
}

func (t *Tx) ledgerRatings(ids []int64, known map[int64]*LedgerMatter) error {
	var rows []struct {
		IssueID   int64
		Name      string
		CreatedAt moment
	}
	err := t.db.Table("ratings r").Select("r.issue_id, p.name, r.created_at").Joins("JOIN people p ON p.id = r.person_id").
		Where("r.issue_id IN ?", ids).Order("r.issue_id, r.created_at, r.id").Find(&rows).Error
	if err != nil {
		return fmt.Errorf("ratings of the ledger: %w", err)
	}
	for _, r := range rows {
		if m := known[r.IssueID]; m != nil {
			m.Raters++
			m.RatedBy, m.RatedAt = r.Name, r.CreatedAt.Time
		}
	}
	return nil
}

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
	err := t.db.Table("ballots i").Select("i.*, u.name AS unit_name").Joins("JOIN units u ON u.id = i.unit_id").
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
	err := t.db.Table("ballot_options o").Where("o.ballot_id IN ?", ids).
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
	err := t.db.Table("ballots i").Select("i.unit_id, i.seq, i.title").Where(where, args...).Order("i.id").Limit(100000).Find(&rows).Error
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

// MemberActs counts the events of the span by people who are committee members, by person and verb.
func (t *Tx) MemberActs(span Span) ([]MemberAct, error) {
	var rows []MemberAct
	where, args := span.ofUnit("e.created_at >= ? AND e.created_at < ?"+
		" AND EXISTS (SELECT 1 FROM roles r WHERE r.person_id = e.actor_id AND r.name = ?)", at(span.From), at(span.To), string(bot.RoleMember))
	err := t.db.Table("issue_events e").Select("e.actor_id AS person_id, p.name, p.sector, p.studio, e.verb, COUNT(*) AS n").
		Joins("JOIN issues i ON i.id = e.issue_id").Joins("JOIN people p ON p.id = e.actor_id").Where(where, args...).
		Group("e.actor_id, p.name, p.sector, p.studio, e.verb").Order("e.actor_id, e.verb").Find(&rows).Error
	return rows, wrap("what members did", err)
}
