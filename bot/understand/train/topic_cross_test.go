package main

import (
	"math/rand/v2"
	"os"
	"testing"

	"tongshishang/bot/topic"
)

// TestTopic_Cross prints five-fold cross-validation by matter: each fold is judged by a model that saw no letter of its matters.
// The letters without a known matter are all in the stream. It needs the public data: TSS_TOPIC_DATA=DIR.
func TestTopic_Cross(t *testing.T) {
	data := os.Getenv("TSS_TOPIC_DATA")
	if data == "" {
		t.Skip("TSS_TOPIC_DATA is not set")
	}
	short, err := shortPairs()
	if err != nil {
		t.Fatal(err)
	}
	c, err := loadCorpus(data, short)
	if err != nil {
		t.Fatal(err)
	}
	var scored, grouped pairCount
	hard := 0
	precision, recall := 0.0, 0.0
	for fold := range 5 {
		model, _, err := learnTopic(c, fold, 1)
		if err != nil {
			t.Fatal(err)
		}
		m, err := topic.NewMatcher(model)
		if err != nil {
			t.Fatal(err)
		}
		s := newFoldStream(c, m, fold)
		p, r := s.bCubed()
		precision, recall = precision+p/5, recall+r/5
		for _, p := range c.pairs {
			a, b := s.of[p.ATitle+"\n"+p.AText], s.of[p.BTitle+"\n"+p.BText]
			if foldOf(s.letters[p.ATitle+"\n"+p.AText]) != fold {
				continue
			}
			said := m.Score(m.Prepare(p.ATitle+"\n"+p.AText), m.Prepare(p.BTitle+"\n"+p.BText)) >= 0.5
			scored.add(p.Same == 1, said)
			if a > 0 && b > 0 {
				same := s.topics[a-1] == s.topics[b-1]
				grouped.add(p.Same == 1, same)
				if p.Kind == "hard" && same {
					hard++
				}
			}
		}
	}
	t.Logf("pairs, score ≥ 0.5: precision %.4f recall %.4f F1 %.4f", scored.precision(), scored.recall(), scored.f1())
	t.Logf("pairs in one topic: precision %.4f recall %.4f F1 %.4f, %d hard ones wrongly joined", grouped.precision(), grouped.recall(), grouped.f1(), hard)
	t.Logf("topics: B-cubed precision %.4f recall %.4f F1 %.4f", precision, recall, 2*precision*recall/(precision+recall))
	if grouped.f1() < 0.95 || grouped.precision() < 0.945 || 2*precision*recall/(precision+recall) < 0.97 {
		t.Error("worse than what the README says")
	}
}

type pairCount struct{ hit, falsely, missed float64 }

func (c *pairCount) add(same, said bool) {
	switch {
	case same && said:
		c.hit++
	case same:
		c.missed++
	case said:
		c.falsely++
	}
}

func (c *pairCount) precision() float64 { return c.hit / (c.hit + c.falsely) }
func (c *pairCount) recall() float64    { return c.hit / (c.hit + c.missed) }
func (c *pairCount) f1() float64        { return 2 * c.hit / (2*c.hit + c.falsely + c.missed) }

// foldStream is the letters of one fold's matters among all letters without a known matter, grouped.
type foldStream struct {
	letters map[string]letter
	of      map[string]int // 1 and the place in the stream
	matters []string
	topics  []int
}

func newFoldStream(c *threads, m *topic.Matcher, fold int) *foldStream {
	s := &foldStream{letters: make(map[string]letter), of: make(map[string]int)}
	var docs []topic.Doc
	for _, l := range c.letters {
		key := l.Title + "\n" + l.Text
		s.letters[key] = l
		if l.Matter != "" && foldOf(l) != fold {
			continue
		}
		doc := m.Prepare(l.whole())
		if at, ok := topic.ParseTime(l.Time); ok {
			doc = doc.At(at)
		}
		docs, s.matters = append(docs, doc), append(s.matters, l.Matter)
		s.of[key] = len(docs)
	}
	s.topics = m.Group(docs)
	return s
}

func (s *foldStream) bCubed() (precision, recall float64) {
	type cell struct {
		matter string
		topic  int
	}
	known, given, both, n := make(map[string]float64), make(map[int]float64), make(map[cell]float64), 0.0
	for i, m := range s.matters {
		if m != "" {
			known[m]++
			given[s.topics[i]]++
			both[cell{m, s.topics[i]}]++
			n++
		}
	}
	for i, m := range s.matters {
		if m != "" {
			precision += both[cell{m, s.topics[i]}] / given[s.topics[i]] / n
			recall += both[cell{m, s.topics[i]}] / known[m] / n
		}
	}
	return precision, recall
}

// TestTopic_Made reads the places and troubles that chat messages are made of.
func TestTopic_Made(t *testing.T) {
	m := parseMade(madeText)
	if len(m.places) < 50 || len(m.troubles) < 30 || len(m.tails) < 10 {
		t.Errorf("%d places, %d troubles, %d tails", len(m.places), len(m.troubles), len(m.tails))
	}
	for i, ways := range m.troubles {
		if len(ways) < 2 {
			t.Errorf("trouble %d has %d ways to tell it", i, len(ways))
		}
	}
}

// TestSwapper makes another place of a letter, in its title and text alike.
func TestSwapper(t *testing.T) {
	s := &swapper{random: newTestRandom(), names: []string{"柳林"}}
	out, ok := s.swap(letter{Title: "青山小区3号楼停电", Text: "我住青山小区3号楼"})
	if !ok || out.Title == "青山小区3号楼停电" || out.Text[len("我住"):] != out.Title[:len(out.Title)-len("停电")] {
		t.Errorf("%+v %v", out, ok)
	}
	if _, ok := s.swap(letter{Title: "希望涨工资"}); ok {
		t.Error("a title without a place was swapped")
	}
}

func newTestRandom() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }
