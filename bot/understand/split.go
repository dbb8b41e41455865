package understand

import (
	"slices"
	"strings"
)

// piece is a stretch of a text: runes [start, end).
type piece struct{ start, end int }

// chunk is a piece with how surely another matter begins with it.
type chunk struct {
	piece
	sure float64
}

// part is a stretch of a message that may be a matter of its own.
type part struct {
	piece
	sheet   *sheet
	verdict verdict
	place   string // as written; its own or, in a list, that of the list's head
	base    string // of the place: what a title does without
}

// matters divides a message into its matters. What sets off one matter from another is learned (cuts.bin); a stretch that doesn't
// read like a matter by itself then joins its neighbour, so that greetings, causes and pleas never become matters.
func (r *Reader) matters(clean []rune, whole part) []Matter {
	whole.place, whole.base = r.firstPlace(clean, whole.sheet.places, 0)
	pieces, list := r.divide(whole.sheet)
	if len(pieces) < 2 {
		return []Matter{r.matter(clean, whole)}
	}
	parts := r.parts(clean, whole.sheet.text, pieces, list)
	if len(parts) < 2 {
		return []Matter{r.matter(clean, whole)}
	}
	out := make([]Matter, 0, len(parts))
	for _, p := range parts {
		out = append(out, r.matter(clean, p))
	}
	return out
}

// parts reads the pieces. One that asks for nothing joins the one before it, unless it surely is something else. Before the first
// that asks, it is a greeting or the head of a list, whose place then holds for all that name none.
func (r *Reader) parts(clean, text []rune, pieces []chunk, list bool) []part {
	var parts []part
	head := ""
	for i, p := range pieces {
		next := r.part(clean, text, p.piece)
		surely := p.sure >= surelyCut || i == 0 && !list && pieces[1].sure >= surelyCut
		switch {
		case asks(next.verdict.Intent):
			parts = append(parts, next)
		case surely && next.verdict.Intent != IntentPraise && next.tells():
			next.verdict = next.sheet.told()
			parts = append(parts, next)
		case len(parts) > 0:
			last := &parts[len(parts)-1]
			*last = r.part(clean, text, piece{last.start, p.end})
		default:
			head = next.place
		}
	}
	for i := range parts {
		if parts[i].place == "" && list {
			parts[i].place = head
		}
	}
	return parts
}

// tells tells whether a part says anything that may have to be seen to: a greeting doesn't.
func (p part) tells() bool {
	return len(p.sheet.topics) > 0 || p.place != "" || p.end-p.start >= leastTold
}

// leastTold is how many characters say something by their mere number.
const leastTold = 8

// told is the verdict on what is a matter only by what stands beside it.
func (s *sheet) told() verdict {
	v := verdict{Intent: IntentAppeal, Confidence: 0.5, Category: s.subject.first, CategoryConfidence: round(s.subject.confidence), Subcategory: s.subject.second}
	if v.Category == "" {
		v.Category = CategoryOther
	}
	return v
}

func (r *Reader) part(clean, text []rune, p piece) part {
	s := r.examine(text[p.start:p.end])
	place, base := r.firstPlace(clean, s.places, p.start)
	return part{p, s, r.classify(s), place, base}
}

// asks tells whether somebody has to do something; thanks are never a second matter.
func asks(i Intent) bool { return i.IsMatter() && i != IntentPraise }

// firstPlace is the first place as written, and what of it says where rather than what: of 三社水渠 the 三社. A place with a name comes
// before a mere facility, so that 烧烤摊…,新街都是味 is in 新街. Empty if there is none.
func (r *Reader) firstPlace(clean []rune, places []span, from int) (place, base string) {
	if len(places) == 0 {
		return "", ""
	}
	at := func(a, b int) []rune { return clean[from+a : from+b] }
	p := places[0]
	for _, q := range places {
		if !r.gazetteer.words.isFacility(r.script.fold(at(q.start, q.end))) {
			p = q
			break
		}
	}
	end := p.word
	if next := from + end; end == p.end && next < len(clean) && strings.ContainsRune("上里", clean[next]) {
		end++ // 河滩上有人 is no 上有人
	}
	return string(at(p.start, p.end)), string(at(p.start, end))
}

