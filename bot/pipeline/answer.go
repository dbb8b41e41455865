package pipeline

import (
	"slices"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/issue"
	"tongshishang/bot/workflow"
)

// unclearAnswer takes 没说清 for an answer that its asker wants again: the one quoted, else the newest here. The question goes back
// to those who accept matters.
func (t *talk) unclearAnswer() (bool, error) {
	if t.person == nil || !saysUnclear(t.text) {
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
	t.say("question_unclear", map[string]string{"number": i.Short(), "agency": t.Rules.Categories.Agency(i.Category)})
	return true, nil
}

func saysUnclear(text string) bool {
	return slices.Contains([]string{"没说清", "没说清楚", "还是没说清", "说得不清楚", "没听懂"}, strings.Trim(text, bareEnds))
}

func (t *talk) answered() (*bot.Issue, error) {
	quoted, err := t.quotedIssue()
	if err != nil || quoted != nil {
		return quoted, err
	}
	mine, err := t.tx.PersonIssues(t.person.ID, 20)
	if err != nil {
		return nil, err
	}
	var last *bot.Issue
	for n := range mine {
		i := &mine[n]
		if i.Status == bot.StatusAnswered && i.ConversationID == t.item.ConversationID && (last == nil || i.ClosedAt.After(last.ClosedAt)) {
			last = i
		}
	}
	return last, nil
}
