package topic

import (
	"cmp"
	"math"
	"slices"
)

// What bounds the search for candidates: every text is found by a few of its rarest grams, a gram that many texts have leads only
// to texts that stand near in an order by content, and only the most promising candidates are scored.
const (
	keysOfDoc     = 24
	widePosting   = 48
	windowOfWide  = 10
	candidatesMax = 16
)

// edge is a pair of docs by index, the lower one first, with its probability.
type edge struct {
	a, b  int32
	score float32
}

type posting struct {
	key uint32
	doc int32
}

// candidates returns the pairs worth scoring, each once, sorted by a and then by b.
func (m *Matcher) candidates(docs []Doc) []edge {
	postings := m.postings(docs)
	var ways []way
	for from := 0; from < len(postings); {
		to := from + 1
		for to < len(postings) && postings[to].key == postings[from].key {
			to++
		}
		if to-from > 1 {
			ways = append(ways, way{int32(from), int32(to)})
		}
		from = to
	}
	return best(len(docs), postings, ways)
}

// way is a stretch of postings of one key.
type way struct{ from, to int32 }

// postings lists the keys of all docs, by key and then in an order of docs in which alike ones stand near each other.
func (m *Matcher) postings(docs []Doc) []posting {
	out := make([]posting, 0, len(docs)*keysOfDoc)
	near := make([]uint64, len(docs))
	for i := range docs {
		for _, k := range m.keys(&docs[i]) {
			out = append(out, posting{k, int32(i)})
		}
		near[i] = signature(&docs[i])
	}
	slices.SortFunc(out, func(x, y posting) int {
		return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(near[x.doc], near[y.doc]), cmp.Compare(x.doc, y.doc))
	})
	return out
}

// signature is two min-hashes of the grams that aren't everywhere: texts with much in common often have the same.
func signature(d *Doc) uint64 {
	first, second := uint32(math.MaxUint32), uint32(math.MaxUint32)
	for i, h := range d.grams {
		if d.marks[i]&markLevel > 8 {
			continue
		}
		first = min(first, h*0x9e3779b1)
		second = min(second, (h^0x5bd1e995)*0x85ebca6b)
	}
	return uint64(first)<<32 | uint64(second)
}

// keys are the hashes of a doc's most telling grams.
func (m *Matcher) keys(d *Doc) []uint32 {
	type rated struct {
		hash uint32
		rate float32
	}
	all := make([]rated, 0, len(d.grams))
	for i, h := range d.grams {
		k := d.marks[i]
		rate := m.model.weights[k&markLevel]
		if k&markFirst != 0 {
			rate += 2
		}
		if k&markName != 0 {
			rate++
		}
		if k&markThree != 0 {
			rate += 0.5
		}
		all = append(all, rated{h, rate})
	}
	slices.SortFunc(all, func(x, y rated) int { return cmp.Or(cmp.Compare(y.rate, x.rate), cmp.Compare(x.hash, y.hash)) })
	out := make([]uint32, min(len(all), keysOfDoc))
	for i := range out {
		out[i] = all[i].hash
	}
	return out
}

// best gathers for each doc the docs its keys lead to, and keeps those with the most in common; rare keys say more.
func best(docs int, postings []posting, ways []way) []edge {
	seen := newAccess(docs, postings, ways)
	votes := make([]float32, docs)
	var met []int32
	var out []edge
	for d := range int32(docs) {
		met = met[:0]
		for _, at := range seen.of(d) {
			w := ways[seen.way[at]]
			from, to := reach(w, at)
			weight := float32(math.Log(float64(docs+1)/float64(w.to-w.from))) + 0.01
			for _, p := range postings[from:to] {
				if p.doc == d {
					continue
				}
				if votes[p.doc] == 0 {
					met = append(met, p.doc)
				}
				votes[p.doc] += weight
			}
		}
		slices.SortFunc(met, func(x, y int32) int { return cmp.Or(cmp.Compare(votes[y], votes[x]), cmp.Compare(x, y)) })
		for i, other := range met {
			if i < candidatesMax {
				out = append(out, edge{a: min(d, other), b: max(d, other)})
			}
			votes[other] = 0
		}
	}
	slices.SortFunc(out, func(x, y edge) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	return slices.CompactFunc(out, func(x, y edge) bool { return x.a == y.a && x.b == y.b })
}

// access finds the postings of a doc that lead to others, and the way each stands in.
type access struct {
	start []int32 // of a doc in list
	list  []int32 // postings, doc by doc
	way   []int32 // of a posting
}

func newAccess(docs int, postings []posting, ways []way) *access {
	a := &access{start: make([]int32, docs+1), way: make([]int32, len(postings))}
	total := int32(0)
	for n, w := range ways {
		total += w.to - w.from
		for i := w.from; i < w.to; i++ {
			a.way[i] = int32(n)
			a.start[postings[i].doc+1]++
		}
	}
	for d := range docs {
		a.start[d+1] += a.start[d]
	}
	a.list = make([]int32, total)
	next := slices.Clone(a.start)
	for _, w := range ways {
		for i := w.from; i < w.to; i++ {
			d := postings[i].doc
			a.list[next[d]] = i
			next[d]++
		}
	}
	return a
}

func (a *access) of(doc int32) []int32 { return a.list[a.start[doc]:a.start[doc+1]] }

// reach is the part of a way that a posting sees: all of a narrow one, its neighbours in a wide one.
func reach(w way, at int32) (from, to int32) {
	if w.to-w.from <= widePosting {
		return w.from, w.to
	}
	return max(w.from, at-windowOfWide), min(w.to, at+windowOfWide+1)
}

// Alike lists for each doc the others worth comparing it with, by index in ascending order: how training finds pairs that are
// alike without being the same.
func (m *Matcher) Alike(docs []Doc) [][]int {
	out := make([][]int, len(docs))
	for _, e := range m.candidates(docs) {
		out[e.a] = append(out[e.a], int(e.b))
		out[e.b] = append(out[e.b], int(e.a))
	}
	return out
}
