package config

import (
	"slices"
	"strings"
)

// Problem is one fault of a configuration or of a rule pack, in words for the person who has to mend it.
type Problem struct {
	Key    string // where, dotted: channels.0.token, or file and key for a rule pack: texts.yaml: texts.registered
	Value  string // what was found there, secrets masked; empty when nothing was found
	Reason string // what is wrong with it
	Mend   string // what to write instead
}

// String is the problem on one line.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(oneLine(p.Key)) // the name of a variable may be anything
	if p.Value != "" {
		b.WriteString(" = " + short(oneLine(p.Value)))
	}
	b.WriteString(": " + oneLine(p.Reason))
	if p.Mend != "" {
		b.WriteString("。改法: " + oneLine(p.Mend))
	}
	return b.String()
}

// Problems is every fault found in one go. It is an error, so that loading either succeeds whole or names all that is wrong.
type Problems []Problem

// Error lists the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// err is the problems as an error, or nil when there are none: a Problems of length 0 in an error would not be nil.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// within puts where the problems were found before their keys.
func (p Problems) within(place string) Problems {
	for i := range p {
		p[i].Key = place + p[i].Key
	}
	return p
}

// oneLine keeps the promise of one problem a line when a value or a library's message has line breaks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// longestValue is how many characters of a wrong value are shown: enough to recognise it.
const longestValue = 80

func short(s string) string {
	if r := []rune(s); len(r) > longestValue {
		return string(r[:longestValue]) + "…"
	}
	return s
}

// unless leaves out the problems of keys that have one already: a value of the wrong type is not also reported as missing.
func (p Problems) unless(known Problems) Problems {
	return slices.DeleteFunc(p, func(problem Problem) bool {
		return slices.ContainsFunc(known, func(k Problem) bool { return k.Key == problem.Key })
	})
}
