package corpus

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// TalkWriter writes labelled lines as ReadTalk reads them. Flush it at the end.
type TalkWriter struct {
	w    *bufio.Writer
	head string
}

// NewTalkWriter begins a file with a comment, of any number of lines.
func NewTalkWriter(w io.Writer, comment string) *TalkWriter {
	t := &TalkWriter{w: bufio.NewWriter(w)}
	for line := range strings.SplitSeq(comment, "\n") {
		fmt.Fprintln(t.w, "// "+line)
	}
	return t
}

// Write adds a line, under a head of its own when the labels aren't those of the line before. A text of nothing but blanks is
// left out.
func (t *TalkWriter) Write(l Line) {
	text := plain(l.Text)
	if text == "" {
		return
	}
	head := "= " + l.Intent
	if l.Category != "" {
		head += " " + l.Category
		if l.Second != "" {
			head += "/" + l.Second
		}
	}
	if head != t.head {
		fmt.Fprintln(t.w, head)
		t.head = head
	}
	fmt.Fprintln(t.w, text)
}

// Flush writes what is still held and returns the first error of all writing.
func (t *TalkWriter) Flush() error {
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("talk: %w", err)
	}
	return nil
}

// plain is a text on one line that can't be taken for a head or a comment.
func plain(text string) string {
	text = strings.ReplaceAll(strings.TrimSpace(strings.ReplaceAll(text, "\r", "")), "\n", `\n`)
	for strings.HasPrefix(text, "= ") || strings.HasPrefix(text, "// ") {
		text = strings.TrimSpace(strings.TrimLeft(text, "=/"))
	}
	return text
}
