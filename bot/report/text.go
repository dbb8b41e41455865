package report

import (
	"strings"
	"time"
	"unicode/utf8"
)

// clean drops what a workbook's XML can't hold: control characters but tab and line feed, the two non-characters of the basic
// plane, bytes that are not UTF-8. Line ends become line feeds.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return r
		case r < ' ' || r == 0xFFFE || r == 0xFFFF || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}

// isClean tells quickly of nearly all texts that there is nothing to drop; of the others it only says so. U+FFFD and the
// non-characters begin with the two bytes looked for, as some half-width signs do that are fine.
func isClean(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' && c != '\n' {
			return false
		}
	}
	return utf8.ValidString(s) && !strings.Contains(s, "\xEF\xBF")
}

// guard keeps a CSV cell from being taken for a formula by a spreadsheet: after an apostrophe everything is text (OWASP, CSV
// Injection). A workbook needs none of this, its cells carry their type.
func guard(s string) string {
	if s == "" {
		return s
	}
	switch first, _ := utf8.DecodeRuneInString(s); first {
	case '=', '+', '-', '@', '\t', '\n', '\uff1d', '\uff0b', '\uff0d', '\uff20':
		return "'" + s
	}
	return s
}

// cut shortens a text to n characters, the last of them an ellipsis when something is missing.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// stamp is a time as the ledger prints it, to the minute; nothing for a time that hasn't come.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(shanghai()).Format("2006-01-02 15:04")
}
