package understand

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// PIIKind is a kind of number that must not be shown.
type PIIKind string

// The kinds that Mask finds.
const (
	PIIMobile   PIIKind = "mobile"
	PIILandline PIIKind = "landline"
	PIIID       PIIKind = "id"
	PIIBankCard PIIKind = "bank_card"
)

// PII is a personal number found in a text.
type PII struct {
	Kind   PIIKind
	Digits string // without separators and country code; an ID card's last may be X
}

// number is a run of digits with the separators people write between them; digits[i] stands at bytes from[i] to to[i].
type number struct {
	digits   string
	from, to []int
}

// Mask hides mobile phones (138****0001), landlines with an area code, ID card numbers (18 digits with a right check digit, or
// 15) and bank cards (Luhn), written with or without blanks and dashes, and keeps the text otherwise. It is applied to whatever
// is stored or shown (rule book, section 7).
func Mask(text string) (masked string, found []PII) {
	masked, found = maskOnce(text)
	for again := found; len(again) > 0; { // what is left beside a hidden number may look like another
		masked, again = maskOnce(masked)
	}
	return masked, found
}

func maskOnce(text string) (masked string, found []PII) {
	var b strings.Builder
	done := 0
	for i := 0; i < len(text); {
		if _, size := digitAt(text, i); size == 0 {
			_, size = utf8.DecodeRuneInString(text[i:])
			i += size
			continue
		}
		n := readNumber(text, i)
		pii, first, last := identify(n)
		if pii.Kind == "" {
			i = n.to[len(n.to)-1]
			continue
		}
		b.WriteString(text[done:n.from[first]])
		b.WriteString(hide(pii))
		done = n.to[last]
		found = append(found, pii)
		i = done
	}
	return b.String() + text[done:], found
}

// digitAt returns the half-width digit (or X) at byte i and its size, 0 if there is none.
func digitAt(text string, i int) (byte, int) {
	c, size := utf8.DecodeRuneInString(text[i:])
	switch {
	case c >= '0' && c <= '9', c == 'X':
		return byte(c), size
	case c == 'x':
		return 'X', size
	case c >= '０' && c <= '９':
		return byte(c-'０') + '0', size
	}
	return 0, 0
}

// maxNumber bounds the digits of one number, so that long rows of digits are read piece by piece.
const maxNumber = 24

// readNumber reads digits with at most one blank or dash between two of them. An X ends the number.
func readNumber(text string, i int) number {
	n := number{}
	for i < len(text) && len(n.from) < maxNumber {
		d, size := digitAt(text, i)
		if size == 0 {
			sep := separator(text[i:])
			if sep == 0 || i+sep >= len(text) {
				break
			}
			if d, size = digitAt(text, i+sep); size == 0 || d == 'X' {
				break
			}
			i += sep
		}
		n.digits += string(rune(d))
		n.from, n.to = append(n.from, i), append(n.to, i+size)
		i += size
		if d == 'X' {
			break
		}
	}
	return n
}

func separator(text string) int {
	c, size := utf8.DecodeRuneInString(text)
	if strings.ContainsRune(" -－—–()（）\u00a0\u2005", c) {
		return size
	}
	return 0
}

// identify says what a number is and which of its digits (first to last) it spans. Longer kinds come first, since an ID card
// contains what looks like phones.
func identify(n number) (pii PII, first, last int) {
	kinds := []struct {
		kind  PIIKind
		sizes []int
		is    func(string) bool
	}{
		{PIIBankCard, []int{19, 17, 16}, isBankCard},
		{PIIID, []int{18, 15}, isID},
		{PIIBankCard, []int{18}, isBankCard},
		{PIIMobile, []int{11}, isMobile},
		{PIILandline, []int{12, 11, 10}, isLandline},
	}
	for _, k := range kinds {
		for _, size := range k.sizes {
			for start := 0; start+size <= len(n.digits); start++ {
				if part := n.digits[start : start+size]; standsAlone(n, start, size) && k.is(part) {
					return PII{k.kind, part}, start, start + size - 1
				}
			}
		}
	}
	return PII{}, 0, 0
}

// standsAlone tells whether the digits begin and end where a person wrote a separator, or where the country code ends.
func standsAlone(n number, start, size int) bool {
	end := start + size
	begins := start == 0 || gap(n, start) || slices.Contains([]string{"86", "086", "0086"}, n.digits[:start])
	return begins && (end == len(n.digits) || gap(n, end))
}

// gap tells whether something stands between digit i-1 and digit i.
func gap(n number, i int) bool { return n.from[i] > n.to[i-1] }

func isMobile(d string) bool { return d[0] == '1' && d[1] >= '3' && allDigits(d) }

// isLandline accepts an area code of three (010, 02x) or four digits and seven or eight more.
func isLandline(d string) bool {
	if d[0] != '0' || d[1] == '0' || !allDigits(d) {
		return false
	}
	area := 4
	if d[1] == '1' || d[1] == '2' {
		area = 3
	}
	rest := d[area:]
	return (len(rest) == 7 || len(rest) == 8) && rest[0] >= '2'
}

// isID checks an ID card number by GB 11643: region, birthday and, with 18 digits, the check digit; 15 digits is the old form.
func isID(d string) bool {
	if d[0] < '1' || d[0] > '8' || !allDigits(d[:len(d)-1]) {
		return false
	}
	if len(d) == 15 {
		return allDigits(d) && isDate(d[8:12])
	}
	century := d[6:8]
	if century != "19" && century != "20" || !isDate(d[10:14]) {
		return false
	}
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(d[i]-'0') * w
	}
	return "10X98765432"[sum%11] == d[17]
}

func isDate(mmdd string) bool {
	return mmdd >= "0101" && mmdd <= "1231" && mmdd[2:] >= "01" && mmdd[2:] <= "31"
}

// isBankCard checks length, the leading digit of Chinese cards and the Luhn sum (ISO/IEC 7812).
func isBankCard(d string) bool {
	if d[0] < '3' || d[0] > '6' && d[0] != '9' || !allDigits(d) {
		return false
	}
	sum := 0
	for i := range len(d) {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

func allDigits(d string) bool { return !strings.Contains(d, "X") }

// hide keeps what a person needs to recognise the own number and no more.
func hide(p PII) string {
	d := p.Digits
	switch p.Kind {
	case PIIMobile:
		return d[:3] + "****" + d[7:]
	case PIILandline:
		return d[:len(d)-6] + "****" + d[len(d)-2:]
	case PIIID:
		return d[:3] + strings.Repeat("*", len(d)-5) + d[len(d)-2:]
	}
	return strings.Repeat("*", len(d)-4) + d[len(d)-4:]
}
