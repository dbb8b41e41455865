package understand

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"tongshishang/bot"
)

// knownNames are the names of the gazetteer made ready for finding. They never change; another gazetteer is another value.
type knownNames struct {
	places []Place
	byID   map[string]int
	exact  *trie // names → index of names; digits for the numerals 一 to 九
	spoken *trie // the same names as they sound
	names  []knownName
	sounds *sounds
}

// knownName is a name that one place or several have.
type knownName struct {
	text   []rune
	places []int
}

// knownSpan is a name found in a text.
type knownSpan struct {
	start, end int
	name       int
}

func newKnownNames(places []Place, s *sounds, fold func(string) string) (*knownNames, error) {
	k := &knownNames{places: places, byID: make(map[string]int, len(places)), exact: newTrie(), spoken: newTrie(), sounds: s}
	for i, p := range places {
		if utf8.RuneCountInString(p.Name) < 2 {
			return nil, fmt.Errorf("gazetteer entry %d (%q): a name needs two characters", i+1, p.Name)
		}
		k.byID[p.ID] = i
		k.add(fold(p.Name), i)
		for _, alias := range p.Aliases {
			if utf8.RuneCountInString(alias) < 2 {
				return nil, fmt.Errorf("gazetteer entry %d (%q): the alias %q needs two characters", i+1, p.Name, alias)
			}
			k.add(fold(alias), i)
		}
	}
	return k, nil
}

// add makes a name of a place known; a name of several places leads to all of them.
func (k *knownNames) add(name string, place int) {
	text := []rune(name)
	for i, c := range text {
		text[i] = plainNumeral(c)
	}
	n := k.exact.add(string(text), len(k.names))
	if n == len(k.names) {
		k.names = append(k.names, knownName{text: text})
		k.hear(text, n)
	}
	if known := &k.names[n]; len(known.places) == 0 || known.places[len(known.places)-1] != place {
		known.places = append(known.places, place)
	}
}

// hear makes a name known by its sound, the first reading of each character counting.
func (k *knownNames) hear(text []rune, n int) {
	spoken := make([]rune, 0, len(text))
	for _, c := range text {
		reading := k.sounds.of(c)[0]
		if reading == 0 {
			return // a name with digits is written right or not at all
		}
		spoken = append(spoken, rune(reading))
	}
	k.spoken.add(string(spoken), n)
}

// plainNumeral writes the numerals 一 to 九 as digits, so that 3社 and 三社 are one name.
func plainNumeral(c rune) rune {
	if c < '一' || c > '四' { // the first and the last of them in Unicode
		return c
	}
	switch c {
	case '一':
		return '1'
	case '二':
		return '2'
	case '三':
		return '3'
	case '四':
		return '4'
	case '五':
		return '5'
	case '六':
		return '6'
	case '七':
		return '7'
	case '八':
		return '8'
	case '九':
		return '9'
	}
	return c
}

// find calls yield with every name in a folded text, as it is written or, where that is safe, as it sounds.
func (k *knownNames) find(text []rune, yield func(knownSpan)) {
	for i := range text {
		k.findExact(text, i, yield)
		k.findSpoken(text, i, yield)
	}
}

func (k *knownNames) findExact(text []rune, start int, yield func(knownSpan)) {
	node := int32(0)
	for j := start; j < len(text); j++ {
		next, ok := k.exact.step(node, plainNumeral(text[j]))
		if !ok {
			return
		}
		node = next
		if n, ok := k.exact.word(node); ok {
			yield(knownSpan{start, j + 1, n})
		}
	}
}

func (k *knownNames) findSpoken(text []rune, start int, yield func(knownSpan)) {
	k.listen(text, start, start, 0, yield)
}

// listen goes on with each reading of the next character. No name is longer than some characters, and few have two readings.
func (k *knownNames) listen(text []rune, start, at int, node int32, yield func(knownSpan)) {
	if at == len(text) {
		return
	}
	for _, reading := range k.sounds.of(text[at]) {
		if reading == 0 {
			return
		}
		next, ok := k.spoken.step(node, rune(reading))
		if !ok {
			continue
		}
		if n, ok := k.spoken.word(next); ok && k.isHomophone(text, start, at+1, k.names[n].text) {
			yield(knownSpan{start, at + 1, n})
		}
		k.listen(text, start, at+1, next, yield)
	}
}

// isHomophone tells whether text[start:end], which sounds like the name, means it. One character at least must be right, and
// it must end like a place's name (平相镇), be followed by what names go with (马迎中学), or be all that was said: 新井 alone is a
// well far more often than the township 新景.
func (k *knownNames) isHomophone(text []rune, start, end int, name []rune) bool {
	right := 0
	for i, c := range name {
		if text[start+i] == c {
			right++
		}
	}
	last := name[len(name)-1]
	ended := len(name) > 2 && text[end-1] == last && isNameEnd(string(last))
	switch {
	case right == len(name):
		return false // found as it is written
	case ended:
		return right > 1
	case right == 0 || len(name) > 2 && isNameEnd(string(last)):
		return false
	}
	return end-start == len(text) || isNameEnd(string(text[end:min(len(text), end+2)])) || len(name) > 3 && right*2 >= len(name)
}

// isNameEnd tells whether a text begins with a word that names of places end with.
func isNameEnd(text string) bool {
	for _, w := range []string{"镇", "乡", "村", "社", "街", "小区", "社区", "花园", "家园", "中学", "小学", "卫生", "派出", "信用", "粮站", "兽医", "敬老", "政府", "集上", "大桥", "湾", "岔"} {
		if strings.HasPrefix(text, w) {
			return true
		}
	}
	return text == "区" || text == "园"
}

// isUnit tells whether the name is that of a township or community.
func (k *knownNames) isUnit(n int) bool {
	for _, i := range k.names[n].places {
		if k.places[i].Kind == bot.PlaceUnit {
			return true
		}
	}
	return false
}
