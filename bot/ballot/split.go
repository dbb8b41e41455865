package ballot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tongshishang/bot"
)

// Draft is a ballot as somebody wrote it: texts that are still to be read by Options, Deadline and Rule.
type Draft struct {
	Title    string
	Options  []string // empty: the pack's usual ones
	Deadline string   // empty: the pack's usual time
	Rule     string   // empty: the pack's usual rule
	Secret   bool     // 无记名
}

// The words that begin the settings behind the last option.
const (
	wordDeadline = "截止"
	wordRule     = "规则"
	wordSecret   = "无记名"
)

// Split takes the arguments of #表决 apart: 题目 | 选项 | 选项 … 截止 周五18:00 [规则 村民代表会议] [无记名]. Full-width bars
// do as well, the settings stand behind the last option in any order. The error is a *bot.Error that shows how it is written.
func (b *Book) Split(args string) (Draft, error) {
	parts := strings.Split(strings.ReplaceAll(args, "｜", "|"), "|")
	last := strings.Fields(parts[len(parts)-1])
	text, settings := cut(last, len(parts) > 1)
	parts[len(parts)-1] = text
	if text == "" && len(parts) > 1 {
		parts = parts[:len(parts)-1] // A bar before the settings is no option.
	}
	d := Draft{}
	for i, part := range parts {
		part = strings.Join(strings.Fields(part), " ")
		switch {
		case part == "":
			return Draft{}, b.refuse(bot.CodeUsage, "usage")
		case i == 0:
			d.Title = part
		default:
			d.Options = append(d.Options, part)
		}
	}
	if most := b.pack.Options.TitleRunes; utf8.RuneCountInString(d.Title) > most {
		return Draft{}, b.refuse(bot.CodeBadValue, "title_long", "{most}", strconv.Itoa(most))
	}
	if !d.set(settings) {
		return Draft{}, b.refuse(bot.CodeUsage, "usage")
	}
	return d, nil
}

// cut finds where the settings begin. A title may itself begin with one of the words, an option may not.
func cut(words []string, option bool) (text string, settings []string) {
	from := 1
	if option {
		from = 0
	}
	for i := from; i < len(words); i++ {
		if setting(words[i]) != "" {
			return strings.Join(words[:i], " "), words[i:]
		}
	}
	return strings.Join(words, " "), nil
}

// setting is which setting a word begins, empty when none. 规则 alone or with a colon, because options may begin with it.
func setting(word string) string {
	switch {
	case word == wordSecret:
		return wordSecret
	case strings.HasPrefix(word, wordDeadline):
		return wordDeadline
	case word == wordRule || strings.HasPrefix(word, wordRule+":") || strings.HasPrefix(word, wordRule+"："):
		return wordRule
	}
	return ""
}

// set reads the settings; it is false when one stands twice, is empty, or words are left over.
func (d *Draft) set(words []string) bool {
	var seen []string
	for len(words) > 0 {
		kind := setting(words[0])
		if slices.Contains(seen, kind) {
			return false
		}
		seen = append(seen, kind)
		end := 1
		for end < len(words) && setting(words[end]) == "" {
			end++
		}
		value := strings.TrimLeft(strings.TrimPrefix(strings.Join(words[:end], " "), kind), ":： ")
		words = words[end:]
		switch kind {
		case wordSecret:
			d.Secret = true
		case wordDeadline:
			d.Deadline = value
		case wordRule:
			d.Rule = value
		}
		if (value == "") != (kind == wordSecret) {
			return false
		}
	}
	return true
}
