// Package learn makes a county's own model: the embedded one, fitted further on what the county's clerks have corrected, and compared
// with the one before on texts that neither the correction nor the replay of known lines has shown it. It keeps nothing and writes
// nothing; whoever calls decides what becomes of the file.
package learn

import (
	"fmt"
	"hash/fnv"
	"slices"

	"tongshishang/bot/understand"
	"tongshishang/bot/understand/corpus"
	"tongshishang/bot/understand/model"
)

// Settings are how strongly the corrections count beside the known lines, and how the weights move.
type Settings struct {
	Correction float64 // weight of a correction; a known line weighs 1
	Epochs     int
	Rate       float64
	Pull       float64
	Seed       uint64
}

// Usual are the settings that did best on talk that was kept for tuning: see the README of package understand.
func Usual() Settings { return Settings{Correction: 10, Epochs: 6, Rate: 0.3, Pull: 0.001, Seed: 1} }

// heldOneIn is how many lines there are for each one that is held back.
const heldOneIn = 5

// IsHeld tells whether a line is held back from fitting, by its words.
func IsHeld(l corpus.Line) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte("learn " + l.Text)) // a hash never fails
	return h.Sum32()%heldOneIn == 0
}

// Fit makes the county's model of the base's file: fitted on the corrections that aren't held back, while the known lines that aren't
// held back either stay what the base reads them as. The reader makes the examples; only its lexicons and places count.
func Fit(base []byte, reader *understand.Reader, corrections, known []corpus.Line, s Settings, version string) ([]byte, error) {
	var examples []model.Example
	for _, l := range corrections {
		if e, ok := example(reader, l, s.Correction); ok && !IsHeld(l) {
			examples = append(examples, e)
		}
	}
	for _, l := range known {
		if e, ok := reader.Example(l.Text); ok && !IsHeld(l) {
			examples = append(examples, e)
		}
	}
	file, err := model.Adapt(base, examples, model.AdaptOptions{Version: version, Epochs: s.Epochs, Seed: s.Seed, Rate: s.Rate, Pull: s.Pull})
	if err != nil {
		return nil, fmt.Errorf("learn: %w", err)
	}
	return file, nil
}

// example is a line as the model's heads are asked; false for what its form decides.
func example(reader *understand.Reader, l corpus.Line, weight float64) (model.Example, bool) {
	intent := slices.Index(understand.Intents(), l.Intent)
	if intent < 0 {
		return model.Example{}, false
	}
	e, ok := reader.Example(l.Text)
	if !ok {
		return e, false
	}
	matter := model.Target{Weight: weight}
	if understand.Intent(l.Intent).IsMatter() {
		matter.Class = 1
	}
	category := model.Target{}
	if k := slices.Index(understand.Categories(), l.Category); k >= 0 {
		category = model.Target{Class: k, Weight: weight}
	}
	e.Targets = []model.Target{matter, {Class: intent, Weight: weight}, category}
	return e, true
}
