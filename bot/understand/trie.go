package understand

import (
	"slices"
)

// trie finds all words of a lexicon in a text in one pass. Nodes are numbers; an edge is a node and a rune, and the edges stand in one
// table with open addressing, since looking them up is most of what reading a text costs.
type trie struct {
	edges []edge
	mask  uint32
	ends  []int32 // by node: the word that ends there plus one
}

// edge leads from a node by a rune to the next node; next 0 is a free place, no edge leads to the root.
type edge struct {
	node int32
	r    rune
	next int32
}

// span is a word found: runes [start, end) of the text.
type span struct {
	start, end int
	word       int
}

func newTrie() *trie {
	return &trie{edges: make([]edge, 16), mask: 15, ends: make([]int32, 1)}
}

// place is where the edge stands or would stand.
func (t *trie) place(node int32, r rune) uint32 {
	h := (uint32(node)*0x9E3779B1 ^ uint32(r)) * 0x85EBCA6B // a hash
	for i := (h ^ h>>15) & t.mask; ; i = (i + 1) & t.mask {
		if e := &t.edges[i]; e.next == 0 || e.node == node && e.r == r {
			return i
		}
	}
}

// step follows an edge.
func (t *trie) step(node int32, r rune) (int32, bool) {
	next := t.edges[t.place(node, r)].next
	return next, next != 0
}

// word is the word that ends at a node.
func (t *trie) word(node int32) (int, bool) { return int(t.ends[node]) - 1, t.ends[node] != 0 }

// add puts a word with its number in; the same word again keeps its first number, which is returned.
func (t *trie) add(word string, n int) int {
	node := int32(0)
	for _, r := range word {
		next, ok := t.step(node, r)
		if !ok {
			next = int32(len(t.ends)) // fewer than 2^31 characters
			t.ends = append(t.ends, 0)
			t.grow()
			t.edges[t.place(node, r)] = edge{node, r, next}
		}
		node = next
	}
	if t.ends[node] == 0 {
		t.ends[node] = int32(n + 1) // fewer than 2^31 words
	}
	return int(t.ends[node]) - 1
}

// grow doubles the table when it is half full.
func (t *trie) grow() {
	if 2*len(t.ends) < len(t.edges) {
		return
	}
	old := t.edges
	t.edges = make([]edge, 2*len(old))
	t.mask = uint32(len(t.edges) - 1) // fewer than 2^32 edges
	for _, e := range old {
		if e.next != 0 {
			t.edges[t.place(e.node, e.r)] = e
		}
	}
}

// find returns every word in the text, by start, longer first.
func (t *trie) find(text []rune) []span {
	found := make([]span, 0, 16)
	for i := range text {
		first := len(found)
		node := int32(0)
		for j := i; j < len(text); j++ {
			next, ok := t.step(node, text[j])
			if !ok {
				break
			}
			node = next
			if w, ok := t.word(node); ok {
				found = append(found, span{i, j + 1, w})
			}
		}
		if len(found) > first+1 {
			slices.Reverse(found[first:])
		}
	}
	return found
}

// outermost drops spans that lie inside a longer one: 满意 inside 不满意, 路 inside 路灯.
func outermost(spans []span) []span {
	kept := make([]span, 0, len(spans))
	reach := 0
	for _, s := range spans { // by start, longer first: s is inside an earlier one if that reaches as far
		if s.end > reach {
			kept = append(kept, s)
			reach = s.end
		}
	}
	return kept
}
