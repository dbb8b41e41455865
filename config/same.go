package config

import (
	"fmt"
	"slices"
	"time"
)

// Same is the pack of when two messages are about one matter: a report that repeats one, a "me too" without a number, a question that
// was answered before. Applying it is the pipeline's.
type Same struct {
	Head       `yaml:",inline"`
	Weights    Weights     `yaml:"weights"`    // what evidence is made of
	Sure       Evidence    `yaml:"sure"`       // from here on the first is endorsed, and the reporter can take it back
	Unsure     Evidence    `yaml:"unsure"`     // from here on the reporter is asked
	Besides    Besides     `yaml:"besides"`    // what is needed of the words that don't name the place
	Other      float64     `yaml:"other"`      // how much more is needed when the category or kind is another
	Newest     int         `yaml:"newest"`     // how many of a unit and category a report is compared with
	PerTerm    int         `yaml:"per_term"`   // and how many with the same place or name
	CountyWide []string    `yaml:"countywide"` // names that mean one thing in all units
	Bare       Bare        `yaml:"bare"`       // a "me too" that says nothing more
	Joins      Joins       `yaml:"joins"`      // a "me too" with words of its own
	Troubles   []string    `yaml:"troubles"`   // words for one trouble, the first of each line being what a "me too" says
	Answer     AnswerAgain `yaml:"answer"`
	Asked      []AskedFor  `yaml:"asked"` // what questions ask for; two that ask for different things aren't one
	Parting    []string    `yaml:"parting"`
	Misfit     []string    `yaml:"misfit"`
	Progress   []string    `yaml:"progress"` // by which somebody asks how far a matter is
}

// Weights say what evidence is made of: the probability that package topic gives, and the share of pairs of letters that two texts have in
// common, each 0 to 1. It is the larger of chance + Pairs × common and, if chance is at least Least, Verbatim × common.
type Weights struct {
	Pairs    float64 `yaml:"pairs"`
	Verbatim float64 `yaml:"verbatim"`
	Least    float64 `yaml:"least"`
}

// Evidence is what is needed by how much the places say.
type Evidence struct {
	Here     float64 `yaml:"here"`     // both name one place
	Near     float64 `yaml:"near"`     // the names of their places have much in common
	Anywhere float64 `yaml:"anywhere"` // one of them names none
	Question float64 `yaml:"question"` // two questions, which seldom name a place
}

// Besides are bounds on the evidence in the words that two reports of one place say besides its name, so that a broken lamp and a
// blocked canal of one village stay two matters.
type Besides struct {
	Sure   float64 `yaml:"sure"`   // below it the reporter is asked
	Unsure float64 `yaml:"unsure"` // below it they are two matters
}

// Bare bounds what a "me too" without any other word can mean.
type Bare struct {
	Within time.Duration `yaml:"within"` // of the last word about the matter
	Talk   int           `yaml:"talk"`   // messages about other things since then
}

// Joins are the probabilities from which a "me too" fits a matter.
type Joins struct {
	Sure  float64 `yaml:"sure"`  // when no word of the matter is in it
	Least float64 `yaml:"least"` // when it says the same trouble in other words
}

// AnswerAgain is when an answer is given again.
type AnswerAgain struct {
	Within   time.Duration `yaml:"within"`   // how old it may be
	Sure     float64       `yaml:"sure"`     // evidence that the questions are one
	Longest  int           `yaml:"longest"`  // characters; a longer one is left to a person
	Personal []string      `yaml:"personal"` // words of a question or answer that concerns one household only
}

// AskedFor are the words by which a question asks for one thing: when, how much, where.
type AskedFor struct {
	Name  string   `yaml:"name"`
	Words []string `yaml:"words"`
}

func (s *Same) check() []Problem {
	k := &checker{}
	within(k, "weights.pairs", s.Weights.Pairs, 0, 2)
	within(k, "weights.verbatim", s.Weights.Verbatim, 0, 2)
	within(k, "weights.least", s.Weights.Least, 0, 1)
	for _, e := range []struct {
		key          string
		sure, unsure float64
	}{{"here", s.Sure.Here, s.Unsure.Here}, {"near", s.Sure.Near, s.Unsure.Near}, {"anywhere", s.Sure.Anywhere, s.Unsure.Anywhere}, {"question", s.Sure.Question, s.Unsure.Question}} {
		within(k, "sure."+e.key, e.sure, 0.1, 1.5)
		within(k, "unsure."+e.key, e.unsure, 0.1, 1.5)
		if e.unsure > e.sure {
			k.add("unsure."+e.key, fmt.Sprint(e.unsure), fmt.Sprintf("比 sure.%s 的 %v 还大", e.key, e.sure), "写小一些")
		}
	}
	within(k, "besides.sure", s.Besides.Sure, 0, 1.5)
	within(k, "besides.unsure", s.Besides.Unsure, 0, s.Besides.Sure)
	within(k, "other", s.Other, 0, 1)
	within(k, "newest", s.Newest, 1, 200)
	within(k, "per_term", s.PerTerm, 1, 50)
	within(k, "bare.within", s.Bare.Within, time.Second, 24*time.Hour)
	within(k, "bare.talk", s.Bare.Talk, 0, 1000)
	within(k, "joins.sure", s.Joins.Sure, 0, 1)
	within(k, "joins.least", s.Joins.Least, 0, 1)
	within(k, "answer.within", s.Answer.Within, time.Hour, 5*365*24*time.Hour)
	within(k, "answer.sure", s.Answer.Sure, 0.1, 1.5)
	within(k, "answer.longest", s.Answer.Longest, 10, 2000)
	k.words("countywide", s.CountyWide)
	k.words("troubles", s.Troubles)
	k.words("answer.personal", s.Answer.Personal)
	k.words("parting", s.Parting)
	k.words("misfit", s.Misfit)
	k.words("progress", s.Progress)
	for i, a := range s.Asked {
		k.words(fmt.Sprintf("asked.%d.words", i), a.Words)
	}
	return k.problems
}

// words finds entries of a list that are empty or stand twice: both are slips that nobody would notice.
func (k *checker) words(key string, list []string) {
	for i, w := range list {
		if w == "" || slices.Index(list, w) < i {
			k.add(fmt.Sprintf("%s.%d", key, i), w, "是空的或写了两遍", "删掉")
		}
	}
}
