package pipeline

import (
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/understand"
	"tongshishang/config"
)

// verdict is whether two reports are about one matter.
type verdict int

const (
	another  verdict = iota
	doubtful         // worth one short question
	surely           // the first is endorsed; one sentence takes it back
)

// report is what is compared: a matter as it was just told, or as it stands in the books.
type report struct {
	kind     bot.IssueKind
	category string
	spot     spot
	text     string
	unit     int64
	urgent   bool
	wide     []string // names of what the whole county has one of
}

func (t *talk) reportOf(m understand.Matter) report {
	return report{kind: m.Kind, category: m.Category, spot: spotOf(m.Place, m.Text), text: placed(m.Place, m.Text), unit: t.unit.ID, urgent: len(t.reading.Danger) > 0, wide: t.wideNames(m.Place, m.Text)}
}

func (t *talk) reportIn(i *bot.Issue) report {
	return report{kind: i.Kind, category: i.Category, spot: spotOf(i.Place, i.Content), text: placed(i.Place, i.Content), unit: i.UnitID, urgent: i.Urgent, wide: t.wideNames(i.Place, i.Content)}
}

// placed is a report's words with its place, which may have been asked for later.
func placed(place, text string) string {
	if strings.Contains(text, place) {
		return text
	}
	return place + text
}

// closest finds the matter that somebody else, or the same person, told of before in other words: open, of this unit or about what the
// whole county has one of. Of several it is the surest.
func (t *talk) closest(m understand.Matter) (*bot.Issue, verdict, error) {
	known, err := t.candidates(m)
	if err != nil {
		return nil, another, err
	}
	told := t.reportOf(m)
	var best *bot.Issue
	found, most := another, 0.0
	for n := range known {
		i := &known[n]
		if !i.Status.IsOpen() || i.Status == bot.StatusAwaitingRating || i.ReportedAt.Before(t.now.Add(-t.Rules.Conduct.SameWithin)) {
			continue
		}
		v, evidence := t.judge(told, t.reportIn(i))
		if v > found || v == found && v != another && evidence > most {
			best, found, most = i, v, evidence
		}
	}
	return best, found, nil
}

// judge decides whether two reports are about one matter, and on what evidence. It is careful: another place is another matter, a report
// of another category needs more evidence, and one of another kind is at most asked about.
func (p *Pipeline) judge(a, b report) (verdict, float64) {
	near, ok := p.meet(a, b)
	if !ok {
		return another, 0
	}
	evidence := p.evidence(a.text, b.text)
	otherKind := groupOf(a.kind) != groupOf(b.kind)
	if otherKind || a.category != b.category {
		evidence -= p.Rules.Same.Other
	}
	sure, unsure := p.Rules.Same.Sure, p.Rules.Same.Unsure
	if a.urgent && b.urgent && near >= nearby { // whoever calls for help about a fire there means the one that others see
		sure = unsure
	}
	question := a.kind == bot.IssueQuestion && !otherKind
	switch most := p.besides(a, b, near); {
	case evidence >= need(sure, near, question) && !otherKind && !p.isElsewhere(near, a) && most == surely:
		return surely, evidence
	case evidence >= need(unsure, near, question) && a.unit == b.unit && most >= doubtful: // nobody is asked about what another township said
		return doubtful, evidence
	}
	return another, evidence
}

// besides is the most that two reports can be found to be by what they say besides the place. Those who name one place have its words in
// common whatever they tell of it; when they call for help there, that is enough.
func (p *Pipeline) besides(a, b report, near nearness) verdict {
	shared := commonPart(a.spot.name, b.spot.name)
	if near < nearby || a.unit != b.unit || shared == "" || a.urgent && b.urgent {
		return surely
	}
	switch left := p.evidence(strings.Replace(a.text, shared, "", 1), strings.Replace(b.text, shared, "", 1)); {
	case left >= p.Rules.Same.Besides.Sure:
		return surely
	case left >= p.Rules.Same.Besides.Unsure:
		return doubtful
	}
	return another
}

// meet says how near two reports are to each other, and whether they can be one matter at all: not at two places, nor in two villages
// that merely share words, nor of questions that ask for different things.
func (p *Pipeline) meet(a, b report) (nearness, bool) {
	near, wide := a.spot.compare(b.spot), sharesName(a.wide, b.wide)
	switch {
	case near == farApart || a.unit != b.unit && !wide || p.asksOther(a, b):
		return farApart, false
	case wide:
		return samePlace, true
	}
	return near, true
}

// need is the evidence that the pack asks for.
func need(e config.Evidence, near nearness, question bool) float64 {
	switch {
	case near == samePlace:
		return e.Here
	case question:
		return e.Question
	case near == nearby:
		return e.Near
	}
	return e.Anywhere
}

// isElsewhere tells whether a report can't be compared for certain: what can't be handled without a place isn't told apart without.
func (p *Pipeline) isElsewhere(near nearness, r report) bool {
	return near == unplaced && r.kind != bot.IssueQuestion && (r.urgent || p.Rules.Categories.NeedsPlace(r.category))
}

// evidence is the probability that both tell of one matter, and a part of the share of pairs of letters that they have in common. Of two
// that say nearly the same words that share alone counts more, unless the words that differ make two matters of them.
func (p *Pipeline) evidence(a, b string) float64 {
	one, other, w := p.docs.of(a), p.docs.of(b), &p.Rules.Same.Weights
	chance, common := p.Topics.Score(one.doc, other.doc), likeness(one.pairs, other.pairs)
	sum := chance + w.Pairs*common
	if chance >= w.Least {
		sum = max(sum, w.Verbatim*common)
	}
	return sum
}

// groupOf is the kind that a report is compared within: what one calls a complaint another calls a plea.
func groupOf(kind bot.IssueKind) bot.IssueKind {
	switch kind {
	case bot.IssueComplaint, bot.IssueReport:
		return bot.IssueAppeal
	}
	return kind
}

// asksOther tells whether two questions ask for different things: 啥时候交 and 交多少.
func (p *Pipeline) asksOther(a, b report) bool {
	if a.kind != bot.IssueQuestion {
		return false
	}
	first, second := p.asked(a.text), p.asked(b.text)
	return first != 0 && second != 0 && first&second == 0
}

// asked are the things that a question asks for, a bit each.
func (p *Pipeline) asked(text string) (bits uint64) {
	for n, a := range p.Rules.Same.Asked {
		for _, w := range a.Words {
			if strings.Contains(text, w) {
				bits |= 1 << n
			}
		}
	}
	return bits
}
