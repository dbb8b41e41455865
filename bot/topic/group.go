package topic

import (
	"cmp"
	"slices"
)

// Group sorts docs into matters: the result gives each doc the number of its matter, from 0 in the order in which matters
// first occur. The order of the docs changes only that numbering. Cost grows about linearly with their number.
func (m *Matcher) Group(docs []Doc) []int {
	order := make([]int, len(docs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int {
		return cmp.Or(cmp.Compare(docs[x].print, docs[y].print), cmp.Compare(docs[x].minutes, docs[y].minutes))
	})
	// Equal texts are one doc, or a flood of one text would be compared with itself. But texts without words (a face, a row of
	// marks) say nothing, and each stands alone.
	place := make([]int, len(docs))
	var distinct []Doc
	for _, i := range order {
		if n := len(distinct); n == 0 || distinct[n-1].print != docs[i].print || docs[i].runes == 0 {
			distinct = append(distinct, docs[i])
		}
		place[i] = len(distinct) - 1
	}
	roots := m.cluster(distinct)
	numbers := make(map[int32]int)
	out := make([]int, len(docs))
	for i := range docs {
		root := roots[place[i]]
		if _, ok := numbers[root]; !ok {
			numbers[root] = len(numbers)
		}
		out[i] = numbers[root]
	}
	return out
}

// Limits of grouping.
const (
	edgeAtLeast = 0.3  // a pair below that starts no union
	linkAtLeast = 0.42 // mean probability between two clusters that are joined
	sampled     = 6    // members of a cluster that stand for it
)

// clusters is a forest of disjoint sets with their members.
type clusters struct {
	matcher *Matcher
	docs    []Doc
	root    []int32
	members [][]int32
	refused map[[2]int32]int // sizes at which a union was refused, by roots
}

// cluster joins the most probable pairs first, and two clusters only when their members belong together on the average: a chain
// of texts each alike the next doesn't become one matter.
func (m *Matcher) cluster(docs []Doc) []int32 {
	c := clusters{matcher: m, docs: docs, root: make([]int32, len(docs)), members: make([][]int32, len(docs)), refused: make(map[[2]int32]int)}
	for i := range docs {
		c.root[i], c.members[i] = int32(i), []int32{int32(i)}
	}
	edges := m.candidates(docs)
	kept := edges[:0]
	for _, e := range edges {
		if e.score = float32(m.score(&docs[e.a], &docs[e.b])); e.score >= edgeAtLeast {
			kept = append(kept, e)
		}
	}
	slices.SortFunc(kept, func(x, y edge) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	for _, e := range kept {
		c.join(c.root[e.a], c.root[e.b])
	}
	return c.root
}

// join makes one cluster of two if they belong together. A refused pair is asked again only once the two have doubled.
func (c *clusters) join(a, b int32) {
	if a == b {
		return
	}
	if len(c.members[a]) < len(c.members[b]) || len(c.members[a]) == len(c.members[b]) && b < a {
		a, b = b, a
	}
	pair, size := [2]int32{min(a, b), max(a, b)}, len(c.members[a])+len(c.members[b])
	if was, ok := c.refused[pair]; ok && size < 2*was {
		return
	}
	if c.link(a, b) < linkAtLeast {
		c.refused[pair] = size
		return
	}
	for _, i := range c.members[b] {
		c.root[i] = a
	}
	c.members[a] = append(c.members[a], c.members[b]...)
	c.members[b] = nil
}

// link is the mean probability over pairs of members of both clusters.
func (c *clusters) link(a, b int32) float64 {
	x, y := sample(c.members[a]), sample(c.members[b])
	sum := 0.0
	for _, i := range x {
		for _, j := range y {
			sum += c.matcher.score(&c.docs[i], &c.docs[j])
		}
	}
	return sum / float64(len(x)*len(y))
}

// sample takes members evenly spaced.
func sample(all []int32) []int32 {
	if len(all) <= sampled {
		return all
	}
	out := make([]int32, sampled)
	for i := range out {
		out[i] = all[i*len(all)/sampled]
	}
	return out
}
