package pipeline

import (
	"slices"
	"strconv"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/issue"
	"tongshishang/bot/understand"
	"tongshishang/store/state"
)

// mayAsk tells whether the reporter of what was just registered is asked if it is the same as another matter: one short question, and
// none where it would be noise. Where a place is missing that is asked for instead, since nothing else tells two lamps apart.
func (t *talk) mayAsk(i *bot.Issue) bool {
	if t.doubt == nil || i.Place == "" && t.Rules.Categories.NeedsPlace(i.Category) && i.Kind != bot.IssueQuestion {
		return false
	}
	if t.private {
		return true
	}
	asleep := t.Rules.Conduct.SpeakAt(t.now, t.Zone).After(t.now)
	return !asleep && t.state.Noise(t.who.Conversation).Allow(t.now, t.Rules.Conduct.LinesPerHour)
}

// askSame asks it. The matter stands on its own until somebody says that it is the same.
func (t *talk) askSame(i *bot.Issue) {
	t.session.Dialogue = &state.Dialogue{Kind: askSame, IssueID: i.ID, At: t.now,
		Data: map[string]string{"into": strconv.FormatInt(t.doubt.ID, 10), "unit": strconv.FormatInt(i.UnitID, 10)}}
	t.say("same_asked", map[string]string{"number": i.Short(), "other": t.Desk.Call(t.doubt, t.unit.ID), "title": t.doubt.Title, "place": t.doubt.Place})
}

// unite merges what was registered into the matter that it was asked about. What isn't an answer goes on.
func (t *talk) unite(d *state.Dialogue) (bool, error) {
	switch {
	case isNo(t.text) || t.saysParted():
		t.session.Dialogue = nil
		if t.private {
			t.say("same_declined", nil)
		}
		return true, nil
	case !saysSame(t.text):
		return false, nil
	}
	t.session.Dialogue = nil
	into, err := strconv.ParseInt(d.Data["into"], 10, 64)
	if err != nil {
		return false, nil //nolint:nilerr // what Redis kept isn't ours any more: the answer means nothing
	}
	unit, _ := strconv.ParseInt(d.Data["unit"], 10, 64)
	_, t.answer, err = t.Desk.Merge(t.tx, d.IssueID, into, issue.Order{By: t.person, From: t.item.ConversationID, Unit: unit})
	return true, err
}

func saysSame(text string) bool {
	return slices.Contains([]string{"是", "是的", "是,是的", "对", "对的", "是同一件", "是同一件事", "同一件", "同一件事", "是一件", "是一件事", "就是那件", "是那件事"},
		strings.Trim(text, bareEnds))
}

// saysParted tells whether somebody says, and nothing else, that two matters aren't one: 不是一件, 这和 #012 不是一件事.
func (t *talk) saysParted() bool {
	text := strings.Trim(saidNumber.ReplaceAllString(t.text, ""), bareEnds)
	for _, lead := range []string{"这个", "这", "我这", "我的", "我说的", "和", "跟", "那个", "那件", "它", " ", ",", "，"} {
		text = strings.TrimPrefix(text, lead)
	}
	return slices.Contains(t.Rules.Same.Parting, strings.Trim(text, bareEnds))
}

// part takes an endorsement back that was made of a report, and registers the report on its own.
func (t *talk) part(id int64, told string, data map[string]string) (bool, error) {
	if !t.saysParted() {
		return false, nil
	}
	t.session.Dialogue = nil
	return true, t.separate(id, understand.Matter{Text: told, Title: data["title"], Place: data["place"], Category: data["category"],
		Subcategory: data["sub"], Kind: bot.IssueKind(data["kind"])})
}

// partLate does the same when the dialogue is gone, because something else was asked meanwhile or Redis was emptied: the books know
// what the person's last report was taken for.
func (t *talk) partLate() (bool, error) {
	if t.person == nil || !t.saysParted() {
		return false, nil
	}
	reports := []string{string(understand.IntentAppeal), string(understand.IntentSuggestion), string(understand.IntentQuestion)}
	joined, err := t.tx.LastJoined(t.person.ID, t.item.ConversationID, t.now.Add(-t.Rules.Conduct.DialogueLife), reports)
	if err != nil {
		if isNotFound(err) {
			return false, nil
		}
		return true, err
	}
	t.text = joined.Text
	t.reading = t.Reader.Read(t.text)
	matters := t.matters()
	return true, t.separate(joined.IssueID, matters[0])
}

func (t *talk) separate(id int64, m understand.Matter) error {
	other, err := t.Desk.Unendorse(t.tx, id, t.person)
	if err != nil {
		return err
	}
	if t.unit, err = t.tx.Unit(other.UnitID); err != nil {
		return err
	}
	i, err := t.open(m, t.person, false)
	if err != nil {
		return err
	}
	t.say("endorse_parted", map[string]string{"number": i.Short(), "title": i.Title})
	return nil
}
