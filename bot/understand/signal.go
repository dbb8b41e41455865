package understand

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"tongshishang/config"
)

// watch searches texts for the signals of a pack. It is made once and never changes.
type watch struct {
	reach    int
	longest  int // of a text in which ordinary phrases count; 0 is any
	trie     *trie
	classes  [][]int // by word of the trie: what it can be a part of
	opens    [][]int // by class: the wordings whose first part it is
	wordings []wording
	contexts []config.Context
	signals  int
}

// use is what a wording is there for.
type use int

const (
	useWord    use = iota // says it
	useSure               // says it in any but a strict context
	useExcept             // takes away what overlaps it
	useShield             // takes the meaning of a context's word away
	useOver               // says that it is over
	useContext            // takes the meaning away around it
	useUnless             // makes a context mean nothing
)

// wording is a phrase made ready: each part is a class of words.
type wording struct {
	parts []int
	joins []config.Join
	use   use
	of    int // signal or context; everySignal for what all share
}

const everySignal = -1

// hit is a wording found in a text; parts are in order.
type hit struct {
	use   use
	of    int
	parts []span
}

func (h *hit) start() int { return h.parts[0].start }
func (h *hit) end() int   { return h.parts[len(h.parts)-1].end }

// newWatch makes a watch of a checked pack. Words are compared folded.
func newWatch(g *config.Glossary, signals []*config.Signal, fold func(string) string) *watch {
	w := &watch{reach: g.Reach, longest: g.Longest, trie: newTrie(), contexts: g.Contexts, signals: len(signals)}
	known := map[string]int{} // part → class
	add := func(list config.Phrases, u use, of int) {
		for _, phrase := range list {
			one := wording{use: u, of: of}
			for _, part := range config.Parts(phrase) {
				class, ok := known[part.Text]
				if !ok {
					class = w.class(g.Expand(part.Text), fold)
					known[part.Text] = class
				}
				one.parts, one.joins = append(one.parts, class), append(one.joins, part.Join)
			}
			w.opens[one.parts[0]] = append(w.opens[one.parts[0]], len(w.wordings))
			w.wordings = append(w.wordings, one)
		}
	}
	add(g.Except, useExcept, everySignal)
	add(g.Shields, useShield, everySignal)
	for i, s := range signals {
		add(s.Words, useWord, i)
		add(s.Sure, useSure, i)
		add(s.Except, useExcept, i)
		add(s.Over, useOver, i)
	}
	for i, c := range g.Contexts {
		add(c.Words, useContext, i)
		add(c.Unless, useUnless, i)
	}
	return w
}

// class notes that each of the words is one and the same part.
func (w *watch) class(words []string, fold func(string) string) int {
	class := len(w.opens)
	w.opens = append(w.opens, nil)
	for _, word := range words {
		n := w.trie.add(fold(word), len(w.classes))
		if n == len(w.classes) {
			w.classes = append(w.classes, nil)
		}
		if !slices.Contains(w.classes[n], class) {
			w.classes[n] = append(w.classes[n], class)
		}
	}
	return class
}

// find tells which signals a folded text gives.
func (w *watch) find(text []rune) (found []int) {
	spans := w.trie.find(text)
	if len(spans) == 0 {
		return nil
	}
	hits := w.hits(text, spans)
	says := func(h hit) bool {
		return h.use == useSure || h.use == useWord && (w.longest == 0 || len(text) <= w.longest)
	}
	if !slices.ContainsFunc(hits, says) {
		return nil
	}
	p := w.page(text, hits)
	for i := range hits {
		if h := &hits[i]; says(*h) && !slices.Contains(found, h.of) && !p.isVoid(h) {
			found = append(found, h.of)
		}
	}
	slices.Sort(found)
	return found
}

// hits are all wordings in the text.
func (w *watch) hits(text []rune, spans []span) []hit {
	var hits []hit
	for i, s := range spans {
		for _, class := range w.classes[s.word] {
			for _, n := range w.opens[class] {
				one := &w.wordings[n]
				if parts := w.rest(text, spans[i:], one, 1); parts != nil {
					hits = append(hits, hit{one.use, one.of, parts})
				}
			}
		}
	}
	return hits
}

// rest finds the parts from the n-th on of a wording whose last part before is the first of the spans; nil if they aren't all
// there. Each must stand after the one before it, within reach and in the same clause or sentence.
func (w *watch) rest(text []rune, spans []span, one *wording, n int) []span {
	first := spans[0]
	if n == len(one.parts) {
		return []span{first}
	}
	reach, ends := w.reach, clauseEnds
	if one.joins[n] == config.JoinSentence {
		reach, ends = 2*w.reach, sentenceEnds
	}
	for i, s := range spans {
		if s.start > first.end+reach {
			break
		}
		if s.start < first.end || !slices.Contains(w.classes[s.word], one.parts[n]) || holdsAny(text[first.end:s.start], ends) {
			continue
		}
		if tail := w.rest(text, spans[i:], one, n+1); tail != nil {
			return append([]span{first}, tail...)
		}
	}
	return nil
}

