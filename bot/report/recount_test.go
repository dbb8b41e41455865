package report

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// census is a county full of matters made up at random, kept beside the database to be counted again one by one. The matters needn't
// be such as the workflow allows: every combination of facts has to be counted right.
type census struct {
	*county
	random   *rand.Rand
	now      time.Time
	edges    []time.Time // of periods
	units    []bot.Unit
	matters  []matterFacts
	messages []saidAt
	ballots  []ballotFacts
}

type matterFacts struct {
	bot.Issue
	contact           time.Time // the first of the events that are one
	upheld, dismissed bool      // rulings on returns
	endorsed          []time.Time
}

type saidAt struct {
	kind bot.Kind
	unit int64
	at   time.Time
}

type ballotFacts struct {
	unit  int64
	at    time.Time
	votes []time.Time
}

func newCensus(t *testing.T, s *store.Store, clock *storetest.Clock, seed uint64) *census {
	c := &census{county: newCounty(t, s, clock), random: rand.New(rand.NewPCG(seed, 7)), now: day(25, 18, 0)}
	c.units = []bot.Unit{c.pingxiang, c.maying}
	c.edges = []time.Time{day(9, 0, 0), day(16, 0, 0), day(23, 0, 0)}
	for range 400 {
		c.addMatter()
	}
	for range 60 {
		c.addMessage()
	}
	for range 10 {
		c.addBallot()
	}
	return c
}

// one picks one of the choices.
func one[T any](c *census, choices ...T) T { return choices[c.random.IntN(len(choices))] }

// around is the moment, the last before it or the first after it.
func (c *census) around(t time.Time) time.Time {
	return t.Add(time.Duration(c.random.IntN(3)-1) * time.Microsecond)
}

// moment is any time of three weeks, often an edge of a period or of a day.
func (c *census) moment() time.Time {
	switch c.random.IntN(4) {
	case 0:
		return c.around(one(c, c.edges...))
	case 1:
		return c.around(day(5+c.random.IntN(18), 0, 0))
	}
	return day(5+c.random.IntN(18), c.random.IntN(24), c.random.IntN(60))
}

// after is a time after another: at a due date of it, soon or days later, or never. It isn't later than the census.
func (c *census) after(t, due time.Time) time.Time {
	at := one(c, time.Time{}, c.around(due), t.Add(time.Minute), t.Add(50*time.Hour), t.Add(9*24*time.Hour))
	if at.After(c.now) {
		return c.now
	}
	return at
}

// due works the limit out for one start, and not in steps.
func (c *census) due(clock workflow.Clock, start time.Time) time.Time {
	l := limits{calendar: workflow.NewCalendar(c.rules.Calendar, shanghai()), pack: &c.rules.Workflow}
	rule, ok := l.rule(clock)
	if !ok {
		c.t.Fatalf("no limit %s", clock)
	}
	term, err := l.calendar.Due(start, rule.Limit)
	if err != nil {
		c.t.Fatal(err)
	}
	return term.At
}

func (c *census) addMatter() {
	reported := c.moment()
	seq := len(c.matters) + 1
	m := matterFacts{Issue: bot.Issue{UnitID: one(c, c.units...).ID, Seq: seq, Number: fmt.Sprint("TW-", seq), Kind: bot.IssueAppeal, ReporterID: c.resident.ID,
		ConversationID: c.conversation, ReportedAt: reported, UpdatedAt: c.now, Status: one(c, append(bot.Statuses(), slices.Repeat([]bot.Status{bot.StatusClosed}, 9)...)...), Round: 1, Events: 1,
		Category: one(c, "", "城乡建设", "民政"), Agency: one(c, "", "住建局", "水务局", "民政局"),
		Solved:       one(c, bot.SolvedUnknown, bot.SolvedYes, bot.SolvedPartly, bot.SolvedNo),
		Satisfaction: one(c, bot.SatisfactionUnasked, bot.SatisfactionNone, bot.SatisfactionGood, bot.SatisfactionFair, bot.SatisfactionBad),
		Reopened:     one(c, 0, 0, 1, 2), Returned: one(c, 0, 0, 1, 3), Extended: one(c, 0, 1)}}
	m.AcceptedAt = c.after(reported, c.due(workflow.ClockAccept, reported))
	if m.AssignedAt = c.after(reported, reported.Add(time.Hour)); !m.AssignedAt.IsZero() {
		m.SignedAt = c.after(m.AssignedAt, c.due(workflow.ClockSign, m.AssignedAt))
	}
	m.DueAt = one(c, time.Time{}, c.around(c.now), reported.Add(80*time.Hour))
	m.ResolvedAt, m.ClosedAt = c.after(reported, m.DueAt), c.after(reported, m.DueAt)
	c.clock.Set(c.moment())
	c.write(func(tx *store.Tx) error { return c.saveMatter(tx, &m) })
	c.matters = append(c.matters, m)
}

