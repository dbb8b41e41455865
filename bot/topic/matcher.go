package topic

import (
	_ "embed"
	"fmt"
	"math"
)

//go:embed model.bin
var embedded []byte

// Matcher tells which texts are about the same matter. It holds only what was learnt and may be used by many at once.
type Matcher struct {
	model    *Model
	concepts map[uint64]uint8
}

// New loads the embedded model.
func New() (*Matcher, error) { return Load(embedded) }

// Load makes a matcher of an encoded model. A damaged or foreign model is an error.
func Load(model []byte) (*Matcher, error) {
	m, err := decodeModel(model)
	if err != nil {
		return nil, fmt.Errorf("topic model: %w", err)
	}
	return NewMatcher(m)
}

// NewMatcher makes a matcher of a model, which is not changed afterwards.
func NewMatcher(model *Model) (*Matcher, error) {
	concepts, err := readConcepts(conceptText)
	if err != nil {
		return nil, fmt.Errorf("topic concepts: %w", err)
	}
	return &Matcher{model: model, concepts: concepts}, nil
}

// Score is the probability that two texts tell of the same matter. The order of the two doesn't matter.
func (m *Matcher) Score(a, b Doc) float64 { return m.score(&a, &b) }

// What is taken off the log-odds when both texts begin with a number of one kind and the numbers differ (3号楼, 5号楼), and when
// both begin with names and neither's occur in the other. Training sees too few letters that are alike word for word and
// still about two places; in cross-validation these cost nothing, and of texts made from one template they set most apart.
const (
	otherNumber = 2
	otherName   = 1
)

func (m *Matcher) score(a, b *Doc) float64 {
	f := m.Features(a, b)
	odds := float64(m.model.score(&f)) - otherNumber*float64(f[featureNumber]) - otherName*float64(f[featureName])
	return 1 / (1 + math.Exp(-odds))
}
