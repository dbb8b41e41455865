package issue

import (
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/config"
	"tongshishang/store"
)

// Order is what somebody wants done with an issue.
type Order struct {
	Verb    workflow.Verb
	By      *bot.Person // nil is the system
	From    int64       // the conversation it is ordered in, which hears the result as the answer
	Unit    int64       // whose short numbers are understood there; 0 when none are
	Outcome workflow.Outcome
	Text    string         // reason, progress, answer or result; masked
	Agency  string         // 交办: 主办单位
	Handler *bot.Person    // 交办: 责任人, if known
	Limit   config.Limit   // 交办: own time limit; zero is the pack's
	Method  string         // 办结: 办理方式
	Grade   bot.Difficulty // 受理: 难易程度
	Into    *bot.Issue     // 合并: the issue that stays
}

// move is the order as the table is asked for it.
func (o *Order) move(actors []workflow.Actor) workflow.Move {
	m := workflow.Move{Verb: o.Verb, Actors: actors, Outcome: o.Outcome, Text: o.Text, Agency: o.Agency}
	if o.Into != nil {
		m.Into = o.Into.ID
	}
	return m
}

// Advance makes a move of the table: it checks right, status and needs, changes the issue with its event, assignment and audit
// entry, and posts what others hear. It returns the issue as it is now and the line for the conversation of the order. The
// error is a *bot.Error when the move is refused, and then nothing has changed.
func (d *Desk) Advance(tx *store.Tx, id int64, o Order) (*bot.Issue, string, error) {
	i, err := tx.LockIssue(id)
	if err != nil {
		return nil, "", err
	}
	actors, err := d.actors(tx, i, o.By)
	if err != nil {
		return nil, "", err
	}
	before := snapshot(i)
	step, err := d.flow.Next(i, o.move(actors))
	if err != nil {
		return nil, "", d.inFull(err, i, o.Unit)
	}
	prepare(i, o)
	event, err := d.move(tx, i, o.By, o.move(actors), o.Limit)
	if err != nil {
		return nil, "", err
	}
	settle(i, o)
	if err := d.save(tx, i, o, event, before); err != nil {
		return nil, "", err
	}
	line, err := d.tell(tx, i, step, o, event)
	return i, line, err
}

// inFull makes a refusal name the issue, and the commands it proposes, in full where the short number isn't understood.
func (d *Desk) inFull(err error, i *bot.Issue, unit int64) error {
	refusal := bot.Refusal(err)
	if refusal == nil || d.Call(i, unit) == i.Short() {
		return err
	}
	short := " " + d.typed(i, i.UnitID)
	full := strings.NewReplacer(i.Short(), i.Number, short+" ", " "+i.Number+" ", short+"”", " "+i.Number+"”")
	return &bot.Error{Code: refusal.Code, Text: full.Replace(refusal.Text)}
}

func (d *Desk) actors(tx *store.Tx, i *bot.Issue, by *bot.Person) ([]workflow.Actor, error) {
	if by == nil {
		return []workflow.Actor{workflow.ActorSystem}, nil
	}
	supports, err := tx.Supports(i.ID, by.ID)
	if err != nil {
		return nil, err
	}
	return workflow.Actors(by, i, supports), nil
}

// move applies the step to the issue and returns its event; the event isn't written yet.
func (d *Desk) move(tx *store.Tx, i *bot.Issue, by *bot.Person, m workflow.Move, limit config.Limit) (bot.Event, error) {
	step, err := d.flow.Next(i, m)
	if err != nil {
		return bot.Event{}, err
	}
	e := bot.Event{IssueID: i.ID, Seq: i.Events + 1, Verb: string(m.Verb), From: i.Status, To: step.To, Text: m.Text, At: tx.Now()}
	if by != nil {
		e.ActorID, e.Actor = by.ID, by.Name
	}
	was := i.NextAt
	if err := workflow.Apply(i, e); err != nil {
		return e, err
	}
	if _, err = d.flow.Schedule(i, e, limit); err == nil && i.ID != 0 && !i.NextAt.Equal(was) {
		wake(tx, i)
	}
	return e, err
}

