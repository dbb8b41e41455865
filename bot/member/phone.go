package member

import (
	"strings"
	"unicode"

	"tongshishang/bot/understand"

	"golang.org/x/text/width"
)

// readPhone returns the digits of a mobile (11 digits from 13…) or of a landline with its area code, without country code and
// whatever people write between digits. An empty cell is no phone.
func readPhone(cell string) (digits string, ok bool) {
	digits = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), unicode.Is(unicode.Cf, r), strings.ContainsRune("+()", r):
			return -1
		}
		return r
	}, width.Narrow.String(cell))
	if digits == "" {
		return "", strings.TrimSpace(cell) == ""
	}
	if strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	_, found := understand.Mask(digits)
	if len(found) != 1 || found[0].Kind != understand.PIIMobile && found[0].Kind != understand.PIILandline {
		return "", false
	}
	return found[0].Digits, true
}
