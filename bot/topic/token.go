package topic

import "slices"

// telling says which grams that start at a rune identify something: the 2-gram, the 3-gram.
type telling uint8

const (
	tellingTwo   telling = 1
	tellingThree telling = 2
)

// tokens finds what a text names and marks the grams that hold the telling part of a name. They come sorted, one for each key.
func (m *Matcher) tokens(runes []rune, first int, tells []telling) []token {
	var out []token
	add := func(t token, at int) {
		tells[at] |= tellingTwo | tellingThree
		if t.class() >= classVillage && at > 0 {
			tells[at-1] |= tellingThree
		}
		if len(out) < maxTokens {
			out = append(out, t)
		}
	}
	for i := 0; i < len(runes); {
		c := runes[i]
		switch {
		case c >= '0' && c <= '9':
			i = numberToken(runes, i, first, add)
		case c >= 'a' && c <= 'z':
			if next := codeToken(runes, i, first, add); next > i {
				i = next
				continue
			}
			i = m.nameToken(runes, i, first, add) // ktv
		default:
			i = m.nameToken(runes, i, first, add)
		}
	}
	slices.Sort(out)
	return slices.CompactFunc(out, func(a, b token) bool { return a.key() == b.key() })
}

// found takes a token and the rune its telling part starts at.
type found func(t token, at int)

// numberToken reads digits from i on and the counting word behind them; it returns where to read on.
func numberToken(runes []rune, i, first int, add found) int {
	end := i
	for end < len(runes) && runes[end] >= '0' && runes[end] <= '9' {
		end++
	}
	if end-i > 4 {
		return end
	}
	for n := min(4, len(runes)-end); n > 0; n-- {
		if c, ok := numbered[pack(runes[end:end+n])]; ok {
			add(newToken(c, mix(pack(runes[i:end])), i < first), i)
			return end + n
		}
	}
	return end
}

// codeToken reads a place whose name was replaced by a letter and digits: a3区, k9县. Where there is none it returns i.
func codeToken(runes []rune, i, first int, add found) int {
	end := i + 1
	for end < len(runes) && runes[end] >= '0' && runes[end] <= '9' {
		end++
	}
	if end == i+1 || end-i > 4 || end == len(runes) || !contains("区县市", runes[end]) {
		return i
	}
	add(newToken(classCode, mix(pack(runes[i:end])), i < first), i)
	return end + 1
}

// nameToken looks for a word at i that ends a name; the longest counts.
func (m *Matcher) nameToken(runes []rune, i, first int, add found) int {
	for n := min(4, len(runes)-i); n > 0; n-- {
		c, ok := named[pack(runes[i:i+n])]
		if !ok {
			continue
		}
		if i >= 2 && isNamePart(runes[i-1]) && (isNamePart(runes[i-2]) || contains(sides, runes[i-2])) {
			h := mix(pack(runes[i-2 : i+1]))
			if m.model.level(h) <= maxNameLevel {
				add(newToken(c, mix(pack(runes[i-2:i])), i < first), i-2)
			}
		}
		return i + n
	}
	return i + 1
}

// maxNameLevel is the level above which three characters are too frequent to be a name: 高速路, 派出所.
const maxNameLevel = 6

// sides may begin a name (上店, 后沟) but seldom end it.
const sides = "上下前后里外中向"

func isNamePart(c rune) bool { return c >= 0x3400 && !notName[c] }

// conceptsOf finds the concepts of the whole text and of its first part. The longest word at a place counts.
func (m *Matcher) conceptsOf(runes []rune, first int) (sets [2]conceptSet) {
	for i := range runes {
		for n := min(4, len(runes)-i); n >= 2; n-- {
			if c, ok := m.concepts[pack(runes[i:i+n])]; ok {
				sets[0].add(c)
				if i < first {
					sets[1].add(c)
				}
				break
			}
		}
	}
	return sets
}
