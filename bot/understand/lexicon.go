package understand

import (
	"bufio"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

//go:embed lexicon/*.txt
var lexicons embed.FS

// section is one headed list of a lexicon file: "[name weight]" or "[name]", then words.
type section struct {
	name   string
	weight float64
	words  []string
}

// readLexicon reads an embedded file. Lines beginning with "# " are comments; words are separated by blanks.
func readLexicon(file string) ([]section, error) {
	data, err := lexicons.ReadFile("lexicon/" + file)
	if err != nil {
		return nil, fmt.Errorf("lexicon: %w", err)
	}
	return parseLexicon(file, string(data))
}

func parseLexicon(file, data string) ([]section, error) {
	var sections []section
	var faults []error
	lines := bufio.NewScanner(strings.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			s, err := parseHead(line)
			if err != nil {
				faults = append(faults, fmt.Errorf("%s line %d: %w", file, n, err))
			}
			sections = append(sections, s)
		case len(sections) == 0:
			faults = append(faults, fmt.Errorf("%s line %d: words before the first [section]", file, n))
		default:
			last := &sections[len(sections)-1]
			last.words = append(last.words, strings.Fields(line)...)
		}
	}
	return sections, errors.Join(append(faults, lines.Err())...)
}

func parseHead(line string) (section, error) {
	fields := strings.Fields(strings.Trim(line, "[]"))
	switch len(fields) {
	case 1:
		return section{name: fields[0], weight: 1}, nil
	case 2:
		weight, err := strconv.ParseFloat(fields[1], 64)
		if err != nil || weight <= 0 {
			return section{}, fmt.Errorf("weight %q of section %s isn't a positive number", fields[1], fields[0])
		}
		return section{name: fields[0], weight: weight}, nil
	}
	return section{}, fmt.Errorf("section head %q isn't [name] or [name weight]", line)
}

// tag is what a word of a lexicon counts for.
type tag struct {
	slot   int // what the owner of the dict numbers: roles or topics
	weight float64
}

// pair is a word that counts only after another one in the same clause: "甲…乙".
type pair struct {
	second int
	text   string
	tag    tag
}

// dict is a lexicon made ready for finding.
type dict struct {
	trie  *trie
	words []string
	tags  [][]tag
	pairs map[int][]pair // by the first word
}

// pairReach is how many runes may lie between the two words of a pair.
const pairReach = 6

func newDict() *dict {
	return &dict{trie: newTrie(), pairs: make(map[int][]pair)}
}

func (d *dict) word(text string) int {
	n := d.trie.add(text, len(d.words))
	if n == len(d.words) {
		d.words = append(d.words, text)
		d.tags = append(d.tags, nil)
	}
	return n
}

// add puts a section's words in under a slot; a word twice under one slot is a mistake in the data.
func (d *dict) add(s section, slot int) error {
	for _, text := range s.words {
		if a, b, found := strings.Cut(text, "…"); found && text != "…" {
			if a == "" || b == "" {
				return fmt.Errorf("section %s: %q needs a word on both sides", s.name, text)
			}
			first := d.word(a)
			d.pairs[first] = append(d.pairs[first], pair{d.word(b), text, tag{slot, s.weight}})
			continue
		}
		n := d.word(text)
		for _, t := range d.tags[n] {
			if t.slot == slot {
				return fmt.Errorf("section %s: %q stands there twice", s.name, text)
			}
		}
		d.tags[n] = append(d.tags[n], tag{slot, s.weight})
	}
	return nil
}

// mark is a word of a lexicon found in a text.
type mark struct {
	tag
	text       string
	start, end int // runes
}

// scan finds the words of the lexicon; of nested words only the longest counts, and each word counts once.
func (d *dict) scan(text []rune) []mark {
	spans := d.trie.find(text)
	var marks []mark
	for _, s := range outermost(spans) {
		for _, t := range d.tags[s.word] {
			marks = addMark(marks, mark{t, d.words[s.word], s.start, s.end})
		}
	}
	for i, s := range spans {
		for _, p := range d.pairs[s.word] {
			if end, ok := closes(text, spans[i+1:], s.end, p.second); ok {
				marks = addMark(marks, mark{p.tag, p.text, s.start, end})
			}
		}
	}
	return marks
}

func addMark(marks []mark, m mark) []mark {
	for _, old := range marks {
		if old.text == m.text && old.slot == m.slot {
			return marks
		}
	}
	return append(marks, m)
}

// closes looks for the second word of a pair within reach of the first one's end and in the same clause.
func closes(text []rune, later []span, from, second int) (end int, ok bool) {
	for _, s := range later {
		if s.start > from+pairReach {
			return 0, false
		}
		if s.word == second && s.start >= from && !strings.ContainsAny(string(text[from:s.start]), clauseEnds) {
			return s.end, true
		}
	}
	return 0, false
}

// clauseEnds are the marks that end a clause in folded text.
const clauseEnds = ",;.!?。、\n"
