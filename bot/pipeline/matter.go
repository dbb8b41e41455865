package pipeline

import (
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/issue"
	"tongshishang/bot/understand"
	"tongshishang/store/state"
)

// The questions a dialogue can wait on.
const (
	askPlace  = "place"
	askUnit   = "unit"
	askIssue  = "register"
	askParted = "same"
	askSame   = "merge"
)

// matter registers what somebody reported, suggested or asked. Danger gets the emergency numbers first. Praise is not a matter
// for anybody to handle, so it is stored and nothing more.
func (t *talk) matter() (bool, error) {
	if !t.reading.Intent.IsMatter() || t.reading.Intent == understand.IntentPraise {
		return t.unclear()
	}
	if err := t.findUnit(); err != nil {
		return true, err
	}
	if t.unit.ID == 0 {
		t.withoutUnit()
		return true, nil
	}
	if listed, err := t.uncertain(); err != nil || listed {
		return true, err
	}
	return true, t.registerAll(t.matters())
}

// matters are the things to register.
func (t *talk) matters() []understand.Matter {
	var out []understand.Matter
	for _, m := range t.reading.Matters {
		if m.Kind != bot.IssuePraise {
			m.Place = t.spot(m.Place)
			out = append(out, t.sorted(m))
		}
	}
	if len(out) == 0 { // somebody said yes to registering what didn't read like a matter
		out = append(out, understand.Matter{Text: t.text, Title: understand.Title(t.text, ""), Kind: bot.IssueAppeal, Category: understand.CategoryOther})
	}
	return out
}

// withoutUnit is for a matter nobody can be given: one to one the sender is asked where it is; a group that isn't bound stays
// quiet, but danger is pointed to the emergency numbers anywhere.
func (t *talk) withoutUnit() {
	if !t.private {
		if len(t.reading.Danger) > 0 {
			t.warn("danger_unbound", "")
		}
		return
	}
	t.session.Dialogue = &state.Dialogue{Kind: askUnit, At: t.now, Text: t.text}
	t.say("unit_asked", nil)
	if len(t.reading.Danger) > 0 {
		asked := t.answer
		t.warn("danger_unbound", "")
		t.answer += "\n" + asked
	}
}

// unclear asks one to one whether something that may be a matter is to be registered; in a group the clerk is.
func (t *talk) unclear() (bool, error) {
	if !t.private {
		return t.uncertain()
	}
	doubtful := t.reading.Intent == understand.IntentChat && t.reading.Confidence < t.Rules.Conduct.AskBelow && len([]rune(t.text)) >= 8
	if !doubtful {
		return false, nil
	}
	t.session.Dialogue = &state.Dialogue{Kind: askIssue, At: t.now, Text: t.text}
	t.say("confirm_asked", nil)
	return true, nil
}

// registerAll opens an issue for each matter, or endorses the one that was reported already, and sets the one answer.
func (t *talk) registerAll(matters []understand.Matter) error {
	person := t.sender()
	urgent := len(t.reading.Danger) > 0
	if done, err := t.answerAgain(matters); done || err != nil {
		return err
	}
	var opened []*bot.Issue
	for _, m := range matters {
		same, how, err := t.closest(m)
		if err != nil {
			return err
		}
		if how == surely && (same.Urgent || !urgent) {
			if err := t.join(same, person, m); err != nil {
				return err
			}
			continue
		}
		i, err := t.open(m, person, urgent)
		if err != nil {
			return err
		}
		opened = append(opened, i)
		t.doubt = same
	}
	if len(opened) == 0 {
		return nil
	}
	t.session.Matter = &state.Recent{IssueID: opened[0].ID, At: t.now}
	return t.announce(opened, urgent)
}

