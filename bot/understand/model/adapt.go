package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// AdaptOptions are how a model is fitted further.
type AdaptOptions struct {
	Version string
	Epochs  int
	Seed    uint64
	Rate    float64 // the first step's length
	Pull    float64 // how strongly the weights are drawn back to where they were, for each step
}

// Adapt fits a model further on a few examples, and returns a file of the same form and size, read by the same function in the same
// time. Only the linear part moves, and only at n-grams and marks that the model knows: what is added to it goes down the cross entropy
// of each head on the whole model's scores, and is drawn back to nothing. An example without targets is held to what the model makes
// of it already (distillation), so that it pulls only once something has moved it: many of those keep the model from forgetting.
// Equal input and seed give equal bytes on equal machines.
func Adapt(base []byte, examples []Example, opt AdaptOptions) ([]byte, error) {
	m, err := Decode(base)
	if err != nil {
		return nil, err
	}
	a := &adapting{model: m, opt: opt, delta: make([]float32, len(m.weight)), bias: make([]float32, m.width), moved: make([]bool, len(m.idf))}
	scratch := m.NewScratch()
	for i := range examples {
		if n := len(examples[i].Targets); n != 0 && n != len(m.Heads) {
			return nil, fmt.Errorf("adapt: example %d has %d targets for %d heads", i, n, len(m.Heads))
		}
		a.add(&examples[i], scratch)
	}
	a.run()
	return a.file()
}

// adapting is a fit under way: what is added to the weights, by row and class, in the units of scores.
type adapting struct {
	model       *Model
	opt         AdaptOptions
	points      []adaptPoint
	delta, bias []float32
	moved       []bool // by row
}

// adaptPoint is an example with what the model makes of it.
type adaptPoint struct {
	entries []entry
	base    []float64
	want    []float32 // by class: the probability it should have
	weight  []float32 // by head
}

func (a *adapting) add(e *Example, s *Scratch) {
	s.Vector.Keys, s.Vector.Counts, s.Vector.Marks = e.Keys, e.Counts, e.Marks
	p := adaptPoint{base: slices.Clone(a.model.Score(s)), entries: a.model.entries(e, s)}
	at := 0
	for h, head := range a.model.Heads {
		n := len(head.Classes)
		want, weight := make([]float32, n), float32(1)
		if e.Targets == nil {
			for k, q := range Probabilities(slices.Clone(p.base[at : at+n])) {
				want[k] = float32(q)
			}
		} else if t := e.Targets[h]; t.Class >= 0 && t.Class < n {
			want[t.Class], weight = 1, float32(t.Weight)
		} else {
			weight = 0
		}
		p.want, p.weight = append(p.want, want...), append(p.weight, weight)
		at += n
	}
	a.points = append(a.points, p)
}

// entries are what the linear part multiplies its weights with, as Score does; the scratch's counts are zero before and after.
func (m *Model) entries(e *Example, s *Scratch) []entry {
	var out []entry
	grams := len(e.Keys) - e.Marks
	for i, k := range e.Keys[:grams] {
		row, ok := m.row(k)
		if !ok {
			continue
		}
		if s.counts[row] == 0 {
			out = append(out, entry{row: row})
		}
		s.counts[row] += e.Counts[i]
	}
	norm := 0.0
	for i := range out {
		row := out[i].row
		out[i].value = (1 + log(s.counts[row])) * m.idf[row]
		norm += float64(out[i].value) * float64(out[i].value)
		s.counts[row] = 0
	}
	for i := range out {
		out[i].value /= float32(math.Sqrt(max(norm, 1e-9)))
	}
	for i, k := range e.Keys[grams:] {
		if row, ok := m.row(k); ok {
			out = append(out, entry{row, e.Counts[grams+i] * markValue})
		}
	}
	return out
}

func (a *adapting) run() {
	rng := rand.New(rand.NewPCG(a.opt.Seed, 11)) //nolint:gosec // deterministic on purpose
	logits, slope := make([]float64, a.model.width), make([]float32, a.model.width)
	for epoch := range a.opt.Epochs {
		rate := float32(a.opt.Rate * (1 - float64(epoch)/float64(a.opt.Epochs)))
		rng.Shuffle(len(a.points), func(i, j int) { a.points[i], a.points[j] = a.points[j], a.points[i] })
		for i := range a.points {
			if a.slope(&a.points[i], logits, slope) {
				a.step(&a.points[i], slope, rate)
			}
		}
	}
}

// slope works out the gradient by score of all heads; false when there is hardly any.
func (a *adapting) slope(p *adaptPoint, logits []float64, slope []float32) bool {
	copy(logits, p.base)
	for k := range logits {
		logits[k] += float64(a.bias[k])
	}
	for _, e := range p.entries {
		if !a.moved[e.row] {
			continue
		}
		for k, d := range a.delta[int(e.row)*len(logits):][:len(logits)] {
			logits[k] += float64(d * e.value)
		}
	}
	most, at := float32(0), 0
	for h, head := range a.model.Heads {
		n := len(head.Classes)
		for k, q := range Probabilities(logits[at : at+n]) {
			slope[at+k] = p.weight[h] * (float32(q) - p.want[at+k])
			most = max(most, slope[at+k], -slope[at+k])
		}
		at += n
	}
	return most > leastSlope
}

// leastSlope is a gradient that isn't worth a step: what is read right with certainty is left alone.
const leastSlope = 1e-3

func (a *adapting) step(p *adaptPoint, slope []float32, rate float32) {
	pull := float32(a.opt.Pull)
	for _, e := range p.entries {
		a.moved[e.row] = true
		row := a.delta[int(e.row)*len(slope):][:len(slope)]
		for k, g := range slope {
			row[k] -= rate * (g*e.value + pull*row[k])
		}
	}
	for k, g := range slope {
		a.bias[k] -= rate * biasRate * g
	}
}

// biasRate slows the biases down: a few corrections say little about how common each class is.
const biasRate = 0.1

// file writes the model with what was added; scores are turned back into the linear part's own units.
func (a *adapting) file() ([]byte, error) {
	m := a.model
	h := header{Version: a.opt.Version, Heads: m.Heads, Net: m.net, Bias: make([]float32, m.width)}
	sharp := make([]float32, 0, m.width)
	for _, head := range m.Heads {
		for range head.Classes {
			sharp = append(sharp, float32(max(head.Sharpness, leastSharpness)))
		}
	}
	weight := make([]float32, len(m.weight))
	for i, u := range m.weight {
		k := i % m.width
		weight[i] = float32(u)*m.scale[k] + a.delta[i]/sharp[k]
	}
	for k := range h.Bias {
		h.Bias[k] = m.bias[k] + a.bias[k]/sharp[k]
	}
	embed := make([]float32, len(m.embed))
	for i, u := range m.embed {
		embed[i] = float32(u) * m.net.Scale[i%m.net.Dims]
	}
	keys := make([]uint32, len(m.idf))
	for _, s := range m.slots {
		if s.row > 0 {
			keys[s.row-1] = s.key
		}
	}
	return encode(h, keys, m.idf, weight, embed)
}

// leastSharpness keeps a head that goes by its layers alone from being divided by nothing; it can't be adapted.
const leastSharpness = 0.25
