package pipeline

import (
	"slices"

	"tongshishang/bot"
	"tongshishang/bot/understand"
	"tongshishang/store"
)

// alikes are the issues that the reports of a batch are compared with: those read for all of them at once, and those that they have
// opened meanwhile.
type alikes struct {
	lists  []store.AlikeList
	terms  map[int64]bool
	seen   map[int64]bool
	issues []bot.Issue
	opened []bot.Issue
}

func newAlikes() *alikes { return &alikes{terms: map[int64]bool{}, seen: map[int64]bool{}} }

// search is what has to be read before a matter can be compared.
type search struct {
	lists []store.AlikeList
	terms []int64
}

func (s *search) isEmpty() bool { return len(s.lists)+len(s.terms) == 0 }

// seek adds what a matter is to be compared with that hasn't been read yet.
func (s *search) seek(t *talk, m understand.Matter) {
	l := store.AlikeList{Unit: t.unit.ID, Category: m.Category, Since: t.now.Add(-t.Rules.Conduct.SameWithin)}
	if m.Kind == bot.IssueQuestion { // its answer may be older
		l.Since = t.now.Add(-max(t.Rules.Same.Answer.Within, t.Rules.Conduct.SameWithin))
	}
	covers := func(o store.AlikeList) bool {
		return o.Unit == l.Unit && o.Category == l.Category && !o.Since.After(l.Since)
	}
	if !slices.ContainsFunc(t.alike.lists, covers) && !slices.ContainsFunc(s.lists, covers) {
		s.lists = append(s.lists, l)
	}
	for _, term := range t.terms(m) {
		if !t.alike.terms[term] && !slices.Contains(s.terms, term) {
			s.terms = append(s.terms, term)
		}
	}
}

// look reads what a search is for, in one statement.
func (p *Pipeline) look(b *batch, s search) error {
	if s.isEmpty() {
		return nil
	}
	found, err := b.tx.Alike(s.lists, s.terms, p.Rules.Same.Newest, p.Rules.Same.PerTerm)
	if err != nil {
		return err
	}
	k := b.alike
	k.lists = append(k.lists, s.lists...)
	for _, term := range s.terms {
		k.terms[term] = true
	}
	for _, i := range found {
		if !k.seen[i.ID] {
			k.seen[i.ID] = true
			k.issues = append(k.issues, i)
		}
	}
	return nil
}

// candidates are the issues that a matter may be the same as, of this unit and, of what the whole county has one of, of others. What
// the batch couldn't read ahead, because it didn't know the matter or its unit, is read now.
func (t *talk) candidates(m understand.Matter) ([]bot.Issue, error) {
	var s search
	s.seek(t, m)
	if err := t.look(t.batch, s); err != nil {
		return nil, err
	}
	wide := m.Kind == bot.IssueQuestion || len(t.wideNames(m.Place, m.Text)) > 0
	var out []bot.Issue
	for _, list := range [][]bot.Issue{t.alike.issues, t.alike.opened} {
		for n := range list {
			if list[n].UnitID == t.unit.ID || wide {
				out = append(out, list[n])
			}
		}
	}
	return t.tx.Latest(out), nil
}
