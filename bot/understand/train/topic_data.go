package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
)

// letter is a line of any of the data files.
type letter struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Text   string `json:"text"`
	Time   string `json:"time"`
	Matter string `json:"matter"`
}

func (l letter) whole() string { return strings.TrimSpace(l.Title + "\n" + l.Text) }

// letterPair is a labelled pair: of the data files, or of the hand-written ones (a, b).
type letterPair struct {
	ATitle string `json:"a_title"`
	AText  string `json:"a_text"`
	BTitle string `json:"b_title"`
	BText  string `json:"b_text"`
	A      string `json:"a"`
	B      string `json:"b"`
	Same   int    `json:"same"`
	Kind   string `json:"kind"`
}

// readLines decodes a file of one JSON object a line.
func readLines[T any](file string) ([]T, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open topic data: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	var all []T
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", file, len(all)+1, err)
		}
		all = append(all, v)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return all, nil
}

// topicFold is the fifth of the data a matter (or a message of no known matter) belongs to; fold 0 is held back from training
// and is what the measuring program reports on.
func topicFold(matter string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte("topic " + matter))
	return int(h.Sum32() % 5)
}

// threads is everything the topic model learns from.
type threads struct {
	letters []letter     // of known and unknown matters
	pairs   []letterPair // labelled
	short   []letterPair // hand-written
	other   []string     // texts that only show how frequent words are
}

// loadCorpus reads the data folder and the hand-written pairs.
func loadCorpus(data string, short []letterPair) (*threads, error) {
	c := &threads{short: short}
	var err error
	if c.letters, err = readLines[letter](filepath.Join(data, "taidi_hot", "messages_train.jsonl")); err != nil {
		return nil, err
	}
	if c.pairs, err = readLines[letterPair](filepath.Join(data, "taidi_hot", "pairs_train.jsonl")); err != nil {
		return nil, err
	}
	for _, name := range []string{"taidi_category", "taidi_stage2", "taidi_reply", "fuzhou_12345", "chat"} {
		more, err := readLines[letter](filepath.Join(data, name, "train.jsonl"))
		if err != nil {
			return nil, err
		}
		for _, l := range more {
			c.other = append(c.other, l.whole())
		}
	}
	return c, nil
}
