package command

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tongshishang/bot/issue"
)

// Line is a command as it was typed.
type Line struct {
	Name string // the word after the sign, as typed
	Rest string // everything after it, trimmed
}

// maxName is the length of the longest word that is looked at as a command's name.
const maxName = 10

// Parse reads `#受理 12`, `＃受理12` or `/受理 12`. ok is false when the text isn't a command: it has no sign, or what follows the
// sign is no word. `#12` alone is a question after issue 12.
func Parse(text string) (line Line, ok bool) {
	text = strings.TrimSpace(text)
	body, ok := cutSign(text)
	if !ok {
		return Line{}, false
	}
	body = strings.TrimLeft(body, " \u00a0\u3000")
	if ref, ok := issue.ParseRef("#" + strings.TrimSuffix(body, "?")); ok && ref.Number == "" {
		return Line{Name: "查询", Rest: body}, true
	}
	end := strings.IndexFunc(body, func(r rune) bool { return !isNameRune(r) })
	if end < 0 {
		end = len(body)
	}
	name := body[:end]
	if name == "" || utf8.RuneCountInString(name) > maxName {
		return Line{}, false
	}
	return Line{Name: strings.ToLower(name), Rest: strings.TrimSpace(body[end:])}, true
}

func cutSign(text string) (string, bool) {
	for _, sign := range []string{"#", "＃", "/"} {
		if rest, ok := strings.CutPrefix(text, sign); ok {
			return rest, true
		}
	}
	return "", false
}

// trimSign takes the sign off a command's name given as an argument.
func trimSign(name string) string { return strings.TrimLeft(strings.TrimSpace(name), "#＃/") }

// isNameRune tells whether r may stand in a command's name: Chinese characters, and letters for aliases.
func isNameRune(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// word cuts the first word off the rest.
func word(rest string) (first, after string) {
	rest = strings.TrimSpace(rest)
	i := strings.IndexFunc(rest, unicode.IsSpace)
	if i < 0 {
		return rest, ""
	}
	return rest[:i], strings.TrimSpace(rest[i:])
}

// refAndText splits arguments into the issue they name and what follows: `12 理由`, `#012理由`, `12号 理由`, `TW-PX-2611-012 理由`.
func refAndText(rest string) (ref issue.Ref, text string, ok bool) {
	first, after := word(rest)
	if ref, ok := issue.ParseRef(first); ok {
		return ref, after, true
	}
	// A number with the text written on to it.
	end := strings.IndexFunc(strings.TrimPrefix(strings.TrimPrefix(first, "#"), "＃"), func(r rune) bool { return !unicode.IsDigit(r) })
	if end <= 0 {
		return issue.Ref{}, rest, false
	}
	end += len(first) - len(strings.TrimPrefix(strings.TrimPrefix(first, "#"), "＃"))
	if ref, ok := issue.ParseRef(first[:end]); ok {
		tail := strings.TrimPrefix(first[end:], "号")
		return ref, strings.TrimSpace(strings.TrimLeft(tail, ":：,，") + " " + after), true
	}
	return issue.Ref{}, rest, false
}

// distance is how many single-character changes lead from a to b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		last := row[0]
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			last, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, last+cost)
		}
	}
	return row[len(y)]
}
