package topic

import "unicode"

// maxRead bounds how much of a text is compared: what a letter is about stands at its beginning.
const maxRead = 1200

// gap stands between two stretches of text; no n-gram reaches over it.
const gap = 0

// fold turns a text into the runes that are compared: Han, digits and small letters, with one gap where there was a mark or a
// blank. Links go, because forms of letters add them; a dot between two Han is a mark inside a name and goes without a gap.
// Chinese numerals before a counting word become digits, so that 三社 and 3社 are the same.
func fold(text string) []rune {
	out := make([]rune, 0, min(len(text)/3+8, maxRead))
	link := 0 // how much of "http" was just read, then 4 until the link ends
	for _, c := range text {
		if len(out) >= maxRead {
			break
		}
		if c >= '！' && c <= '～' {
			c -= '！' - '!'
		}
		c = unicode.ToLower(c)
		if link == 4 && c > ' ' && c < 0x7f {
			continue
		}
		if link = linkState(link, c); link == 4 {
			out = append(out[:max(0, len(out)-3)], gap)
			continue
		}
		out = appendRune(out, c)
	}
	return numerals(out)
}

// appendRune appends a rune that is compared, or the gap that a mark leaves.
func appendRune(out []rune, c rune) []rune {
	switch {
	case isWord(c):
		return append(out, c)
	case c == '·' || c == '•' || c == '.' || c == '-' || c == '\u200b' || c == '\ufeff':
		return joinMark(out, c)
	case len(out) > 0 && out[len(out)-1] != gap:
		return append(out, gap)
	}
	return out
}

// linkState follows the letters of "http".
func linkState(n int, c rune) int {
	if n < 4 && c == rune("http"[n]) {
		return n + 1
	}
	if c == 'h' {
		return 1
	}
	return 0
}

func isWord(c rune) bool {
	return c >= 0x4E00 && c <= 0x9FFF || c == '〇' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x3400 && c <= 0x4DBF
}

// joinMark decides about a mark that may stand inside a name: after Han it vanishes, elsewhere it parts (3-2 isn't 32).
func joinMark(out []rune, c rune) []rune {
	n := len(out)
	if n == 0 || out[n-1] == gap || c == '\u200b' || c == '\ufeff' || c != '-' && out[n-1] >= 0x3400 {
		return out
	}
	return append(out, gap)
}

// counted are the words after which a numeral names one thing among others: a building, a villagers' group, a line.
const counted = "社组队号栋幢单期楼层路线座区村校中"

// numerals rewrites Chinese numerals before a counting word as digits, in place.
func numerals(text []rune) []rune {
	out := text[:0]
	for i := 0; i < len(text); {
		n := 0
		for i+n < len(text) && n < 4 && numeral(text[i+n]) >= 0 {
			n++
		}
		if n == 0 || i+n >= len(text) || !contains(counted, text[i+n]) {
			n = max(n, 1)
			out = append(out, text[i:i+n]...)
			i += n
			continue
		}
		out = appendNumber(out, text[i:i+n])
		i += n
	}
	return out
}

func contains(set string, c rune) bool {
	for _, r := range set {
		if r == c {
			return true
		}
	}
	return false
}

// numeral is the value of a Chinese numeral, 10 for 十, -1 for anything else.
func numeral(c rune) int {
	switch c {
	case '〇', '零':
		return 0
	case '一':
		return 1
	case '二', '两':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	case '十':
		return 10
	}
	return -1
}

// appendNumber writes 十二 as 12, 二十 as 20 and 一〇三 as 103. The digits are never more than the numerals and one.
func appendNumber(out, digits []rune) []rune {
	value, tens := 0, false
	for _, c := range digits {
		switch v := numeral(c); {
		case v == 10:
			value, tens = max(value, 1)*10, true
		case tens:
			value, tens = value+v, false
		default:
			value = value*10 + v
		}
	}
	if value >= 10000 {
		return append(out, digits...)
	}
	for p := 1000; p > 0; p /= 10 {
		if value >= p || p == 1 {
			out = append(out, rune('0'+value/p%10))
		}
	}
	return out
}
