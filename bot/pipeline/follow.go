package pipeline

import (
	"tongshishang/bot"
	"tongshishang/bot/issue"
	"tongshishang/bot/understand"
)

// rating takes plain words for the follow-up of a matter that the sender reported or endorsed and that waits for a rating, or was
// closed by somebody else's.
func (t *talk) rating() (bool, error) {
	r := t.reading
	if r.Intent != understand.IntentRating && r.Solved == bot.SolvedUnknown && r.Satisfaction == bot.SatisfactionUnasked {
		return false, nil
	}
	bare := r.Intent == understand.IntentRating
	if t.person == nil {
		return bare && !t.private, nil
	}
	i, err := t.rated(r)
	if err != nil || i == nil {
		return bare && !t.private, err
	}
	if r.Solved == bot.SolvedUnknown && r.Satisfaction == bot.SatisfactionUnasked {
		if t.private {
			t.say("rate_unclear", map[string]string{"number": i.Short()})
		}
		return true, nil
	}
	t.item.Intent = string(understand.IntentRating)
	unit := t.unit.ID
	if t.private {
		unit = i.UnitID // they know which matter they speak of
	}
	t.answer, err = t.Desk.Rated(t.tx, i.ID, issue.Opinion{By: t.person, Said: t.said(), Unit: unit, Solved: r.Solved, Satisfaction: r.Satisfaction,
		Text: t.text}, t.private)
	return true, quiet(err)
}

// rated is the matter that is meant: the one quoted or numbered, else the newest outcome in this conversation, else the newest
// anywhere when it was asked one to one.
func (t *talk) rated(r understand.Reading) (*bot.Issue, error) {
	quoted, err := t.quotedIssue()
	if err != nil || quoted != nil {
		return quoted, err
	}
	for _, word := range r.Refs {
		if ref, ok := issue.ParseRef(word); ok {
			i, err := t.Desk.Find(t.tx, t.unit.ID, ref)
			return i, quiet(err)
		}
	}
	mine, err := t.tx.PersonIssues(t.person.ID, 20)
	if err != nil {
		return nil, err
	}
	var best *bot.Issue
	for n := range mine {
		i := &mine[n]
		waits := i.Status == bot.StatusAwaitingRating || i.Status == bot.StatusClosed && r.Intent == understand.IntentRating
		if !waits || !t.private && i.ConversationID != t.item.ConversationID {
			continue
		}
		if best == nil || better(i, best) {
			best = i
		}
	}
	return best, nil
}

// better prefers what waits for a rating, then the newer outcome.
func better(a, b *bot.Issue) bool {
	if aw, bw := a.Status == bot.StatusAwaitingRating, b.Status == bot.StatusAwaitingRating; aw != bw {
		return aw
	}
	return a.ResolvedAt.After(b.ResolvedAt)
}

// endorse adds a "me too" to the matter that is talked about: quoted, numbered, or the latest open one here that fits. When
// nothing fits, nothing happens.
func (t *talk) endorse() (bool, error) {
	if t.reading.Intent != understand.IntentEndorse {
		return false, nil
	}
	i, err := t.endorsed()
	if err != nil || i == nil {
		return true, err
	}
	person := t.sender()
	i, err = t.Desk.Endorse(t.tx, i.ID, person, t.said())
	switch {
	case err != nil && t.private:
		return true, err
	case err != nil:
		return true, quiet(err)
	case t.private:
		t.say("endorse_private", map[string]string{"number": i.Short()})
	case t.Rules.Conduct.IsEndorseStep(i.Supporters + 1):
		return true, t.remark(t.Desk.Households(i, t.unit.ID))
	}
	return true, nil
}

func (t *talk) endorsed() (*bot.Issue, error) {
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
	recent, err := t.tx.RecentIssues(t.item.ConversationID, t.now.Add(-t.Rules.Conduct.EndorseWithin), 20)
	if err != nil {
		return nil, err
	}
	return fitting(t.text, recent), nil
}

// fitting is the open matter whose words the endorsement shares most; without any shared words, the latest open one.
func fitting(text string, recent []bot.Issue) *bot.Issue {
	var best *bot.Issue
	most := -1
	topic := pairsOf(text).topic()
	for n := range recent {
		i := &recent[n]
		if !i.Status.IsOpen() || i.Status == bot.StatusAwaitingRating {
			continue
		}
		if shared := topic.shared(pairsOf(i.Content)); shared > most {
			best, most = i, shared
		}
	}
	return best
}
