package issue

import (
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/store"
)

// mostTold bounds how many supporters are written to one to one; the group's line reaches all.
const mostTold = 200

// tell posts what others hear of a move and returns the line for the conversation it was ordered in. The conversation where the
// issue was raised always hears; people who have a one-to-one chat with the bot are written to when the outcome concerns them.
func (d *Desk) tell(tx *store.Tx, i *bot.Issue, step workflow.Step, o Order, e bot.Event) (string, error) {
	if step.Text == "" {
		return "", nil
	}
	line := d.Text(step.Text, d.fields(i, o, e, o.Unit))
	occasion := fmt.Sprintf("issue:%d:%d", i.ID, e.Seq)
	if i.ConversationID != o.From {
		home, err := tx.Conversation(i.ConversationID)
		if err != nil {
			return "", err
		}
		if residentsHear(step) {
			tx.PostAt(occasion+":home", home, d.Text(homeText(o.Verb, step, home), d.fields(i, o, e, i.UnitID)), d.speakAt(tx, home))
		}
	}
	if err := d.tellPeople(tx, i, step, o, occasion); err != nil {
		return "", err
	}
	return line, nil
}

// homeText is what is said where the issue was raised: of an outcome one to one, what is asked personally.
func homeText(verb workflow.Verb, step workflow.Step, home bot.Conversation) string {
	if verb == workflow.Resolve && !home.IsGroup() {
		return "resolve_private"
	}
	return step.Text
}

// speakAt is when the bot may say something in the conversation that nobody there asked it: a group sleeps in the quiet hours.
func (d *Desk) speakAt(tx *store.Tx, to bot.Conversation) time.Time {
	if !to.IsGroup() {
		return tx.Now()
	}
	return d.rules.Conduct.SpeakAt(tx.Now(), d.zone)
}

func residentsHear(s workflow.Step) bool {
	return slices.Contains(s.Tells, workflow.TellReporter) || slices.Contains(s.Tells, workflow.TellSupporters)
}

// fields are all that the texts of moves may name, for readers who understand the unit's short numbers.
func (d *Desk) fields(i *bot.Issue, o Order, e bot.Event, unit int64) map[string]string {
	name := i.HandlerName
	if o.Verb == workflow.Accept && o.By != nil {
		name = o.By.Name
	}
	into := ""
	if o.Into != nil {
		into = d.Call(o.Into, unit)
	}
	return map[string]string{"number": d.Call(i, unit), "into": into, "n": d.typed(i, unit), "title": i.Title, "place": i.Place, "agency": i.Agency, "name": name,
		"due": d.dueText(i), "date": d.Day(e.At), "reason": e.Text, "text": e.Text, "result": e.Text}
}

// letter is a line to people one to one.
type letter struct {
	people []int64
	text   string
	unit   int64 // whose short numbers they understand; 0: the full number
}

// tellPeople writes one to one: to handlers and staff whom the table names, and at an outcome to the reporter and the supporters
// whose own chat with the bot isn't where the issue was raised. Who made the move knows it.
func (d *Desk) tellPeople(tx *store.Tx, i *bot.Issue, step workflow.Step, o Order, occasion string) error {
	letters, err := d.letters(tx, i, step, o)
	if err != nil || len(letters) == 0 {
		return err
	}
	var people []int64
	for _, l := range letters {
		people = append(people, l.people...)
	}
	chats, err := tx.PrivateConversations(people)
	if err != nil {
		return err
	}
	home, err := tx.Conversation(i.ConversationID)
	if err != nil {
		return err
	}
	e := bot.Event{Text: o.Text, At: tx.Now()}
	for _, l := range letters {
		for _, p := range l.people {
			to, ok := chats[p]
			if ok && to != home && (o.By == nil || p != o.By.ID) {
				tx.Post(fmt.Sprintf("%s:%d", occasion, p), to, d.Text(l.text, d.fields(i, o, e, l.unit)))
			}
		}
	}
	return nil
}

func (d *Desk) letters(tx *store.Tx, i *bot.Issue, step workflow.Step, o Order) ([]letter, error) {
	var out []letter
	if o.Verb == workflow.Resolve && residentsHear(step) {
		supporters, err := tx.Supporters(i.ID, mostTold)
		if err != nil {
			return nil, err
		}
		out = append(out, letter{append([]int64{i.ReporterID}, supporters...), "resolve_private", i.UnitID})
	}
	// A rating that closes is for the books; nobody has to act on it.
	if slices.Contains(step.Tells, workflow.TellHandler) && i.Agency != "" && step.To != bot.StatusClosed {
		handlers, err := d.handlers(tx, i)
		if err != nil {
			return nil, err
		}
		text := step.Text
		if o.Verb == workflow.Assign {
			text = "assign_handler"
		}
		out = append(out, letter{handlers, text, 0}) // a handler works for all units: only the full number is clear
	}
	if slices.Contains(step.Tells, workflow.TellStaff) {
		staff, err := d.staff(tx, i.UnitID)
		if err != nil {
			return nil, err
		}
		out = append(out, letter{staff, step.Text, i.UnitID})
	}
	return out, nil
}

func (d *Desk) staff(tx *store.Tx, unit int64) ([]int64, error) {
	people, err := tx.UnitStaff(unit)
	ids := make([]int64, len(people))
	for n, p := range people {
		ids[n] = p.ID
	}
	return ids, err
}

// handlers are the people a fresh assignment is for: the one named, or everybody of the agency.
func (d *Desk) handlers(tx *store.Tx, i *bot.Issue) ([]int64, error) {
	if i.HandlerID != 0 {
		return []int64{i.HandlerID}, nil
	}
	people, err := tx.Handlers(i.Agency)
	ids := make([]int64, len(people))
	for n, p := range people {
		ids[n] = p.ID
	}
	return ids, err
}

// Alarm tells the unit's staff one to one of a danger, at any hour.
func (d *Desk) Alarm(tx *store.Tx, i *bot.Issue, unit bot.Unit) error {
	ids, err := d.staff(tx, unit.ID)
	if err != nil {
		return err
	}
	chats, err := tx.PrivateConversations(ids)
	if err != nil {
		return err
	}
	for id, to := range chats {
		tx.Post(fmt.Sprintf("issue:%d:danger:%d", i.ID, id), to,
			d.Text("danger_duty", map[string]string{"number": i.Short(), "title": i.Title, "place": i.Place, "unit": unit.Name}))
	}
	return nil
}
