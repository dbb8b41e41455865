package report

import (
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/topic"
)

// gatherHot puts the matters together that are one topic, by their places in the list. Texts about the same thing are one topic, with
// a bound that the texts alone don't draw: what has a place of its own in one unit isn't what has another place in another unit,
// however alike the words are. Matters that were merged into each other are one in any case.
func gatherHot(matcher *topic.Matcher, matters []bot.Issue) [][]int {
	docs := make([]topic.Doc, len(matters))
	for i := range matters {
		docs[i] = matcher.Prepare(hotWords(&matters[i])).At(matters[i].ReportedAt)
	}
	alike := make([][]int, 0, len(matters)) // by the matcher's number
	for i, n := range matcher.Group(docs) {
		for len(alike) <= n {
			alike = append(alike, nil)
		}
		alike[n] = append(alike[n], i)
	}
	s := newSets(len(matters))
	for _, group := range alike {
		s.joinPlaces(matters, group)
	}
	s.joinMerged(matters)
	return s.groups()
}

// hotWords is what a matter is compared by: a place that was asked for afterwards isn't in its text.
func hotWords(m *bot.Issue) string {
	if strings.Contains(m.Content, m.Place) {
		return m.Content
	}
	return m.Place + " " + m.Content
}

// sets are disjoint sets of matters; each points to an earlier one of its set, the first to itself.
type sets []int

func newSets(n int) sets {
	s := make(sets, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func (s sets) first(i int) int {
	for s[i] != i {
		s[i] = s[s[i]]
		i = s[i]
	}
	return i
}

func (s sets) join(i, j int) {
	i, j = s.first(i), s.first(j)
	s[max(i, j)] = min(i, j)
}

// joinPlaces joins matters with alike texts: those of one unit, those that name the same place of the gazetteer, and those that
// name no place, unless their unit has one.
func (s sets) joinPlaces(matters []bot.Issue, group []int) {
	units, places := map[int64]int{}, map[string]int{}
	for _, i := range group {
		m := &matters[i]
		if m.Place == "" {
			continue
		}
		join(s, units, m.UnitID, i)
		if m.PlaceID != "" {
			join(s, places, m.PlaceID, i)
		}
	}
	free := map[bool]int{}
	for _, i := range group {
		m := &matters[i]
		if m.Place != "" {
			continue
		}
		if local, ok := units[m.UnitID]; ok {
			s.join(local, i)
		} else {
			join(s, free, true, i)
		}
	}
}

// join puts a matter to the first one with the key.
func join[K comparable](s sets, known map[K]int, key K, i int) {
	if first, ok := known[key]; ok {
		s.join(first, i)
		return
	}
	known[key] = i
}

func (s sets) joinMerged(matters []bot.Issue) {
	places := make(map[int64]int, len(matters))
	for i := range matters {
		places[matters[i].ID] = i
	}
	for i := range matters {
		if into, ok := places[matters[i].MergedInto]; ok && matters[i].MergedInto != 0 {
			s.join(i, into)
		}
	}
}

// groups lists the sets, each in the order of the list.
func (s sets) groups() [][]int {
	var out [][]int
	numbers := map[int]int{}
	for i := range s {
		first := s.first(i)
		n, ok := numbers[first]
		if !ok {
			n = len(out)
			numbers[first], out = n, append(out, nil)
		}
		out[n] = append(out[n], i)
	}
	return out
}