func (t *talk) open(m understand.Matter, person *bot.Person, urgent bool) (*bot.Issue, error) {
	source := "group"
	if t.private {
		source = "account"
	}
	i, err := t.Desk.Open(t.tx, issue.Report{Unit: t.unit, Said: t.said(),
		Reporter: person, Kind: m.Kind, Category: m.Category, Subcategory: m.Subcategory, Title: m.Title, Content: t.content(m),
		Contact: t.contact(), Place: m.Place, PlaceID: t.placeID(m.Place, t.unit), Source: source, Urgent: urgent, Divert: t.mark(m)})
	if err == nil {
		t.unsorted(i, m)
		t.tx.Index(i.ID, t.terms(m))
		t.alike.opened = append(t.alike.opened, *i)
	}
	return i, err
}

// content is the resident's own words as the ledger keeps them.
func (t *talk) content(m understand.Matter) string {
	text, _ := understand.Mask(m.Text) // what was cleaned out of it may have hidden a number
	r := []rune(strings.TrimSpace(text))
	if limit := t.Rules.Ledger.ContentLimit; len(r) > limit {
		r = append(r[:limit-1], '…')
	}
	return string(r)
}

// contact is the first phone written with the matter.
func (t *talk) contact() string {
	for _, p := range t.pii {
		if p.Kind == understand.PIIMobile || p.Kind == understand.PIILandline {
			return p.Digits
		}
	}
	return ""
}

// announce sets the answer to what was registered: danger first, a place that is missing asked for, a question sent on.
func (t *talk) announce(opened []*bot.Issue, urgent bool) error {
	first := opened[0]
	switch {
	case urgent:
		t.warn("danger", first.Short())
		return t.Desk.Alarm(t.tx, first, t.unit)
	case t.diverts(opened):
		t.answer = t.diverted(opened)
	case len(opened) > 1:
		t.answer = t.Desk.Registered(opened, t.unit, t.private)
	case t.mayAsk(first):
		t.askSame(first)
	case first.Kind == bot.IssueQuestion:
		t.say("question_routed", map[string]string{"agency": t.Rules.Categories.Agency(first.Category), "number": first.Short(), "limit": t.answerLimit()})
	case first.Place == "" && first.Kind != bot.IssueSuggestion && t.Rules.Categories.NeedsPlace(first.Category):
		t.session.Dialogue = &state.Dialogue{Kind: askPlace, IssueID: first.ID, At: t.now}
		t.say("place_asked", map[string]string{"number": first.Short()})
	default:
		t.answer = t.Desk.Registered(opened, t.unit, t.private)
	}
	if t.private {
		return nil
	}
	line := t.answer
	t.answer = ""
	return t.mutter(line)
}

// answerLimit is how long somebody has to look at a new issue, in the pack's words.
func (t *talk) answerLimit() string { return t.Desk.AcceptLimit() }

// join makes a report an endorsement of the issue it repeats. One sentence takes it back. Whoever calls out in danger hears the
// number to call, however often it was told.
func (t *talk) join(same *bot.Issue, person *bot.Person, m understand.Matter) error {
	_, err := t.Desk.Endorse(t.tx, same.ID, person, t.said())
	if fault := quiet(err); fault != nil {
		return fault
	}
	again := "" // what the same person hears once more
	if refusal := bot.Refusal(err); refusal != nil {
		again = refusal.Text
	} else {
		t.session.Dialogue = &state.Dialogue{Kind: askParted, IssueID: same.ID, At: t.now, Text: m.Text,
			Data: map[string]string{"title": m.Title, "place": m.Place, "category": m.Category, "sub": m.Subcategory, "kind": string(m.Kind)}}
	}
	line := t.Desk.Text("endorse_same", map[string]string{"number": t.Desk.Call(same, t.unit.ID)})
	switch {
	case len(t.reading.Danger) > 0:
		t.warn("danger", same.Short())
	case again != "" && t.private:
		t.answer = again
	case again != "":
	case t.private:
		t.answer = line
	default:
		return t.mutter(line)
	}
	return nil
}
