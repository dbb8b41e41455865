package understand

import (
	"math"
	"slices"

	"tongshishang/bot/understand/model"
)

// The sides of a boundary as the second look at it weighs them.
const (
	weighSaid     = iota // what the model of cuts says
	weighStop            // a full stop or line break
	weighHalf            // a semicolon
	weighBlank           // a blank
	weighNext            // 另外 and its like
	weighWeak            // 也 and its like
	weighShared          // both name the same thing
	weighPlace           // another place at the beginning
	weighPlaceTop        // a place at the beginning
	weighLeft            // how likely the left is a matter by itself
	weighRest            // how likely the rest is
	weighClause          // how likely the clause alone is
	weighSame            // how alike left and rest are in their categories
	weighSameHere        // how alike left and the clause are
	weighCount           // logarithm of how many clauses the message has
	weighRight           // logarithm of the clause's length
	weighBefore          // logarithm of the length before it
	weighNextSaid        // 另外 and what the model says
	weighLast            // nothing follows the clause
	weighQuestion        // one side asks and the other doesn't
	weighTogether        // how likely both are matters at once
	weighs
)

// leaning is what the trained model says of a text.
type leaning struct {
	matter float64 // logarithm of the odds that it is one, at most 5 either way
	asks   float64 // how likely it asks
	topic  []float64
}

func (r *Reader) leaning(text []rune) leaning {
	s := r.examine(text)
	scratch, _ := r.model.scratch.Get().(*model.Scratch)
	defer r.model.scratch.Put(scratch)
	r.evidence(&scratch.Vector, s)
	scores := r.model.Score(scratch)
	intents := len(r.model.intents)
	p := model.Probabilities(scores[2 : 2+intents])
	chance := r.model.chance(model.Probabilities(scores[:2])[1], p)
	return leaning{max(-5, min(5, math.Log((chance+1e-6)/(1-chance+1e-6)))), p[intentIndex(IntentQuestion)], slices.Clone(model.Probabilities(scores[2+intents:]))}
}

// alike is the cosine of two leanings' categories.
func (l *leaning) alike(m *leaning) float64 {
	dot, a, b := 0.0, 0.0, 0.0
	for k := range l.topic {
		dot += l.topic[k] * m.topic[k]
		a += l.topic[k] * l.topic[k]
		b += m.topic[k] * m.topic[k]
	}
	return dot / math.Sqrt(a*b+1e-9)
}

// weigh looks at the boundary before clause i again, as far as that needs no reading.
func (c *cutter) weigh(start, i int, said float64) (f [weighs]float64) {
	cl := c.clauses[i]
	if i == len(c.clauses)-1 {
		f[weighLast] = 1
	}
	f[weighSaid] = said
	switch cl.mark {
	case cutStop, cutLine:
		f[weighStop] = 1
	case cutHalfStop:
		f[weighHalf] = 1
	case cutBlank:
		f[weighBlank] = 1
	}
	switch {
	case cl.next >= weakNext:
		f[weighWeak] = 1
	case cl.next >= 0:
		f[weighNext], f[weighNextSaid] = 1, said
	}
	f[weighShared] = min(2, float64(c.shared(start, i)))
	if c.facts[i].place == 2 {
		f[weighPlaceTop] = 1
		for k := start; k < i; k++ {
			if c.facts[k].place > 0 {
				f[weighPlace] = 1
			}
		}
	}
	f[weighCount] = math.Log(float64(len(c.clauses)))
	f[weighRight] = math.Log(float64(cl.end - cl.start))
	f[weighBefore] = math.Log(float64(cl.start - c.clauses[start].start))
	return f
}

// weighSides reads both sides of the boundary as texts of their own.
func (c *cutter) weighSides(f *[weighs]float64, start, i int) {
	text, cl := c.sheet.text, c.clauses[i]
	left := c.reader.leaning(text[max(c.clauses[start].start, cl.start-sideReach):cl.start])
	rest := c.reader.leaning(text[cl.start:min(len(text), cl.start+sideReach)])
	here := rest
	if i < len(c.clauses)-1 {
		here = c.reader.leaning(text[cl.start:min(cl.end, cl.start+sideReach)])
	}
	f[weighLeft], f[weighRest], f[weighClause] = left.matter, rest.matter, here.matter
	f[weighSame], f[weighSameHere] = left.alike(&rest), left.alike(&here)
	f[weighQuestion] = math.Abs(left.asks - rest.asks)
	f[weighTogether] = min(left.matter, here.matter)
}

// sideReach is how many characters of either side are read.
const sideReach = 40

// weighed is the logarithm of the odds that all together make.
func weighed(f *[weighs]float64) float64 {
	sum := cutBias
	for k, w := range cutWeights {
		sum += w * f[k]
	}
	return sum
}

// mostSides is about the most that reading the sides can add.
const mostSides = 2.5

// cutBias and cutWeights make one sum of what weigh finds. They were fitted by logistic regression on the first 180 lines of
// testdata/pieces.jsonl, testdata/talk_dev.txt and the pairs of kind "cut" in train/pairs.jsonl, with a model of cuts that hadn't seen
// these pairs.
const cutBias = -1.037

var cutWeights = [weighs]float64{
	weighSaid: 0.392, weighStop: 0.932, weighHalf: 3.400, weighBlank: 0.387, weighNext: 1.123, weighWeak: -1.924, weighShared: 0.352,
	weighPlace: 1.511, weighPlaceTop: 0.307, weighLeft: 0.053, weighRest: 0.233, weighClause: -0.031, weighSame: -0.451,
	weighSameHere: -1.443, weighCount: -3.056, weighRight: 1.395, weighBefore: 0.238, weighNextSaid: -0.019, weighLast: -0.942,
	weighQuestion: 0.950, weighTogether: 0.090,
}
