package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Texts is the pack of everything the bot says. A pattern holds fields in braces, {number}, and parts in square brackets
// that are left out when a field in them is empty: 已登记 {number} {title}[({place})]. knownTexts names every pattern and
// the fields it is given; the refusals of the workflow's table stand in the pack of the workflow.
type Texts struct {
	Head  `yaml:",inline"`
	Texts map[string]string `yaml:"texts"`
}

// Render fills in a pattern. Field values are put in as they are, braces in them mean nothing. A name that doesn't exist or
// a field that isn't given is a fault of the calling code; it stays visible in braces, so that every test of a text shows it.
func (t *Texts) Render(name string, fields map[string]string) string {
	pattern, ok := t.Texts[name]
	if !ok {
		return "{" + name + "}"
	}
	var b strings.Builder
	for _, part := range parts(pattern) {
		if part.optional && lacksField(part.text, fields) {
			continue
		}
		b.WriteString(fieldForm.ReplaceAllStringFunc(part.text, func(field string) string {
			if value, given := fields[field[1:len(field)-1]]; given {
				return value
			}
			return field
		}))
	}
	return b.String()
}

// fieldForm is a field in a pattern.
var fieldForm = regexp.MustCompile(`\{[a-z_]+\}`)

// textPart is a stretch of a pattern that is printed or left out as a whole.
type textPart struct {
	text     string
	optional bool
}

// parts cuts a pattern at its square brackets, which don't nest.
func parts(pattern string) []textPart {
	var list []textPart
	for pattern != "" {
		before, rest, found := strings.Cut(pattern, "[")
		list = append(list, textPart{text: before})
		if !found {
			break
		}
		inside, after, _ := strings.Cut(rest, "]")
		list = append(list, textPart{text: inside, optional: true})
		pattern = after
	}
	return list
}

func lacksField(text string, fields map[string]string) bool {
	return slices.ContainsFunc(fieldForm.FindAllString(text, -1), func(field string) bool {
		return fields[field[1:len(field)-1]] == ""
	})
}

func (t *Texts) check() []Problem {
	var problems []Problem
	var names []string
	for _, known := range knownTexts {
		names = append(names, known.name)
		key := "texts." + known.name
		pattern, ok := t.Texts[known.name]
		if !ok {
			problems = append(problems, Problem{Key: key, Reason: "缺少这句话", Mend: "照内置的 texts.yaml 补上"})
			continue
		}
		problems = append(problems, checkFields(key, pattern, known.fields...)...)
		problems = append(problems, checkManner(key, pattern)...)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Texts)) {
		if !slices.Contains(names, name) {
			problems = append(problems, Problem{Key: "texts." + name, Reason: "没有哪里用这句话", Mend: suggest(name, names)})
		}
	}
	return problems
}

// longestLine is how many characters of its own a line may have, fields not counted.
const longestLine = 60

// longNumber is what could be a phone or an ID number; 110 and 12345 are not.
var longNumber = regexp.MustCompile(`\d{7,}`)

// checkManner finds what breaks the bot's manner of speaking, whoever wrote the pack: emoji, long lines, somebody's number.
func checkManner(key, pattern string) []Problem {
	var problems []Problem
	add := func(value, reason, mend string) {
		problems = append(problems, Problem{Key: key, Value: value, Reason: reason, Mend: mend})
	}
	if i := strings.IndexFunc(pattern, isEmoji); i >= 0 {
		r, _ := utf8.DecodeRuneInString(pattern[i:])
		add(string(r), "不用表情符号", "删掉")
	}
	if number := longNumber.FindString(pattern); number != "" {
		add(number, "像是电话或证件号", "群里不写个人的号码，删掉")
	}
	for line := range strings.Lines(fieldForm.ReplaceAllString(pattern, "")) {
		if n := utf8.RuneCountInString(strings.TrimSpace(line)); n > longestLine {
			add("", fmt.Sprintf("一行有 %d 个字", n), fmt.Sprintf("缩短到 %d 个字以内", longestLine))
		}
	}
	if strings.Count(pattern, "[") != strings.Count(pattern, "]") {
		add(pattern, "方括号不成对", "补上另一半")
	}
	return problems
}

// isEmoji tells pictures from writing: the planes emoji live on, the older symbols and the selector that colours them.
func isEmoji(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2600 && r <= 0x27BF || unicode.Is(unicode.Variation_Selector, r)
}
