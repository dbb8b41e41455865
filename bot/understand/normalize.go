package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// script holds what normalisation needs: the table of characters and WeChat's emoji.
type script struct {
	simplified map[rune]rune
	emoji      *trie // "[强]" and "/:strong"
	faces      map[string]bool
}

func newScript() (*script, error) {
	s := &script{simplified: make(map[rune]rune), emoji: newTrie(), faces: make(map[string]bool)}
	emoji, err := readLexicon("emoji.txt")
	if err != nil {
		return nil, err
	}
	for _, sec := range emoji {
		for _, w := range sec.words {
			if sec.name == "brackets" {
				s.faces[w] = true
				w = "[" + w + "]"
			}
			s.emoji.add(w, 0)
		}
	}
	pairs, err := readLexicon("simplified.txt")
	if err != nil {
		return nil, err
	}
	for _, sec := range pairs {
		for _, w := range sec.words {
			from, size := utf8.DecodeRuneInString(w)
			to, _ := utf8.DecodeRuneInString(w[size:])
			s.simplified[from] = to
		}
	}
	return s, nil
}

// Normalize is the form in which texts are compared: no invisible characters, emoji codes or mentions, half-width, simplified
// characters, small letters, one blank or punctuation mark where there were several. Normalising twice changes nothing.
// Only the first 4,000 characters are looked at.
func (r *Reader) Normalize(text string) string {
	text = firstRunes(text, maxRead)
	for {
		next := string(r.script.fold([]rune(r.script.clean(text))))
		if next == text { // small letters may have made a new code: "/:stroNg"
			return next
		}
		text = next
	}
}

// tidy drops what can't be seen and evens out blanks; lines stay.
func tidy(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, c := range text {
		switch {
		case c == '\n' || c == '\r':
			b.WriteByte('\n')
		case c == '\u2005':
			b.WriteRune(c) // ends a mention, see strip
		case unicode.IsSpace(c):
			b.WriteByte(' ')
		case c == utf8.RuneError || unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Co, unicode.Variation_Selector):
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// clean is the person's own words without emoji, mentions, invisible characters and repeated marks.
func (s *script) clean(text string) string {
	for {
		next := squeeze(s.strip(tidy(text)))
		if next == text { // evening out may have made a new code: "/:,,@P"
			return next
		}
		text = next
	}
}

// strip takes emoji, emoji codes and mentions out.
func (s *script) strip(text string) string {
	runes := []rune(text)
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(runes); {
		if n := s.skip(runes[i:]); n > 0 {
			b.WriteByte(' ')
			i += n
			continue
		}
		if isPictograph(runes[i]) {
			b.WriteByte(' ')
		} else {
			b.WriteRune(runes[i])
		}
		i++
	}
	return b.String()
}

// skip returns the length of the emoji code or mention at the start of the text, 0 if there is none.
func (s *script) skip(text []rune) int {
	switch text[0] {
	case '@', '＠':
		return mentionLength(text)
	case '[', '/':
		return s.codeLength(text)
	}
	return 0
}

func (s *script) codeLength(text []rune) int {
	longest, node := 0, int32(0)
	for i, c := range text {
		next, ok := s.emoji.step(node, c)
		if !ok {
			break
		}
		node = next
		if _, ok := s.emoji.word(node); ok {
			longest = i + 1
		}
	}
	return longest
}

// maxMention is the longest name in a group's mention; WeChat allows 16 characters, bridges a few more.
const maxMention = 20

// mentionLength measures "@name" with the blank (U+2005 or, in copies, a plain one) that ends it.
func mentionLength(text []rune) int {
	for i := 1; i < len(text) && i <= maxMention; i++ {
		switch {
		case text[i] == '\u2005' || text[i] == ' ' || text[i] == '\n':
			return i
		case strings.ContainsRune(",，。;；!！?？:：", text[i]):
			return 0
		}
	}
	return 0
}

func isPictograph(c rune) bool {
	return c >= 0x1F000 && c <= 0x1FAFF || c >= 0x2600 && c <= 0x27BF || c == 0x20E3
}

// squeeze keeps one of several equal punctuation marks or blanks in a row and trims the ends.
func squeeze(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	last := rune(0)
	for _, c := range text {
		if c == '\u2005' {
			c = ' '
		}
		// The stars of a masked number stay, or it would look like another number.
		repeated := c == last && c != '*' && (c == ' ' || c == '\n' || unicode.IsPunct(c) || c == '~' || c == '～')
		if !repeated && (c != ' ' || last != '\n') {
			b.WriteRune(c)
			last = c
		}
	}
	return strings.TrimSpace(b.String())
}

// fold maps each rune to the one it is compared by; the length stays, so that positions hold in both texts.
func (s *script) fold(text []rune) []rune {
	out := make([]rune, len(text))
	for i, c := range text {
		out[i] = s.foldRune(c)
	}
	return out
}

func (s *script) foldRune(c rune) rune {
	switch {
	case c >= '！' && c <= '～':
		c -= '！' - '!'
	case c >= 0x4E00:
		if to, ok := s.simplified[c]; ok {
			return to
		}
		return c
	}
	return unicode.ToLower(c)
}
