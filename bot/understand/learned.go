package understand

import (
	_ "embed" // the model
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"tongshishang/bot"
	"tongshishang/bot/understand/model"
)

// The marks that the lexicons and forms give the model beside the text itself. A number once given stays, or the model must be
// trained anew.
const (
	markRole     = 0   // + role
	markCategory = 100 // + index of the first-level category
	markVerdict  = 130 // + index of the intent that the weighing of words arrives at
	markForm     = 150 // + form
	markLength   = 170 // + doublings of the length
	markSign     = 190 // + sign
)

// The forms.
const (
	formVote = iota
	formEndorse
	formRating
	formSolved
	formUnsolved
	formContent
)

// signs are characters that tell much by being there.
var signs = []string{"?", "吗", "!", "http", ":", "元", "0", "\n"}

// evidence puts a text into the vector: its n-grams, and as marks what the lexicons found.
func (r *Reader) evidence(v *model.Vector, s *sheet) {
	v.Reset()
	v.AddText(s.text)
	for i, score := range s.score {
		if score > 0 {
			v.Mark(markRole+uint32(i), float32(min(1, score/3))) // a small number
		}
	}
	for i, weight := range r.categorySums(s) {
		if weight > 0 {
			v.Mark(markCategory+uint32(i), float32(min(1, weight/4))) // a small number
		}
	}
	verdict, sum := s.judge()
	v.Mark(markVerdict+intentIndex(verdict), float32(min(1, max(0.2, sum/8))))
	r.markForms(v, s)
	v.Mark(markLength+doublings(len(s.text)), 1)
	text := string(s.text)
	for i, sign := range signs {
		if strings.Contains(text, sign) {
			v.Mark(markSign+uint32(i), 0.5) // a small number
		}
	}
}

func (r *Reader) markForms(v *model.Vector, s *sheet) {
	mark := func(form uint32, holds bool) {
		if holds {
			v.Mark(markForm+form, 1)
		}
	}
	_, vote := r.votes.read(string(s.text))
	mark(formVote, vote)
	_, endorses := s.endorses()
	mark(formEndorse, endorses)
	solved, content := s.outcome()
	_, rates := s.rates(solved, content)
	mark(formRating, rates)
	mark(formSolved, solved == bot.SolvedYes)
	mark(formUnsolved, solved == bot.SolvedNo || solved == bot.SolvedPartly)
	mark(formContent, content != bot.SatisfactionUnasked)
}

// categorySums adds up the lexicon's words by first-level category.
func (r *Reader) categorySums(s *sheet) [categoryCount]float64 {
	var sums [categoryCount]float64
	for _, m := range s.topics {
		weight := m.weight
		if inPlace(m, s.places) {
			weight *= placeShare
		}
		sums[r.firsts[m.slot]] += weight
	}
	return sums
}

func doublings(n int) uint32 {
	d := uint32(0)
	for ; n > 3; n /= 2 {
		d++
	}
	return min(d, 9)
}

// Intents lists the intents in the order the model's head has them.
func Intents() []string {
	return []string{string(IntentChat), string(IntentAppeal), string(IntentSuggestion), string(IntentQuestion), string(IntentPraise),
		string(IntentEndorse), string(IntentVote), string(IntentRating)}
}

func intentIndex(want Intent) uint32 {
	for i, name := range Intents() {
		if name == string(want) {
			return uint32(i) // eight
		}
	}
	return 0
}

// Example is a text as the model is trained on it; ok is false for what its form decides (接龙, commands) and what is empty.
func (r *Reader) Example(text string) (e model.Example, ok bool) {
	s, ok := r.talkSheet(text)
	if !ok {
		return e, false
	}
	var v model.Vector
	r.evidence(&v, s)
	return model.Example{Keys: v.Keys, Counts: v.Counts, Marks: v.Marks}, true
}

func (r *Reader) talkSheet(text string) (*sheet, bool) {
	if _, _, ok := r.ParseChain(text); ok {
		return nil, false
	}
	folded := r.script.fold([]rune(r.script.clean(firstRunes(text, maxRead))))
	if len(folded) == 0 || r.isCommand(string(folded)) {
		return nil, false
	}
	_, skip := readRefs(string(folded))
	return r.examine(folded[skip:]), true
}

//go:embed model.bin
var embedded []byte

