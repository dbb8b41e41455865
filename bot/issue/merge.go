package issue

import (
	"slices"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/store"
)

// mostMerged bounds how many supporters of one issue are looked through when another is merged into it.
const mostMerged = 10000

// Merge takes an issue for the same matter as the one it goes into (并案): it is closed as merged, and whoever reported or endorsed
// it supports the other. The error is a *bot.Error when the table doesn't allow it, the two are one, or the other isn't open any
// more; then nothing has changed. It returns the issue that was merged and the line for the conversation of the order.
func (d *Desk) Merge(tx *store.Tx, id, into int64, o Order) (*bot.Issue, string, error) {
	if id == into {
		return nil, "", &bot.Error{Code: bot.CodeBadValue, Text: d.Text("merge_itself", nil)}
	}
	i, stays, err := lockBoth(tx, id, into)
	if err != nil {
		return nil, "", err
	}
	if _, err := d.flow.Next(stays, d.joining(i)); err != nil {
		return i, "", d.inFull(err, stays, o.Unit)
	}
	o.Verb, o.Into = workflow.Merge, stays
	i, line, err := d.Advance(tx, id, o)
	if err != nil {
		return i, line, err
	}
	return i, line, d.bring(tx, i, stays, o)
}

// lockBoth locks two issues in the order of their ids, so that two merges never wait for each other.
func lockBoth(tx *store.Tx, id, into int64) (i, stays *bot.Issue, err error) {
	found := map[int64]*bot.Issue{}
	for _, one := range slices.Sorted(slices.Values([]int64{id, into})) {
		if found[one], err = tx.LockIssue(one); err != nil {
			return nil, nil, err
		}
	}
	return found[id], found[into], nil
}

// joining is the move of the issue that stays: what those of the other bring to it.
func (*Desk) joining(i *bot.Issue) workflow.Move {
	return workflow.Move{Verb: workflow.Endorse, Actors: []workflow.Actor{workflow.ActorResident}, Text: i.Number}
}

// bring makes those who reported or endorsed the one issue supporters of the other, each once.
func (d *Desk) bring(tx *store.Tx, i, stays *bot.Issue, o Order) error {
	before := snapshot(stays)
	event, err := d.move(tx, stays, o.By, d.joining(i), noLimit)
	if err != nil {
		return err
	}
	have, err := tx.Supporters(stays.ID, mostMerged)
	if err != nil {
		return err
	}
	more, err := tx.Supporters(i.ID, mostMerged)
	if err != nil {
		return err
	}
	have = append(have, stays.ReporterID)
	for _, person := range append([]int64{i.ReporterID}, more...) {
		if !slices.Contains(have, person) {
			tx.Endorse(stays.ID, person, 0)
			have = append(have, person)
			stays.Supporters++
		}
	}
	return d.save(tx, stays, Order{Verb: workflow.Endorse, By: o.By}, event, before)
}
