package understand

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// token is a word, name or number in a text that may be part of a place.
type token struct {
	start, end int
	parts      partSet
}

// placeScan is a text taken apart. It is kept and used again, so that reading a message makes no garbage.
type placeScan struct {
	text   []rune
	tokens []token
	made   []token // names and numbers, while they are being made
	never  []token
	known  []token
	stop   map[rune]bool
	fence  []bool  // by position: no name reaches left over it
	inName []bool  // by character: it belongs to a name though it stops others
	first  []int32 // by position: the first token that starts there or later
	places []span
}

// read finds the tokens of a text.
func (p *placeScan) read(text []rune, w *placeWords, known *knownNames) {
	p.text, p.tokens, p.made, p.never, p.known = text, p.tokens[:0], p.made[:0], p.never[:0], p.known[:0]
	p.stop = w.stop
	p.fence = append(p.fence[:0], make([]bool, len(text)+1)...)
	p.inName = append(p.inName[:0], make([]bool, len(text))...)
	p.words(w)
	p.units(known)
	p.names(w)
	p.tokens = append(p.tokens, p.known...)
	slices.SortStableFunc(p.tokens, func(a, b token) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), cmp.Compare(b.parts&partKnown, a.parts&partKnown))
	})
	p.index()
}

// words finds the words of the lexicon.
func (p *placeScan) words(w *placeWords) {
	for i := range p.text {
		if p.text[i] == '第' && isNumeral(p.at1(i+1)) {
			p.fence[i+2] = true
		}
		node := int32(0)
		for j := i; j < len(p.text); j++ {
			next, ok := w.trie.step(node, p.text[j])
			if !ok {
				break
			}
			node = next
			n, ok := w.trie.word(node)
			if !ok {
				continue
			}
			t := token{i, j + 1, w.parts[n]}
			if t.parts&partNever != 0 {
				p.never = append(p.never, t)
			}
			if t.parts&partBefore != 0 {
				p.fence[t.end] = true
			}
			for k := t.start; k < t.end && t.parts&partName != 0; k++ {
				p.inName[k] = true
			}
			if t.parts&^(partNever|partBefore|partName) != 0 {
				p.tokens = append(p.tokens, t)
			}
		}
	}
}

// names adds the names and numbers that suffixes make of what stands before them, and takes from words inside others what
// only looks like a place: the 路 of 路灯, the 门 of 门前.
func (p *placeScan) names(w *placeWords) {
	for i := range p.tokens {
		t := &p.tokens[i]
		village := p.endsVillage(*t)
		if !village && isInside(*t, p.never, 0) {
			t.parts &^= suffixes | partGeneric | partMeasure | partFirm | partKind
		}
		if isInside(*t, p.never, 1) && !village {
			t.parts &= partKnown | partTail
			if t.end-t.start == 1 {
				t.parts &= partKnown
			}
		}
		if t.parts&partMeasure != 0 {
			p.number(*t)
		}
		if t.parts&partSpot != 0 && p.at1(t.start-1) == '家' && w.surname[p.at1(t.start-2)] && !strings.ContainsRune("村庄镇社街路巷", p.text[t.start]) {
			p.made = append(p.made, token{t.start - 2, t.end, partNamed}) // 孟家堡子
		}
		if (t.parts&(suffixes|partFacility|partFirm|partKind) != 0 || p.isStreet(*t)) && !isInside(*t, p.tokens, 1) {
			p.name(*t, w)
		}
	}
	p.tokens = append(p.tokens, p.made...)
}

// units finds the names of the gazetteer. What follows one is another name: of 平襄镇李家村 the village is 李家村.
func (p *placeScan) units(known *knownNames) {
	known.find(p.text, func(s knownSpan) {
		p.known = append(p.known, token{s.start, s.end, partKnown})
		p.fence[s.end] = true
	})
}

