package topic

import (
	"math"
	"math/bits"
)

// NumFeatures is the number of measures a pair is judged by.
const NumFeatures = 50

// Features that the score uses beyond the trees.
const (
	featureNumber = 47 // numbered classes in which the first parts differ
	featureName   = 48 // whether the first parts name different things
)

// Features are the measures of a pair of texts; they don't depend on which of the two comes first.
type Features [NumFeatures]float32

// overlap are the sums of weights over the grams two docs share.
type overlap struct {
	two, three, squareTwo, squareThree float32
	firstA, firstB, firstBoth          float32
	nameA, nameB, firstNameA           float32
	firstNameB, lead                   float32
	rareA, rareB, rareBoth             float32 // of rare 3-grams: in the first part of one, in both
	rare, rareFirst                    int
}

// rareLevel is the level up to which a gram is rare: in fewer than one of some 2,000 texts.
const rareLevel = 2

// shared walks both sorted lists once.
func (m *Matcher) shared(a, b *Doc) (o overlap) {
	for i, j := 0, 0; i < len(a.grams) && j < len(b.grams); {
		x, y := a.grams[i], b.grams[j]
		if x == y {
			o.add(a.marks[i], b.marks[j], m.model.weights[a.marks[i]&markLevel])
		}
		if x <= y {
			i++
		}
		if y <= x {
			j++
		}
	}
	return o
}

func (o *overlap) add(a, b mark, w float32) {
	if a&markThree != 0 {
		o.three += w
		o.squareThree += w * w
		if a&markLevel <= rareLevel {
			o.rare++
			o.addRare(a, b, w)
		}
	} else {
		o.two += w
		o.squareTwo += w * w
	}
	o.addParts(a, b, w)
}

func (o *overlap) addRare(a, b mark, w float32) {
	if (a|b)&markFirst != 0 {
		o.rareFirst++
	}
	if a&markFirst != 0 {
		o.rareA += w
	}
	if b&markFirst != 0 {
		o.rareB += w
	}
	if a&b&markFirst != 0 {
		o.rareBoth += w
	}
}

func (o *overlap) addParts(a, b mark, w float32) {
	if a&b&markLead != 0 {
		o.lead += w
	}
	if a&markFirst != 0 {
		o.firstA += w
		if b&markFirst != 0 {
			o.firstBoth += w
		}
	}
	if b&markFirst != 0 {
		o.firstB += w
	}
	if a&markName != 0 {
		o.nameA += w
		if a&markFirst != 0 {
			o.firstNameA += w
		}
	}
	if b&markName != 0 {
		o.nameB += w
		if b&markFirst != 0 {
			o.firstNameB += w
		}
	}
}

// Features measures how alike two docs are.
func (m *Matcher) Features(a, b *Doc) Features {
	var f Features
	o := m.shared(a, b)
	p, q := &a.mass, &b.mass
	f[0] = ratio(o.squareTwo, root(p.squareTwo, q.squareTwo))
	f[1] = ratio(o.squareThree, root(p.squareThree, q.squareThree))
	f[2] = ratio(o.two, min(p.two, q.two))
	f[3] = ratio(o.three, min(p.three, q.three))
	f[4] = ratio(o.two, max(p.two, q.two))
	f[5] = ratio(o.firstBoth, root(p.first, q.first))
	f[6], f[7] = order(ratio(o.firstA, p.first), ratio(o.firstB, q.first))
	f[8] = ratio(o.firstBoth, min(p.first, q.first))
	f[9], f[10] = order(known(o.nameA, p.name), known(o.nameB, q.name))
	f[11], f[12] = order(known(o.firstNameA, p.firstName), known(o.firstNameB, q.firstName))
	f[13], f[14] = order(p.first-o.firstA, q.first-o.firstB)
	f[15], f[16] = order(p.firstName-o.firstNameA, q.firstName-o.firstNameB)
	f[17] = log1p(o.three)
	f[18] = log1p(float32(o.rare))
	f[19] = log1p(float32(o.rareFirst))
	f[20] = ratio(o.three, max(p.three, q.three))
	tokenFeatures(&f, a.tokens, b.tokens)
	conceptFeatures(&f, a, b)
	f[37] = log1p(float32(min(a.runes, b.runes)))
	f[38] = log1p(float32(max(a.runes, b.runes))) - f[37]
	f[39] = log1p(min(p.first, q.first))
	f[40] = distance(a.minutes, b.minutes)
	f[41] = ratio(o.lead, root(p.lead, q.lead))
	f[42] = ratio(o.lead, min(p.lead, q.lead))
	f[43], f[44] = order(known(o.rareA, p.rareFirst), known(o.rareB, q.rareFirst))
	f[45] = log1p(o.rareBoth)
	f[46] = log1p(max(o.rareA, o.rareB))
	if f[11] >= 0 && f[12] < 0.05 { // both first parts name something, and neither's names occur in the other
		f[featureName] = 1
	}
	f[49] = min(f[10], f[12])
	return f
}

