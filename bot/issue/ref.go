package issue

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"tongshishang/store"

	"golang.org/x/text/width"
)

// Ref names an issue as people write it: #1, #001, 1号, 12, or the full number TW-PX-2611-012.
type Ref struct {
	Number string // the full number, upper case; empty for a short one
	Seq    int
}

var (
	fullNumber  = regexp.MustCompile(`^#?([A-Za-z]{1,6}-[A-Za-z0-9]{1,8}-\d{4}-\d{3,7})$`)
	shortNumber = regexp.MustCompile(`^(?:#?0*([1-9]\d{0,6})号?|第0*([1-9]\d{0,6})号)$`)
)

// ParseRef reads a reference, in full-width characters as well; ok is false when the word isn't one.
func ParseRef(word string) (ref Ref, ok bool) {
	word = width.Narrow.String(word)
	if m := fullNumber.FindStringSubmatch(word); m != nil {
		return Ref{Number: strings.ToUpper(m[1])}, true
	}
	if m := shortNumber.FindStringSubmatch(word); m != nil {
		seq, err := strconv.Atoi(m[1] + m[2])
		return Ref{Seq: seq}, err == nil
	}
	return Ref{}, false
}

// String is the reference as the bot writes it.
func (r Ref) String() string {
	if r.Number != "" {
		return r.Number
	}
	return fmt.Sprintf("#%03d", r.Seq)
}

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
