package store

import (
	"fmt"
	"strings"
	"time"

	"tongshishang/bot"

	"gorm.io/gorm"
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

// Tallied are counts of matters as they stand now.
type Tallied struct {
	Groups []TallyGroup
	Kinds  []StatusCategory
}

// TallyGroup is the counts of the matters of one unit and handling unit. The names of the counters are those of the rates
// pack; each counts matters.
type TallyGroup struct {
	Unit   string // name
	Agency string // 主办单位; empty before an assignment
	Issues int64
	Closed int64 // in 已办结 or 已归档
	Open   int64 // still waiting for somebody
	Counts map[string]int64
}

// StatusCategory is how many matters of a first-level category have a status.
type StatusCategory struct {
	Status   bot.Status
	Category string
	N        int64
}

// TallyIssues counts the matters: one pass over the index that holds all it takes, and no matter leaves the database. The units'
// names are looked up afterwards, for a join would have the database go through the table unit by unit.
func (t *Tx) TallyIssues(q Tally) (*Tallied, error) {
	units, err := t.unitNames()
	if err != nil {
		return nil, err
	}
	var traits []string
	var args []any
	for _, c := range q.conditions() {
		traits, args = append(traits, c.sql), append(args, c.args...)
	}
	const facts = "i.unit_id, i.agency, i.category, i.status, i.solved, i.satisfaction"
	where, whereArgs := q.ofUnit("i.reported_at >= ? AND i.reported_at < ?", at(q.From), at(q.To))
	query := t.query().Table("issues i").Select(facts+", "+strings.Join(traits, " + ")+" AS traits, COUNT(*)", args...).
		Where(where, whereArgs...).Group(facts + ", traits")
	var unit, n int64
	var agency, category string
	var f fact
	sum := newTallying()
	err = eachRow(query, []any{&unit, &agency, &category, &f.status, &f.solved, &f.satisfaction, &f.traits, &n}, func() error {
		sum.add(units[unit], agency, category, f, n)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("tally issues: %w", err)
	}
	return sum.tallied(), nil
}

func (t *Tx) unitNames() (map[int64]string, error) {
	names := map[int64]string{}
	var id int64
	var name string
	err := eachRow(t.query().Table("units").Select("id, name"), []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	return names, wrap("names of units", err)
}

// tallying adds groups up.
type tallying struct {
	counters []counter
	groups   map[[2]string]*TallyGroup // by unit and agency
	kinds    map[StatusCategory]int64  // by status and category
}

func newTallying() *tallying {
	return &tallying{counters: counters(), groups: map[[2]string]*TallyGroup{}, kinds: map[StatusCategory]int64{}}
}

func (s *tallying) add(unit, agency, category string, f fact, n int64) {
	s.kinds[StatusCategory{Status: f.status, Category: category}] += n
	g := s.groups[[2]string{unit, agency}]
	if g == nil {
		g = &TallyGroup{Unit: unit, Agency: agency, Counts: map[string]int64{}}
		s.groups[[2]string{unit, agency}] = g
	}
	g.Issues += n
	if f.isDone() {
		g.Closed += n
	}
	if f.status.IsOpen() {
		g.Open += n
	}
	for _, c := range s.counters {
		if c.holds(f) {
			g.Counts[c.name] += n
		}
	}
}

func (s *tallying) tallied() *Tallied {
	out := &Tallied{}
	for _, g := range s.groups {
		out.Groups = append(out.Groups, *g)
	}
	for kind, n := range s.kinds {
		kind.N = n
		out.Kinds = append(out.Kinds, kind)
	}
	return out
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
		return wrap("count "+what, t.query().Table(tables).Where(where, args...).Count(into).Error)
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

// countMessages counts those in the database and those that were moved out, in one statement: a message on its way is in one of
// the two.
func (t *Tx) countMessages(into *int64, span Span) error {
	rows := func(table string) *gorm.DB {
		q := t.query().Table(table).Select("COUNT(*)").Where("sent_at >= ? AND sent_at < ? AND kind <> ?", at(span.From), at(span.To), string(bot.KindEvent))
		if span.Unit == 0 {
			return q
		}
		return q.Where("conversation_id IN (SELECT c.id FROM conversations c JOIN chat_groups g ON g.channel = c.channel"+
			" AND g.ext_id = c.ext_id WHERE c.kind = 'g' AND g.unit_id = ?)", span.Unit)
	}
	return wrap("count messages", t.query().Raw("SELECT (?) + (?)", rows("messages"), rows("archived_messages")).Scan(into).Error)
}

// FirstReported is when the first matter of the span was reported; zero when there is none.
func (t *Tx) FirstReported(span Span) (time.Time, error) {
	var first []moment
	where, args := span.ofUnit("i.reported_at >= ? AND i.reported_at < ?", at(span.From), at(span.To))
	err := t.query().Table("issues i").Where(where, args...).Order("i.reported_at").Limit(1).Pluck("i.reported_at", &first).Error
	if err != nil || len(first) == 0 {
		return time.Time{}, wrap("first matter", err)
	}
	return first[0].Time, nil
}
