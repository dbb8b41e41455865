package model

import "math"

// Head is one question the model answers: classes and how sure a score makes.
type Head struct {
	Name    string
	Classes []string
	// Sharpness turns scores into probabilities: the exponent's factor, fitted on texts the weights weren't.
	Sharpness float64
	// Blend is how much the layers' scores count beside.
	Blend float64
}

// Model scores texts. It never changes after it was made and is safe for concurrent use.
type Model struct {
	Heads   []Head
	Version string // what it was trained by, for the card and for people

	width  int       // classes of all heads
	slots  []slot    // open addressing by key; row 0 is empty
	mask   uint32    // of the slots
	idf    []float32 // by row
	weight []int8    // by row and class
	scale  []float32 // by class: what one unit of its weights is worth
	bias   []float32 // by class
	net    layers
	embed  []int8 // by row and dimension
}

// slot leads from a key to its row plus one.
type slot struct{ key, row uint32 }

// markValue is what a mark of weight 1 weighs beside the n-grams, whose squares sum to 1.
const markValue = 0.4

// Scratch is the memory of one scoring; one goroutine uses it at a time.
type Scratch struct {
	Vector  Vector
	counts  []float32
	touched []uint32
	sums    []float32
	values  []float64
	embed   []float32
	hidden  []float32
	logits  []float64
}

// NewScratch makes the memory that scoring with this model needs.
func (m *Model) NewScratch() *Scratch {
	return &Scratch{counts: make([]float32, len(m.idf)), sums: make([]float32, m.width), values: make([]float64, m.width),
		embed: make([]float32, m.net.Dims), hidden: make([]float32, m.net.Hidden), logits: make([]float64, m.width)}
}

func (m *Model) row(key uint32) (uint32, bool) {
	for i := key & m.mask; ; i = (i + 1) & m.mask {
		s := m.slots[i]
		if s.row == 0 {
			return 0, false
		}
		if s.key == key {
			return s.row - 1, true
		}
	}
}

// Score returns the scores of all classes, head after head, for the scratch's vector. They are valid until its next use.
func (m *Model) Score(s *Scratch) []float64 {
	clear(s.sums)
	clear(s.embed)
	v := &s.Vector
	grams := len(v.Keys) - v.Marks
	for i, key := range v.Keys[:grams] {
		row, ok := m.row(key)
		if !ok {
			continue
		}
		if s.counts[row] == 0 {
			s.touched = append(s.touched, row)
		}
		s.counts[row] += v.Counts[i]
	}
	norm := float32(0)
	for _, row := range s.touched {
		x := (1 + log(s.counts[row])) * m.idf[row]
		norm += x * x
		m.add(s, row, x)
		s.counts[row] = 0
	}
	s.touched = s.touched[:0]
	if norm > 0 {
		length := float32(1 / math.Sqrt(float64(norm)))
		for k := range s.sums {
			s.sums[k] *= length
		}
		for d := range s.embed {
			s.embed[d] *= length
		}
	}
	for i, key := range v.Keys[grams:] {
		if row, ok := m.row(key); ok {
			m.add(s, row, v.Counts[grams+i]*markValue)
		}
	}
	for d := range s.embed {
		s.embed[d] *= m.net.Scale[d]
	}
	if m.net.Dims > 0 {
		m.net.forward(s.embed, s.hidden, s.logits)
	}
	at := 0
	for _, h := range m.Heads {
		for range h.Classes {
			s.values[at] = h.Sharpness*float64(m.bias[at]+m.scale[at]*s.sums[at]) + h.Blend*s.logits[at]
			at++
		}
	}
	return s.values
}

func (m *Model) add(s *Scratch, row uint32, x float32) {
	sums := s.sums
	for k, u := range m.weight[int(row)*m.width:][:len(sums)] {
		sums[k] += x * float32(u)
	}
	sums = s.embed
	for d, u := range m.embed[int(row)*len(sums):][:len(sums)] {
		sums[d] += x * float32(u)
	}
}

// log is the natural logarithm of a count; the commonest counts are kept.
func log(count float32) float32 {
	switch count {
	case 1:
		return 0
	case headWeight + 1:
		return math.Ln2 * 2
	}
	return float32(math.Log(float64(count)))
}

// Probabilities turns the scores of one head, which it overwrites, into probabilities that sum to 1.
func Probabilities(scores []float64) []float64 {
	best := math.Inf(-1)
	for _, s := range scores {
		best = max(best, s)
	}
	sum := 0.0
	for k, s := range scores {
		scores[k] = math.Exp(s - best)
		sum += scores[k]
	}
	for k := range scores {
		scores[k] /= sum
	}
	return scores
}
