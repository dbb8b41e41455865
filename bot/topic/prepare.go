package topic

import (
	"slices"
	"time"
)

// Doc is a text made ready for comparing. It holds no text, only hashes, weights and marks: about 6 bytes a character, at most
// 3 KiB. A Doc is never changed by a comparison and may be shared.
type Doc struct {
	grams    []uint32 // sorted hashes of the distinct 2- and 3-grams
	marks    []mark   // one for each gram
	tokens   []token  // sorted, distinct keys
	concepts [2]conceptSet
	mass     masses
	runes    int32
	first    int32  // runes of the first part
	print    uint64 // of the folded text: equal texts have equal prints
	minutes  int64  // since 1970, 0 unknown
}

// At gives the doc with the time at which the text was written; the zero time means unknown.
func (d Doc) At(at time.Time) Doc {
	d.minutes = 0
	if !at.IsZero() {
		d.minutes = at.Unix() / 60
	}
	return d
}

// mark says what a gram is: the level of its frequency in the low bits (an index of the weights), then its flags.
type mark uint16

const (
	markLevel mark = 0x0f
	markThree mark = 1 << 4 // a 3-gram
	markFirst mark = 1 << 5 // it stands in the first part
	markName  mark = 1 << 6 // it lies inside a name or a number with its counting word
	markLead  mark = 1 << 7 // it stands near the beginning
)

// masses are sums of weights over a doc's grams.
type masses struct {
	two, three, squareTwo, squareThree float32
	first, name, firstName, lead       float32
	rareFirst                          float32 // of the rare 3-grams in the first part
}

// maxGrams bounds a doc. When a text has more, those of the first part and of names stay, and then the rarest.
const maxGrams = 512

// Prepare makes a text ready for comparing.
func (m *Matcher) Prepare(text string) Doc {
	runes := fold(text)
	d := Doc{runes: int32(len(runes)), print: fingerprint(runes)}
	d.first = int32(firstPart(runes))
	tells := make([]telling, len(runes))
	d.tokens = m.tokens(runes, int(d.first), tells)
	d.concepts = m.conceptsOf(runes, int(d.first))
	m.gather(&d, runes, tells)
	return d
}

// fingerprint hashes all runes (FNV-1a over runes).
func fingerprint(runes []rune) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range runes {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// The first part is what stands before the first mark, but a greeting isn't it and a few characters are too few.
const (
	minFirst = 7
	maxFirst = 36
	maxLead  = 110 // runes: the first sentences
)

// firstPart returns where the first part ends: usually the title.
func firstPart(runes []rune) int {
	for i, c := range runes {
		if i >= maxFirst {
			return i
		}
		if c == gap && i >= minFirst && !isGreeting(runes[:i]) {
			return i
		}
	}
	return len(runes)
}

func isGreeting(runes []rune) bool {
	return len(runes) < 14 && (runes[0] == '尊' || runes[0] == '敬' || runes[0] == '您' || runes[len(runes)-1] == '好')
}

type gram struct {
	hash uint32
	mark mark
}

// gather collects the distinct grams with their marks, cuts them to maxGrams and sums the masses.
func (m *Matcher) gather(d *Doc, runes []rune, tells []telling) {
	all := make([]gram, 0, 2*len(runes))
	for i := range runes {
		for n := 2; n <= 3; n++ {
			if i+n > len(runes) || hasGap(runes[i:i+n]) {
				break
			}
			h := mix(pack(runes[i : i+n]))
			k := mark(m.model.level(h))
			if n == 3 {
				k |= markThree
			}
			if i+n <= int(d.first) {
				k |= markFirst
			}
			if i < maxLead {
				k |= markLead
			}
			if tells[i]&telling(n-1) != 0 {
				k |= markName
			}
			all = append(all, gram{h, k})
		}
	}
	all = cut(distinct(all))
	d.grams, d.marks = make([]uint32, len(all)), make([]mark, len(all))
	for i, g := range all {
		d.grams[i], d.marks[i] = g.hash, g.mark
		d.mass.add(g.mark, m.model.weights[g.mark&markLevel])
	}
}

func hasGap(runes []rune) bool { return slices.Contains(runes, gap) }

// distinct sorts by hash and joins equal grams; a flag of one is a flag of all.
func distinct(all []gram) []gram {
	slices.SortFunc(all, func(a, b gram) int { return int(int64(a.hash) - int64(b.hash)) })
	out := all[:0]
	for _, g := range all {
		if n := len(out); n > 0 && out[n-1].hash == g.hash {
			out[n-1].mark |= g.mark
			continue
		}
		out = append(out, g)
	}
	return out
}

// cut keeps maxGrams: a counting sort by what a gram is worth finds the limit, and the order by hash stays.
func cut(all []gram) []gram {
	if len(all) <= maxGrams {
		return all
	}
	var count [64]int
	for _, g := range all {
		count[worth(g.mark)]++
	}
	limit, room := len(count)-1, maxGrams
	for ; limit > 0 && count[limit] <= room; limit-- {
		room -= count[limit]
	}
	out := all[:0]
	for _, g := range all {
		w := worth(g.mark)
		if w == limit {
			if room == 0 {
				continue
			}
			room--
		}
		if w >= limit {
			out = append(out, g)
		}
	}
	return out
}

func worth(k mark) int {
	w := int(markLevel - k&markLevel)
	if k&markName != 0 {
		w += 16
	}
	if k&markFirst != 0 {
		w += 32
	}
	return w
}

func (s *masses) add(k mark, w float32) {
	if k&markThree != 0 {
		s.three += w
		s.squareThree += w * w
	} else {
		s.two += w
		s.squareTwo += w * w
	}
	if k&markLead != 0 {
		s.lead += w
	}
	if k&markFirst != 0 {
		s.first += w
		if k&markThree != 0 && k&markLevel <= rareLevel {
			s.rareFirst += w
		}
	}
	if k&markName != 0 {
		s.name += w
		if k&markFirst != 0 {
			s.firstName += w
		}
	}
}
