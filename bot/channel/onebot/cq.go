package onebot

import "strings"

// parseCQ reads a message in its form of a string with CQ codes: [CQ:type,key=value,…]. A value may hold "=". What begins
// like a code and doesn't end is text, and so is any other bracket, because WeChat's emoji are written [强].
func parseCQ(message string) []segment {
	var segments []segment
	for message != "" {
		text, rest, found := strings.Cut(message, "[CQ:")
		code, after, closed := strings.Cut(rest, "]")
		if !found || !closed {
			return append(segments, textSegment(message))
		}
		if text != "" {
			segments = append(segments, textSegment(text))
		}
		segments = append(segments, parseCode(code))
		message = after
	}
	return segments
}

func textSegment(escaped string) segment {
	return segment{Type: "text", Data: fields{"text": unescape(escaped)}}
}

// parseCode reads what stands between "[CQ:" and "]".
func parseCode(code string) segment {
	kind, rest, _ := strings.Cut(code, ",")
	s := segment{Type: kind, Data: fields{}}
	for rest != "" {
		var pair string
		pair, rest, _ = strings.Cut(rest, ",")
		key, value, _ := strings.Cut(pair, "=")
		s.Data[key] = unescape(value)
	}
	return s
}

// unescape undoes the escapes in one pass, so that an escaped ampersand doesn't begin another escape. A comma is escaped in
// values only, but a bridge that escapes it in text means a comma too.
func unescape(text string) string {
	if !strings.Contains(text, "&") {
		return text
	}
	return strings.NewReplacer("&#91;", "[", "&#93;", "]", "&#44;", ",", "&amp;", "&").Replace(text)
}
