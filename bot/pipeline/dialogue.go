package pipeline

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tongshishang/bot"
	"tongshishang/bot/understand"
)

// dialogue takes the message for the answer to the bot's last question to this sender, when it reads like one. Anything else goes
// on, and the question stays open until its life is over.
func (t *talk) dialogue() (bool, error) {
	d := t.session.Dialogue
	if d == nil {
		return false, nil
	}
	if t.now.Sub(d.At) > t.Rules.Conduct.DialogueLife {
		t.session.Dialogue = nil
		return false, nil
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
	}
	return false, nil
}

// longestPlace is how many characters the answer to 在哪一片 may have.
const longestPlace = 30

func (t *talk) givePlace(id int64) (bool, error) {
	isPlace := len(t.reading.Places) > 0 || t.m.Quote != nil || t.m.Kind == bot.KindLocation
	if !isPlace || utf8.RuneCountInString(t.text) > longestPlace || t.reading.Intent.IsMatter() && t.m.Quote == nil {
		return false, nil
	}
	t.session.Dialogue = nil
	i, err := t.Desk.SetPlace(t.tx, id, t.person, strings.Trim(t.text, " ,,。.、"), t.item.ID, t.m.ID)
	if err != nil {
		return true, err
	}
	t.say("place_noted", map[string]string{"number": i.Short(), "place": i.Place})
	return true, nil
}

// giveUnit registers what was told before, now that its unit is known.
func (t *talk) giveUnit(told string) (bool, error) {
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
	switch strings.Trim(t.text, " 。.!!,,") {
	case "是", "是的", "对", "登记", "要", "嗯":
	case "不", "不是", "不用", "不要", "算了":
		t.session.Dialogue = nil
		t.say("confirm_declined", nil)
		return true, nil
	default:
		return false, nil
	}
	t.session.Dialogue = nil
	t.text = told
	t.reading = t.Reader.Read(told)
	if err := t.findUnit(); err != nil {
		return true, err
	}
	if t.unit.ID == 0 {
		return true, t.withoutUnit()
	}
	return true, t.registerAll(t.matters())
}

// part takes an endorsement back that was made of a report, and registers the report on its own.
func (t *talk) part(id int64, told string, data map[string]string) (bool, error) {
	if !strings.Contains(t.text, "不是一件") && !strings.Contains(t.text, "不是同一件") && !strings.Contains(t.text, "不是一回事") {
		return false, nil
	}
	t.session.Dialogue = nil
	if _, err := t.Desk.Unendorse(t.tx, id, t.person); err != nil {
		return true, err
	}
	if err := t.findUnit(); err != nil {
		return true, err
	}
	i, err := t.open(understand.Matter{Text: told, Title: data["title"], Place: data["place"], Category: data["category"],
		Subcategory: data["sub"], Kind: bot.IssueKind(data["kind"])}, t.person, false)
	if err != nil {
		return true, err
	}
	t.say("endorse_parted", map[string]string{"number": i.Short(), "title": i.Title})
	return true, nil
}
