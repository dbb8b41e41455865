package issue

import (
	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/config"
	"tongshishang/store"
)

var noLimit config.Limit

// Opinion is what somebody says of an outcome.
type Opinion struct {
	By           *bot.Person
	Said         Said
	Unit         int64 // whose short numbers are understood there; 0 when none are
	Solved       bot.Solved
	Satisfaction bot.Satisfaction
	Text         string // their words, masked
}

// complete adds what goes without saying: who is satisfied has it solved. Nothing else is inferred; no answer is never taken
// for satisfaction.
func (o Opinion) complete() Opinion {
	if o.Solved == bot.SolvedUnknown && o.Satisfaction == bot.SatisfactionGood {
		o.Solved = bot.SolvedYes
	}
	return o
}

// Rate takes a follow-up answer: it closes the issue, or reopens it when it isn't solved. The reporter's answer is the issue's;
// before the reporter has spoken the supporters' latest stands for it. The line returned is for one to one; last tells that
// everybody who was asked has answered.
func (d *Desk) Rate(tx *store.Tx, id int64, o Opinion) (i *bot.Issue, line string, last bool, err error) {
	o = o.complete()
	current, err := tx.LockIssue(id)
	if err != nil {
		return nil, "", false, err
	}
	round := current.Round
	earlier, err := tx.Ratings(id, round, mostTold)
	if err != nil {
		return nil, "", false, err
	}
	i, line, err = d.Advance(tx, id, Order{Verb: workflow.Rate, By: o.By, From: o.Said.Conversation, Unit: o.Unit, Outcome: workflow.Outcome(o.Solved), Text: o.Text})
	if err != nil {
		return nil, "", false, err
	}
	rating := bot.Rating{IssueID: id, Round: round, PersonID: o.By.ID, Solved: o.Solved, Satisfaction: o.Satisfaction, Text: o.Text, At: tx.Now()}
	tx.SaveRating(rating)
	o.Said.link(tx, id, store.MessageRating)
	if decides(i, o.By.ID, earlier) {
		i.Solved, i.Satisfaction = o.Solved, o.Satisfaction
		tx.SaveIssue(i)
	}
	return i, line, answered(i, o.By.ID, earlier), nil
}

// decides tells whether the person's answer is the issue's: the reporter's always, a supporter's as long as the reporter hasn't
// answered.
func decides(i *bot.Issue, person int64, earlier []bot.Rating) bool {
	if person == i.ReporterID {
		return true
	}
	for _, r := range earlier {
		if r.PersonID == i.ReporterID {
			return false
		}
	}
	return true
}

func answered(i *bot.Issue, person int64, earlier []bot.Rating) bool {
	people := map[int64]bool{person: true}
	for _, r := range earlier {
		if r.PersonID == person {
			return false // said before, thanked before
		}
		people[r.PersonID] = true
	}
	return len(people) >= i.Supporters+1
}

// Rated is Rate with what the conversation hears: one to one a thank-you, in the group nothing but a thank-you at the last answer,
// and at a reopening that it is handled again.
func (d *Desk) Rated(tx *store.Tx, id int64, o Opinion, private bool) (string, error) {
	i, line, last, err := d.Rate(tx, id, o)
	o = o.complete()
	switch {
	case err != nil:
		return "", err
	case i.Status == bot.StatusReopened:
		return line, nil
	case private:
		satisfaction := o.Satisfaction.Label()
		solved := o.Solved.Label()
		if solved == "" {
			solved, satisfaction = satisfaction, ""
		}
		return d.Text("rate_private", map[string]string{"solved": solved, "satisfaction": satisfaction}), nil
	case last:
		return d.Text("rate_last", map[string]string{"number": d.Call(i, o.Unit)}), nil
	}
	return "", nil
}
