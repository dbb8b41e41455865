package pipeline

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"tongshishang/bot"
	"tongshishang/bot/issue"
	"tongshishang/bot/understand"
	"tongshishang/bot/workflow"
	"tongshishang/store"
	"tongshishang/store/state"
)

// mostAnswers bounds how many earlier answers are looked at for one question.
const mostAnswers = 3

// answerAgain answers a question at once when surely the same was answered before. It is registered and counts as 直接答复, because the
// ledger lists what residents asked, whoever answered, and because 没说清 then finds it like any other answer. It returns false when
// somebody has to answer.
func (t *talk) answerAgain(matters []understand.Matter) (bool, error) {
	if len(matters) != 1 || matters[0].Kind != bot.IssueQuestion || len(t.reading.Danger) > 0 || t.reading.Divert != "" {
		return false, nil
	}
	m := matters[0]
	earlier, err := t.knownAnswer(m)
	if err != nil || earlier == nil {
		return false, err
	}
	fields := map[string]string{"number": t.callAnswer(earlier), "date": t.Desk.Day(earlier.At), "agency": earlier.Agency,
		"text": strings.TrimRight(earlier.Text, "。. ")}
	line := t.Desk.Text("question_known", fields)
	if earlier.ReporterID != t.sender().ID { // whoever asks the same again hears it again
		i, err := t.open(m, t.person, false)
		if err != nil {
			return true, err
		}
		_, _, err = t.Desk.Advance(t.tx, i.ID, issue.Order{Verb: workflow.Answer, From: t.item.ConversationID, Unit: t.unit.ID,
			Text: t.Desk.Text("question_known_result", fields), Method: explained})
		if err != nil {
			return true, err
		}
		t.tx.ReuseAnswer(i.ID, earlier.ID)
		t.session.Matter = &state.Recent{IssueID: i.ID, At: t.now}
	}
	if t.private {
		t.answer = line
		return true, nil
	}
	return true, t.mutter(line)
}

// explained is the way of handling (办理方式) that an answer is.
const explained = "解释说明"

func (t *talk) callAnswer(a *store.PublicAnswer) string {
	return t.Desk.Call(&bot.Issue{UnitID: a.UnitID, Number: a.Number, Seq: a.Seq}, t.unit.ID)
}

// earlier is a question that was asked before, with the evidence that it is the same.
type earlier struct {
	issue    *bot.Issue
	evidence float64
}

// knownAnswer is the answer that others may hear to a question that is surely the same: of this unit first, then of the county's.
func (t *talk) knownAnswer(m understand.Matter) (*store.PublicAnswer, error) {
	if t.isPersonal(m.Text) {
		return nil, nil //nolint:nilnil // most questions have no answer yet
	}
	known, err := t.candidates(m)
	if err != nil {
		return nil, err
	}
	told := t.reportOf(m)
	var asked []earlier
	for n := range known {
		i := &known[n]
		other := t.reportIn(i)
		if i.Kind != bot.IssueQuestion || !isAnswered(i.Status) || told.spot.compare(other.spot) == farApart || t.asksOther(told, other) {
			continue
		}
		if e := t.evidence(told.text, other.text); e >= t.Rules.Same.Answer.Sure {
			asked = append(asked, earlier{i, e})
		}
	}
	slices.SortFunc(asked, func(a, b earlier) int {
		return cmp.Or(-compareBool(a.issue.UnitID == t.unit.ID, b.issue.UnitID == t.unit.ID), cmp.Compare(b.evidence, a.evidence), cmp.Compare(b.issue.ID, a.issue.ID))
	})
	for _, e := range asked[:min(len(asked), mostAnswers)] {
		a, err := t.tx.AnswerOf(e.issue.ID)
		if err != nil {
			return nil, err
		}
		if fits, err := t.isPublic(a, m); fits || err != nil {
			return a, err
		}
	}
	return nil, nil //nolint:nilnil // most questions have no answer yet
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// isAnswered tells whether a question in that status has its answer.
func isAnswered(s bot.Status) bool {
	return s == bot.StatusAnswered || s == bot.StatusClosed || s == bot.StatusArchived
}

// isPublic tells whether an answer may be given to somebody else: said in a group, not too old, about nobody in particular, from
// another unit only if it names no place, and not one that was said to miss this very question.
func (t *talk) isPublic(a *store.PublicAnswer, m understand.Matter) (bool, error) {
	pack := &t.Rules.Same.Answer
	_, private := understand.Mask(a.Text)
	own := t.person != nil && a.ReporterID == t.person.ID
	switch {
	case !isAnswered(a.Status) || a.Text == "" || a.At.Before(t.now.Add(-pack.Within)):
	case !a.InGroup && !own, len(private) > 0 || strings.Contains(a.Text, "**"), utf8.RuneCountInString(a.Text) > pack.Longest, t.isPersonal(a.Text):
	case utf8.RuneCountInString(a.ReporterName) > 1 && strings.Contains(a.Text, a.ReporterName):
	case a.UnitID != t.unit.ID && (a.Place != "" || t.namesPlace(a.Text)):
	default:
		return t.fitsStill(a, m)
	}
	return false, nil
}

// mostRejected is how many questions that an answer missed are remembered when it would be given again.
const mostRejected = 20

func (t *talk) fitsStill(a *store.PublicAnswer, m understand.Matter) (bool, error) {
	missed, err := t.tx.Rejected(a.ID, mostRejected)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(missed, func(text string) bool { return t.evidence(m.Text, text) >= t.Rules.Same.Answer.Sure }), nil
}

func (t *talk) isPersonal(text string) bool {
	return slices.ContainsFunc(t.Rules.Same.Answer.Personal, func(w string) bool { return strings.Contains(text, w) })
}

// namesPlace tells whether a text names a place that isn't the whole county's.
func (t *talk) namesPlace(text string) bool {
	return slices.ContainsFunc(t.Reader.Read(text).Places, func(place string) bool {
		return !slices.ContainsFunc(t.Rules.Same.CountyWide, func(w string) bool { return strings.Contains(place, w) })
	})
}