func (r *Reader) matter(clean []rune, p part) Matter {
	text := strings.Trim(trimNext(string(clean[p.start:p.end])), " ,，。;；、\n")
	m := Matter{Text: text, Kind: kindOf(p.verdict.Intent, string(p.sheet.text)), Category: p.verdict.Category, Subcategory: p.verdict.Subcategory,
		Place: p.place}
	m.Title = Title(r.core(text), p.base)
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

// divide finds the stretches of a text that may be matters of their own; list tells that they are numbered items.
func (r *Reader) divide(s *sheet) (pieces []chunk, list bool) {
	clauses := clausesOf(s.text)
	if len(clauses) < 2 {
		return nil, false
	}
	if pieces = items(s.text, clauses); pieces != nil {
		return pieces, true
	}
	e := r.newCutter(s, clauses)
	start, sure := 0, 0.0
	for i := 1; i < len(clauses); i++ {
		if clauses[i].start-clauses[start].start < leastPiece || len(s.text)-clauses[i].start < leastPiece {
			continue
		}
		if odds := e.odds(start, i); odds > 0 {
			pieces = append(pieces, chunk{piece{clauses[start].start, clauses[i].start}, sure})
			start, sure = i, odds
		}
	}
	return append(pieces, chunk{piece{clauses[start].start, len(s.text)}, sure}), false
}

// leastPiece is how many characters tell a matter at least.
const leastPiece = 5

// items are the stretches of a numbered list, with what stands before it; nil if there is none. Behind a longer beginning the items
// are points of the one matter that it tells.
func items(text []rune, clauses []clause) []chunk {
	var pieces []chunk
	number := 0
	for i, c := range clauses {
		if c.mark == cutItem {
			if number++; itemNumber(text[c.start:]) != number {
				return nil
			}
		}
		if i == 0 || c.mark == cutItem {
			pieces = append(pieces, chunk{piece: piece{start: c.start}, sure: 9 * float64(both(c.mark == cutItem, false))})
		}
		pieces[len(pieces)-1].end = c.end
	}
	if number < 2 || pieces[0].sure == 0 && pieces[0].end-pieces[0].start > longestHead {
		return nil
	}
	return pieces
}

// longestHead is how many characters lead to a list of matters at most: 各位领导好,我反映三个问题.
const longestHead = 25

// trimNext drops what leads to a matter: the item's number, 另外, 还有.
func trimNext(text string) string {
	text = strings.TrimLeft(text, " ,，。;；、\n")
	if n := itemLength([]rune(text)); n > 0 {
		text = strings.TrimLeft(string([]rune(text)[n:]), " ,，:：、.。")
	}
	for _, w := range nextWords[:weakNext] {
		if after, found := strings.CutPrefix(text, w); found {
			return trimFiller(after)
		}
	}
	return text
}

// trimFiller drops what stands between 另外 and the matter.
func trimFiller(text string) string {
	text = strings.TrimLeft(text, " ,，:：、")
	for _, w := range []string{"就是", "一个事", "一件事", "一个", "个事", "件事", "说一下", "说下", "问一下", "问下", "反映一下", "反映", "事"} {
		if after, found := strings.CutPrefix(text, w); found {
			return strings.TrimLeft(after, " ,，:：、")
		}
	}
	return text
}

// Cuts tells how a text is divided, as positions in runes where a new stretch begins, for measuring and training.
func (r *Reader) Cuts(text string) []int {
	s, ok := r.talkSheet(text)
	if !ok {
		return nil
	}
	pieces, _ := r.divide(s)
	var cuts []int
	for _, p := range pieces[min(1, len(pieces)):] {
		cuts = append(cuts, p.start)
	}
	return slices.Clip(cuts)
}
