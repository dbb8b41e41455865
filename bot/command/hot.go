package command

import (
	"strconv"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/report"
)

// hot lists the hot topics of a week: in a unit's group those of the unit and then the county's, else the county's.
func (s Shelf) hot(texts Texts) *Command {
	c := &Command{Name: "热点", Usage: "#热点 [本周|上周|2026-W47]", Help: "一周里说得最多的事", Example: "#热点 上周", Who: workers, Reads: true}
	c.Run = func(call *Call) (bot.Answer, error) {
		week, err := report.ParseWeek(call.Rest, s.Now())
		if err != nil {
			return bot.Answer{}, &bot.Error{Code: bot.CodeBadValue, Text: texts("ledger_bad_week", map[string]string{"text": call.Rest})}
		}
		list, err := report.HotTopics(call.Tx.Context(), s.Store, s.Topics, s.Rules, s.Now(), week, nil)
		if err != nil {
			return bot.Answer{}, err
		}
		a := hotAnswer{shelf: s, texts: texts, week: s.weekName(week), unit: call.Unit}
		if call.Private {
			a.unit = bot.Unit{}
		}
		return bot.Answer{Text: a.text(list)}, nil
	}
	return c
}

// weekName calls this week 本周 and the last one 上周.
func (s Shelf) weekName(week report.Week) string {
	for _, name := range []string{"本周", "上周"} {
		if w, err := report.ParseWeek(name, s.Now()); err == nil && w == week {
			return name
		}
	}
	return week.String()
}

// hotAnswer is the answer of #热点 for one place.
type hotAnswer struct {
	shelf Shelf
	texts Texts
	week  string
	unit  bot.Unit // whose topics come first; ID 0: the county's only
}

// countysShare is how many of the lines are the county's even where the unit has enough of its own.
const countysShare = 2

func (a hotAnswer) text(list *report.HotList) string {
	pack := &a.shelf.Rules.Heat
	own, others := a.part(list.Topics)
	room := pack.InGroup - min(len(others), countysShare)
	own = own[:min(len(own), room)]
	others = others[:min(len(others), pack.InGroup-len(own))]
	fields := map[string]string{"place": a.unit.Name, "week": a.week, "people": strconv.Itoa(pack.LeastPeople)}
	if a.unit.ID == 0 {
		own, others = others, nil
		fields["place"] = "全县"
	}
	lines := a.lines(own)
	if len(own) == 0 {
		lines = []string{a.texts("hot_none", fields)}
	} else {
		lines = append([]string{a.texts("hot_title", fields)}, lines...)
	}
	if len(others) > 0 {
		lines = append(append(lines, a.texts("hot_county", nil)), a.lines(others)...)
	}
	if list.Cut {
		lines = append(lines, a.texts("hot_cut", map[string]string{"count": strconv.Itoa(pack.MostIssues)}))
	}
	return strings.Join(lines, "\n")
}

// part tells the unit's topics from the others.
func (a hotAnswer) part(topics []report.HotTopic) (own, others []report.HotTopic) {
	for _, t := range topics {
		if a.unit.ID != 0 && t.Has(a.unit.ID) {
			own = append(own, t)
		} else {
			others = append(others, t)
		}
	}
	return own, others
}

// lines are the topics with their rank in the list, a line each.
func (a hotAnswer) lines(topics []report.HotTopic) []string {
	lines := make([]string, len(topics))
	for i := range topics {
		t := &topics[i]
		lines[i] = a.texts("hot_item", map[string]string{"rank": strconv.Itoa(i + 1), "title": t.Masked, "heat": t.Heat(),
			"explain": t.Explain(a.shelf.Rules), "numbers": t.Numbers(a.shelf.Rules, a.call)})
	}
	return lines
}

// call names a matter as its own unit's group does, by the short number, and as everybody does elsewhere.
func (a hotAnswer) call(m report.HotMatter) string {
	if m.Unit == a.unit.ID {
		i := bot.Issue{Seq: m.Seq}
		return i.Short()
	}
	return m.Number
}
