package issue

import (
	"fmt"
	"math"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/store"
)

// Wake is the kind of wake that Tick answers.
const Wake = "issue"

// Tick looks at an issue whose deadline has come: an outcome nobody rated is closed as 未评价, a closed issue is archived, and of
// a deadline that people missed the handlers or the unit's staff are reminded once, one to one. It may be called any number of
// times, by any instance: it does only what is due, once.
func (d *Desk) Tick(tx *store.Tx, id int64) error {
	i, err := tx.LockIssue(id)
	if err != nil {
		return err
	}
	now := tx.Now()
	if i.NextAt.IsZero() || i.NextAt.After(now) {
		return nil
	}
	switch i.Status {
	case bot.StatusAwaitingRating:
		_, _, err = d.Advance(tx, id, Order{Verb: workflow.Expire})
	case bot.StatusClosed:
		_, _, err = d.Advance(tx, id, Order{Verb: workflow.Archive})
	default:
		err = d.remind(tx, i, now)
	}
	return err
}

// remind tells those whose turn it is that their time is over, and sets the issue to be looked at again at its due date or not
// at all.
func (d *Desk) remind(tx *store.Tx, i *bot.Issue, now time.Time) error {
	people, err := d.responsible(tx, i)
	if err != nil {
		return err
	}
	chats, err := tx.PrivateConversations(people)
	if err != nil {
		return err
	}
	missed := i.NextAt
	days := int(math.Ceil(now.Sub(missed).Hours() / 24))
	for _, p := range people {
		if to, ok := chats[p]; ok {
			tx.Post(fmt.Sprintf("issue:%d:overdue:%d:%d", i.ID, missed.Unix(), p), to,
				d.Text("reminder_overdue", map[string]string{"number": i.Number, "title": i.Title, "days": fmt.Sprint(max(days, 1))}))
		}
	}
	before := snapshot(i)
	i.NextAt = time.Time{}
	if i.DueAt.After(missed) {
		i.NextAt = i.DueAt
	}
	tx.SaveIssue(i)
	wake(tx, i)
	return d.audit(tx, i, nil, bot.Event{Verb: "overdue"}, before)
}

func (d *Desk) responsible(tx *store.Tx, i *bot.Issue) ([]int64, error) {
	switch i.Status {
	case bot.StatusAssigned, bot.StatusSigned, bot.StatusHandling:
		return d.handlers(tx, i)
	}
	return d.staff(tx, i.UnitID)
}