func (c *census) saveMatter(tx *store.Tx, m *matterFacts) error {
	m.contact, m.endorsed, m.upheld, m.dismissed = time.Time{}, nil, false, false
	if err := tx.CreateIssue(&m.Issue, ""); err != nil {
		return err
	}
	for seq := range c.random.IntN(4) {
		e := bot.Event{IssueID: m.ID, Seq: seq + 1, Verb: string(one(c, workflow.Register, workflow.Supervise, workflow.Note, workflow.Refuse)), At: m.ReportedAt.Add(time.Minute)}
		if at := c.after(m.ReportedAt, c.due(workflow.ClockAccept, m.ReportedAt)); !at.IsZero() {
			e.At = at
		}
		tx.AddEvent(e)
		if isContact := e.Verb == "refuse" || e.Verb == "note"; isContact && (m.contact.IsZero() || e.At.Before(m.contact)) {
			m.contact = e.At
		}
	}
	for _, p := range []int64{c.neighbour.ID, c.clerk.ID}[:c.random.IntN(3)] {
		tx.Endorse(m.ID, p, 1)
		m.endorsed = append(m.endorsed, tx.Now())
	}
	for round := range m.Returned {
		handed := m.Issue
		handed.Round, handed.AssignedAt, handed.DueAt = round+1, m.ReportedAt, m.ReportedAt
		tx.SaveAssignment(&handed, c.clerk.ID)
		valid := one(c, true, false)
		if one(c, true, true, false) { // ruled on
			if err := tx.RuleOnReturn(m.ID, round+1, valid); err != nil {
				return err
			}
			m.upheld, m.dismissed = m.upheld || valid, m.dismissed || !valid
		}
	}
	return nil
}

func (c *census) addMessage() {
	said := saidAt{kind: one(c, bot.KindText, bot.KindImage, bot.KindEvent), unit: c.pingxiang.ID, at: c.moment()}
	m := &bot.Message{Channel: "qun", ID: fmt.Sprint("m", len(c.messages)), Kind: said.kind, Group: "PX", Sender: "wxid", SentAt: said.at, ReceivedAt: said.at}
	c.write(func(tx *store.Tx) error {
		return tx.SaveMessages([]store.Record{{ID: tx.NewID(), Key: m.Key(), ConversationID: c.conversation, Message: m, State: store.MessageHandled}})
	})
	c.messages = append(c.messages, said)
}

func (c *census) addBallot() {
	b := &bot.Ballot{UnitID: one(c, c.units...).ID, ConversationID: c.conversation, Seq: len(c.ballots) + 1, Title: "赶集改到周六吗", Rule: "征求意见", RuleVersion: "2026.1",
		State: bot.BallotOpen, Options: []bot.Option{{N: 1, Text: "同意", Stance: bot.StanceAgree}}, OpenedBy: c.member.ID, OpenedAt: c.moment(), ClosesAt: c.now}
	facts := ballotFacts{unit: b.UnitID, at: b.OpenedAt}
	c.write(func(tx *store.Tx) error {
		facts.votes = nil
		if err := tx.CreateBallot(b, nil); err != nil {
			return err
		}
		for _, p := range []int64{c.resident.ID, c.neighbour.ID, c.clerk.ID}[:c.random.IntN(4)] {
			v := bot.Vote{BallotID: b.ID, PersonID: p, Option: 1, At: c.moment()}
			tx.SaveVote(v, 1)
			facts.votes = append(facts.votes, v.At)
		}
		return nil
	})
	c.ballots = append(c.ballots, facts)
}

