package pipeline

import (
	"slices"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/issue"
	"tongshishang/bot/workflow"
)

// unclearAnswer takes 没说清 or 答非所问 for an answer that its asker wants again: the one quoted, else the newest here. The question goes
// back to those who accept matters, and an earlier answer that was given for it isn't given for it again.
func (t *talk) unclearAnswer() (bool, error) {
	if t.person == nil || !slices.Contains(t.Rules.Same.Misfit, strings.Trim(t.text, bareEnds)) {
		return false, nil
	}
	i, err := t.answered()
	if err != nil || i == nil || i.Status != bot.StatusAnswered {
		return true, err
	}
	_, _, err = t.Desk.Advance(t.tx, i.ID, issue.Order{Verb: workflow.Reopen, By: t.person, From: t.item.ConversationID, Text: t.text})
	if err != nil {
		return true, quiet(err)
	}
	if err := t.tx.RejectReuse(i.ID); err != nil {
		return true, err
	}
	t.say("question_unclear", map[string]string{"number": i.Short(), "agency": t.Rules.Categories.Agency(i.Category)})
	return true, nil
}

// answered is the answered question that somebody speaks of: the one quoted if it is theirs, else their newest here. A line that gives
// an earlier answer again names the earlier question, which is somebody else's.
func (t *talk) answered() (*bot.Issue, error) {
	quoted, err := t.quotedIssue()
	if err != nil || quoted != nil && quoted.ReporterID == t.person.ID {
		return quoted, err
	}
	mine, err := t.tx.PersonIssues(t.person.ID, 20)
	if err != nil {
		return nil, err
	}
	var last *bot.Issue
	for n := range mine {
		i := &mine[n]
		// Of two that were answered at one moment the newer stands first.
		if i.Status == bot.StatusAnswered && i.ConversationID == t.item.ConversationID && (last == nil || i.ResolvedAt.After(last.ResolvedAt)) {
			last = i
		}
	}
	return last, nil
}
