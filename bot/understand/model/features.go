package model

// Spaces keep equal n-grams apart that stand in different parts of a text.
const (
	spaceText uint32 = iota + 1
	spaceHead
	spaceMark
)

const (
	longestGram = 3    // characters of the longest n-gram
	headRunes   = 40   // how much of a text counts as its head: a petition's title, a whole message
	headWeight  = 3    // what an n-gram in the head counts more than one behind it
	mostRunes   = 1000 // how much of a text is looked at
	edge        = '\x02'
)

// Vector is a text as the model sees it: keys of its n-grams and marks with how often they count. It is reused, see Reset.
type Vector struct {
	Keys   []uint32
	Counts []float32
	Marks  int // how many entries at the end are marks
	padded []rune
}

// Reset empties the vector and keeps its memory.
func (v *Vector) Reset() {
	v.Keys, v.Counts, v.Marks = v.Keys[:0], v.Counts[:0], 0
}

// AddText adds the n-grams of a folded text. Equal keys may stand several times; their counts add up. Marks come after it.
func (v *Vector) AddText(text []rune) {
	v.pad(text)
	head := min(headRunes+1, len(v.padded))
	v.grams(v.padded[:head], spaceText, headWeight)
	v.grams(v.padded, spaceText, 1)
	v.grams(v.padded[:head], spaceHead, 1)
}

// pad copies the text with its edges marked and runs of digits made one, so that numbers don't tell texts apart.
func (v *Vector) pad(text []rune) {
	v.padded = append(v.padded[:0], edge)
	last := rune(0)
	for _, r := range text[:min(len(text), mostRunes)] {
		if r == '\n' {
			r = ' '
		}
		if r >= '0' && r <= '9' {
			if last == '0' {
				continue
			}
			r = '0'
		}
		v.padded = append(v.padded, r)
		last = r
	}
	v.padded = append(v.padded, edge)
}

func start(space uint32) uint32 { return space * 0x9E3779B1 }

// mix takes one more number into a hash (the steps are those of MurmurHash3's finaliser).
func mix(h, next uint32) uint32 {
	h = (h ^ next) * 0x85EBCA6B
	h ^= h >> 13
	h *= 0xC2B2AE35
	return h ^ h>>16
}

func (v *Vector) grams(text []rune, space uint32, weight float32) {
	for i := range text {
		h := start(space)
		for n := 0; n < longestGram && i+n < len(text); n++ {
			h = mix(h, uint32(text[i+n])) // a rune
			v.Keys = append(v.Keys, h)
			v.Counts = append(v.Counts, weight)
		}
	}
}

// Mark adds what the caller knows of the text: a number of its own for the kind, and a weight, usually 0 to 1.
func (v *Vector) Mark(kind uint32, weight float32) {
	v.Keys = append(v.Keys, mix(mix(start(spaceMark), kind), kind))
	v.Counts = append(v.Counts, weight)
	v.Marks++
}