// counters are the counters that a matter is part of, straight from the rule book, section 3.
func (c *census) counters(m *matterFacts) []string {
	var list []string
	put := func(name string, holds bool) {
		if holds {
			list = append(list, name)
		}
	}
	due := c.due(workflow.ClockAccept, m.ReportedAt)
	contacts := slices.DeleteFunc([]time.Time{m.AcceptedAt, m.contact}, time.Time.IsZero)
	left := m.Status == bot.StatusMerged || m.Status == bot.StatusWithdrawn
	put("response_due", len(contacts) > 0 || due.Before(c.now) && !left)
	put("responded_in_time", slices.ContainsFunc(contacts, func(t time.Time) bool { return !t.After(due) }))
	dispatched, done := !m.AssignedAt.IsZero(), m.Status == bot.StatusClosed || m.Status == bot.StatusArchived
	put("dispatched", dispatched)
	put("dispatched_due", dispatched && (done || !m.DueAt.IsZero() && m.DueAt.Before(c.now)))
	put("signed_in_time", dispatched && !m.SignedAt.IsZero() && !m.SignedAt.After(c.due(workflow.ClockSign, m.AssignedAt)))
	put("returned", m.Returned > 0)
	put("returned_upheld", m.upheld)
	put("returned_dismissed", m.dismissed)
	put("closed", done || m.Reopened > 0)
	outcome := m.ResolvedAt
	if outcome.IsZero() {
		outcome = m.ClosedAt
	}
	late := !m.DueAt.IsZero() && outcome.After(m.DueAt)
	put("closed_in_time", dispatched && done && !outcome.IsZero() && !late)
	put("closed_late", dispatched && done && late)
	put("reopened", m.Reopened > 0)
	valid := m.Solved != bot.SolvedUnknown || m.Satisfaction != bot.SatisfactionUnasked && m.Satisfaction != bot.SatisfactionNone
	put("follow_ups", valid || m.Status != bot.StatusAnswered && (!m.ResolvedAt.IsZero() || m.Reopened > 0))
	put("valid_follow_ups", valid)
	put("solved", m.Solved == bot.SolvedYes)
	put("satisfied", m.Satisfaction == bot.SatisfactionGood)
	put("fair", m.Satisfaction == bot.SatisfactionFair)
	put("dissatisfied", m.Satisfaction == bot.SatisfactionBad)
	return list
}

// recount makes the statistics of a period by looking at everything that is in the county.
func (c *census) recount(from, to time.Time, unit *bot.Unit) *Statistics {
	in := func(at time.Time, of int64) bool {
		return !at.Before(from) && at.Before(to) && (unit == nil || of == unit.ID)
	}
	st := &Statistics{ByStatus: map[string]int64{}, ByCategory: map[string]int64{}}
	all, units, agencies := &sums{}, map[string]*sums{}, map[string]*sums{}
	for i := range c.matters {
		m := &c.matters[i]
		for _, at := range m.endorsed {
			if in(at, m.UnitID) {
				st.Endorsements++
			}
		}
		if !in(m.ReportedAt, m.UnitID) {
			continue
		}
		g := &store.TallyGroup{Issues: 1, Counts: map[string]int64{}}
		for _, name := range c.counters(m) {
			g.Counts[name] = 1
		}
		if m.Status == bot.StatusClosed || m.Status == bot.StatusArchived {
			g.Closed = 1
		}
		if m.Status.IsOpen() {
			st.Open++
		}
		all.add(g)
		sumOf(units, c.units[slices.IndexFunc(c.units, func(u bot.Unit) bool { return u.ID == m.UnitID })].Name).add(g)
		if m.Agency != "" {
			sumOf(agencies, m.Agency).add(g)
		}
		st.ByStatus[m.Status.Label()]++
		st.ByCategory[orElse(m.Category, noCategory)]++
	}
	st.Issues, st.Closed, st.Rates = all.issues, all.closed, ratesOf(&c.rules.Rates, all.counts)
	st.ByUnit, st.ByHandlingUnit = shares(units, &c.rules.Rates), shares(agencies, &c.rules.Rates)
	for _, said := range c.messages {
		if said.kind != bot.KindEvent && in(said.at, said.unit) {
			st.Messages++
		}
	}
	for _, b := range c.ballots {
		if in(b.at, b.unit) {
			st.Ballots++
		}
		for _, at := range b.votes {
			if in(at, b.unit) {
				st.Votes++
			}
		}
	}
	return st
}

// TestStats_EqualARecount holds the statistics, which the database counts, against looking at every matter.
func TestStats_EqualARecount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := newCensus(t, s, clock, 20261116)
		ends := []time.Time{{}, day(9, 0, 0), day(16, 0, 0).Add(time.Microsecond), day(23, 0, 0)}
		for _, from := range ends[:3] {
			for _, to := range ends {
				for _, unit := range []*bot.Unit{nil, &c.pingxiang, &c.maying} {
					if !to.IsZero() && !from.Before(to) {
						continue
					}
					got, err := Stats(t.Context(), s, c.rules, c.now, from, to, unit)
					if err != nil {
						t.Fatal(err)
					}
					p := period(from, to)
					if want := c.recount(p.From, p.To, unit); !reflect.DeepEqual(got, want) {
						t.Errorf("from %v to %v, unit %v:\n got %+v\nwant %+v", from, to, unit, got, want)
					}
				}
			}
		}
	})
}
