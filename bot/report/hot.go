package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/topic"
	"tongshishang/bot/workflow"
	"tongshishang/config"
	"tongshishang/store"
)

// HotList is the hot topics of a week, the hottest first.
type HotList struct {
	Topics []HotTopic
	Cut    bool // the week had more matters than the heat pack's most_issues; only the newest were looked at
}

// HotTopic is what many people spoke of in a week. A signed-off week keeps it as it was.
type HotTopic struct {
	Rank    int         `json:"rank"`
	Title   string      `json:"title"`  // of the matter that most people spoke for
	Masked  string      `json:"masked"` // the same without names, for groups and the public edition
	Score   float64     `json:"score"`  // see topic.HeatRule
	People  int         `json:"people"`
	Days    int         `json:"days"`
	Where   string      `json:"where"`   // 平襄镇, 3 个乡镇
	Count   int         `json:"count"`   // matters in it
	Matters []HotMatter `json:"matters"` // the one that gave the title first
}

// HotMatter is a registered matter of a topic.
type HotMatter struct {
	Issue  int64  `json:"issue"`
	Unit   int64  `json:"unit"`
	Number string `json:"number"`
	Seq    int    `json:"seq"`
}

// HotTopics finds the hot topics of a week, up to now if it isn't over: the matters reported or endorsed in it are put together by
// what they are about, and people, recency and spread are weighed by the heat pack. Unit nil is the whole county. 举报 and what
// was withdrawn are left out.
func HotTopics(ctx context.Context, s *store.Store, matcher *topic.Matcher, rules *config.Rules, now time.Time, week Week, unit *bot.Unit) (*HotList, error) {
	id, _ := scopeOf(unit)
	var list *HotList
	err := s.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = hotTopics(tx, matcher, newBook(rules, now), week, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("hot topics of %s: %w", week, err)
	}
	return list, nil
}

func hotTopics(tx *store.Tx, matcher *topic.Matcher, b *book, week Week, unit int64) (*HotList, error) {
	units, err := tx.Units()
	if err != nil {
		return nil, err
	}
	asOf := week.End()
	span := store.Span{From: week.Start(), To: asOf, Unit: unit}
	if b.now.Before(asOf) {
		asOf, span.To = b.now, b.now.Add(time.Microsecond) // what was said this moment counts
	}
	read, err := tx.HotMatters(store.HotAsk{Span: span, Endorse: string(workflow.Endorse), Limit: b.rules.Heat.MostIssues})
	if err != nil {
		return nil, err
	}
	h := newHotWeek(b, units, read, asOf)
	return &HotList{Topics: h.rank(gatherHot(matcher, read.Matters)), Cut: read.Cut}, nil
}

// hotWeek is what topics are made from.
type hotWeek struct {
	book    *book
	units   map[int64]bot.Unit
	matters []bot.Issue
	voices  [][]topic.Voice // by matter
	asOf    time.Time
}

func newHotWeek(b *book, units []bot.Unit, read *store.Hot, asOf time.Time) *hotWeek {
	h := &hotWeek{book: b, units: make(map[int64]bot.Unit, len(units)), matters: read.Matters, voices: make([][]topic.Voice, len(read.Matters)), asOf: asOf.In(b.zone)}
	for _, u := range units {
		h.units[u.ID] = u
	}
	place := make(map[int64]int, len(read.Matters))
	for i := range read.Matters {
		place[read.Matters[i].ID] = i
	}
	for _, v := range read.Voices {
		i := place[v.Issue]
		unit := strconv.FormatInt(read.Matters[i].UnitID, 10)
		h.voices[i] = append(h.voices[i], topic.Voice{Person: strconv.FormatInt(v.Person, 10), Unit: unit, At: v.At})
	}
	return h
}

// rank makes topics of the groups that enough people spoke for, and puts them in order.
func (h *hotWeek) rank(groups [][]int) []HotTopic {
	pack := &h.book.rules.Heat
	rule := topic.HeatRule{HalfLifeDays: pack.HalfLifeDays, UnitBonus: pack.UnitBonus}
	var topics []HotTopic
	for _, group := range groups {
		var voices []topic.Voice
		for _, i := range group {
			voices = append(voices, h.voices[i]...)
		}
		if heat := rule.Hot(h.asOf, voices); heat.People >= pack.LeastPeople {
			topics = append(topics, h.topic(group, heat))
		}
	}
	slices.SortFunc(topics, func(x, y HotTopic) int {
		return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(y.People, x.People), cmp.Compare(x.Matters[0].Issue, y.Matters[0].Issue))
	})
	for i := range topics {
		topics[i].Rank = i + 1
	}
	return topics
}

// topic tells of the matters that somebody spoke for in the week: first the one that most did, then in the order of reporting.
func (h *hotWeek) topic(group []int, heat topic.Heat) HotTopic {
	group = slices.DeleteFunc(slices.Clone(group), func(i int) bool { return len(h.voices[i]) == 0 })
	slices.SortFunc(group, func(x, y int) int {
		return cmp.Or(h.matters[x].ReportedAt.Compare(h.matters[y].ReportedAt), cmp.Compare(h.matters[x].ID, h.matters[y].ID))
	})
	lead := 0
	for n, i := range group {
		if len(h.voices[i]) > len(h.voices[group[lead]]) {
			lead = n
		}
	}
	first := group[lead]
	group = slices.Insert(slices.Delete(group, lead, lead+1), 0, first)
	t := HotTopic{Score: heat.Score, People: heat.People, Days: heat.Days, Where: h.where(group), Count: len(group)}
	t.Title, t.Masked = h.title(group)
	for _, i := range group {
		m := &h.matters[i]
		t.Matters = append(t.Matters, HotMatter{Issue: m.ID, Unit: m.UnitID, Number: m.Number, Seq: m.Seq})
	}
	return t
}

// where is the unit, or how many there are.
func (h *hotWeek) where(group []int) string {
	found := map[int64]bool{}
	name := "hot_townships"
	for _, i := range group {
		unit := h.matters[i].UnitID
		found[unit] = true
		if h.units[unit].Kind != bot.UnitTownship {
			name = "hot_units"
		}
	}
	if len(found) == 1 {
		return h.units[h.matters[group[0]].UnitID].Name
	}
	return h.book.rules.Texts.Render(name, map[string]string{"count": strconv.Itoa(len(found))})
}

// Explain says what the heat is made of: 12 人、5 天内、3 个乡镇.
func (t *HotTopic) Explain(rules *config.Rules) string {
	return rules.Texts.Render("hot_explain", map[string]string{"people": strconv.Itoa(t.People), "days": strconv.Itoa(t.Days), "where": t.Where})
}

// Heat is the score as it is printed, with at most two decimals.
func (t *HotTopic) Heat() string { return strconv.FormatFloat(t.Score, 'f', -1, 64) }

// Numbers names the first matters, as many as the heat pack says; call is how a matter is called.
func (t *HotTopic) Numbers(rules *config.Rules, call func(HotMatter) string) string {
	fields := map[string]string{"count": ""}
	for n, m := range t.Matters {
		if n == rules.Heat.Numbers {
			break
		}
		if n > 0 {
			fields["list"] += "、"
		}
		fields["list"] += call(m)
	}
	if t.Count > rules.Heat.Numbers {
		fields["count"] = strconv.Itoa(t.Count)
	}
	return rules.Texts.Render("hot_numbers", fields)
}

// Has tells whether matters of the unit are among the topic's.
func (t *HotTopic) Has(unit int64) bool {
	return slices.ContainsFunc(t.Matters, func(m HotMatter) bool { return m.Unit == unit })
}
