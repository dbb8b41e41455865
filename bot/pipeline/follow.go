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
