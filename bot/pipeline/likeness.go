package pipeline

import "slices"

// likeness is Dice's coefficient over pairs of neighbouring characters, 0 to 1.
func likeness(a, b pairs) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	return 2 * float64(a.shared(b)) / float64(len(a)+len(b))
}

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

func isLetter(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
