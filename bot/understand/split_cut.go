package understand

// The marks that tell the model of cuts about a boundary beside the words around it. A number once given stays, or that model must
// be trained anew.
const (
	seenMark     = 0   // + cut
	seenWord     = 10  // + index in nextWords + 1
	seenTopics   = 50  // + how alike the topics on both sides are
	seenTopicTwo = 60  // + cut: both sides have topics and they differ
	seenPlace    = 70  // + which side has a place
	seenRight    = 80  // + role said on the right
	seenLeft     = 120 // + role said on the left
	seenLength   = 160 // + doublings, right
	seenBefore   = 170 // + doublings, left
	seenShared   = 180 // + pairs of characters both sides have
	seenPlaceTop = 190 // the right side begins with a place
	seenLast     = 191 // nothing follows
	seenFault    = 192 // + whether both sides say what is wrong
)

// Spaces of the words around a boundary.
const (
	spaceMarks uint32 = iota
	spaceOpening
	spaceRight
	spaceEnding
	spaceLeft
	spaceTopics
	spaceCross
)

// cutter asks for each boundary between clauses whether another matter begins there.
type cutter struct {
	reader  *Reader
	sheet   *sheet
	clauses []clause
	facts   []facts // by clause
	seen    features
}

// mostSlots is how many topics of either side are told to the model.
const mostSlots = 4

// facts are what the lexicons found in a clause.
type facts struct {
	topics [categoryCount]float32
	topic  bool
	slots  [mostSlots]int // of the first topics named, counted from 1
	roles  [roleCount]bool
	place  int // 0 none, 1 somewhere, 2 at its beginning
}

func (r *Reader) newCutter(s *sheet, clauses []clause) *cutter {
	c := &cutter{reader: r, sheet: s, clauses: clauses, facts: make([]facts, len(clauses))}
	for _, m := range s.topics {
		f := &c.facts[c.clauseAt(m.start)]
		weight := float32(m.weight)
		if inPlace(m, s.places) {
			weight *= placeShare
		}
		f.topics[r.firsts[m.slot]] += weight
		f.topic = f.topic || m.weight >= 1.5
		f.name(m.slot + 1)
	}
	for _, m := range s.roles {
		c.facts[c.clauseAt(m.start)].roles[m.slot] = true
	}
	for _, p := range s.places {
		i := c.clauseAt(p.start)
		c.facts[i].place = max(c.facts[i].place, 1)
		if p.start-clauses[i].start < 4 {
			c.facts[i].place = 2
		}
	}
	return c
}

