package understand

import "strings"

// cut is how a clause is set off from the one before it.
type cut int

// The ways, as the model of cuts knows them: a number once given stays.
const (
	cutStart cut = iota
	cutComma
	cutBlank
	cutStop     // 。！？
	cutHalfStop // ；
	cutLine
	cutBare // a word that begins another matter, without a mark before it
	cutItem // an item's number
)

// clause is a stretch of a text between two marks.
type clause struct {
	piece
	mark cut
	next int // index of the word in nextWords that it begins with; -1 if none
}

// nextWords begin another matter, longer ones before their beginnings; those from weakNext on begin a clause of the same matter as
// often. Their order is part of the trained model.
var nextWords = []string{"还有就是", "还有一个", "还有个", "还有", "另外还有", "另外", "再就是", "再一个", "再者", "再有", "再说", "再问", "再麻烦", "再建议", "再反映",
	"其次", "顺便", "顺带", "除此之外", "此外", "同时", "对了", "再", "也", "而且", "并且", "又", "还"}

const weakNext = 22

// clausesOf takes a folded text apart at marks, at blanks between words, before items' numbers and before words that begin another
// matter.
func clausesOf(text []rune) []clause {
	var list []clause
	start, mark := 0, cutStart
	add := func(end int) {
		if end > start {
			list = append(list, clause{piece{start, end}, mark, nextWord(text[start:end])})
		}
		start = end
	}
	for i := range text {
		if opensItem(text, i) {
			add(i)
			mark = cutItem
			continue
		}
		if i >= start+leastClause && strongNext(text[i:]) && isHan(text[i-1]) {
			add(i)
			mark = cutBare
			continue
		}
		next := markOf(text, i)
		if next == cutStart {
			continue
		}
		if i == start { // one mark behind another: the stronger counts
			if mark != cutItem {
				mark = max(mark, next)
			}
			start++
			continue
		}
		if strongNext(text[start:]) && i-start <= leastClause && next == cutComma {
			continue // 另外, 还有个事,
		}
		add(i + 1)
		mark = next
	}
	add(len(text))
	return list
}

// leastClause is how many characters stand before a word that begins another matter without a mark.
const leastClause = 5

// markOf tells what mark stands at a position; cutStart is none.
func markOf(text []rune, i int) cut {
	switch text[i] {
	case ',':
		return cutComma
	case ' ':
		return cutBlank
	case '。', '!', '?', '.', '~':
		if text[i] == '.' && i > 0 && text[i-1] >= '0' && text[i-1] <= '9' {
			return cutStart // 2.5
		}
		return cutStop
	case ';':
		return cutHalfStop
	case '\n':
		return cutLine
	}
	return cutStart
}

// nextWord is the index of the word in nextWords that a text begins with, -1 if there is none.
func nextWord(text []rune) int {
	if len(text) < 2 {
		return -1
	}
	switch text[0] {
	case '还', '另', '再', '其', '顺', '除', '此', '同', '对', '也', '而', '并', '又': // how the words begin; most clauses don't
	default:
		return -1
	}
	for i, w := range nextWords {
		if hasRunes(text, w) {
			return i
		}
	}
	return -1
}

func strongNext(text []rune) bool {
	n := nextWord(text)
	return n >= 0 && n < weakNext
}

func hasRunes(text []rune, word string) bool {
	i := 0
	for _, c := range word {
		if i >= len(text) || text[i] != c {
			return false
		}
		i++
	}
	return true
}

// opensItem tells whether an item of a list begins at a position: behind a mark or a blank, or anywhere with ① or 第一.
func opensItem(text []rune, i int) bool {
	n := itemLength(text[i:])
	if n == 0 {
		return false
	}
	atLine := i == 0 || text[i-1] == '\n'
	if !atLine && i+n < len(text) && text[i+n-1] == '.' && isDigit(text[i+n]) {
		return false // 2.5 is a number, but 2.7号楼 at the start of a line is the second item
	}
	return atLine || strings.ContainsRune(" ,;.!?。\n:", text[i-1]) || text[i] >= '①' && text[i] <= '⑳'
}

// itemLength measures what numbers an item at the start of a text: "2." "2、" "(2)" "②" "第二" "二是" "一、", 0 if there is none.
func itemLength(text []rune) int {
	switch {
	case len(text) < 2:
		return 0
	case text[0] >= '①' && text[0] <= '⑳':
		return 1
	case text[0] == '第':
		return ordinalLength(text)
	}
	i := 0
	if text[0] == '(' || text[0] == '（' {
		i++
	}
	from := i
	for i < len(text) && isNumeral(text[i]) && i-from < 2 {
		i++
	}
	if i == from || i == len(text) {
		return 0
	}
	if strings.ContainsRune("、.)）．", text[i]) || text[i] == '是' && !isDigit(text[i-1]) {
		return i + 1
	}
	return 0
}

// itemNumber is the number of the item that a text begins with, 0 if it is none or a large one.
func itemNumber(text []rune) int {
	for _, c := range text[:itemLength(text)] {
		if c >= '①' && c <= '⑳' {
			return int(c-'①') + 1
		}
		if n := strings.IndexRune("123456789", c); n >= 0 {
			return n + 1
		}
		for n, numeral := range []rune("一二三四五六七八九") {
			if c == numeral {
				return n + 1
			}
		}
	}
	return 0
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

// ordinalLength measures 第二, 第二个, 第三件事, 0 for 第二次, 第三铺 and the like, which count something else.
func ordinalLength(text []rune) int {
	if !isNumeral(text[1]) || len(text) < 4 {
		return 0
	}
	i := 2
	if strings.ContainsRune("个件条点", text[i]) {
		i++
		for _, w := range []string{"事情", "问题", "事", "是"} {
			if hasRunes(text[i:], w) {
				return i + len([]rune(w))
			}
		}
		if strings.ContainsRune(",、:，：", text[min(i, len(text)-1)]) {
			return i
		}
		return 0
	}
	if strings.ContainsRune("次天年小中单铺期批季名轮医人实社村组层排栋号幼遍回趟大道届步遭", text[i]) {
		return 0
	}
	return i
}
