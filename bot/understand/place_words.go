package understand

import "fmt"

// partSet is what a word can be in the name of a place, as bits.
type partSet uint32

const (
	partSpot      partSet = 1 << iota // 村口: a place by itself
	partFacility                      // 砖厂: the same, and with a name before it
	partOffice                        // 卫生院: a place when somebody goes there
	partGeneric                       // 学校: a place with something beside it
	partStructure                     // 水渠: behind 的 or 那条
	partTail                          // 门口
	partLead                          // 对面, before another thing
	partMeasure                       // 号楼, after a number
	partOwn                           // 小区, after a name
	partShort                         // 路, after a short name
	partLand                          // 湾, after a short name
	partFamily                        // 店, after a family's name and 家
	partFirm                          // 公司: with a name before it as generic as a school
	partKind                          // 店, after a word that says of what kind
	partJoint                         // 那截
	partBefore                        // a word that no name reaches over
	partNever                         // a word that only looks like a place
	partKnown                         // a name of the gazetteer
	partNamed                         // a name with its suffix
	partNumbered                      // 3号楼
	partCounted                       // 15号, 二楼: places with something beside them
	partName                          // 和谐: a part of names whose characters would else end one
)

// partStrong are the parts that make a place of whatever they stand in.
const partStrong = partSpot | partFacility | partKnown | partNamed | partNumbered

// suffixes are the parts that make a name of what stands before them.
const suffixes = partOwn | partShort | partLand | partFamily

// placeWords are the words of place.txt.
type placeWords struct {
	trie  *trie
	parts []partSet // by word of the trie
	stop  map[rune]bool
	// surname are the characters that make a name of one character: 张庄.
	surname map[rune]bool
}

func newPlaceWords() (*placeWords, error) {
	sections, err := readLexicon("place.txt")
	if err != nil {
		return nil, err
	}
	known := map[string]partSet{"spot": partSpot, "far": partSpot, "facility": partFacility, "office": partOffice, "generic": partGeneric,
		"structure": partStructure, "tail": partTail, "lead": partLead, "number": partMeasure, "own": partOwn, "short": partShort,
		"land": partLand, "family": partFamily, "firm": partFirm, "kind": partKind,
		"joint": partJoint, "name": partName, "before": partBefore, "never": partNever}
	w := &placeWords{trie: newTrie(), stop: make(map[rune]bool), surname: make(map[rune]bool)}
	missing := len(known)
	for _, s := range sections {
		if set, ok := map[string]map[rune]bool{"stop": w.stop, "surname": w.surname}[s.name]; ok {
			addRunes(set, s.words)
			continue
		}
		p, ok := known[s.name]
		if !ok {
			return nil, fmt.Errorf("lexicon place.txt: unknown section %q", s.name)
		}
		missing--
		w.add(s.words, p)
	}
	w.add(doings, partBefore)
	walls, spots := sideWords()
	w.add(walls, partTail)
	w.add(spots, partSpot)
	w.drop(things)
	if missing != 0 || len(w.stop) == 0 || len(w.surname) == 0 {
		return nil, fmt.Errorf("lexicon place.txt: %d sections too few, or one twice", missing)
	}
	return w, nil
}

func (w *placeWords) add(words []string, p partSet) {
	for _, text := range words {
		n := w.trie.add(text, len(w.parts))
		if n == len(w.parts) {
			w.parts = append(w.parts, 0)
		}
		w.parts[n] |= p
	}
}

// drop takes from words that they are part of a place.
func (w *placeWords) drop(words []string) {
	for _, text := range words {
		n := w.trie.add(text, len(w.parts))
		if n == len(w.parts) {
			w.parts = append(w.parts, 0)
		}
		w.parts[n] &= partBefore | partNever
	}
}

func addRunes(set map[rune]bool, words []string) {
	for _, text := range words {
		for _, c := range text {
			set[c] = true
		}
	}
}

// isFacility tells whether a text is a kind of facility and nothing else: 烧烤摊.
func (w *placeWords) isFacility(text []rune) bool {
	node := int32(0)
	for _, c := range text {
		next, ok := w.trie.step(node, c)
		if !ok {
			return false
		}
		node = next
	}
	n, ok := w.trie.word(node)
	return ok && w.parts[n]&partFacility != 0 && w.parts[n]&partSpot == 0
}

func isHan(c rune) bool { return c >= 0x4E00 && c <= 0x9FFF }

func isNumeral(c rune) bool {
	switch c {
	case '一', '二', '三', '四', '五', '六', '七', '八', '九', '十':
		return true
	}
	return c >= '0' && c <= '9'
}
