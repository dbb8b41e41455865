package understand

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// chainWords head a 接龙 in the languages of WeChat's clients; compared folded.
func chainWords() []string { return []string{"#接龙", "#group note", "接龙"} }

// signUpWords head a list that people keep by hand in the same manner.
func signUpWords() []string { return []string{"报名", "登记", "统计"} }

// maxChainNumber bounds an entry's number: a group has at most 500 people.
const maxChainNumber = 999

// maxChain is how many runes of a 接龙 are read: 500 people with a long line each.
const maxChain = 30_000

// ParseChain reads a WeChat 接龙 (group sign-up): its heading (#接龙, #接龍, #Group Note, 接龙; words or mentions may stand before
// it), title lines, an optional example that begins with 例, numbered entries, and a tail after a blank line. Entries without
// words are left out. ok tells whether the text is a 接龙 at all; a 接龙 nobody has joined yet has no entries.
func (r *Reader) ParseChain(text string) (title string, entries []ChainEntry, ok bool) {
	lines := strings.Split(strings.TrimSpace(tidy(firstRunes(text, maxChain))), "\n")
	head := r.foldString(lines[0])
	if len(lines) == 1 {
		lines = breakEntries(lines[0])
	}
	if strings.HasPrefix(head, "/") {
		return "", nil, false
	}
	title, entries = readChain(lines)
	if containsAny(head, "#接龙", "#group note") {
		return chainTitle(title), entries, true
	}
	if containsAny(head, chainWords()...) && len(entries) > 0 {
		return chainTitle(title), entries, true
	}
	ok = containsAny(head, signUpWords()...) && len(entries) >= 2 && areShort(entries)
	return chainTitle(title), entries, ok
}

// breakEntries gives entries 1, 2, 3 … their own lines where a bridge has lost the line breaks.
func breakEntries(line string) []string {
	var lines []string
	for n := 1; ; n++ {
		at := -1
		for _, sep := range []string{".", "、", "．"} {
			if i := strings.Index(line, " "+strconv.Itoa(n)+sep); i >= 0 && (at < 0 || i < at) {
				at = i
			}
		}
		if at < 0 {
			return append(lines, line)
		}
		lines = append(lines, line[:at])
		line = line[at+1:]
	}
}

// readChain walks the lines: title, example, entries with their continuation lines, tail.
func readChain(lines []string) (title string, entries []ChainEntry) {
	var heads []string
	inExample, inEntry := false, false
	for _, line := range lines {
		line = strings.TrimSpace(line)
		n, words, numbered := readEntry(line)
		switch {
		case line == "":
			inExample, inEntry = false, false
		case len(entries) == 0 && isExample(line):
			inExample = true
		case numbered && (!inExample || n == 1):
			inExample, inEntry = false, words != ""
			if words != "" {
				name, rest, _ := strings.Cut(words, " ")
				entries = append(entries, ChainEntry{N: n, Name: name, Text: strings.TrimSpace(rest)})
			}
		case inEntry:
			last := &entries[len(entries)-1]
			last.Text = strings.TrimSpace(last.Text + " " + line)
		case !inExample && len(entries) == 0:
			heads = append(heads, line)
		}
	}
	return strings.Join(heads, " "), entries
}

func isExample(line string) bool {
	rest, found := strings.CutPrefix(line, "例")
	return found && (rest == "" || strings.ContainsAny(rest[:1], " :1") || strings.HasPrefix(rest, "：") || strings.HasPrefix(rest, "如"))
}

// readEntry reads "1. name words", "1.name", "1、name words", "1) name".
func readEntry(line string) (n int, words string, ok bool) {
	digits := 0
	for digits < len(line) && line[digits] >= '0' && line[digits] <= '9' {
		digits++
	}
	n, err := strconv.Atoi(line[:digits])
	if err != nil || n < 1 || n > maxChainNumber {
		return 0, "", false
	}
	mark, size := utf8.DecodeRuneInString(line[digits:])
	if !strings.ContainsRune(".、．)）:：", mark) || size == 0 {
		return 0, "", false
	}
	words = strings.Join(strings.Fields(line[digits+size:]), " ")
	if mark == '.' && words != "" && words[0] >= '0' && words[0] <= '9' && !strings.HasPrefix(line[digits+size:], " ") {
		return 0, "", false // a price such as 2.50
	}
	return n, words, true
}

// chainTitle is the heading without 接龙 and the words before it.
func chainTitle(head string) string {
	for _, mark := range []string{"#接龙", "#接龍", "#Group Note", "接龙", "接龍"} {
		if _, after, found := strings.Cut(head, mark); found {
			return strings.Trim(after, " :：,，")
		}
	}
	return strings.TrimSpace(head)
}

// maxSignUp is the longest entry, in runes, of a list of people; longer ones are a list of demands.
const maxSignUp = 16

func areShort(entries []ChainEntry) bool {
	for _, e := range entries {
		if utf8.RuneCountInString(e.Name+e.Text) > maxSignUp {
			return false
		}
	}
	return true
}

func containsAny(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
