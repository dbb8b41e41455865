package pipeline

import (
	"strings"
	"unicode/utf8"

	"tongshishang/bot"
	"tongshishang/bot/issue"
	"tongshishang/bot/understand"
)

// spot is the matter's place inside the unit; of a lone matter that names the unit first, the next place it names.
func (t *talk) spot(place string) string {
	spot := t.within(place)
	if spot != "" || place == "" || len(t.reading.Matters) > 1 {
		return spot
	}
	for _, next := range t.reading.Places {
		if spot = t.within(next); spot != "" {
			break
		}
	}
	return spot
}

// within is a place without the unit's own name before it, which goes without saying, so that one place is always written alike.
func (t *talk) within(place string) string { return t.Reader.Within(place, t.unit.Name) }

// placeID is the gazetteer's id of a place in the unit; empty if the gazetteer doesn't have it, or several of that name. A unit's own
// code says nothing that the unit doesn't.
func (t *talk) placeID(place string, unit bot.Unit) string {
	if p, ok := t.Reader.Locate(place, unit.Name); ok && p.Kind != bot.PlaceUnit {
		return p.ID
	}
	return ""
}

// findUnit settles whose matter it is: the group's unit; one to one a unit named in the text, else the sender's own.
func (t *talk) findUnit() error {
	if t.unit.ID != 0 || !t.private {
		return nil
	}
	if u, err := t.namedUnit(t.reading.Places); err != nil || u.ID != 0 {
		t.unit = u
		return err
	}
	var err error
	t.unit, err = t.homeUnit()
	return err
}

// namedUnit is the unit of the first place that the gazetteer has in one unit only.
func (t *talk) namedUnit(places []string) (bot.Unit, error) {
	for _, name := range places {
		place, ok := t.Reader.Locate(name, "")
		if !ok || place.Unit == "" {
			continue
		}
		units, err := t.tx.Units()
		if err != nil {
			return bot.Unit{}, err
		}
		for _, u := range units {
			if u.Name == place.Unit {
				return u, nil
			}
		}
	}
	return bot.Unit{}, nil
}

// longestPlace is how many characters the answer to 在哪一片 may have.
const longestPlace = 30

func (t *talk) givePlace(id int64) (bool, error) {
	quoted, err := t.quotedIssue()
	if err != nil {
		return true, err
	}
	replies := quoted != nil && quoted.ID == id // what else is quoted may be a neighbour's talk
	isPlace := len(t.reading.Places) > 0 || replies || t.m.Kind == bot.KindLocation
	if !isPlace || utf8.RuneCountInString(t.text) > longestPlace || t.reading.Intent.IsMatter() && !replies {
		return false, nil
	}
	return true, t.notePlace(id)
}

// quotedPlace takes a place said in reply to the sender's own report that lacks one, so that it isn't lost when nobody remembers
// having asked.
func (t *talk) quotedPlace() (bool, error) {
	if t.m.Quote == nil || t.person == nil || len(t.reading.Places) == 0 || utf8.RuneCountInString(t.text) > longestPlace {
		return false, nil
	}
	i, err := t.quotedIssue()
	if err != nil || i == nil || i.Place != "" || i.ReporterID != t.person.ID || !i.Status.IsOpen() {
		return false, err
	}
	return true, t.notePlace(i.ID)
}

func (t *talk) notePlace(id int64) error {
	t.session.Dialogue = nil
	i, err := t.tx.LockIssue(id)
	if err != nil {
		return err
	}
	unit, err := t.tx.Unit(i.UnitID)
	if err != nil {
		return err
	}
	place := barePlace(t.text)
	code := t.placeID(place, unit)
	if spot := t.Reader.Within(place, unit.Name); spot != "" {
		place = spot
	}
	if i, err = t.Desk.SetPlace(t.tx, id, t.person, issue.Spot{Place: place, ID: code}, t.said()); err != nil {
		return err
	}
	t.tx.Index(i.ID, t.terms(understand.Matter{Kind: i.Kind, Text: i.Content, Place: i.Place}))
	t.say("place_noted", map[string]string{"number": i.Short(), "place": i.Place})
	return nil
}

// barePlace is the place without the words that lead to it, so that one place is always written alike.
func barePlace(text string) string {
	text = strings.Trim(text, " ,，。.、")
	for _, lead := range []string{"就", "是", "在"} {
		text = strings.TrimPrefix(text, lead)
	}
	return text
}
