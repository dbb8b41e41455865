package understand

import (
	"strings"
	"unicode/utf8"
)

// PIIKind is a kind of number that must not be shown. The codes never change.
type PIIKind string

// The kinds that Mask finds.
const (
	PIIMobile   PIIKind = "mobile"
	PIILandline PIIKind = "landline"  // with an area code, or seven or eight digits behind 电话
	PIIID       PIIKind = "id"        // GB 11643: 18 digits with the right check digit, or 15
	PIIIDLike   PIIKind = "id_like"   // 18 digits with region and birthday of an ID card, the check digit wrong
	PIIBankCard PIIKind = "bank_card" // 16 to 19 digits that begin like a Chinese card and have a right Luhn sum
	PIIAccount  PIIKind = "account"   // 16 to 19 digits behind 卡号 or 账号
	PIIPlate    PIIKind = "plate"     // GA 36: 甘J·12345, eight places with new energy
)

// PII is a personal number found in a text.
type PII struct {
	Kind   PIIKind
	Digits string // without separators and country code, in half width; an ID card's last may be X, a plate is written out
}

// Mask hides personal numbers and keeps the text otherwise: phones (138****0001), ID cards, bank cards and plates (甘J***45),
// written in half or full width or as people dictate them (幺三八…), with blanks, dashes or brackets between. It is applied to
// whatever is stored in the clear or shown (rule book, section 7). An 18-digit number that is an ID card but for its check digit is
// hidden as well: it is one with a slip of the pen far sooner than anything else. What Mask has hidden it doesn't find again.
func Mask(text string) (masked string, found []PII) {
	if !mayHide(text) {
		return text, nil
	}
	masked, found = maskOnce(text)
	for again := found; len(again) > 0; { // what is left beside a hidden number may look like another
		masked, again = maskOnce(masked)
	}
	return masked, found
}

// fewestDigits is how many digits anything that is hidden has: a plate may have two.
const fewestDigits = 2

// mayHide tells quickly of nearly all texts that they hold nothing to hide.
func mayHide(text string) bool {
	n := 0
	for i := 0; i < len(text); {
		d, size := digitAt(text, i)
		if size == 0 {
			_, size = utf8.DecodeRuneInString(text[i:])
		} else if d.value != 'X' {
			n++
		}
		i += size
	}
	return n >= fewestDigits
}

// stretch is a personal number and the bytes it takes.
type stretch struct {
	PII
	start, end int
}

func maskOnce(text string) (masked string, found []PII) {
	var b strings.Builder
	done := 0
	for i := 0; i < len(text); {
		s, next := readPersonal(text, i)
		if s.Kind != "" {
			b.WriteString(text[done:s.start])
			b.WriteString(hide(s.PII))
			done = s.end
			found = append(found, s.PII)
		}
		i = next
	}
	if done == 0 {
		return text, nil
	}
	return b.String() + text[done:], found
}

// readPersonal reads the personal number that begins at byte i, if one does, and says where to read on.
func readPersonal(text string, i int) (s stretch, next int) {
	c, size := utf8.DecodeRuneInString(text[i:])
	if isProvince(c) {
		if s = readPlate(text, i); s.Kind != "" {
			return s, s.end
		}
		return s, i + size
	}
	next = i + size
	if d, _ := digitAt(text, i); d.value != 0 && d.value != 'X' {
		n := readNumber(text, i)
		if s = n.identify(text); s.Kind != "" {
			return s, s.end
		}
		next = n.skip(text)
	}
	if s = readBarePlate(text, i); s.Kind != "" {
		return s, s.end
	}
	return s, next
}

// hide keeps what a person needs to recognise the own number and no more.
func hide(p PII) string {
	d := p.Digits
	switch p.Kind {
	case PIIMobile:
		return d[:3] + "****" + d[7:]
	case PIILandline:
		return d[:len(d)-6] + "****" + d[len(d)-2:]
	case PIIID, PIIIDLike:
		return d[:3] + strings.Repeat("*", len(d)-5) + d[len(d)-2:]
	case PIIPlate:
		r := []rune(d)
		return plateHead(d) + "***" + string(r[len(r)-2:])
	}
	return strings.Repeat("*", len(d)-4) + d[len(d)-4:]
}

// dropMasked takes out what Mask has left of a number: a title needs none of it.
func dropMasked(text string) string {
	for {
		at := strings.Index(text, "**")
		if at < 0 {
			return text
		}
		start, end := at, at
		for end < len(text) && text[end] == '*' {
			end++
		}
		for end < len(text) && isAlnum(text[end]) {
			end++
		}
		for start > 0 && isAlnum(text[start-1]) {
			start--
		}
		if c, size := utf8.DecodeLastRuneInString(text[:start]); start < at && isProvince(c) {
			start -= size
		}
		text = text[:start] + text[end:]
	}
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