// isInside tells whether the token lies inside another that is so much longer. The others are in the order of their starts.
func isInside(t token, others []token, longer int) bool {
	n := sort.Search(len(others), func(i int) bool { return others[i].start > t.start })
	for _, o := range slices.Backward(others[:n]) {
		if o.start < t.start-longestWord {
			break
		}
		if t.end <= o.end && o.end-o.start >= t.end-t.start+longer {
			return true
		}
	}
	return false
}

// longestWord is how many characters the longest word of the lexicon has.
const longestWord = 8

// number makes a token of a number and its measure: 3号楼, 十二社.
func (p *placeScan) number(t token) {
	start := p.numberStart(t.start)
	if start == t.start {
		return
	}
	parts := partNumbered
	switch string(p.text[t.start:t.end]) {
	case "号", "层", "楼":
		parts = partCounted // it may be a day or a house's height
	}
	p.made = append(p.made, token{start, t.end, parts})
	if parts == partNumbered {
		p.fence[t.end] = true
		p.estate(start, t)
	}
}

// estate makes a token of a house's number and the name before it, which needs no word such as 小区 where it begins the text or
// follows a mark: 金都国际6号楼.
func (p *placeScan) estate(number int, t token) {
	if !strings.ContainsRune("楼栋幢", p.text[t.end-1]) {
		return
	}
	for start := number; number-start <= longestVillage; start-- {
		if start == 0 || !isHan(p.text[start-1]) {
			if number-start > 2 {
				p.made = append(p.made, token{start, t.end, partNamed})
			}
			return
		}
		if p.fence[start] || p.stop[p.text[start-1]] {
			return
		}
	}
}

// numberStart is where the number before a measure begins; the measure's own start if there is none.
func (p *placeScan) numberStart(end int) int {
	start := end
	for start > 0 && end-start < 4 && isNumeral(p.text[start-1]) {
		start--
	}
	switch {
	case start == end:
		return end
	case p.at1(start-1) == '第' && strings.ContainsRune("社组队村小单", p.text[end]):
		return start - 1 // 第三社 and 第12村民小组, but no 第三层
	case p.at1(start-1) == '第':
		return end
	case start < 2 || !isNumeral(p.text[start-2]):
		return start
	case strings.ContainsRune("-至和", p.text[start-1]), p.text[start-1] == '、' && start > 2 && !strings.ContainsRune(" ,。;\n", p.text[start-3]):
		return start - 2 // 3、4号楼 are one phrase, but 1、4号楼 at the beginning of a line is an item of a list
	}
	return start
}

// name makes a token of a name and its suffix.
func (p *placeScan) name(t token, w *placeWords) {
	parts, most := partNamed, 4
	if t.parts&suffixes == 0 && t.parts&partFirm != 0 {
		parts = partGeneric
	}
	if t.parts&(partOwn|partFacility|partFirm) == 0 {
		most = 3
	}
	if t.parts&partOwn != 0 && p.at1(t.start-2) == '第' && isNumeral(p.text[t.start-1]) {
		p.made = append(p.made, token{t.start - 2, t.end, partNamed}) // 第二幼儿园
		return
	}
	start, open := p.nameStart(t.start, most, w)
	if head := p.villageStart(t); head < start {
		start, open = head, false
	}
	if open && (t.parts&suffixes == 0 || t.parts&partSpot != 0) {
		return // 苹果包装厂 is a name only where it surely begins
	}
	if open && t.parts&partOwn == 0 {
		start = t.start - 2 // nearly all such names have two characters
	}
	if p.isName(start, t, w) {
		p.made = append(p.made, token{start, t.end, parts})
	}
}

