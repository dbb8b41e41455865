package topic

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"
)

//go:embed concept.txt
var conceptText string

// maxConcepts is how many lines concept.txt may have: one bit each in a set.
const maxConcepts = 128

// conceptSet is the set of concepts a text speaks of.
type conceptSet [maxConcepts / 64]uint64

func (s *conceptSet) add(n uint8) { s[n/64] |= 1 << (n % 64) }

// readConcepts reads lines "word word …": different words for one thing or one trouble. A word of two to four characters
// stands in one line only.
func readConcepts(text string) (map[uint64]uint8, error) {
	table := make(map[uint64]uint8)
	n := 0
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if n == maxConcepts {
			return nil, fmt.Errorf("concepts line %d: more than %d concepts", i+1, maxConcepts)
		}
		for w := range strings.FieldsSeq(line) {
			if size := utf8.RuneCountInString(w); size < 2 || size > 4 {
				return nil, fmt.Errorf("concepts line %d: %q has %d characters instead of 2 to 4", i+1, w, size)
			}
			key := pack([]rune(w))
			if old, ok := table[key]; ok {
				return nil, fmt.Errorf("concepts line %d: %q stands in concept %d too", i+1, w, old+1)
			}
			table[key] = uint8(n)
		}
		n++
	}
	return table, nil
}
