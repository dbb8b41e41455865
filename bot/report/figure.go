package report

import (
	"slices"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
	"tongshishang/store"
)

// figure is a count on a summary sheet: the rows of 台账明细 for which holds is true. What decides is printed on the row, so
// that anybody can filter 台账明细 by it and count again; filter says how.
type figure struct {
	head    string
	counter string // the name in the rates pack, if rates are made of it
	filter  string
	holds   func(b *book, r *row) bool
}

// figures are the counts of a summary, in the order of its columns.
func figures(labels *config.Ledger) []figure {
	is := func(column int, texts ...string) func(*book, *row) bool {
		return func(_ *book, r *row) bool {
			return slices.Contains(texts, r.Cells[column])
		}
	}
	why := func(w store.Inclusion) func(*book, *row) bool {
		return func(_ *book, r *row) bool { return r.Why&w != 0 }
	}
	unrated := bot.SatisfactionNone.Label()
	return []figure{
		{head: "台账件数", filter: "台账明细全部行", holds: func(*book, *row) bool { return true }},
		{head: labels.Counts.Reported, filter: "备注含“" + labels.Counts.Reported + "”", holds: why(store.InReported)},
		{head: labels.Counts.Changed, filter: "备注含“" + labels.Counts.Changed + "”", holds: why(store.InChanged)},
		{head: labels.Counts.Open, filter: "备注含“" + labels.Counts.Open + "”", holds: why(store.InOpen)},
		{head: "交办", counter: "dispatched", filter: "交办时间不空", holds: isDispatched},
		{head: "退单", counter: "returned", filter: "重办/退单次数斜线右边不是 0", holds: func(_ *book, r *row) bool { return !strings.HasSuffix(r.Cells[colTimes], "/0") }},
		{head: "办结过", counter: "closed", filter: "当前状态为已办结、已归档,或重办次数不是 0", holds: func(_ *book, r *row) bool { return isDone(r) || isReopened(r) }},
		{head: "按时办结", counter: "closed_in_time", filter: "交办时间不空,当前状态为已办结、已归档,是否按时为“" + labels.InTime.Yes + "”",
			holds: func(_ *book, r *row) bool { return isDone(r) && r.Cells[colInTime] == labels.InTime.Yes }},
		{head: "超时办结", counter: "closed_late", filter: "交办时间不空,当前状态为已办结、已归档,是否按时为“" + labels.InTime.No + "”",
			holds: func(_ *book, r *row) bool { return isDone(r) && r.Cells[colInTime] == labels.InTime.No }},
		{head: "到期或办结", counter: "dispatched_due", filter: "交办时间不空,并且当前状态为已办结、已归档,或办理时限早于制表时间(锁定的为锁定时间)", holds: isDue},
		{head: "重办", counter: "reopened", filter: "重办/退单次数斜线左边不是 0", holds: func(_ *book, r *row) bool { return isReopened(r) }},
		{head: "回访", counter: "follow_ups", filter: "回访情况不空", holds: func(_ *book, r *row) bool { return r.Cells[colFollowUp] != "" }},
		{head: "有效回访", counter: "valid_follow_ups", filter: "是否解决不空,或满意度为满意、基本满意、不满意",
			holds: func(_ *book, r *row) bool {
				return r.Cells[colSolved] != "" || r.Cells[colSatisfied] != "" && r.Cells[colSatisfied] != unrated
			}},
		{head: "已解决", counter: "solved", filter: "是否解决为已解决", holds: is(colSolved, bot.SolvedYes.Label())},
		{head: "部分解决", filter: "是否解决为部分解决", holds: is(colSolved, bot.SolvedPartly.Label())},
		{head: "未解决", filter: "是否解决为未解决", holds: is(colSolved, bot.SolvedNo.Label())},
		{head: "满意", counter: "satisfied", filter: "满意度为满意", holds: is(colSatisfied, bot.SatisfactionGood.Label())},
		{head: "基本满意", counter: "fair", filter: "满意度为基本满意", holds: is(colSatisfied, bot.SatisfactionFair.Label())},
		{head: "不满意", counter: "dissatisfied", filter: "满意度为不满意", holds: is(colSatisfied, bot.SatisfactionBad.Label())},
	}
}

func isDispatched(_ *book, r *row) bool { return r.Cells[colAssigned] != "" }

func isDone(r *row) bool {
	return r.Cells[colStatus] == "已办结" || r.Cells[colStatus] == "已归档"
}

func isReopened(r *row) bool { return !strings.HasPrefix(r.Cells[colTimes], "0/") }

func isDue(b *book, r *row) bool {
	return isDispatched(b, r) && (isDone(r) || !r.Due.IsZero() && r.Due.Before(b.now))
}

// isLate tells whether the matter is open and past its due date, isSupervised whether it is open and under supervision.
func (b *book) isLate(r *row) bool {
	return r.Cells[colInTime] == b.pack.InTime.No && isOpenLabel(r.Cells[colStatus])
}

func isSupervised(r *row) bool { return r.Supervised > 0 && isOpenLabel(r.Cells[colStatus]) }

// daysLate is how many working days the matter is past its due date.
func (b *book) daysLate(r *row, now time.Time) int {
	if r.Due.IsZero() || !b.isLate(r) {
		return 0
	}
	return b.workdaysLate(r.Due, now)
}

// summary counts the figures by a key: unit, handling unit or category.
type summary struct {
	figures []figure
	rates   []config.Rate // those of the pack that can be made of the figures
	groups  map[string][]int64
	keys    []string // in the order of printing; new ones are put behind
}

func newSummary(figures []figure, pack *config.Rates, keys []string) *summary {
	s := &summary{figures: figures, groups: map[string][]int64{}}
	for _, k := range keys {
		s.group(k)
	}
	known := map[string]bool{}
	for _, f := range figures {
		known[f.counter] = true
	}
	for _, rule := range pack.Rates {
		if madeOf(rule.Numerator, known) && madeOf(rule.Denominator, known) {
			s.rates = append(s.rates, rule)
		}
	}
	return s
}

func madeOf(sum config.Sum, known map[string]bool) bool {
	for _, term := range sum {
		if !known[term.Counter] {
			return false
		}
	}
	return true
}

func (s *summary) group(key string) []int64 {
	counts, ok := s.groups[key]
	if !ok {
		counts = make([]int64, len(s.figures))
		s.groups[key] = counts
		s.keys = append(s.keys, key)
	}
	return counts
}

// add counts a row, for which the figures in held are true.
func (s *summary) add(key string, held []bool) {
	counts := s.group(key)
	for i, h := range held {
		if h {
			counts[i]++
		}
	}
}

// total sums all groups.
func (s *summary) total() []int64 {
	total := make([]int64, len(s.figures))
	for _, counts := range s.groups {
		for i, n := range counts {
			total[i] += n
		}
	}
	return total
}

// named gives counts their names in the rates pack.
func (s *summary) named(counts []int64) map[string]int64 {
	out := map[string]int64{}
	for i, f := range s.figures {
		if f.counter != "" {
			out[f.counter] = counts[i]
		}
	}
	return out
}
