package issue

import (
	"fmt"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/store"
)

// Said is the message that led to something.
type Said struct {
	Conversation int64 // it was said in
	Message      int64 // its row; 0: nothing was said
	Ext          string
	Place        string // of an endorsement that names a place of its own: its words, kept with it
}

func (s Said) link(tx *store.Tx, issue int64, role string) {
	if s.Message != 0 {
		tx.LinkMessage(issue, s.Message, s.Conversation, s.Ext, role)
	}
}

// Endorse adds somebody's "me too" (附议) and returns the issue with its new count. The error is a *bot.Error when the person
// reported it themselves, endorsed it before, or it isn't open any more; then nothing has changed.
func (d *Desk) Endorse(tx *store.Tx, id int64, by *bot.Person, said Said) (*bot.Issue, error) {
	i, err := tx.LockIssue(id)
	if err != nil {
		return nil, err
	}
	number := map[string]string{"number": i.Short()}
	if i.ReporterID == by.ID {
		return i, &bot.Error{Code: bot.CodeDuplicate, Text: d.Text("endorse_own", number)}
	}
	before := snapshot(i)
	// Everybody may, so nothing has to be looked up; whether they did before shows when it is stored.
	event, err := d.move(tx, i, by, workflow.Move{Verb: workflow.Endorse, Actors: workflow.Actors(by, i, false), Text: said.Place}, noLimit)
	if err != nil {
		return i, err
	}
	supports, err := tx.Supports(i.ID, by.ID)
	if err != nil {
		return nil, err
	}
	if supports {
		return i, &bot.Error{Code: bot.CodeDuplicate, Text: d.Text("endorse_already", number)}
	}
	tx.Endorse(i.ID, by.ID, said.Message)
	i.Supporters++
	said.link(tx, i.ID, store.MessageEndorsement)
	return i, d.save(tx, i, Order{Verb: workflow.Endorse, By: by}, event, before)
}

// Unendorse takes an endorsement back that was a mistake.
func (d *Desk) Unendorse(tx *store.Tx, id int64, by *bot.Person) (*bot.Issue, error) {
	i, err := tx.LockIssue(id)
	if err != nil {
		return nil, err
	}
	before := snapshot(i)
	was, err := tx.Unendorse(id, by.ID)
	if err != nil || !was {
		return i, err
	}
	i.Supporters--
	i.UpdatedAt = tx.Now()
	tx.SaveIssue(i)
	return i, d.audit(tx, i, by, bot.Event{Verb: "unendorse"}, before)
}

// Households is what a group of the unit hears of the count: the reporter's household and those who joined.
func (d *Desk) Households(i *bot.Issue, unit int64) string {
	return d.Text("endorse_count", map[string]string{"number": d.Call(i, unit), "count": fmt.Sprint(i.Supporters + 1)})
}

// Spot is where something is: in the resident's words, and the gazetteer's id, empty if it has none.
type Spot struct{ Place, ID string }

// SetPlace adds the place that was asked for.
func (d *Desk) SetPlace(tx *store.Tx, id int64, by *bot.Person, at Spot, said Said) (*bot.Issue, error) {
	i, err := tx.LockIssue(id)
	if err != nil {
		return nil, err
	}
	before := snapshot(i)
	i.Place, i.PlaceID, i.UpdatedAt = at.Place, at.ID, tx.Now()
	tx.SaveIssue(i)
	said.link(tx, i.ID, store.MessagePlace)
	return i, d.audit(tx, i, by, bot.Event{Verb: "place"}, before)
}

// Attach joins a photo to the issue.
func (d *Desk) Attach(tx *store.Tx, id int64, by *bot.Person, said Said) (*bot.Issue, error) {
	i, err := tx.LockIssue(id)
	if err != nil {
		return nil, err
	}
	before := snapshot(i)
	actors, err := d.actors(tx, i, by)
	if err != nil {
		return nil, err
	}
	event, err := d.move(tx, i, by, workflow.Move{Verb: workflow.Photo, Actors: actors}, noLimit)
	if err != nil {
		return i, err
	}
	said.link(tx, i.ID, store.MessagePhoto)
	return i, d.save(tx, i, Order{Verb: workflow.Photo, By: by}, event, before)
}
