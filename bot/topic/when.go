package topic

import (
	"strings"
	"time"
)

// timeForms are the forms of time in message files; those without a zone are taken as UTC, since only distances count.
var timeForms = []string{time.RFC3339, "2006-1-2T15:04:05", "2006-1-2 15:4:5", "2006-1-2 15:4", "2006-1-2T15:04", "2006-1-2"}

// ParseTime reads a time in one of the usual forms: RFC 3339, 2019/2/28 11:25:05, 2026-11-03 09:00, 2026-11-03. It reports
// whether it could; an empty or odd time is no reason to refuse a message.
func ParseTime(text string) (time.Time, bool) {
	text = strings.ReplaceAll(strings.TrimSpace(text), "/", "-")
	for _, form := range timeForms {
		if t, err := time.Parse(form, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