// clauseAt is the clause a position lies in.
func (c *cutter) clauseAt(pos int) int {
	lo, hi := 0, len(c.clauses)-1
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if c.clauses[mid].start <= pos {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return lo
}

// evidence puts the boundary before clause i, after the stretch that began with clause start, into a vector.
func (c *cutter) evidence(v *features, start, i int) {
	v.reset()
	c.words(v, start, i)
	var left facts
	for k := start; k < i; k++ {
		left.join(&c.facts[k])
	}
	right := c.facts[i]
	cl := c.clauses[i]
	v.mark(seenMark+uint32(cl.mark), 1)
	v.mark(seenWord+uint32(cl.next+1), 1)
	alike := likeTopics(&left, &right)
	v.mark(seenTopics+alike, 1)
	if alike == topicsDiffer {
		v.mark(seenTopicTwo+uint32(cl.mark), 1)
	}
	v.mark(seenPlace+uint32(min(1, left.place)+2*min(1, right.place)), 1)
	if right.place == 2 {
		v.mark(seenPlaceTop, 1)
	}
	if i == len(c.clauses)-1 {
		v.mark(seenLast, 0.5)
	}
	for role := range right.roles {
		if right.roles[role] {
			v.mark(seenRight+uint32(role), 0.7)
		}
		if left.roles[role] {
			v.mark(seenLeft+uint32(role), 0.4)
		}
	}
	v.mark(seenFault+uint32(both(left.roles[roleFault], right.roles[roleFault])), 0.7)
	v.mark(seenLength+doublings(cl.end-cl.start), 0.7)
	v.mark(seenBefore+doublings(cl.start-c.clauses[start].start), 0.7)
	pairs(v, &left, &right)
	v.mark(seenShared+min(5, c.shared(start, i)), 1)
}

// name notes a topic once, as long as there is room.
func (f *facts) name(slot int) {
	for k, s := range f.slots {
		if s == slot {
			return
		}
		if s == 0 {
			f.slots[k] = slot
			return
		}
	}
}

func (f *facts) join(g *facts) {
	for _, s := range g.slots {
		if s > 0 {
			f.name(s)
		}
	}
	for k, w := range g.topics {
		f.topics[k] += w
	}
	for k, said := range g.roles {
		f.roles[k] = f.roles[k] || said
	}
	f.topic = f.topic || g.topic
	f.place = max(f.place, g.place)
}

// pairs adds each topic of the left with each of the right: a sewer and dirty water belong together, a sewer and a pension don't.
func pairs(v *features, left, right *facts) {
	for _, a := range left.slots {
		for _, b := range right.slots {
			if a > 0 && b > 0 {
				v.add(spaceTopics, uint32(a), uint32(b), 0.7)
			}
		}
	}
}

// What likeTopics tells.
const (
	topicsMissing uint32 = iota // on both sides
	topicsLeft                  // only on the left
	topicsRight
	topicsDiffer
	topicsMixed
	topicsSame
)

// likeTopics tells how alike two sides are in what they are about.
func likeTopics(a, b *facts) uint32 {
	var dot, aa, bb float32
	for k := range a.topics {
		dot += a.topics[k] * b.topics[k]
		aa += a.topics[k] * a.topics[k]
		bb += b.topics[k] * b.topics[k]
	}
	switch {
	case aa == 0 && bb == 0:
		return topicsMissing
	case bb == 0:
		return topicsLeft
	case aa == 0:
		return topicsRight
	case dot*dot < 0.1*aa*bb:
		return topicsDiffer
	case dot*dot < 0.6*aa*bb:
		return topicsMixed
	}
	return topicsSame
}

func both(a, b bool) int {
	n := 0
	if a {
		n++
	}
	if b {
		n += 2
	}
	return n
}

// shared counts the pairs of neighbouring characters that the clause shares with the stretch before it.
func (c *cutter) shared(start, i int) uint32 {
	before := c.sheet.text[c.clauses[start].start:c.clauses[i].start]
	before = before[max(0, len(before)-sharedReach):]
	clause := c.sheet.text[c.clauses[i].start:c.clauses[i].end]
	n := uint32(0)
	for k := 0; k+1 < min(len(clause), sharedReach); k++ {
		if !isHan(clause[k]) || !isHan(clause[k+1]) {
			continue
		}
		for j := 0; j+1 < len(before); j++ {
			if before[j] == clause[k] && before[j+1] == clause[k+1] {
				n++
				break
			}
		}
	}
	return n
}

// sharedReach is how many characters of either side are compared.
const sharedReach = 40

// words adds the characters around the boundary: how the clause begins, what stands in it, how the stretch before it ends.
func (c *cutter) words(v *features, start, i int) {
	text := c.sheet.text
	cl := c.clauses[i]
	from := cl.start
	for from < cl.end && !isHan(text[from]) && !isDigit(text[from]) {
		from++
	}
	grams(v, text[from:min(cl.end, from+3)], spaceOpening, 2)
	grams(v, text[from:min(cl.end, from+wordsReach)], spaceRight, 1)
	grams(v, text[max(c.clauses[start].start, cl.start-wordsReach):cl.start], spaceLeft, 1)
	grams(v, text[max(c.clauses[start].start, cl.start-4):cl.start], spaceEnding, 1)
	c.crossed(v, text[c.clauses[start].start:cl.start], text[from:cl.end])
}

// crossed adds each of the last characters before a boundary with each of the first ones behind it, as far as they are words of things.
func (c *cutter) crossed(v *features, left, right []rune) {
	stop := c.reader.gazetteer.words.stop
	left, right = left[max(0, len(left)-crossReach):], right[:min(len(right), crossReach)]
	for _, a := range left {
		if !isHan(a) || stop[a] {
			continue
		}
		for _, b := range right {
			if isHan(b) && !stop[b] {
				v.add(spaceCross, uint32(a), uint32(b), crossWeight)
			}
		}
	}
}

// crossReach is how many characters on either side are told to the model in pairs.
const (
	crossReach  = 14
	crossWeight = 0.3
)

// wordsReach is how many characters on either side tell whether another matter begins.
const wordsReach = 24

// grams adds the single characters and pairs of a text, in a space of their own.
func grams(v *features, text []rune, space uint32, weight float32) {
	last := uint32(0)
	for _, r := range text {
		if !isHan(r) {
			last = 0
			continue
		}
		c := uint32(r)
		v.add(space, c, 0, weight)
		if last != 0 {
			v.add(space, last, c, weight)
		}
		last = c
	}
}

// odds tells how surely another matter begins with clause i: the logarithm of the odds, from 0 on it is believed.
func (c *cutter) odds(start, i int) float64 {
	c.evidence(&c.seen, start, i)
	said := max(-6, min(6, c.reader.cuts.logit(&c.seen)))
	if said < hopelessCut && c.clauses[i].next < 0 {
		return said
	}
	f := c.weigh(start, i, said)
	if odds := weighed(&f); odds+mostSides < 0 {
		return odds
	}
	c.weighSides(&f, start, i)
	return weighed(&f)
}

// hopelessCut is below which odds of the model of cuts nothing new begins.
const hopelessCut = -5.5

// surelyCut is from which odds a stretch is a matter even if it doesn't read like one by itself.
const surelyCut = 1
