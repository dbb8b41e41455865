package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tongshishang/bot/topic"
)

// shortPairsFile holds the hand-written pairs of chat messages that nothing is trained on.
const shortPairsFile = "bot/topic/testdata/pairs.jsonl"

// topicLetter is a message with its matter, empty where none is known.
type topicLetter struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Text   string `json:"text"`
	Time   string `json:"time"`
	Matter string `json:"matter"`
}

func (l topicLetter) whole() string { return l.Title + "\n" + l.Text }

// heldBack tells whether training skipped the message (topicFold in the training program).
func (l topicLetter) heldBack() bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte("topic " + cmp.Or(l.Matter, l.ID)))
	return h.Sum32()%5 == 0
}

// topicPair is a labelled pair: of letters, or hand-written (a, b).
type topicPair struct {
	ATitle string `json:"a_title"`
	AText  string `json:"a_text"`
	BTitle string `json:"b_title"`
	BText  string `json:"b_text"`
	A      string `json:"a"`
	B      string `json:"b"`
	Same   int    `json:"same"`
	Kind   string `json:"kind"`
	score  float64
}

func (p topicPair) texts() (string, string) {
	if p.ATitle+p.AText == "" { // a and b are the texts; beside titles they are ids
		return p.A, p.B
	}
	return p.ATitle + "\n" + p.AText, p.BTitle + "\n" + p.BText
}

// topicTally counts decisions about pairs.
type topicTally struct{ hit, falsely, missed, rest int }

func (t *topicTally) add(same, said bool) {
	switch {
	case same && said:
		t.hit++
	case same:
		t.missed++
	case said:
		t.falsely++
	default:
		t.rest++
	}
}

func (t *topicTally) String() string {
	return fmt.Sprintf("precision %.3f recall %.3f F1 %.3f (%d pairs, %d wrongly joined, %d missed)", topicPart(t.hit, t.hit+t.falsely),
		topicPart(t.hit, t.hit+t.missed), t.f1(), t.hit+t.falsely+t.missed+t.rest, t.falsely, t.missed)
}

func (t *topicTally) f1() float64 { return topicPart(2*t.hit, 2*t.hit+t.falsely+t.missed) }

