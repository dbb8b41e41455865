package understand

import (
	"cmp"
	"slices"
)

// trie finds all words of a lexicon in a text in one pass. Nodes are numbers; an edge is a node and a rune.
type trie struct {
	edges map[edge]int32
	words map[int32]int // node → word
	nodes int32
}

type edge struct {
	node int32
	r    rune
}

// span is a word found: runes [start, end) of the text.
type span struct {
	start, end int
	word       int
}

func newTrie() *trie {
	return &trie{edges: make(map[edge]int32), words: make(map[int32]int)}
}

// add puts a word with its number in; the same word again keeps its first number, which is returned.
func (t *trie) add(word string, n int) int {
	node := int32(0)
	for _, r := range word {
		next, ok := t.edges[edge{node, r}]
		if !ok {
			t.nodes++
			next = t.nodes
			t.edges[edge{node, r}] = next
		}
		node = next
	}
	if old, ok := t.words[node]; ok {
		return old
	}
	t.words[node] = n
	return n
}

// find returns every word in the text, by start, longer first.
func (t *trie) find(text []rune) []span {
	var found []span
	for i := range text {
		first := len(found)
		node := int32(0)
		for j := i; j < len(text); j++ {
			next, ok := t.edges[edge{node, text[j]}]
			if !ok {
				break
			}
			node = next
			if w, ok := t.words[node]; ok {
				found = append(found, span{i, j + 1, w})
			}
		}
		slices.SortFunc(found[first:], func(a, b span) int { return cmp.Compare(b.end, a.end) })
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