// isName tells whether what stands before a suffix makes a name with it.
func (p *placeScan) isName(start int, t token, w *placeWords) bool {
	thing := func(o token) bool {
		return o.start == start && o.end == t.start && o.parts&partStrong|o.parts&partGeneric != 0
	}
	switch n := t.start - start; {
	case t.parts&suffixes == 0 && (slices.ContainsFunc(p.tokens, thing) || slices.ContainsFunc(p.made, thing)):
		return false // 广场公厕 are two: a 公厕 in the 广场
	case n == 0, n == 1 && !p.isLone(start, t, w):
		return false
	case strings.ContainsRune("一两半几", p.text[start]), t.parts&partMeasure != 0 && isNumeral(p.text[t.start-1]):
		return false // 一道沟 is any ditch, and of 二社三社 the 三社 is a number
	case p.text[t.start-1] == '家':
		return t.parts&(partOwn|partShort|partLand|partFacility|partFamily|partFirm) != 0 // 李家店, but no 人家馆
	case t.parts&(suffixes|partFacility) == partFamily:
		return false
	case t.end-t.start == 1 && strings.ContainsRune("村社", p.text[t.start]):
		return !strings.ContainsRune("上里干民主支医会长级部", p.at1(t.end)) // 今年村里 is no village 今年村
	}
	return true
}

// endsVillage tells whether 村 ends a village's name though it looks like another word's beginning: 常家河镇李坪村路边.
func (p *placeScan) endsVillage(t token) bool {
	return p.text[t.start] == '村' && strings.ContainsRune("路道口", p.at1(t.end)) && p.villageStart(t) < t.start
}

// villageStart is where the name of a village begins that stands right behind its township: of 襄南镇黑石头村 at 黑, though other names
// never hold that character. It is the suffix's own start if there is none.
func (p *placeScan) villageStart(t token) int {
	if t.end-t.start != 1 || !strings.ContainsRune("村社", p.text[t.start]) {
		return t.start
	}
	for start := t.start; start > 0 && t.start-start <= longestVillage; start-- {
		c := p.text[start-1]
		if strings.ContainsRune("镇乡", c) && p.fence[start] && t.start-start > 1 {
			return start
		}
		if !isHan(c) || strings.ContainsRune(grammar, c) {
			break
		}
	}
	return t.start
}

// longestVillage is how many characters a village's name has before 村 or 社.
const longestVillage = 4

// grammar are the characters that no name has at all.
const grammar = "的在是有个几各全这那我你他她它们咱本某哪每和与到从被把让给没不了啥某些"

// isStreet tells whether a spot is a street, lane or gate that may have a name before it: 新城南街.
func (p *placeScan) isStreet(t token) bool {
	return t.parts&partSpot != 0 && strings.ContainsRune("东西南北中老新大", p.text[t.start]) && strings.ContainsRune("街路巷关门", p.text[t.end-1])
}

// isLone tells whether one character is enough of a name: 上湾, 石沟口, 张庄.
func (p *placeScan) isLone(start int, t token, w *placeWords) bool {
	if t.parts&partShort != 0 && t.end-t.start > 1 {
		return true
	}
	if (t.parts&partLand != 0 || p.text[t.start] == '庄') && w.surname[p.text[start]] {
		return true
	}
	return t.parts&suffixes != 0 && strings.ContainsRune(lone, p.text[start])
}

// lone are the characters that make a name of one character: 上湾, 东村.
const lone = "东西南北中上下前后新老大小常渭"

// nameStart walks left from a suffix over at most so many characters of a name; open tells that more might follow.
func (p *placeScan) nameStart(end, most int, w *placeWords) (start int, open bool) {
	for start = end; start > 0; start-- {
		c := p.text[start-1]
		if p.fence[start] || !isHan(c) {
			return start, false
		}
		if w.stop[c] && !p.inName[start-1] && !(c == '家' && start > 1 && isHan(p.text[start-2]) && !w.stop[p.text[start-2]] && !p.fence[start-1]) { // 李家湾
			return start, false
		}
		if end-start == most {
			return start, true
		}
	}
	return start, false
}

// index notes for each position where its tokens begin.
func (p *placeScan) index() {
	p.first = p.first[:0]
	n := 0
	for i := 0; i <= len(p.text)+1; i++ {
		for n < len(p.tokens) && p.tokens[n].start < i {
			n++
		}
		p.first = append(p.first, int32(n))
	}
}

// at are the tokens that start at a position, longest first.
func (p *placeScan) at(pos int) []token {
	if pos >= len(p.text) {
		return nil
	}
	return p.tokens[p.first[pos]:p.first[pos+1]]
}
