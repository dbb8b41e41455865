package ballot

import (
	"strconv"
	"strings"
)

const digits = "零一二三四五六七八九"

// number reads a whole number below 1000 in digits, or below 100 in Chinese numerals: 18, 八, 十二, 二十, 三十五, 两.
func number(text string) (int, bool) {
	if n, err := strconv.Atoi(text); err == nil && len(text) <= 3 {
		return n, n >= 0 && text[0] != '+'
	}
	tens, ones, hasTen := strings.Cut(text, "十")
	if !hasTen {
		return digit(text)
	}
	ten, one, ok := 1, 0, true
	if tens != "" {
		ten, ok = digit(tens)
	}
	if ok && ones != "" {
		one, ok = digit(ones)
	}
	return ten*10 + one, ok
}

// digit reads one Chinese numeral.
func digit(text string) (int, bool) {
	if text == "两" {
		return 2, true
	}
	runes := []rune(text)
	if len(runes) != 1 {
		return 0, false
	}
	for n, r := range []rune(digits) {
		if r == runes[0] {
			return n, true
		}
	}
	return 0, false
}
