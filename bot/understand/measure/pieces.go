package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/understand"
)

// piecesRow is a line of pieces.jsonl: a message with its matters and places as a person marked them.
type piecesRow struct {
	Text   string     `json:"text"`
	Unit   string     `json:"unit"`
	Issues []pieceRow `json:"issues"`
	Places []string   `json:"places"`
}

type pieceRow struct {
	Text     string `json:"text"`
	Category string `json:"category"`
	Place    string `json:"place"`
}

// measurePieces prints how well messages are divided into matters and how well places are found, for the lines of a file from
// number `from` to before number `to`, counted from 0. A matter found is right when its characters overlap with those of a marked
// one by half (Jaccard index of positions), each counting once.
func measurePieces(file string, r *understand.Reader, from, to int, w io.Writer) error {
	rows, err := loadPieces(file)
	if err != nil {
		return err
	}
	if from < 0 || to > len(rows) || from >= to {
		return fmt.Errorf("%s has %d lines, not %d to %d", file, len(rows), from, to)
	}
	var c piecesCount
	for _, row := range rows[from:to] {
		c.add(row, r.Read(row.Text))
	}
	return c.print(w, fmt.Sprintf("%s, lines %d to %d", file, from+1, to))
}

func loadPieces(file string) ([]piecesRow, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open pieces: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	var rows []piecesRow
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row piecesRow
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", file, len(rows)+1, err)
		}
		rows = append(rows, row)
	}
	return rows, lines.Err()
}

// agreement counts what was found, what should have been, and what of it is right.
type agreement struct{ found, marked, right int }

func (t agreement) String() string {
	if t.found+t.marked == 0 {
		return "-"
	}
	f1 := 2 * float64(t.right) / float64(t.found+t.marked)
	return fmt.Sprintf("F1 %.3f (%d found, %d marked, %d right)", f1, t.found, t.marked, t.right)
}

// piecesCount is what measurePieces adds up.
type piecesCount struct {
	messages, several, exact, exactSeveral int
	single, singleCut                      int
	all, many, places, near, spots         agreement
	categories                             int
}

func (c *piecesCount) add(row piecesRow, got understand.Reading) {
	c.messages++
	found := slices.DeleteFunc(got.Matters, func(m understand.Matter) bool { return m.Kind == bot.IssuePraise }) // nobody has to act on it
	count := len(found) == len(row.Issues)
	pairs := matched(row, found)
	add := func(t *agreement) {
		t.found, t.marked, t.right = t.found+len(found), t.marked+len(row.Issues), t.right+len(pairs)
	}
	add(&c.all)
	c.exact += truth(count)
	if len(row.Issues) > 1 {
		c.several++
		c.exactSeveral += truth(count)
		add(&c.many)
	}
	if len(row.Issues) == 1 {
		c.single++
		c.singleCut += truth(len(found) > 1)
	}
	for i, j := range pairs {
		c.categories += truth(found[i].Category == row.Issues[j].Category)
		c.spots.right += truth(found[i].Place == row.Issues[j].Place)
	}
	c.addPlaces(&c.places, row.Places, got.Places, func(a, b string) bool { return a == b })
	c.addPlaces(&c.near, row.Places, got.Places, func(a, b string) bool { return strings.Contains(a, b) || strings.Contains(b, a) })
}

// addPlaces compares the places of a message, each counting once.
func (c *piecesCount) addPlaces(t *agreement, marked, found []string, same func(a, b string) bool) {
	slices.Sort(marked)
	marked = slices.Compact(marked)
	t.found, t.marked = t.found+len(found), t.marked+len(marked)
	used := make([]bool, len(marked))
	for _, f := range found {
		for j, m := range marked {
			if !used[j] && same(f, m) {
				used[j] = true
				t.right++
				break
			}
		}
	}
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// matched pairs the matters found with the marked ones they overlap most, at least by half.
func matched(row piecesRow, found []understand.Matter) map[int]int {
	pairs, used := map[int]int{}, map[int]bool{}
	for i, m := range found {
		best, most := -1, 0.5
		for j, issue := range row.Issues {
			if o := overlap(row.Text, m.Text, issue.Text); !used[j] && o >= most {
				best, most = j, o
			}
		}
		if best >= 0 {
			pairs[i], used[best] = best, true
		}
	}
	return pairs
}

// overlap is the Jaccard index of the characters that two parts of a text cover. A part that isn't in the text word for word, because
// marks in it were evened out, is looked for by its characters in order.
func overlap(text, a, b string) float64 {
	both, either := 0, 0
	inA, inB := covered(text, a), covered(text, b)
	for i := range inA {
		both += truth(inA[i] && inB[i])
		either += truth(inA[i] || inB[i])
	}
	if either == 0 {
		return 0
	}
	return float64(both) / float64(either)
}

// covered tells for each rune of the text whether it belongs to the part.
func covered(text, part string) []bool {
	runes, want := []rune(text), []rune(part)
	in := make([]bool, len(runes))
	if before, _, found := strings.Cut(text, part); found {
		start := len([]rune(before))
		for i := range want {
			in[start+i] = true
		}
		return in
	}
	for i, n := 0, 0; i < len(runes) && n < len(want); i++ {
		if runes[i] == want[n] {
			in[i] = true
			n++
		}
	}
	return in
}

func (c *piecesCount) print(w io.Writer, what string) error {
	_, err := fmt.Fprintf(w, `%s: %d messages, %d of them with several matters
  number of matters right: %s; of several: %s
  single matters cut: %s
  splitting: %s; messages of several: %s
  category right of matched matters: %s; place: %s
  places: %s; nearly (one contains the other): %s
`, what, c.messages, c.several, share(c.exact, c.messages), share(c.exactSeveral, c.several), share(c.singleCut, c.single), c.all, c.many,
		share(c.categories, c.all.right), share(c.spots.right, c.all.right), c.places, c.near)
	return err
}
