package pipeline

import (
	"slices"
	"strings"
)

// nearness is what the places of two reports say of whether they can be one matter.
type nearness int

const (
	farApart  nearness = iota // both name a place, and not the same
	unplaced                  // one of them names none, or both
	nearby                    // the names have much in common: 襄南中学门口, 襄南镇中学校门口
	samePlace                 // one place, perhaps named more closely by one
)

// spot is where a report says that its matter is.
type spot struct {
	name    string // as the reader found it; empty if there is none
	numbers []numberedSpot
}

// numberedSpot is a place that its number tells from its neighbours: 三社, 5号楼, 二单元.
type numberedSpot struct{ kind, number string }

// countedPlaces are the words that a number before makes the name of one place, longest first, with the kind they are counted in.
// Between two of a kind a number decides; 社 and 组 are two words for one thing.
var countedPlaces = []struct{ word, kind string }{
	{"村民小组", "社"}, {"号楼", "楼"}, {"单元", "单元"}, {"小组", "社"}, {"小队", "社"}, {"社", "社"}, {"组", "社"}, {"队", "社"},
	{"栋", "楼"}, {"幢", "楼"}, {"楼", "层"}, {"层", "层"}, {"路公交", "线路"}, {"路车", "线路"}, {"号线", "线路"},
	{"国道", "公路"}, {"省道", "公路"}, {"县道", "公路"}, {"号机井", "井"}, {"号井", "井"}, {"号门", "门"}, {"号院", "院"}, {"期", "期"},
}

// spotOf reads where a report is from its place and its words: numbers count wherever they stand.
func spotOf(place, text string) spot {
	s := spot{name: place}
	for _, from := range []string{place, text} {
		s.count([]rune(from))
	}
	return s
}

// count notes the numbered places of a text.
func (s *spot) count(text []rune) {
	for i := 0; i < len(text); i++ {
		end := i
		for end < len(text) && isNumeral(text[end]) {
			end++
		}
		if end == i {
			continue
		}
		number, rest := plainNumber(text[i:end]), string(text[end:min(end+4, len(text))])
		for _, c := range countedPlaces {
			if strings.HasPrefix(rest, c.word) {
				if n := (numberedSpot{c.kind, number}); !slices.Contains(s.numbers, n) {
					s.numbers = append(s.numbers, n)
				}
				break
			}
		}
		i = end - 1
	}
}

const numerals = "零一二三四五六七八九"

func isNumeral(r rune) bool {
	return r >= '0' && r <= '9' || r == '十' || r == '两' || strings.ContainsRune(numerals, r)
}

// plainNumber writes 十二, 一二 and 12 alike.
func plainNumber(digits []rune) string {
	var b strings.Builder
	for i, r := range digits {
		at := strings.IndexRune(numerals, r)
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '两':
			b.WriteByte('2')
		case at >= 0:
			b.WriteByte(byte('0' + at/len("零")))
		case i == 0: // 十二
			b.WriteByte('1')
		}
		if r == '十' && (i == len(digits)-1 || !isNumeral(digits[i+1])) { // 二十
			b.WriteByte('0')
		}
	}
	return strings.TrimLeft(b.String(), "0")
}

// compare says how two spots lie to each other.
func (s spot) compare(o spot) nearness {
	shared := false
	for _, kind := range kindsOf(s.numbers) {
		mine, theirs := numbersOf(s.numbers, kind), numbersOf(o.numbers, kind)
		if len(theirs) == 0 {
			continue
		}
		if !slices.ContainsFunc(mine, func(n string) bool { return slices.Contains(theirs, n) }) {
			return farApart
		}
		shared = true
	}
	switch {
	case s.name == "" || o.name == "":
		if shared {
			return nearby
		}
		return unplaced
	case isSamePlace(s.name, o.name):
		return samePlace
	case shared || beginsAlike(s.name, o.name):
		return nearby
	}
	return farApart
}

// beginsAlike tells whether two names begin with the same two letters, as those of one place do: 李家湾那段路 and 李家湾路, but not
// 王家坪 and 赵家坪.
func beginsAlike(a, b string) bool {
	first, second := []rune(a), []rune(b)
	return len(first) >= 2 && len(second) >= 2 && first[0] == second[0] && first[1] == second[1]
}

func kindsOf(list []numberedSpot) []string {
	var out []string
	for _, n := range list {
		if !slices.Contains(out, n.kind) {
			out = append(out, n.kind)
		}
	}
	return out
}

func numbersOf(list []numberedSpot, kind string) []string {
	var out []string
	for _, n := range list {
		if n.kind == kind {
			out = append(out, n.number)
		}
	}
	return out
}

// isSamePlace tells whether both name one place, one perhaps more closely: 2号楼 and 2号楼门口, 文化广场 and 广场.
func isSamePlace(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	number := strings.IndexFunc(b, isNumeral) == 0 // 2号楼 isn't the end of 12号楼
	return b != "" && (strings.HasPrefix(a, b) || !number && strings.HasSuffix(a, b))
}

// commonPart is the longest part, of two characters or more, that both names have; the first of several. What follows a number may be
// the thing that the reports are about and isn't taken: of 三社水渠 only 三社.
func commonPart(a, b string) string {
	one, other := []rune(a), []rune(b)
	from, most := 0, 1
	for i := range one {
		for j := range other {
			n := 0
			for i+n < len(one) && j+n < len(other) && one[i+n] == other[j+n] {
				n++
			}
			if n > most {
				from, most = i, n
			}
		}
	}
	if most < 2 {
		return ""
	}
	return uptoNumber(one[from : from+most])
}

// uptoNumber is a name up to the end of its first numbered place; all of it if it has none.
func uptoNumber(name []rune) string {
	for i := 1; i < len(name); i++ {
		if !isNumeral(name[i-1]) || isNumeral(name[i]) {
			continue
		}
		for _, c := range countedPlaces {
			if word := []rune(c.word); strings.HasPrefix(string(name[i:]), c.word) {
				return string(name[:i+len(word)])
			}
		}
	}
	return string(name)
}
