package pipeline

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/understand"
)

// wideNames are the names in a report of what the whole county has one of, so that another township's report may be the same matter:
// those of the pack, roads by their number, and places of the gazetteer that belong to no unit.
func (t *talk) wideNames(place, text string) []string {
	var out []string
	for _, name := range t.Rules.Same.CountyWide {
		if strings.Contains(text, name) {
			out = append(out, name)
		}
	}
	for _, n := range spotOf(place, text).numbers {
		if n.kind == "公路" {
			out = append(out, n.kind+n.number)
		}
	}
	if place == "" {
		return out
	}
	if known, ok := t.Reader.Locate(place, t.unit.Name); ok && known.Unit == "" && known.ID != "" {
		out = append(out, known.ID)
	}
	return out
}

func sharesName(a, b []string) bool {
	return slices.ContainsFunc(a, func(n string) bool { return slices.Contains(b, n) })
}

// mostTerms bounds the terms of an issue.
const mostTerms = 12

// terms are the few words that an issue is found again by: where it is in its unit, what the whole county has one of, and of a
// question what it is about, in any unit.
func (t *talk) terms(m understand.Matter) []int64 {
	r := t.reportOf(m)
	var words []string
	for _, name := range r.wide {
		words = append(words, "w:"+name)
	}
	unit := "p:" + strconv.FormatInt(t.unit.ID, 10) + ":"
	for _, n := range r.spot.numbers {
		words = append(words, unit+n.kind+n.number)
	}
	if name := []rune(r.spot.name); len(name) >= 2 {
		words = append(words, unit+string(name[:2]))
	}
	if m.Kind == bot.IssueQuestion {
		words = append(words, askedAbout(m.Text)...)
	}
	return hashTerms(words)
}

// small are letters that no word for what a question is about has: 啥时候, 怎么, 能不能, 请问.
const small = "的了吗呢吧啊呀么啥咋怎哪几多少请问能可以要在是有没不我你他们这那个去到和给时候什"

// askedAbout are the pairs of letters that may name what a question is about.
func askedAbout(text string) []string {
	var out []string
	for _, pair := range pairsOf(text) {
		first, second := rune(pair>>32), rune(pair&0xFFFFFFFF)
		if !strings.ContainsRune(small, first) && !strings.ContainsRune(small, second) {
			out = append(out, "q:"+string(first)+string(second))
		}
	}
	return out
}

func hashTerms(words []string) []int64 {
	var out []int64
	for _, w := range words {
		h := fnv.New64a()
		_, _ = h.Write([]byte(w)) // a hash never fails
		if term := int64(h.Sum64()); !slices.Contains(out, term) && len(out) < mostTerms {
			out = append(out, term)
		}
	}
	return out
}
