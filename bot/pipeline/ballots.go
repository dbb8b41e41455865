package pipeline

import (
	"strings"
	"unicode/utf8"

	"tongshishang/bot"
	"tongshishang/bot/understand"
)

// longestBareVote is how many characters a message may have to be taken for the bare words of an option.
const longestBareVote = 16

// vote counts plain words, numbers and chain sign-ups while a ballot is open in the conversation. The group hears nothing of a
// vote that counts.
func (t *talk) vote() (bool, error) {
	b, ok := t.ballots[t.item.ConversationID]
	if !ok {
		return t.reading.Intent == understand.IntentVote || t.reading.Intent == understand.IntentChain, nil
	}
	words := t.choice()
	if words == "" {
		return t.reading.Intent == understand.IntentChain || t.argues(b), nil
	}
	if !t.Box.Fits(b, words) && !t.namesOption() {
		return t.reading.Intent == understand.IntentVote, nil
	}
	t.item.Intent = string(understand.IntentVote)
	person := t.sender()
	choice, err := t.Box.Vote(t.tx, b, person, words, t.item.ID)
	if err == nil && t.private {
		t.say("vote_private", map[string]string{"choice": choice})
	}
	return true, err
}

// surelyVote is how certain the reading of a vote must be for its sender to be told that it can't count: 选5 is one, while a bare 5
// may be talk.
const surelyVote = 0.9

// namesOption tells whether the sender said in so many words that they choose an option.
func (t *talk) namesOption() bool {
	r := t.reading
	return r.Intent == understand.IntentVote && len(r.Choice) > 0 && r.Confidence >= surelyVote
}

// argues tells whether a few words are an opinion on what is voted on, not a matter of their own: 集市搬了买菜就远了 while 集市搬不搬 is open.
func (t *talk) argues(b *bot.Ballot) bool {
	if t.private || len(t.reading.Danger) > 0 || utf8.RuneCountInString(t.text) > longestBareVote {
		return false
	}
	title := pairsOf(b.Title)
	return len(title) > 0 && 2*title.shared(pairsOf(t.text)) >= len(title)
}

// choice is the words that may name an option; empty when the message can't be a vote. Of a chain sign-up only the sender's own
// entry counts: everybody sends the whole list again, and who wrote the others isn't known.
func (t *talk) choice() string {
	r := t.reading
	switch {
	case r.Intent == understand.IntentChain:
		return t.ownEntry()
	case len(r.Choice) == 1:
		return r.Choice[0]
	case r.Stance != "":
		return map[bot.Stance]string{bot.StanceAgree: "同意", bot.StanceOppose: "反对", bot.StanceAbstain: "弃权"}[r.Stance]
	case utf8.RuneCountInString(t.text) <= longestBareVote && !r.Intent.IsMatter():
		return strings.TrimSpace(t.text)
	}
	return ""
}

func (t *talk) ownEntry() string {
	entries := t.reading.Chain
	for _, e := range entries {
		if e.Name == t.m.SenderName && e.Name != "" {
			return strings.TrimSpace(e.Text)
		}
	}
	if len(entries) == 0 {
		return ""
	}
	return strings.TrimSpace(entries[len(entries)-1].Text)
}
