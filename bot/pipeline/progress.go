package pipeline

import (
	"slices"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/issue"
)

// mostAsked bounds how many newest matters are looked through for the one that somebody asks after.
const mostAsked = 20

// progress tells somebody who asks how a matter stands what #查询 would: 路灯的事有进展吗. Where no matter told of here fits, the
// words go on like any other.
func (t *talk) progress() (bool, error) {
	if !t.asksProgress() {
		return false, nil
	}
	i, err := t.askedAfter()
	if err != nil || i == nil {
		return false, err
	}
	line, err := t.Desk.Query(t.tx, i, t.unit.ID)
	if err != nil {
		return true, err
	}
	if t.private {
		t.answer = line
		return true, nil
	}
	return true, t.mutter(line)
}

// asksProgress tells by the pack's words whether a text asks how far something is.
func (t *talk) asksProgress() bool {
	return slices.ContainsFunc(t.Rules.Same.Progress, func(w string) bool { return strings.Contains(t.text, w) })
}

// askedAfter is the matter that is asked after: quoted, numbered, or the one told of here, or by this person, that fits the words best.
func (t *talk) askedAfter() (*bot.Issue, error) {
	quoted, err := t.quotedIssue()
	if err != nil || quoted != nil {
		return quoted, err
	}
	for _, word := range t.reading.Refs {
		if ref, ok := issue.ParseRef(word); ok {
			i, err := t.Desk.Find(t.tx, t.unit.ID, ref)
			return i, quiet(err)
		}
	}
	words := t.text
	for _, w := range t.Rules.Same.Progress {
		words = strings.ReplaceAll(words, w, " ")
	}
	if words = bareWords(without(words, t.reading.Places...)); words == "" {
		return nil, nil //nolint:nilnil // it says nothing of what about
	}
	told, err := t.toldHere()
	if err != nil {
		return nil, err
	}
	i := t.fitting(words, told)
	if i == nil {
		return nil, nil //nolint:nilnil // nothing here fits
	}
	return t.Desk.Find(t.tx, i.UnitID, issue.Ref{Number: i.Number})
}

// toldHere are the newest open matters of this group, or one to one those of this person.
func (t *talk) toldHere() (told []bot.Issue, err error) {
	switch {
	case !t.private:
		told, err = t.tx.RecentIssues(t.item.ConversationID, t.now.Add(-t.Rules.Conduct.SameWithin), mostAsked)
	case t.person != nil:
		told, err = t.tx.PersonIssues(t.person.ID, mostAsked)
	}
	return slices.DeleteFunc(told, func(i bot.Issue) bool { return !i.Status.IsOpen() }), err
}