// ownModel is the embedded model. It never changes, so all readers share it: unpacking takes a tenth of a second.
var ownModel = sync.OnceValues(func() (*model.Model, error) { return model.Decode(embedded) })

// trained is the model with what reading needs of it.
type trained struct {
	*model.Model
	scratch sync.Pool
	intents []Intent
}

func newTrained(file []byte) (*trained, error) {
	m, err := ownModel()
	if len(file) > 0 {
		m, err = model.Decode(file)
	}
	if err != nil {
		return nil, err
	}
	answers := [][]string{MatterClasses(), Intents(), Categories()}
	same := func(h model.Head, classes []string) bool { return slices.Equal(h.Classes, classes) }
	if !slices.EqualFunc(m.Heads, answers, same) {
		return nil, fmt.Errorf("%w: it answers other questions", model.ErrDamaged)
	}
	t := &trained{Model: m}
	t.scratch.New = func() any { return m.NewScratch() }
	for _, name := range Intents() {
		t.intents = append(t.intents, Intent(name))
	}
	return t, nil
}

// classify asks the model what a text is: its intent, and for a matter its category. The second level is the lexicon's.
func (r *Reader) classify(s *sheet) verdict {
	scratch, _ := r.model.scratch.Get().(*model.Scratch)
	defer r.model.scratch.Put(scratch)
	r.evidence(&scratch.Vector, s)
	scores := r.model.Score(scratch)
	intents := len(r.model.intents)
	matter := model.Probabilities(scores[:2])[1]
	p := model.Probabilities(scores[2 : 2+intents])
	if !s.mayVote() {
		p[intentIndex(IntentVote)] = 0
	}
	chance := r.model.chance(matter, p)
	if len(s.text) < leastMatter {
		chance = 0
	}
	best := r.model.best(p, true)
	if chance < matterFrom(r.model.intents[best]) {
		best = r.model.best(p, false)
	}
	v := verdict{Intent: r.model.intents[best], Confidence: confidence(p[best]), Matter: round(chance), Why: s.reasons(r)}
	if v.Intent.IsMatter() && v.Intent != IntentPraise {
		q := model.Probabilities(scores[2+intents:])
		first := largest(q)
		v.Category, v.CategoryConfidence = Categories()[first], confidence(q[first])
		v.Subcategory = r.secondLevel(s.topics, v.Category)
	}
	return v
}

// confidence is a probability as it is told: never quite certain.
func confidence(p float64) float64 { return round(min(0.99, p)) }

// mayVote tells whether a text whose form is no vote may still be one: "投老陈" is, "同意吗" asks, and "两个" says too little.
func (s *sheet) mayVote() bool {
	return len(s.text) > 2 && !strings.ContainsAny(string(s.text), "?吗呢")
}

// matterFrom is the probability from which a text is taken for a matter of this intent. A question to a neighbour hardly differs from one
// to an office, hence the larger one. Both were chosen on lines not trained on, so that one in two hundred everyday messages at most is
// taken for a matter.
func matterFrom(intent Intent) float64 {
	if intent == IntentQuestion {
		return 0.93
	}
	return 0.8
}

// leastMatter is how many characters tell a matter at least: 停水了 does, 反映 doesn't.
const leastMatter = 3

// chance is how likely a text is a matter rather than talk: both opinions, the one asked for nothing else and that over the intents,
// weighed by their odds.
func (t *trained) chance(asked float64, p []float64) float64 {
	sum := 0.0
	for k, i := range t.intents {
		if i.IsMatter() {
			sum += p[k]
		}
	}
	const least = 1e-6
	both := math.Sqrt((asked + least) / (1 - asked + least) * (sum + least) / (p[intentIndex(IntentChat)] + least))
	return both / (1 + both)
}

// best is the likeliest intent among the matters or among all others but talk that is not for a matter.
func (t *trained) best(p []float64, matter bool) int {
	best := -1
	for k, i := range t.intents {
		if i.IsMatter() && !matter || i == IntentChat && matter {
			continue
		}
		if best < 0 || p[k] > p[best] {
			best = k
		}
	}
	return best
}

// MatterClasses are the classes of the model's first head.
func MatterClasses() []string { return []string{"other", "matter"} }

func largest(values []float64) int {
	best := 0
	for k, v := range values {
		if v > values[best] {
			best = k
		}
	}
	return best
}
