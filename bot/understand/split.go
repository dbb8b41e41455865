package understand

import (
	"slices"
	"strings"
)

// cut is how a piece of text is set off from the one before it.
type cut int

const (
	cutComma    cut = iota // within a sentence
	cutSentence            // 。；! or a new line
	cutNext                // 另外, 还有, 2.
)

type piece struct {
	start, end int
	cut        cut
}

// part is a stretch of a message that may be a matter of its own.
type part struct {
	piece
	sheet   *sheet
	verdict verdict
}

// matters divides a message into its matters. It joins rather than cuts: two pieces become two matters only if each reads as
// a matter by itself and they are about different things.
func (r *Reader) matters(clean []rune, whole part) []Matter {
	cuts := pieces(whole.sheet.text)
	if !mayBeSeveral(cuts, len(whole.sheet.places)) {
		return []Matter{r.matter(clean, whole)}
	}
	var parts []part
	for _, p := range cuts {
		next := r.part(whole.sheet.text, p)
		if len(parts) == 0 || areTwo(parts[len(parts)-1], next) {
			parts = append(parts, next)
			continue
		}
		last := &parts[len(parts)-1]
		*last = r.part(whole.sheet.text, piece{last.start, p.end, last.cut})
	}
	if len(parts) == 1 {
		return []Matter{r.matter(clean, whole)}
	}
	list := make([]Matter, 0, len(parts))
	for _, p := range parts {
		list = append(list, r.matter(clean, p))
	}
	return list
}

func (r *Reader) part(text []rune, p piece) part {
	s := r.examine(text[p.start:p.end])
	return part{p, s, r.classify(s)}
}

// mayBeSeveral spares the reading of pieces where they can't be two matters: clauses of one sentence need two places.
func mayBeSeveral(cuts []piece, places int) bool {
	return len(cuts) > 1 && (places > 1 || slices.ContainsFunc(cuts[1:], func(p piece) bool { return p.cut != cutComma }))
}

// areTwo tells whether two pieces are different matters.
func areTwo(a, b part) bool {
	if !asks(a.verdict.Intent) || !asks(b.verdict.Intent) || shareTopic(a.sheet, b.sheet) {
		return false
	}
	strong := a.sheet.subject.weight >= 3 && b.sheet.subject.weight >= 3
	apart := a.sheet.place() != "" && b.sheet.place() != "" && a.sheet.place() != b.sheet.place()
	switch b.cut {
	case cutNext:
		return true
	case cutSentence:
		return strong && (apart || a.verdict.Category != b.verdict.Category || len(a.sheet.places) == len(b.sheet.places))
	}
	return strong && apart
}

// asks tells whether somebody has to do something; thanks are never a second matter.
func asks(i Intent) bool { return i.IsMatter() && i != IntentPraise }

// place is the first place in the text, empty if none.
func (s *sheet) place() string {
	if len(s.places) == 0 {
		return ""
	}
	return string(s.text[s.places[0].start:s.places[0].end])
}

func shareTopic(a, b *sheet) bool {
	return slices.ContainsFunc(a.topics, func(m mark) bool {
		return m.weight >= 2 && slices.ContainsFunc(b.topics, func(n mark) bool { return n.text == m.text })
	})
}

func (r *Reader) matter(clean []rune, p part) Matter {
	text := strings.Trim(trimNext(string(clean[p.start:p.end])), " ,，。;；、\n")
	m := Matter{Text: text, Kind: kindOf(p.verdict.Intent, string(p.sheet.text)), Category: p.verdict.Category, Subcategory: p.verdict.Subcategory}
	if len(p.sheet.places) > 0 {
		first := p.sheet.places[0]
		m.Place = string(clean[p.start+first.start : p.start+first.end])
	}
	m.Title = Title(r.core(text), m.Place)
	return m
}

// core is the clause of a matter's text that says most about it.
func (r *Reader) core(text string) string {
	best, bestScore := text, -1.0
	for _, clause := range strings.FieldsFunc(text, isClauseEnd) {
		folded := r.script.fold([]rune(clause))
		score := 0.0
		for _, m := range r.categories.scan(folded) {
			score += m.weight
		}
		said := 0.0
		for _, m := range r.roles.scan(folded) {
			switch role(m.slot) {
			case roleFault, roleWish, roleAsk, roleHint:
				said += m.weight
			}
		}
		score = min(score, 3) + min(said, 2)
		if score > bestScore+1 { // the earlier clause stands unless a later one says clearly more
			best, bestScore = clause, score
		}
	}
	return best
}

func isClauseEnd(c rune) bool { return strings.ContainsRune(",，;；.。!！?？\n~～", c) }

// nextWords begin another matter.
func nextWords() []string {
	return []string{"另外", "还有", "再就是", "再一个", "再者", "其次", "第二", "第三", "二是", "三是", "顺便", "除此之外", "再有"}
}

func trimNext(text string) string {
	text = strings.TrimLeft(text, " ,，。;；、\n")
	for _, w := range nextWords() {
		if after, found := strings.CutPrefix(text, w); found {
			text = strings.TrimLeft(after, " ,，:：一个件事就是")
			break
		}
	}
	if digits := numbering([]rune(text)); digits > 0 {
		text = string([]rune(text)[digits:])
	}
	return text
}

// pieces cuts a folded text at marks, at words that begin another matter, and before numbered items.
func pieces(text []rune) []piece {
	var list []piece
	start, kind := 0, cutComma
	flush := func(end int) {
		if end > start {
			list = append(list, piece{start, end, kind})
		}
		start = end
	}
	for i := range text {
		if i > start && i > 0 && opensNext(text, i) {
			flush(i)
			kind = cutNext
			continue
		}
		switch c := text[i]; {
		case strings.ContainsRune("。;!?\n", c):
			flush(i + 1)
			kind = cutSentence
		case c == ',' && !slices.Contains(nextWords(), string(text[start:i])):
			flush(i + 1)
			kind = cutComma
		}
		if i+1 < len(text) && opensNext(text, i+1) && start == i+1 {
			kind = cutNext
		}
	}
	flush(len(text))
	return list
}

// opensNext tells whether a word that begins another matter, or an item's number, stands at i after a mark or blank.
func opensNext(text []rune, i int) bool {
	if !strings.ContainsRune(" ,;.!?。、\n", text[i-1]) {
		return false
	}
	if numbering(text[i:]) > 0 {
		return true
	}
	rest := string(text[i:min(len(text), i+5)])
	for _, w := range nextWords() {
		if strings.HasPrefix(rest, w) {
			return true
		}
	}
	return false
}

// numbering measures "2." "2、" "(2)" at the start, 0 if there is none.
func numbering(text []rune) int {
	i := 0
	if i < len(text) && (text[i] == '(' || text[i] == '（') {
		i++
	}
	if i >= len(text) || !isNumeral(text[i]) {
		return 0
	}
	if i++; i >= len(text) || !strings.ContainsRune("、.)）．", text[i]) {
		return 0
	}
	if i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9' {
		return 0 // 2.5
	}
	return i + 1
}
