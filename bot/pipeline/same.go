package pipeline

import (
	"slices"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/understand"
)

// mostAlike is how many open issues a report is compared with; the newest are the likeliest.
const mostAlike = 30

// sameMatter finds the open issue of the unit that somebody else, or the same person, reported before in other words. It is
// careful: another place or another category is another matter, and without a common place the words must be nearly the same.
func (t *talk) sameMatter(m understand.Matter) (*bot.Issue, error) {
	recent, err := t.tx.Alike(t.unit.ID, m.Kind, m.Category, t.now.Add(-t.Rules.Conduct.SameWithin), mostAlike)
	if err != nil {
		return nil, err
	}
	var best *bot.Issue
	most := 0.0
	told := pairsOf(m.Text)
	for n := range recent {
		i := &recent[n]
		needed := t.Rules.Conduct.SameWords
		if isSamePlace(i.Place, m.Place) {
			needed = t.Rules.Conduct.SameWordsHere
		} else if i.Place != "" && m.Place != "" {
			continue
		}
		if alike := likeness(told, pairsOf(i.Content)); alike >= needed && alike > most {
			best, most = i, alike
		}
	}
	return best, nil
}

// isSamePlace tells whether both name one place, one perhaps more closely: 2号楼 and 2号楼门口.
func isSamePlace(a, b string) bool {
	return a != "" && b != "" && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// likeness is Dice's coefficient over pairs of neighbouring characters, 0 to 1.
func likeness(a, b pairs) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	return 2 * float64(a.shared(b)) / float64(len(a)+len(b))
}

// joining are the words people join in with: that two texts share one of them says nothing about what they are about.
const joining = "我们 我家 家也 也是 一样 同样 这边 那边 这里 那里 咱们 你们 他们 大家 没有 就是 还是 也有 也没 都是 都没 都有 情况 也这 这样 这个 那个 什么 怎么 现在 今天 昨天 晚上"

// pairs are the different pairs of neighbouring letters of a text, punctuation and blanks left out, in ascending order.
type pairs []uint64

func pairsOf(text string) pairs {
	out := make(pairs, 0, len(text)/2)
	var last rune
	for _, r := range text {
		if !isLetter(r) {
			last = 0
			continue
		}
		if last != 0 {
			out = append(out, uint64(last)<<32|uint64(r))
		}
		last = r
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// shared is how many pairs both have.
func (p pairs) shared(q pairs) int {
	n := 0
	for i, j := 0, 0; i < len(p) && j < len(q); {
		switch {
		case p[i] < q[j]:
			i++
		case p[i] > q[j]:
			j++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return n
}

// topic are the pairs that may name a thing.
func (p pairs) topic() pairs {
	common := pairsOf(joining)
	return slices.DeleteFunc(slices.Clone(p), func(pair uint64) bool {
		_, found := slices.BinarySearch(common, pair)
		return found
	})
}

func isLetter(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