// page is a text with what takes meaning away in it, sorted for looking up.
type page struct {
	*watch
	clause, sentence []int // by rune: which it lies in
	except           [][]span
	over             []bool
	before, after    [][]span // occurrences of each context, by end and by start
}

func (w *watch) page(text []rune, hits []hit) *page {
	p := &page{watch: w, except: make([][]span, w.signals+1), over: make([]bool, w.signals),
		before: make([][]span, len(w.contexts)), after: make([][]span, len(w.contexts))}
	p.clause, p.sentence = count(text, clauseEnds), count(text, sentenceEnds)
	lifted := make([]bool, len(w.contexts))
	var shields []span
	for i := range hits {
		switch h := &hits[i]; h.use {
		case useExcept:
			p.except[h.of+1] = append(p.except[h.of+1], span{start: h.start(), end: h.end()})
		case useShield:
			shields = append(shields, span{start: h.start(), end: h.end()})
		case useOver:
			p.over[h.of] = true
		}
	}
	reaching(shields)
	for i := range p.except {
		reaching(p.except[i])
	}
	for i := range hits {
		h := &hits[i]
		if h.use == useUnless && !inside(shields, h.start(), h.end()) {
			lifted[h.of] = true
		}
	}
	for i := range hits {
		h := &hits[i]
		if h.use == useContext && !lifted[h.of] && !inside(shields, h.start(), h.end()) {
			p.after[h.of] = append(p.after[h.of], span{start: h.start(), end: h.end()})
		}
	}
	for i, list := range p.after {
		p.before[i] = slices.Clone(list)
		slices.SortStableFunc(p.before[i], func(a, b span) int { return cmp.Compare(a.end, b.end) })
	}
	return p
}

// sentenceEnds are the marks that end a sentence in folded text.
const sentenceEnds = ".!?。\n"

// count numbers the stretches between the marks, by rune; one more entry stands for the end of the text.
func count(text []rune, marks string) []int {
	out := make([]int, len(text)+1)
	n := 0
	for i, c := range text {
		out[i] = n
		if strings.ContainsRune(marks, c) {
			n++
		}
	}
	out[len(text)] = n
	return out
}

// holdsAny tells whether one of the marks stands in the text.
func holdsAny(text []rune, marks string) bool {
	return slices.ContainsFunc(text, func(c rune) bool { return strings.ContainsRune(marks, c) })
}

// reaching makes of spans by start a list in which each one's end is the farthest of it and all before it.
func reaching(list []span) {
	for i := 1; i < len(list); i++ {
		list[i].end = max(list[i].end, list[i-1].end)
	}
}

// inside tells whether one of the spans, made by reaching, holds the stretch.
func inside(list []span, start, end int) bool {
	n := sort.Search(len(list), func(i int) bool { return list[i].start > start })
	return n > 0 && list[n-1].end >= end
}

// overlaps tells whether one of the spans, made by reaching, shares a rune with the stretch.
func overlaps(list []span, start, end int) bool {
	n := sort.Search(len(list), func(i int) bool { return list[i].start >= end })
	return n > 0 && list[n-1].end > start
}

// isVoid tells whether a signal's phrase means nothing where it stands.
func (p *page) isVoid(h *hit) bool {
	if p.isExcepted(h) || h.use == useWord && p.over[h.of] {
		return true
	}
	for i := range p.contexts {
		if c := &p.contexts[i]; len(p.after[i]) > 0 && (c.Strict || h.use == useWord) && p.holds(i, c, h) {
			return true
		}
	}
	return false
}

// isExcepted tells whether an exception overlaps the phrase: a sure one has to lie inside it whole.
func (p *page) isExcepted(h *hit) bool {
	for _, list := range [][]span{p.except[0], p.except[h.of+1]} {
		if h.use == useSure && inside(list, h.start(), h.end()) {
			return true
		}
		if h.use == useWord && slices.ContainsFunc(h.parts, func(s span) bool { return overlaps(list, s.start, s.end) }) {
			return true
		}
	}
	return false
}

// holds tells whether the context stands near enough to the phrase, on the right side.
func (p *page) holds(i int, c *config.Context, h *hit) bool {
	if c.Scope == config.ScopeText {
		return true
	}
	if c.Side != config.SideAfter {
		for _, part := range h.parts {
			list := p.before[i]
			n := sort.Search(len(list), func(k int) bool { return list[k].end > part.start })
			if n > 0 && p.together(c, list[n-1].end-1, part.start, part.start-list[n-1].end) {
				return true
			}
		}
	}
	if c.Side == config.SideBefore {
		return false
	}
	list := p.after[i]
	n := sort.Search(len(list), func(k int) bool { return list[k].start >= h.end() })
	return n < len(list) && p.together(c, h.end()-1, list[n].start, list[n].start-h.end())
}

// together tells whether two places lie within one clause or sentence, and near enough.
func (p *page) together(c *config.Context, a, b, gap int) bool {
	if c.Within > 0 && gap > c.Within {
		return false
	}
	if c.Scope == config.ScopeClause {
		return p.clause[a] == p.clause[b]
	}
	return p.sentence[a] == p.sentence[b]
}
