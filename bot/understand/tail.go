package understand

import (
	"strings"
	"unicode/utf8"
)

// The longest stretches that say nothing by themselves, in runes: 劳动仲裁已受理, and what stands around a personal number (身份证).
const (
	longestProcedure = 14
	longestLabel     = 4
)

// joinTails puts what is no matter by itself to the one beside it: a bare personal number, and the procedure that a matter is in
// already (…,法院已立案), without which nobody would see that it is.
func (r *Reader) joinTails(list []Matter) []Matter {
	if len(list) < 2 {
		return list
	}
	out := list[:1]
	bare := r.isTail(list[0].Text) // what was read so far is no matter yet
	for _, m := range list[1:] {
		last := &out[len(out)-1]
		switch {
		case r.isTail(m.Text):
			last.Text += "," + m.Text
		case bare:
			m.Text = last.Text + "," + m.Text
			*last, bare = m, false
		default:
			out = append(out, m)
		}
	}
	return out
}

// isTail tells whether a text is a personal number with its name or names a procedure, and nothing besides.
func (r *Reader) isTail(text string) bool {
	masked, _ := Mask(text)
	if strings.Contains(masked, "**") {
		for _, piece := range strings.FieldsFunc(masked, isClauseEnd) {
			if utf8.RuneCountInString(strings.Trim(dropMasked(piece), " :：、")) > longestLabel {
				return false
			}
		}
		return true
	}
	return utf8.RuneCountInString(text) <= longestProcedure && r.Divert(text) != ""
}
