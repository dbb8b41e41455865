package pipeline

import (
	"slices"
	"strings"
)

// dialogue takes the message for the answer to the bot's last question to this sender, when it reads like one. Anything else goes
// on, and the question stays open until its life is over.
func (t *talk) dialogue() (bool, error) {
	d := t.session.Dialogue
	if d != nil && t.now.Sub(d.At) > t.Rules.Conduct.DialogueLife {
		d, t.session.Dialogue = nil, nil
	}
	if d == nil || d.Kind != askParted && d.Kind != askSame {
		if settled, err := t.partLate(); settled || err != nil {
			return settled, err
		}
	}
	if d == nil {
		return t.quotedPlace()
	}
	switch d.Kind {
	case askPlace:
		return t.givePlace(d.IssueID)
	case askUnit:
		return t.giveUnit(d.Text)
	case askIssue:
		return t.confirm(d.Text)
	case askParted:
		return t.part(d.IssueID, d.Text, d.Data)
	case askSame:
		return t.unite(d)
	}
	return false, nil
}

// giveUnit registers what was told before, now that its unit is known. Another matter isn't the answer; the same one told again
// takes the place of the first.
func (t *talk) giveUnit(told string) (bool, error) {
	if t.reading.Intent.IsMatter() {
		if likeness(pairsOf(t.text), pairsOf(told)) >= t.Rules.Conduct.SameWords {
			t.session.Dialogue = nil
		}
		return false, nil
	}
	if isNo(t.text) {
		t.session.Dialogue = nil
		t.say("confirm_declined", nil)
		return true, nil
	}
	u, err := t.namedUnit(append(slices.Clone(t.reading.Places), t.text))
	if err != nil || u.ID == 0 {
		return false, err
	}
	t.session.Dialogue = nil
	t.unit, t.text = u, told
	t.reading = t.Reader.Read(told)
	return true, t.registerAll(t.matters())
}

func (t *talk) confirm(told string) (bool, error) {
	switch {
	case isNo(t.text):
		t.session.Dialogue = nil
		t.say("confirm_declined", nil)
		return true, nil
	case !isYes(t.text):
		return false, nil
	}
	t.session.Dialogue = nil
	t.text = told
	t.reading = t.Reader.Read(told)
	if err := t.findUnit(); err != nil {
		return true, err
	}
	if t.unit.ID == 0 {
		t.withoutUnit()
		return true, nil
	}
	return true, t.registerAll(t.matters())
}

func isYes(text string) bool {
	return slices.Contains([]string{"是", "是的", "对", "登记", "要", "嗯"}, strings.Trim(text, bareEnds))
}

func isNo(text string) bool {
	return slices.Contains([]string{"不", "不是", "不用", "不要", "不用了", "算了"}, strings.Trim(text, bareEnds))
}

// bareEnds are what may stand around a bare word.
const bareEnds = " 。.!！,，~"
