package ballot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"

	"tongshishang/bot"
)

// Options numbers the texts as the choices of a ballot and says which of them are a bare stance. No texts means the pack's
// usual ones (同意, 反对, 弃权). The error is a *bot.Error: too few or too many, too long, or the same text twice.
func (b *Book) Options(texts []string) ([]bot.Option, error) {
	limits := b.pack.Options
	if len(texts) == 0 {
		texts = limits.Default
	}
	if len(texts) < limits.Least || len(texts) > limits.Most {
		return nil, b.refuse(bot.CodeUsage, "option_count", "{least}", strconv.Itoa(limits.Least), "{most}", strconv.Itoa(limits.Most))
	}
	var options []bot.Option
	seen := map[string]bool{}
	for i, text := range texts {
		text = strings.Join(strings.Fields(text), " ")
		switch {
		case text == "":
			return nil, b.refuse(bot.CodeUsage, "usage")
		case utf8.RuneCountInString(text) > limits.TextRunes:
			return nil, b.refuse(bot.CodeBadValue, "option_long", "{option}", string([]rune(text)[:limits.TextRunes]), "{most}", strconv.Itoa(limits.TextRunes))
		case seen[fold(text)]:
			return nil, b.refuse(bot.CodeBadValue, "option_twice", "{option}", text)
		}
		seen[fold(text)] = true
		options = append(options, bot.Option{N: i + 1, Text: text, Stance: b.Stance(text)})
	}
	return options, nil
}

// Stance is the position that a word stands for, empty when it is none of the pack's words for one.
func (b *Book) Stance(word string) bot.Stance {
	for _, stance := range []bot.Stance{bot.StanceAgree, bot.StanceOppose, bot.StanceAbstain} {
		if slices.Contains(b.pack.Stances[string(stance)], fold(word)) {
			return stance
		}
	}
	return ""
}

// Choose finds the option that somebody's words name, and returns its number: the option's own text, its number (1, 1号,
// 第一个, 我投2) or letter (A, 选B), a word for the stance it is, or the beginning of its text when no other begins so.
// The error is a *bot.Error that lists the options, or asks for the number when two fit.
func (b *Book) Choose(options []bot.Option, words string) (int, error) {
	said := fold(words)
	if n, ok := exact(options, said); ok {
		return n, nil
	}
	if n, ok := numbered(said); ok && n <= len(options) {
		return n, nil
	}
	if stance := b.Stance(said); stance != "" {
		if i := slices.IndexFunc(options, func(o bot.Option) bool { return o.Stance == stance }); i >= 0 {
			return options[i].N, nil
		}
	}
	switch fit := beginning(options, said); len(fit) {
	case 1:
		return fit[0], nil
	case 0:
		return 0, b.refuse(bot.CodeBadValue, "choice", "{choice}", shown(words), "{options}", listed(options))
	}
	return 0, b.refuse(bot.CodeBadValue, "ambiguous", "{choice}", shown(words))
}

func exact(options []bot.Option, said string) (int, bool) {
	for _, o := range options {
		if fold(o.Text) == said {
			return o.N, true
		}
	}
	return 0, false
}

func beginning(options []bot.Option, said string) []int {
	var fit []int
	for _, o := range options {
		if said != "" && strings.HasPrefix(fold(o.Text), said) {
			fit = append(fit, o.N)
		}
	}
	return fit
}

// choosing are words before a number or letter that add nothing, longest first.
var choosing = []string{"我投票给", "我选择", "投票给", "我投", "我选", "选择", "选项", "方案", "投给", "选", "投", "第"}

// counting are words after it.
var counting = []string{"个选项", "选项", "方案", "个", "号", "项", "种", "款", "."}

// numbered reads a number or letter with what may stand around it: 1, 我投2, 第一个, 选B.
func numbered(said string) (int, bool) {
	for _, word := range choosing {
		said = strings.TrimPrefix(said, word)
	}
	for _, word := range counting {
		said = strings.TrimSuffix(said, word)
	}
	if len(said) == 1 && said[0] >= 'a' && said[0] <= 'z' {
		return int(said[0]-'a') + 1, true
	}
	n, ok := number(said)
	return n, ok && n > 0
}

// fold makes texts comparable: half width, lower case, no spaces, no punctuation at the end.
func fold(text string) string {
	text = strings.Join(strings.Fields(width.Narrow.String(text)), "")
	return strings.TrimRight(strings.ToLower(text), ".,;:~。｡、!?")
}

// shownRunes is how much of what somebody wrote is repeated in a refusal.
const shownRunes = 20

func shown(words string) string {
	if r := []rune(strings.TrimSpace(words)); len(r) > shownRunes {
		return string(r[:shownRunes]) + "…"
	}
	return strings.TrimSpace(words)
}

// listed is the options on one line: 1 同意、2 反对、3 弃权.
func listed(options []bot.Option) string {
	parts := make([]string, len(options))
	for i, o := range options {
		parts[i] = strconv.Itoa(o.N) + " " + o.Text
	}
	return strings.Join(parts, "、")
}