func topicPart(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

// measureTopic prints how well matters are told apart: on the held-back fifth of the public letters and on hand-written chat.
func measureTopic(data string, w io.Writer) error {
	matcher, err := topic.New()
	if err != nil {
		return err
	}
	letters, err := topicLines[topicLetter](filepath.Join(data, "taidi_hot", "messages_train.jsonl"))
	if err != nil {
		return err
	}
	pairs, err := topicLines[topicPair](filepath.Join(data, "taidi_hot", "pairs_train.jsonl"))
	if err != nil {
		return err
	}
	short, err := topicLines[topicPair](shortPairsFile)
	if err != nil {
		return err
	}
	held := topicHeld(letters, pairs)
	score := func(a, b string) float64 { return matcher.Score(matcher.Prepare(a), matcher.Prepare(b)) }
	reportPairs(w, "held-back pairs, score ≥ 0.5", held, score)
	reportTrust(w, held)
	for _, s := range topicStreams() {
		reportGroups(w, matcher, letters, pairs, s)
	}
	reportBaseline(w, letters, pairs)
	reportPairs(w, "hand-written chat, score ≥ 0.5", short, score)
	reportTrust(w, short)
	reportWorst(w, append(held, short...))
	return nil
}

func topicLines[T any](file string) ([]T, error) {
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
	return all, lines.Err()
}

// topicHeld are the pairs with at least one letter that training never saw.
func topicHeld(letters []topicLetter, pairs []topicPair) (held []topicPair) {
	skipped := make(map[string]bool)
	for _, l := range letters {
		if l.heldBack() {
			skipped[l.whole()] = true
		}
	}
	for _, p := range pairs {
		if a, b := p.texts(); skipped[a] || skipped[b] {
			held = append(held, p)
		}
	}
	return held
}

// reportPairs scores the pairs and prints precision and recall, of all and by kind.
func reportPairs(w io.Writer, name string, pairs []topicPair, score func(a, b string) float64) {
	var all topicTally
	kinds := make(map[string]*topicTally)
	var names []string
	for i := range pairs {
		p := &pairs[i]
		p.score = score(p.texts())
		all.add(p.Same == 1, p.score >= 0.5)
		if p.Kind == "" {
			continue
		}
		if kinds[p.Kind] == nil {
			kinds[p.Kind] = new(topicTally)
			names = append(names, p.Kind)
		}
		kinds[p.Kind].add(p.Same == 1, p.score >= 0.5)
	}
	fmt.Fprintf(w, "topic: %s: %s\n", name, &all)
	slices.Sort(names)
	for _, k := range names {
		t := kinds[k]
		fmt.Fprintf(w, "  %-6s %d of %d right\n", k, t.hit+t.rest, t.hit+t.rest+t.falsely+t.missed)
	}
}

// reportTrust prints how often a score is right, so that thresholds can be chosen.
func reportTrust(w io.Writer, pairs []topicPair) {
	bounds := []float64{0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01}
	for i := range len(bounds) - 1 {
		n, same := 0, 0
		for _, p := range pairs {
			if p.score >= bounds[i] && p.score < bounds[i+1] {
				n, same = n+1, same+p.Same
			}
		}
		fmt.Fprintf(w, "  score %.2f to %.2f: %d of %d the same\n", bounds[i], min(bounds[i+1], 1), same, n)
	}
}

// topicStream is a choice of letters that are grouped together.
type topicStream struct {
	name string
	has  func(topicLetter) bool
}

// topicStreams are the held-back letters alone, and those among all letters of no known matter; of the latter training saw most,
// as pairs that are probably not the same.
func topicStreams() []topicStream {
	return []topicStream{
		{"held-back letters", topicLetter.heldBack},
		{"held-back matters among all letters without one", func(l topicLetter) bool { return l.Matter == "" || l.heldBack() }},
	}
}

// reportGroups groups a stream and judges the letters of known matters, and the pairs, in it.
func reportGroups(w io.Writer, matcher *topic.Matcher, letters []topicLetter, pairs []topicPair, s topicStream) {
	var docs []topic.Doc
	var matters []string
	place := make(map[string]int)
	for _, l := range letters {
		if !s.has(l) {
			continue
		}
		doc := matcher.Prepare(l.whole())
		if at, ok := topic.ParseTime(l.Time); ok {
			doc = doc.At(at)
		}
		place[l.whole()] = len(docs)
		docs, matters = append(docs, doc), append(matters, l.Matter)
	}
	reportTopics(w, s.name, matters, matcher.Group(docs), place, pairs)
}

func reportTopics(w io.Writer, name string, matters []string, topics []int, place map[string]int, pairs []topicPair) {
	precision, recall, n := bCubed(matters, topics)
	fmt.Fprintf(w, "topic: %s: B-cubed precision %.3f recall %.3f F1 %.3f over %d letters of known matters among %d\n", name, precision, recall,
		2*precision*recall/(precision+recall), n, len(matters))
	t := joined(pairs, place, topics)
	fmt.Fprintf(w, "  pairs in one topic: %s\n", &t)
}

// joined counts the pairs that are both in the stream.
func joined(pairs []topicPair, place map[string]int, topics []int) (t topicTally) {
	for _, p := range pairs {
		a, b := p.texts()
		i, okA := place[a]
		j, okB := place[b]
		if okA && okB {
			t.add(p.Same == 1, topics[i] == topics[j])
		}
	}
	return t
}

func bCubed(matters []string, topics []int) (precision, recall float64, n int) {
	type cell struct {
		matter string
		topic  int
	}
	known, given, both := make(map[string]float64), make(map[int]float64), make(map[cell]float64)
	for i, m := range matters {
		if m != "" {
			known[m]++
			given[topics[i]]++
			both[cell{m, topics[i]}]++
		}
	}
	for i, m := range matters {
		if m != "" {
			precision += both[cell{m, topics[i]}] / given[topics[i]]
			recall += both[cell{m, topics[i]}] / known[m]
			n++
		}
	}
	return precision / float64(max(n, 1)), recall / float64(max(n, 1)), n
}

// reportWorst prints the twenty decisions that were most wrong.
func reportWorst(w io.Writer, pairs []topicPair) {
	wrong := func(p topicPair) float64 { return math.Abs(float64(p.Same) - p.score) }
	slices.SortStableFunc(pairs, func(a, b topicPair) int { return cmp.Compare(wrong(b), wrong(a)) })
	fmt.Fprintln(w, "topic: the twenty worst mistakes (score, same or not):")
	for _, p := range pairs[:min(20, len(pairs))] {
		a, b := p.texts()
		fmt.Fprintf(w, "  %.3f %d %s | %s\n", p.score, p.Same, firstLine(a), firstLine(b))
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
