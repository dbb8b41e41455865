package main

import (
	"path/filepath"
	"slices"
	"strings"

	"tongshishang/bot/understand"
	"tongshishang/bot/understand/corpus"
	"tongshishang/bot/understand/model"
)

// collection gathers the examples.
type collection struct {
	settings
	reader   *understand.Reader
	examples []model.Example
}

func (c *collection) collect() error {
	lines, err := corpus.ReadTalkFiles(c.talk)
	if err != nil {
		return err
	}
	for _, l := range lines {
		if corpus.Fold(l.Text) != c.check {
			c.talkLine(l)
		}
	}
	grown, err := grow(c.seed)
	if err != nil {
		return err
	}
	group := c.group
	c.group *= c.frames
	for _, l := range grown {
		c.talkLine(l)
	}
	c.group = group
	for _, set := range []struct {
		file string
		add  func(corpus.Record)
	}{
		{"group_talk/sample.jsonl", c.sample},
		{"chat/train.jsonl", c.chat},
		{"taidi_category/train.jsonl", func(r corpus.Record) { c.petition(r, r.Label, 1) }},
		{"taidi_stage2/train.jsonl", func(r corpus.Record) { c.petition(r, r.Silver, c.silver) }},
		{"taidi_hot/messages_train.jsonl", func(r corpus.Record) { c.petition(r, "", 0) }},
		{"taidi_reply/train.jsonl", func(r corpus.Record) { c.petition(r, "", 0) }},
		{"fuzhou_12345/train.jsonl", func(r corpus.Record) { c.petition(r, "", 0) }},
	} {
		rows, err := corpus.ReadRecords(filepath.Join(c.data, set.file))
		if err != nil {
			return err
		}
		for _, r := range rows {
			if f := r.Fold(); f != corpus.HeldBack && f != c.check {
				set.add(r)
			}
		}
	}
	return nil
}

func (c *collection) add(text string, intent, category model.Target) {
	if e, ok := c.reader.Example(text); ok {
		matter := model.Target{Class: 1, Weight: intent.Weight}
		if intent.Class != model.Unknown {
			switch name := understand.Intent(understand.Intents()[intent.Class]); {
			case name == understand.IntentChat:
				matter.Class = 0
			case !name.IsMatter(): // joining in, voting and rating are about matters: they'd only blur the question
				matter.Weight = 0
			}
		}
		e.Targets = []model.Target{matter, intent, category}
		c.examples = append(c.examples, e)
	}
}

func (c *collection) talkLine(l corpus.Line) {
	k := slices.Index(understand.Intents(), l.Intent)
	if k < 0 {
		return // told by their form
	}
	category := model.Target{}
	if n := slices.Index(understand.Categories(), l.Category); n >= 0 {
		category = model.Target{Class: n, Weight: c.group * c.talkSubjects}
	}
	c.add(l.Text, model.Target{Class: k, Weight: c.group}, category)
}

func (c *collection) sample(r corpus.Record) {
	group := c.group
	c.group *= 3 // it says what the classes mean
	defer func() { c.group = group }()
	c.talkLine(corpus.Line{Text: r.Text, Intent: r.Intent, Category: r.Category})
}

func (c *collection) chat(r corpus.Record) {
	c.add(r.Text, model.Target{Class: 0, Weight: c.chatWeight}, model.Target{})
}

// petition adds the title alone and the whole: both are matters.
func (c *collection) petition(r corpus.Record, label string, weight float64) {
	intent := petitionIntent(r)
	intent.Weight = c.petitions
	category := model.Target{}
	if n := slices.Index(understand.Categories(), label); n >= 0 && weight > 0 {
		category = model.Target{Class: n, Weight: weight}
	}
	if r.Text != "" {
		c.add(r.Whole(), intent, category)
	}
	category.Weight *= c.titles
	c.add(r.Title, intent, category)
}

// petitionIntent is what a petition's title or its type tells of the intent; where they tell nothing, it may be any kind of matter.
func petitionIntent(r corpus.Record) model.Target {
	kinds := []string{"appeal", "suggestion", "question", "praise"}
	t := model.Target{Class: model.Unknown}
	for _, k := range kinds {
		t.Silent |= 1 << slices.Index(understand.Intents(), k)
	}
	kind := ""
	switch {
	case r.Type == "投诉" || r.Type == "举报" || r.Type == "求助":
		kind = "appeal"
	case r.Type == "咨询" || strings.Contains(r.Title, "咨询") || strings.HasPrefix(r.Title, "请问"):
		kind = "question"
	case r.Type == "建议" || strings.Contains(r.Title, "建议"):
		kind = "suggestion"
	case strings.Contains(r.Title, "投诉") || strings.Contains(r.Title, "举报"):
		kind = "appeal"
	}
	if kind != "" {
		t.Class, t.Silent = slices.Index(understand.Intents(), kind), 0
	}
	return t
}
