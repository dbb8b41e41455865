// Package corpus reads the texts that the model is trained on and measured with: the lines of group talk kept in this repository,
// and the public data sets, which are not. It also decides which of them are held back.
package corpus

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Line is a labelled message. What isn't known is empty.
type Line struct {
	Text     string
	Intent   string // one of understand's intents
	Category string // first level
	Second   string // second level
}

// Folds is how many parts a data set is divided into.
const Folds = 10

// HeldBack is the fold that nothing is ever trained or tuned on.
const HeldBack = 0

// Fold is the part of its data set a text belongs to, by its title, or its text where it has none: the same message in two files is in
// the same fold.
func Fold(text string) int {
	h := fnv.New32a()
	h.Write([]byte(text))
	return int(h.Sum32() % Folds)
}

// ReadTalk reads labelled lines: a head "= intent category/second" says what follows, "\n" stands for a line break, blank lines
// and those beginning with "// " are left out.
func ReadTalk(name string, r io.Reader) ([]Line, error) {
	var lines []Line
	var head *Line
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		text := strings.TrimSpace(s.Text())
		switch {
		case text == "" || strings.HasPrefix(text, "// "):
		case strings.HasPrefix(text, "= "):
			fields := strings.Fields(text)[1:]
			head = &Line{Intent: fields[0]}
			if len(fields) > 1 && fields[0] != "chat" {
				head.Category, head.Second, _ = strings.Cut(fields[1], "/")
			}
		case head == nil:
			return nil, fmt.Errorf("%s line %d: a message before the first head", name, n)
		default:
			line := *head
			line.Text = strings.ReplaceAll(text, `\n`, "\n")
			lines = append(lines, line)
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return lines, nil
}

// ReadTalkFiles reads the files a pattern names, in the order of their names.
func ReadTalkFiles(pattern string) ([]Line, error) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		return nil, errors.Join(err, fmt.Errorf("no files %s", pattern))
	}
	var lines []Line
	for _, file := range files {
		f, err := os.Open(file) // a file of the repository
		if err != nil {
			return nil, fmt.Errorf("talk: %w", err)
		}
		more, err := ReadTalk(file, f)
		_ = f.Close()
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
	}
	return lines, nil
}

// Record is a row of a public data set; each has only some of the fields.
type Record struct {
	Title    string `json:"title"`
	Text     string `json:"text"`
	Label    string `json:"label"`
	Silver   string `json:"silver_label"`
	Type     string `json:"type"`
	Intent   string `json:"intent"`
	Category string `json:"category"`
}

// Fold is the record's fold.
func (r Record) Fold() int {
	if r.Title == "" {
		return Fold(r.Text)
	}
	return Fold(r.Title)
}

// Whole is the title and the text.
func (r Record) Whole() string { return strings.TrimSpace(r.Title + " " + r.Text) }

// ReadRecords reads one JSON object a line.
func ReadRecords(file string) ([]Record, error) {
	f, err := os.Open(file) // named by whoever trains
	if err != nil {
		return nil, fmt.Errorf("data set: %w", err)
	}
	defer func() { _ = f.Close() }()
	var rows []Record
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	for n := 1; s.Scan(); n++ {
		var r Record
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", file, n, err)
		}
		rows = append(rows, r)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return rows, nil
}
