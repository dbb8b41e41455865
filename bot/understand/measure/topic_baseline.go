package main

import (
	"fmt"
	"io"
	"math"
)

// vector is a text's character 2- to 4-grams by tf-idf, of length 1.
type vector map[string]float64

// tfidf is the usual simple way: the baseline that the topic model has to beat.
type tfidf struct {
	idf map[string]float64
}

func newTfidf(letters []topicLetter) *tfidf {
	t := &tfidf{make(map[string]float64)}
	for _, l := range letters {
		for g := range grams(l.whole()) {
			t.idf[g]++
		}
	}
	for g, n := range t.idf {
		t.idf[g] = math.Log(float64(1+len(letters))/(1+n)) + 1
	}
	return t
}

func grams(text string) vector {
	runes, v := []rune(text), make(vector)
	for i := range runes {
		for n := 2; n <= 4 && i+n <= len(runes); n++ {
			v[string(runes[i:i+n])]++
		}
	}
	return v
}

func (t *tfidf) vector(text string) vector {
	v, sum := grams(text), 0.0
	for g, n := range v {
		v[g] = (1 + math.Log(n)) * t.idf[g]
		sum += v[g] * v[g]
	}
	for g := range v {
		v[g] /= math.Sqrt(sum)
	}
	return v
}

// edge is a pair of letters by index with their cosine.
type edge struct {
	a, b   int
	cosine float64
}

// edges are all pairs with anything worth mentioning in common, found over an inverted index.
func edges(vectors []vector) []edge {
	type entry struct {
		of     int
		weight float64
	}
	index := make(map[string][]entry)
	var out []edge
	sums := make([]float64, len(vectors))
	for i, v := range vectors {
		clear(sums)
		for g, x := range v {
			for _, e := range index[g] {
				sums[e.of] += x * e.weight
			}
			index[g] = append(index[g], entry{i, x})
		}
		for j, c := range sums[:i] {
			if c >= leastCosine {
				out = append(out, edge{j, i, c})
			}
		}
	}
	return out
}

const leastCosine = 0.04

// reportBaseline groups by single link on tf-idf, at the threshold that is best for the part that models may learn from.
func reportBaseline(w io.Writer, letters []topicLetter, pairs []topicPair) {
	t := newTfidf(letters)
	train := t.linked(letters, func(l topicLetter) bool { return !l.heldBack() })
	best, most := 0.0, 0.0
	for threshold := leastCosine; threshold < 0.6; threshold += 0.02 {
		if n := joined(pairs, train.place, train.topics(threshold)); n.f1() > most {
			best, most = threshold, n.f1()
		}
	}
	for _, s := range topicStreams() {
		held := t.linked(letters, s.has)
		reportTopics(w, fmt.Sprintf("baseline (single link on tf-idf of 2- to 4-grams ≥ %.2f), %s", best, s.name), held.matters,
			held.topics(best), held.place, pairs)
	}
}

// linked is a stream of letters with all its edges.
type linked struct {
	matters []string
	place   map[string]int
	edges   []edge
}

func (t *tfidf) linked(letters []topicLetter, has func(topicLetter) bool) linked {
	out := linked{place: make(map[string]int)}
	var vectors []vector
	for _, l := range letters {
		if has(l) {
			out.place[l.whole()] = len(vectors)
			vectors, out.matters = append(vectors, t.vector(l.whole())), append(out.matters, l.Matter)
		}
	}
	out.edges = edges(vectors)
	return out
}

// topics are the connected parts at a threshold.
func (l linked) topics(threshold float64) []int {
	root := make([]int, len(l.matters))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for _, e := range l.edges {
		if e.cosine >= threshold {
			root[find(e.a)] = find(e.b)
		}
	}
	for i := range root {
		root[i] = find(i)
	}
	return root
}
