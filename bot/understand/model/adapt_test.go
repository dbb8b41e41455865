package model

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// small is a model of two heads fitted on a few words, and its examples.
func small(t testing.TB) (file []byte, examples []Example) {
	t.Helper()
	texts := []struct {
		text        string
		first, next int
	}{{"路灯不亮", 1, 0}, {"路灯坏了", 1, 0}, {"水停了", 1, 1}, {"水不来", 1, 1}, {"下雪了", 0, 0}, {"吃饭了", 0, 0}, {"路真长", 0, 0}, {"喝水了", 0, 1}}
	for range 3 {
		for _, x := range texts {
			examples = append(examples, exampleOf(x.text, x.first, x.next))
		}
	}
	file, err := Fit(examples, Options{Version: "t", Epochs: 10, Least: 1, Rows: 1000, Cost: []float64{1, 1}, Net: NetOptions{Dims: 4, Hidden: 4, Epochs: 2, Rate: 0.1},
		Heads: []Head{{Name: "a", Classes: []string{"no", "yes"}}, {Name: "b", Classes: []string{"lamp", "water"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return file, examples
}

func exampleOf(text string, classes ...int) Example {
	var v Vector
	v.AddText([]rune(text))
	v.Mark(uint32(len([]rune(text))), 1)
	e := Example{Keys: v.Keys, Counts: v.Counts, Marks: v.Marks}
	for _, k := range classes {
		e.Targets = append(e.Targets, Target{Class: k, Weight: 5})
	}
	return e
}

// scores are the probabilities of both heads for a text.
func scores(t *testing.T, file []byte, text string) []float64 {
	t.Helper()
	m, err := Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	s := m.NewScratch()
	e := exampleOf(text)
	s.Vector.Keys, s.Vector.Counts, s.Vector.Marks = e.Keys, e.Counts, e.Marks
	out := slices.Clone(m.Score(s))
	return append(Probabilities(out[:2]), Probabilities(out[2:])...)
}

func TestAdapt(t *testing.T) {
	base, known := small(t)
	if p := scores(t, base, "路真长"); p[1] > 0.5 {
		t.Fatalf("the base takes 路真长 for yes: %v", p)
	}
	opt := AdaptOptions{Version: "county", Epochs: 20, Rate: 1, Pull: 0.001, Seed: 1}
	examples := []Example{exampleOf("路真长", 1, 0)}
	for _, k := range known {
		if k.Targets = nil; !slices.Equal(k.Keys, examples[0].Keys) {
			examples = append(examples, k)
		}
	}
	file, err := Adapt(base, examples, opt)
	if err != nil {
		t.Fatal(err)
	}
	if p := scores(t, file, "路真长"); p[1] < 0.6 {
		t.Errorf("the correction wasn't learnt: %v", p)
	}
	for _, text := range []string{"路灯不亮", "水停了", "下雪了", "喝水了"} {
		was, is := scores(t, base, text), scores(t, file, text)
		if (was[1] > 0.5) != (is[1] > 0.5) || (was[3] > 0.5) != (is[3] > 0.5) {
			t.Errorf("%s was %v and is %v", text, was, is)
		}
	}
	again, err := Adapt(base, examples, opt)
	if err != nil || !bytes.Equal(file, again) {
		t.Errorf("the same input gives other bytes, %v", err)
	}
	if len(file)-len(base) > 200 || len(base)-len(file) > 200 {
		t.Errorf("%d bytes instead of %d", len(file), len(base))
	}
}

func TestAdapt_NothingToLearn(t *testing.T) {
	base, known := small(t)
	for i := range known {
		known[i].Targets = nil
	}
	file, err := Adapt(base, known, AdaptOptions{Version: "t", Epochs: 5, Rate: 1})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := Decode(base)
	n, err := Decode(file)
	if err != nil || !slices.Equal(m.weight, n.weight) || !slices.Equal(m.embed, n.embed) || !slices.Equal(m.idf, n.idf) {
		t.Errorf("what is held to what it is moved all the same, %v", err)
	}
}

func TestAdapt_Refuses(t *testing.T) {
	base, _ := small(t)
	if _, err := Adapt(base[:len(base)-1], nil, AdaptOptions{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("a damaged base: %v", err)
	}
	if _, err := Adapt(base, []Example{exampleOf("水", 1)}, AdaptOptions{}); err == nil {
		t.Error("one target for two heads is taken")
	}
	if _, err := Adapt(base, []Example{exampleOf("水", 7, -1)}, AdaptOptions{Epochs: 1, Rate: 1}); err != nil {
		t.Errorf("classes that the model doesn't have must be left out: %v", err)
	}
}
