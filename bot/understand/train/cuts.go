package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"tongshishang/bot/understand"
	"tongshishang/bot/understand/corpus"
)

// trainCuts makes the model that divides messages into matters. Lines of one matter show where no cut is, however many clauses they
// have; two or three of them joined as people join what they have to say show where one is. Petitions are long texts about one
// matter. Nothing of testdata/pieces.jsonl is read.
func trainCuts(data, talk string, seed uint64, log io.Writer) ([]byte, error) {
	r, err := understand.New(understand.Options{Untrained: true})
	if err != nil {
		return nil, fmt.Errorf("train cuts: %w", err)
	}
	t := &cutTrainer{reader: r, rng: rand.New(rand.NewPCG(seed, 0))} //nolint:gosec // deterministic on purpose
	if t.tails, err = readTails(filepath.Join(filepath.Dir(filepath.Dir(talk)), "tails.txt")); err != nil {
		return nil, err
	}
	if err := t.talk(talk); err != nil {
		return nil, err
	}
	if err := t.pairs(); err != nil {
		return nil, err
	}
	if err := t.petitions(data); err != nil {
		return nil, err
	}
	fmt.Fprintf(log, "cuts: %d boundaries, %d of them cuts\n", len(t.examples), t.cuts)
	weight, bias := fitCuts(t.examples, t.rng)
	return understand.EncodeCuts(weight, bias)
}

// cutTrainer gathers boundaries.
type cutTrainer struct {
	reader   *understand.Reader
	rng      *rand.Rand
	tails    []string // what people add to a matter
	examples []weighted
	cuts     int
}

func (t *cutTrainer) add(parts []string, weight float64) {
	for _, e := range t.reader.CutExamples(parts) {
		if e.New {
			t.cuts++
		}
		t.examples = append(t.examples, weighted{e, weight})
	}
}

// talk takes the lines of group talk that are matters, alone and joined.
func (t *cutTrainer) talk(pattern string) error {
	lines, err := corpus.ReadTalkFiles(pattern)
	if err != nil {
		return fmt.Errorf("train cuts: %w", err)
	}
	var matters []corpus.Line
	for _, l := range lines {
		switch l.Intent {
		case "chat", "praise", "rating":
			t.add([]string{plain(l.Text)}, 0.5)
		case "appeal", "suggestion", "question":
			matters = append(matters, l)
			t.add([]string{plain(l.Text)}, 1)
			t.add([]string{t.tailed(plain(l.Text), 1+t.rng.IntN(4))}, 1)
		}
	}
	for range copies {
		for i := range matters {
			t.join(matters, i)
		}
	}
	return nil
}

// cutKind marks the lines of pairs.jsonl that show what belongs to one matter and what doesn't: what one person says in one breath.
const cutKind = "cut"

// pairWeight is how much one of the hand-written pairs counts, each time it is put together, beside a line of talk.
const pairWeight = 1

// pairs takes the hand-written pairs, as one types them.
func (t *cutTrainer) pairs() error {
	for i, line := range strings.Split(strings.TrimSpace(topicPairs), "\n") {
		var p letterPair
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			return fmt.Errorf("pairs.jsonl line %d: %w", i+1, err)
		}
		if p.Kind != cutKind {
			continue
		}
		for _, mark := range []string{",", "，", "。", " "} {
			parts := []string{p.A + mark + p.B}
			if p.Same == 0 {
				parts = []string{p.A + mark, p.B}
			}
			t.add(parts, pairWeight)
		}
	}
	return nil
}

// copies is how often each line is joined with others.
const copies = 4

// join puts a line and one or two others, mostly of another category, together.
func (t *cutTrainer) join(matters []corpus.Line, i int) {
	first := matters[i]
	parts := []string{plain(first.Text)}
	more := 1
	if t.rng.IntN(6) == 0 {
		more = 2
	}
	style := t.style()
	for range more {
		other := matters[t.rng.IntN(len(matters))]
		if other.Category == first.Category && t.rng.IntN(4) > 0 || len([]rune(other.Text)) > 60 {
			other = matters[t.rng.IntN(len(matters))]
		}
		mark, word := style()
		last := len(parts) - 1
		if t.rng.IntN(3) == 0 {
			parts[last] = t.tailed(parts[last], 1)
		}
		parts[last] = strings.TrimRight(parts[last], "。！!,，.;；") + mark
		parts = append(parts, word+plain(other.Text))
	}
	t.add(parts, 1)
}

// tailed is a matter with so many things that people add.
func (t *cutTrainer) tailed(text string, n int) string {
	mark := []string{"，", "，", ",", ",", "。", " "}[t.rng.IntN(6)]
	for range n {
		text = strings.TrimRight(text, "。！!,，.;；") + mark + t.tails[t.rng.IntN(len(t.tails))]
	}
	return text
}

// readTails reads the lines of a file that are neither heads nor comments.
func readTails(file string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("train cuts: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	lines, err := corpus.ReadTalk(file, f)
	if err != nil {
		return nil, fmt.Errorf("train cuts: %w", err)
	}
	var tails []string
	for _, l := range lines {
		tails = append(tails, l.Text)
	}
	return tails, nil
}

// style chooses how a message's matters are joined: a mark and a word.
func (t *cutTrainer) style() func() (mark, word string) {
	marks := []string{"，", "，", "，", ",", ",", "。", "。", " ", " ", "；", "\n", "\n", ""}
	words := []string{"还有", "还有", "还有就是", "另外", "另外", "再就是", "再一个", "再说", "顺便问一下", "顺便问下", "再问一下", "同时", "此外", "还有个事", "另外还有", "再有就是", "还有,", "另外,"}
	mark := marks[t.rng.IntN(len(marks))]
	bare := t.rng.IntN(100) < 60
	return func() (string, string) {
		if bare && mark != "" {
			return mark, ""
		}
		return mark, words[t.rng.IntN(len(words))]
	}
}

// petitions takes what citizens write to an authority: long, and about one matter each.
func (t *cutTrainer) petitions(data string) error {
	for _, name := range []string{"taidi_reply", "taidi_category"} {
		rows, err := corpus.ReadRecords(filepath.Join(data, name, "train.jsonl"))
		if err != nil {
			return fmt.Errorf("train cuts: %w", err)
		}
		for _, row := range rows {
			if row.Fold() == corpus.HeldBack {
				continue
			}
			t.add([]string{cut(plain(row.Text), 250)}, 0.3)
		}
	}
	return nil
}

// plain is a text as its positions hold after cleaning: no blanks at the ends, single line breaks.
func plain(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	for i := range lines {
		lines[i] = strings.Join(strings.Fields(lines[i]), " ")
	}
	return strings.Join(lines, "\n")
}

func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most])
	}
	return text
}
