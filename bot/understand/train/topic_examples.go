package main

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"tongshishang/bot/topic"
)

// What an example counts for. A pair of letters of unknown matter that are merely alike is probably two matters, not surely.
const (
	weightKnown     = 1.0
	weightAlike     = 0.1
	weightUnknown   = 0.08
	weightShort     = 5.0
	weightSwap      = 0.1
	weightSwapWhole = 0.02
	weightMade      = 0.2
	madePairs       = 1500
	mattersPairs    = 30 // of one matter, so that the largest don't drown the rest
	alikePairs      = 4  // of one letter with others that aren't known to be the same
)

// exampleMaker turns the threads into examples.
type exampleMaker struct {
	matcher *topic.Matcher
	random  *rand.Rand
	out     []example
}

// makeExamples makes the training pairs: within matters, labelled ones, letters that are alike without being the same, and the
// hand-written ones. Letters are shown whole, as titles, and one of each, since messages come in all lengths.
func makeExamples(c *threads, matcher *topic.Matcher, without int, random *rand.Rand) []example {
	m := &exampleMaker{matcher: matcher, random: random}
	var letters []letter
	for _, l := range c.letters {
		if foldOf(l) != without {
			letters = append(letters, l)
		}
	}
	m.within(letters)
	m.labelled(c.pairs, letters)
	m.alike(letters)
	for _, p := range c.short {
		m.add(matcher.Prepare(p.A), matcher.Prepare(p.B), p.Same == 1, weightShort)
	}
	m.swapped(letters)
	all := parseMade(madeText)
	for range madePairs {
		p := all.pair(random)
		m.add(matcher.Prepare(p.A), matcher.Prepare(p.B), p.Same == 1, weightMade)
	}
	return m.out
}

// swapped adds letters against themselves with another place.
func (m *exampleMaker) swapped(letters []letter) {
	s := newSwapper(letters, m.random)
	for _, l := range letters {
		if m.random.IntN(2) == 0 {
			continue
		}
		if other, ok := s.swap(l); ok {
			m.add(m.matcher.Prepare(l.Title), m.matcher.Prepare(other.Title), false, weightSwap)
			m.add(m.matcher.Prepare(l.whole()), m.matcher.Prepare(other.whole()), false, weightSwapWhole)
		}
	}
}

func foldOf(l letter) int { return topicFold(cmp.Or(l.Matter, l.ID)) }

func (m *exampleMaker) add(a, b topic.Doc, same bool, weight float64) {
	m.out = append(m.out, example{m.matcher.Features(&a, &b), same, weight})
}

// views adds a pair whole, as titles, and mixed; with times in half of the cases.
func (m *exampleMaker) views(a, b letter, same bool, weight float64) {
	wholeA, wholeB := m.matcher.Prepare(a.whole()), m.matcher.Prepare(b.whole())
	titleA, titleB := m.matcher.Prepare(a.Title), m.matcher.Prepare(b.Title)
	if at, ok := topic.ParseTime(a.Time); ok && m.random.IntN(2) == 0 {
		if bt, ok := topic.ParseTime(b.Time); ok {
			wholeA, wholeB = wholeA.At(at), wholeB.At(bt)
		}
	}
	m.add(wholeA, wholeB, same, weight)
	m.add(titleA, titleB, same, weight*0.3)
	m.add(titleA, wholeB, same, weight*0.15)
	m.add(wholeA, titleB, same, weight*0.15)
}

func (m *exampleMaker) within(letters []letter) {
	matters := make(map[string][]letter)
	var names []string
	for _, l := range letters {
		if l.Matter == "" {
			continue
		}
		if matters[l.Matter] == nil {
			names = append(names, l.Matter)
		}
		matters[l.Matter] = append(matters[l.Matter], l)
	}
	for _, name := range names {
		var pairs [][2]int
		all := matters[name]
		for i := range all {
			for j := range i {
				pairs = append(pairs, [2]int{i, j})
			}
		}
		m.random.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
		for _, p := range pairs[:min(len(pairs), mattersPairs)] {
			m.views(all[p[0]], all[p[1]], true, weightKnown)
		}
	}
}

// labelled adds the pairs that are known not to be the same; both letters must be of the training part.
func (m *exampleMaker) labelled(pairs []letterPair, letters []letter) {
	known := make(map[string]letter)
	for _, l := range letters {
		known[l.Title+"\n"+l.Text] = l
	}
	for _, p := range pairs {
		a, okA := known[p.ATitle+"\n"+p.AText]
		b, okB := known[p.BTitle+"\n"+p.BText]
		if okA && okB && p.Same == 0 {
			m.views(a, b, false, weightKnown)
		}
	}
}

// alike adds for each letter the ones most alike that aren't of its matter.
func (m *exampleMaker) alike(letters []letter) {
	docs := make([]topic.Doc, len(letters))
	for i, l := range letters {
		docs[i] = m.matcher.Prepare(l.whole())
	}
	for i, others := range m.matcher.Alike(docs) {
		n := 0
		for _, j := range slices.Backward(others) {
			if j >= i || n == alikePairs {
				continue
			}
			a, b := letters[i], letters[j]
			if a.Matter != "" && a.Matter == b.Matter {
				continue
			}
			weight := weightAlike
			if a.Matter == "" && b.Matter == "" {
				weight = weightUnknown
			}
			m.views(a, b, false, weight)
			n++
		}
	}
}
