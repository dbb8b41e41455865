package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"tongshishang/bot/topic"
)

//go:embed pairs.jsonl
var topicPairs string

// topicBoosting are the settings that cross-validation chose; see bot/topic/README.md for what else was tried.
var topicBoosting = boosting{trees: 160, rate: 0.06, l2: 2, leafMin: 1.5, rowShare: 0.7, sideShare: 0.5}

// trainTopic learns bot/topic's model from the data folder without the held-back fifth and returns the file to embed. The same
// data and seed give the same bytes.
func trainTopic(data string, seed uint64, log io.Writer) ([]byte, error) {
	short, err := shortPairs()
	if err != nil {
		return nil, err
	}
	c, err := loadCorpus(data, short)
	if err != nil {
		return nil, err
	}
	model, n, err := learnTopic(c, 0, seed)
	if err != nil {
		return nil, err
	}
	file := model.Encode()
	fmt.Fprintf(log, "topic: %d examples, %d trees, %d bytes\n", n, len(model.Trees), len(file))
	return file, nil
}

func shortPairs() ([]letterPair, error) {
	var all []letterPair
	for i, line := range strings.Split(strings.TrimSpace(topicPairs), "\n") {
		var p letterPair
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			return nil, fmt.Errorf("pairs.jsonl line %d: %w", i+1, err)
		}
		if p.Kind != cutKind { // those show where a message is divided
			all = append(all, p)
		}
	}
	return all, nil
}

// learnTopic learns from everything but one fold and tells from how many examples.
func learnTopic(c *threads, without int, seed uint64) (*topic.Model, int, error) {
	model := frequencies(c)
	matcher, err := topic.NewMatcher(model)
	if err != nil {
		return nil, 0, err
	}
	examples := makeExamples(c, matcher, without, rand.New(rand.NewPCG(seed, 1))) //nolint:gosec // the same seed must give the same model
	model.Base, model.Trees = boost(examples, topicBoosting, seed)
	return model, len(examples), nil
}

// frequencies counts grams. Letters of known matters don't count, so that names in them are as new as they will be in use.
func frequencies(c *threads) *topic.Model {
	counts := make(map[uint32]int)
	texts := 0
	count := func(text string) {
		for _, h := range topic.Hashes(text) {
			counts[h]++
		}
		texts++
	}
	for _, l := range c.letters {
		if l.Matter == "" {
			count(l.whole())
		}
	}
	for _, t := range c.other {
		count(t)
	}
	return topic.NewModel(counts, texts)
}