// numberedClasses are the classes in which a number identifies.
const numberedClasses = 1<<classBuilding | 1<<classEntrance | 1<<classHamlet | 1<<classLine | 1<<classPhase

// tokenFeatures fills 21 to 32: for each class 1 where both name the same, -1 where both name something and nothing in common,
// 0 elsewhere; then how many classes agree and how many conflict in the first parts. 47 is how many numbered ones conflict there
// and in the whole.
func tokenFeatures(f *Features, a, b []token) {
	var hasA, hasB, same [2]uint16 // bits of classes; [1] counts first parts only
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case j == len(b) || i < len(a) && a[i].key() < b[j].key():
			note(&hasA, a[i], a[i].first())
			i++
		case i == len(a) || b[j].key() < a[i].key():
			note(&hasB, b[j], b[j].first())
			j++
		default:
			note(&hasA, a[i], a[i].first())
			note(&hasB, b[j], b[j].first())
			note(&same, a[i], a[i].first() || b[j].first())
			i, j = i+1, j+1
		}
	}
	conflict := hasA[0] & hasB[0] &^ same[0]
	for c := range classes {
		f[21+int(c)] = float32(same[0]>>c&1) - float32(conflict>>c&1)
	}
	f[31] = float32(bits.OnesCount16(same[1]))
	differ := hasA[1] & hasB[1] &^ same[1]
	f[32] = float32(bits.OnesCount16(differ))
	f[featureNumber] = float32(bits.OnesCount16(differ & numberedClasses & conflict))
}

func note(has *[2]uint16, t token, first bool) {
	has[0] |= 1 << t.class()
	if first {
		has[1] |= 1 << t.class()
	}
}

// conceptFeatures fills 33 to 36: concepts in common in the first parts, how many only one of them speaks of, the share in
// common in the whole, and whether both first parts speak of something and not of one same thing.
func conceptFeatures(f *Features, a, b *Doc) {
	both, onlyA, onlyB := compare(a.concepts[1], b.concepts[1])
	f[33] = float32(both)
	f[34] = float32(min(onlyA, onlyB))
	if both == 0 && onlyA > 0 && onlyB > 0 {
		f[36] = 1
	}
	both, onlyA, onlyB = compare(a.concepts[0], b.concepts[0])
	f[35] = -1
	if both+onlyA+onlyB > 0 {
		f[35] = float32(both) / float32(both+onlyA+onlyB)
	}
}

func compare(a, b conceptSet) (both, onlyA, onlyB int) {
	for i := range a {
		both += bits.OnesCount64(a[i] & b[i])
		onlyA += bits.OnesCount64(a[i] &^ b[i])
		onlyB += bits.OnesCount64(b[i] &^ a[i])
	}
	return both, onlyA, onlyB
}

// distance is the logarithm of the days between two times, -1 where one is unknown.
func distance(a, b int64) float32 {
	if a == 0 || b == 0 {
		return -1
	}
	return log1p(float32(max(a-b, b-a)) / (24 * 60))
}

func ratio(a, b float32) float32 {
	if b <= 0 {
		return 0
	}
	return a / b
}

// known is a share where there is something to share, -1 where there is nothing.
func known(a, b float32) float32 {
	if b <= 0 {
		return -1
	}
	return a / b
}

func order(a, b float32) (float32, float32) { return min(a, b), max(a, b) }

func root(a, b float32) float32 { return float32(math.Sqrt(float64(a * b))) }

func log1p(x float32) float32 { return float32(math.Log1p(float64(x))) }