// wake asks for the issue to be looked at when its deadline comes.
func wake(tx *store.Tx, i *bot.Issue) {
	if !i.NextAt.IsZero() {
		tx.Later(Wake, i.ID, i.NextAt)
	}
}

// prepare sets what the deadline depends on or the event doesn't carry.
func prepare(i *bot.Issue, o Order) {
	if o.Grade != "" {
		i.Difficulty = o.Grade
	}
	if o.Verb == workflow.Assign {
		i.Agency, i.HandlerID, i.HandlerName = o.Agency, 0, ""
		if o.Handler != nil {
			i.HandlerID, i.HandlerName = o.Handler.ID, o.Handler.Name
		}
	}
}

// settle sets what the move leaves besides what the table records.
func settle(i *bot.Issue, o Order) {
	switch o.Verb {
	case workflow.Accept:
		if o.By.Is(bot.RoleMember, i.UnitID) && i.MemberID == 0 {
			i.MemberID = o.By.ID
		}
	case workflow.Sign:
		if i.HandlerID == 0 && o.By.Handles(i.Agency) {
			i.HandlerID, i.HandlerName = o.By.ID, o.By.Name
		}
	case workflow.Resolve:
		i.Method = o.Method
	case workflow.Merge:
		i.MergedInto = o.Into.ID
	case workflow.Answer:
		i.Method = o.Method
	}
}

func (d *Desk) save(tx *store.Tx, i *bot.Issue, o Order, e bot.Event, before map[string]any) error {
	tx.SaveIssue(i)
	switch o.Verb {
	case workflow.Assign, workflow.Sign, workflow.Return, workflow.Extend, workflow.Resolve:
		if i.Round > 0 {
			by := int64(0)
			if o.By != nil {
				by = o.By.ID
			}
			tx.SaveAssignment(i, by)
		}
	}
	if o.Verb == workflow.Assign && e.From == bot.StatusReturned { // who is asked after an objection is the ruling on it
		if err := tx.RuleOnReturn(i.ID, i.Round-1, before["agency"] != i.Agency); err != nil {
			return err
		}
	}
	tx.AddEvent(e)
	return d.audit(tx, i, o.By, e, before)
}

func (d *Desk) audit(tx *store.Tx, i *bot.Issue, by *bot.Person, e bot.Event, before map[string]any) error {
	c := store.Change{Unit: i.UnitID, Action: e.Verb, Subject: "issue", SubjectID: i.ID, Reason: e.Text, After: snapshot(i)}
	if before != nil {
		c.Before = before
	}
	if by != nil {
		c.ActorID, c.Actor = by.ID, by.Name
	}
	return tx.Audit(c)
}

// snapshot is what of an issue the audit keeps: everything a move can change.
func snapshot(i *bot.Issue) map[string]any {
	s := map[string]any{"status": i.Status, "number": i.Number}
	for k, v := range map[string]string{"agency": i.Agency, "handler": i.HandlerName, "difficulty": string(i.Difficulty),
		"kind": string(i.Kind), "category": i.Category, "subcategory": i.Subcategory, "place": i.Place,
		"result": i.Result, "solved": string(i.Solved), "satisfaction": string(i.Satisfaction),
		"due_rule": i.DueRule, "reason": i.Reason} {
		if v != "" {
			s[k] = v
		}
	}
	for k, v := range map[string]int{"supporters": i.Supporters, "round": i.Round, "reopened": i.Reopened, "returned": i.Returned, "extended": i.Extended} {
		if v != 0 {
			s[k] = v
		}
	}
	if !i.DueAt.IsZero() {
		s["due_at"] = i.DueAt
	}
	return s
}
