package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"tongshishang/bot/understand/corpus"
)

//go:embed frames.txt
var framesText string

// growth is how many lines each frame is grown into at most.
const growth = 90

// grow turns frames.txt into lines, the same for equal seeds.
func grow(seed uint64) ([]corpus.Line, error) {
	lists := make(map[string][]string)
	var head corpus.Line
	var lines []corpus.Line
	s := bufio.NewScanner(strings.NewReader(framesText))
	for n := 1; s.Scan(); n++ {
		text := s.Text()
		switch {
		case text == "" || strings.HasPrefix(text, "//"):
		case strings.HasPrefix(text, "@"):
			name, list, _ := strings.Cut(text[1:], " ")
			lists[name] = strings.Split(list, "|")
		case strings.HasPrefix(text, "= "):
			fields := strings.Fields(text)[1:]
			head = corpus.Line{Intent: fields[0]}
			if len(fields) > 1 {
				head.Category, head.Second, _ = strings.Cut(fields[1], "/")
			}
		default:
			grown, err := growFrame(text, lists, seed)
			if err != nil {
				return nil, fmt.Errorf("frames.txt line %d: %w", n, err)
			}
			for _, g := range grown {
				line := head
				line.Text = g
				lines = append(lines, line)
			}
		}
	}
	return lines, nil
}

// growFrame makes different lines of one frame.
func growFrame(frame string, lists map[string][]string, seed uint64) ([]string, error) {
	h := fnv.New64a()
	h.Write([]byte(frame))
	rng := rand.New(rand.NewPCG(seed, h.Sum64())) //nolint:gosec // deterministic on purpose
	seen := make(map[string]bool)
	var out []string
	for range growth {
		var b strings.Builder
		rest := frame
		for rest != "" {
			before, after, found := strings.Cut(rest, "{")
			b.WriteString(before)
			if !found {
				break
			}
			choice, more, closed := strings.Cut(after, "}")
			if !closed {
				return nil, fmt.Errorf("%q has no }", after)
			}
			options := strings.Split(choice, "|")
			if list, ok := lists[choice]; ok {
				options = list
			}
			b.WriteString(options[rng.IntN(len(options))])
			rest = more
		}
		if text := strings.Trim(b.String(), " ,。"); text != "" && !seen[text] {
			seen[text] = true
			out = append(out, text)
		}
	}
	return out, nil
}
