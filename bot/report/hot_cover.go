package report

import (
	"cmp"
	"slices"
	"strconv"

	"tongshishang/bot/topic"
	"tongshishang/store"
)

// hotOf finds the topics that a ledger's cover lists.
func hotOf(tx *store.Tx, b *book, week Week, unit int64) (*HotList, error) {
	matcher, err := topic.New()
	if err != nil {
		return nil, err
	}
	list, err := hotTopics(tx, matcher, b, week, unit)
	if err == nil {
		list.Topics = list.Topics[:min(len(list.Topics), b.rules.Heat.InLedger)]
	}
	return list, err
}

// readHot finds the week's topics; those of a signed-off week were kept with its rows and have been collected from them.
func (p *printing) readHot() error {
	if p.source.snapshot != nil {
		slices.SortFunc(p.hot.Topics, func(x, y HotTopic) int { return cmp.Compare(x.Rank, y.Rank) })
		return nil
	}
	list, err := hotOf(p.tx, p.book, p.req.Week, p.source.unit)
	if err == nil {
		p.hot = *list
	}
	return err
}

// hotNotes is the block of hot topics on the cover.
func (p *printing) hotNotes() [][3]string {
	rules := p.book.rules
	how := rules.Heat.Explained()
	if p.hot.Cut {
		how += ";" + rules.Texts.Render("hot_cut", map[string]string{"count": strconv.Itoa(rules.Heat.MostIssues)})
	}
	if len(p.hot.Topics) == 0 {
		none := rules.Texts.Render("hot_none", map[string]string{"place": "", "week": "本周", "people": strconv.Itoa(rules.Heat.LeastPeople)})
		return [][3]string{{"本周热点", none, how}}
	}
	list := [][3]string{{"本周热点", strconv.Itoa(len(p.hot.Topics)) + " 条", how}}
	for i := range p.hot.Topics {
		t := &p.hot.Topics[i]
		title := t.Masked
		if p.req.Edition == Internal {
			title = t.Title
		}
		list = append(list, [3]string{"热点" + strconv.Itoa(t.Rank), title + " 热度 " + t.Heat() + "(" + t.Explain(rules) + ")",
			t.Numbers(rules, func(m HotMatter) string { return m.Number })})
	}
	return list
}

// readHot finds the topics that the week being signed off keeps, by the matter that gave each its title. Matters beyond those that
// are printed aren't kept.
func (l *locking) readHot() error {
	s := l.source
	list, err := hotOf(s.tx, s.book, s.week, s.unit)
	if err != nil {
		return err
	}
	l.hot = make(map[int64]*HotTopic, len(list.Topics))
	for i := range list.Topics {
		t := &list.Topics[i]
		t.Matters = t.Matters[:min(len(t.Matters), s.book.rules.Heat.Numbers)]
		l.hot[t.Matters[0].Issue] = t
	}
	return nil
}
