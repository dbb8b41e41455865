package report

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/config"
	"tongshishang/store"
)

// Statistics are the counts and rates of a period, in the form of the statistics' JSON.
//
// Matters, and whatever is counted of them, are those reported in the period, as they stand now: so a matter is in exactly one
// period, and what was reported is the sum of what it became. Messages, endorsements, ballots and votes are those made in the
// period.
type Statistics struct {
	Messages       int64            `json:"messages"`
	Issues         int64            `json:"issues"`
	Endorsements   int64            `json:"endorsements"`
	Ballots        int64            `json:"ballots"`
	Votes          int64            `json:"votes"`
	Closed         int64            `json:"closed"`      // 已办结 or 已归档
	Open           int64            `json:"open"`        // still waiting for somebody
	ByStatus       map[string]int64 `json:"by_status"`   // by label; those that occur
	ByCategory     map[string]int64 `json:"by_category"` // first level; (未分类) for none
	ByUnit         map[string]Share `json:"by_unit"`
	ByHandlingUnit map[string]Share `json:"by_handling_unit"` // only what was assigned to one
	Rates          map[string]Rate  `json:"rates"`
}

// Share is the part of one unit or handling unit.
type Share struct {
	Issues int64           `json:"issues"`
	Closed int64           `json:"closed"`
	Rates  map[string]Rate `json:"rates"`
}

// contactVerbs are the moves that are a first real contact besides 受理 and 直接答复, of which the issue itself keeps the time:
// somebody answerable looked at the matter and said something.
func contactVerbs() []string { return []string{string(workflow.Refuse), string(workflow.Note)} }

// Stats counts the period [from, to); a zero from or to leaves that side open. Unit nil is the whole county. The rates are
// those of the rates pack (rule book, section 3), the limits for responding and signing those of the workflow pack.
func Stats(ctx context.Context, s *store.Store, rules *config.Rules, now, from, to time.Time, unit *bot.Unit) (*Statistics, error) {
	span := period(from, to)
	span.Unit, _ = scopeOf(unit)
	var st *Statistics
	err := s.Read(ctx, func(tx *store.Tx) error {
		tallied, err := tally(tx, rules, span, now)
		if err != nil {
			return err
		}
		st = gather(tallied, &rules.Rates)
		return st.activity(tx, span)
	})
	if err != nil {
		return nil, fmt.Errorf("statistics: %w", err)
	}
	return st, nil
}

