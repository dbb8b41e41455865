package learn

import (
	"math"

	"tongshishang/bot/understand"
	"tongshishang/bot/understand/corpus"
)

// Score is how often one question about a set of lines was answered rightly before and after.
type Score struct {
	Set, Question string
	Lines         int
	Before, After int // right
	Won, Lost     int // right only after, right only before
}

// noise is how many standard deviations of a fair coin the lines that were lost may outnumber those won by.
const noise = 2

// IsWorse tells whether more was lost than chance explains (a sign test of those lines that are read differently).
func (s Score) IsWorse() bool {
	return float64(s.Lost-s.Won) > noise*math.Sqrt(float64(s.Lost+s.Won))
}

// Change is a line that one of the two reads rightly and the other doesn't.
type Change struct {
	corpus.Line
	Before, After string // as they were read: intent and category
}

// Comparison is what a new model reads otherwise than the one before.
type Comparison struct {
	Scores []Score
	Better []Change // now right
	Worse  []Change // no longer right
}

// IsWorse tells whether any of the scores is worse beyond noise.
func (c *Comparison) IsWorse() bool {
	for _, s := range c.Scores {
		if s.IsWorse() {
			return true
		}
	}
	return false
}

// Set is lines to compare on.
type Set struct {
	Name  string
	Lines []corpus.Line
}

// The questions.
const (
	questionIntent   = "意图"
	questionCategory = "分类"
)

// Compare reads every line of the sets with both. Whether a text is a matter and of which intent is asked of every line, the
// category of those whose category is known.
func Compare(before, after *understand.Reader, sets ...Set) *Comparison {
	c := &Comparison{}
	for _, set := range sets {
		intent, category := Score{Set: set.Name, Question: questionIntent}, Score{Set: set.Name, Question: questionCategory}
		for _, l := range set.Lines {
			a, b := before.Read(l.Text), after.Read(l.Text)
			intent.count(rightIntent(a, l), rightIntent(b, l))
			if l.Category != "" {
				category.count(rightCategory(a, l), rightCategory(b, l))
			}
			c.note(l, a, b)
		}
		c.Scores = append(c.Scores, intent, category)
	}
	return c
}

func (s *Score) count(before, after bool) {
	s.Lines++
	if before {
		s.Before++
	}
	if after {
		s.After++
	}
	switch {
	case after && !before:
		s.Won++
	case before && !after:
		s.Lost++
	}
}

func rightIntent(r understand.Reading, l corpus.Line) bool { return string(r.Intent) == l.Intent }

func rightCategory(r understand.Reading, l corpus.Line) bool { return r.Category == l.Category }

func right(r understand.Reading, l corpus.Line) bool {
	return rightIntent(r, l) && (l.Category == "" || rightCategory(r, l))
}

func (c *Comparison) note(l corpus.Line, before, after understand.Reading) {
	was, is := right(before, l), right(after, l)
	change := Change{l, said(before), said(after)}
	switch {
	case is && !was:
		c.Better = append(c.Better, change)
	case was && !is:
		c.Worse = append(c.Worse, change)
	}
}

func said(r understand.Reading) string {
	if r.Category == "" {
		return string(r.Intent)
	}
	return string(r.Intent) + " " + r.Category
}