// period closes an open side with a date that the databases can hold and no matter reaches.
func period(from, to time.Time) store.Span {
	if from.IsZero() {
		from = time.Date(1900, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	if to.IsZero() {
		to = time.Date(9000, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return store.Span{From: from, To: to}
}

func tally(tx *store.Tx, rules *config.Rules, span store.Span, now time.Time) (*store.Tallied, error) {
	first, err := tx.FirstReported(span)
	if err != nil || first.IsZero() {
		return &store.Tallied{}, err
	}
	q := store.Tally{Span: span, Now: now, Contact: contactVerbs()}
	l := limits{calendar: workflow.NewCalendar(rules.Calendar, shanghai()), pack: &rules.Workflow}
	if q.ResponseDue, err = l.steps(workflow.ClockAccept, first, now); err != nil {
		return nil, err
	}
	if q.SignDue, err = l.steps(workflow.ClockSign, first, now); err != nil {
		return nil, err
	}
	return tx.TallyIssues(q)
}

// limits works out limits in days for many starts at once.
type limits struct {
	calendar *workflow.Calendar
	pack     *config.Workflow
}

// steps lists when what starts from first to last is due, as steps from day to day: a limit in days ends at the same moment
// whenever in the day it began. A limit in hours has no such steps, and the rates that rest on it can't be counted.
func (l limits) steps(clock workflow.Clock, first, last time.Time) ([]store.DueStep, error) {
	rule, ok := l.rule(clock)
	if !ok {
		return nil, nil // no limit: nothing is ever due, nor in time
	}
	if rule.Limit.Unit != config.Workdays && rule.Limit.Unit != config.Days {
		return nil, fmt.Errorf("limit %q of %s: statistics need a limit in days", rule.Limit, rule.Name)
	}
	var steps []store.DueStep
	y, m, d := first.In(shanghai()).Date()
	for day := time.Date(y, m, d, 0, 0, 0, 0, shanghai()); !day.After(last); day = day.AddDate(0, 0, 1) {
		term, err := l.calendar.Due(day, rule.Limit)
		if err != nil {
			return nil, fmt.Errorf("limit %s: %w", rule.Name, err)
		}
		next := day.AddDate(0, 0, 1)
		if n := len(steps); n > 0 && steps[n-1].Due.Equal(term.At) {
			steps[n-1].Before = next
			continue
		}
		steps = append(steps, store.DueStep{Before: next, Due: term.At})
	}
	return steps, nil
}

func (l limits) rule(clock workflow.Clock) (config.ClockLimit, bool) {
	for _, set := range l.pack.Sets {
		if set.Name == l.pack.Use {
			return set.Find(string(clock), "")
		}
	}
	return config.ClockLimit{}, false
}

// sums is what is added up of the groups of one unit.
type sums struct {
	issues, closed int64
	counts         map[string]int64
}

func (s *sums) add(g *store.TallyGroup) {
	s.issues += g.Issues
	s.closed += g.Closed
	if s.counts == nil {
		s.counts = map[string]int64{}
	}
	for name, n := range g.Counts {
		s.counts[name] += n
	}
}

func gather(tallied *store.Tallied, pack *config.Rates) *Statistics {
	var all sums
	units, agencies := map[string]*sums{}, map[string]*sums{}
	st := &Statistics{ByStatus: map[string]int64{}, ByCategory: map[string]int64{}}
	for i := range tallied.Groups {
		g := &tallied.Groups[i]
		all.add(g)
		st.Open += g.Open
		sumOf(units, g.Unit).add(g)
		if g.Agency != "" {
			sumOf(agencies, g.Agency).add(g)
		}
	}
	for _, k := range tallied.Kinds {
		st.ByStatus[k.Status.Label()] += k.N
		st.ByCategory[orElse(k.Category, noCategory)] += k.N
	}
	st.Issues, st.Closed, st.Rates = all.issues, all.closed, ratesOf(pack, all.counts)
	st.ByUnit, st.ByHandlingUnit = shares(units, pack), shares(agencies, pack)
	return st
}

func sumOf(by map[string]*sums, name string) *sums {
	if by[name] == nil {
		by[name] = &sums{}
	}
	return by[name]
}

func shares(by map[string]*sums, pack *config.Rates) map[string]Share {
	out := make(map[string]Share, len(by))
	for name, s := range by {
		out[name] = Share{Issues: s.issues, Closed: s.closed, Rates: ratesOf(pack, s.counts)}
	}
	return out
}

func ratesOf(pack *config.Rates, counts map[string]int64) map[string]Rate {
	out := make(map[string]Rate, len(pack.Rates))
	for _, rule := range pack.Rates {
		out[rule.Name] = work(rule, pack, counts)
	}
	return out
}

func (st *Statistics) activity(tx *store.Tx, span store.Span) error {
	a, err := tx.TallyActivity(span)
	if err != nil {
		return err
	}
	st.Messages, st.Endorsements, st.Ballots, st.Votes = a.Messages, a.Endorsements, a.Ballots, a.Votes
	return nil
}

// Text is the statistics as the bot says them in a group: 本周 9 件,办结 6,正在办 3. The rates a group cares for follow as far
// as n allows.
func Text(st *Statistics, rules *config.Rules, periodName string) string {
	fields := map[string]string{"period": periodName, "count": strconv.FormatInt(st.Issues, 10),
		"closed": strconv.FormatInt(st.Closed, 10), "open": strconv.FormatInt(st.Open, 10)}
	var rates []string
	for _, name := range []string{"按时办结率", "解决率", "满意率"} {
		if r := st.Rates[name]; r.Percent != nil {
			rates = append(rates, name+" "+*r.Percent+"%")
		}
	}
	if len(rates) == 0 {
		return rules.Texts.Render("stats", fields)
	}
	fields["rates"] = strings.Join(rates, ",")
	return rules.Texts.Render("stats_rates", fields)
}
