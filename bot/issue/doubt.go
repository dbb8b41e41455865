package issue

import (
	"fmt"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/store"
)

// Unsorted is what `#待分类` says: the unit's issues without a sure category, oldest first. The error is a *bot.Error when the person
// has no part in the unit.
func (d *Desk) Unsorted(tx *store.Tx, c Clerk) (string, error) {
	if err := d.clerkOf(c); err != nil {
		return "", err
	}
	most := d.rules.Doubts.List
	doubts, err := tx.UnsortedIssues(c.Unit, tx.Now().Add(-d.rules.Doubts.CategoryLapses), most+1)
	if err != nil {
		return "", err
	}
	items := make([]string, 0, most)
	for n := range doubts[:min(len(doubts), most)] {
		i := &doubts[n].Issue
		items = append(items, d.Text("unsorted_item", map[string]string{"number": i.Short(), "title": i.Title, "place": i.Place, "category": i.Category, "hint": d.hint(&doubts[n])}))
	}
	return d.list("unsorted", items, len(doubts) > most), nil
}

// Uncertain is what `#待确认` says: what was said in the unit's groups that may be a matter, oldest first, with the numbers that
// #登记 and #忽略 take. See Unsorted.
func (d *Desk) Uncertain(tx *store.Tx, c Clerk) (string, error) {
	if err := d.clerkOf(c); err != nil {
		return "", err
	}
	most := d.rules.Doubts.List
	doubts, err := tx.UncertainMessages(c.Unit, tx.Now().Add(-d.rules.Doubts.MatterLapses), most+1)
	if err != nil {
		return "", err
	}
	items := make([]string, 0, most)
	for n := range doubts[:min(len(doubts), most)] {
		items = append(items, d.Text("uncertain_item", map[string]string{"n": fmt.Sprint(doubts[n].N), "text": firstRunes(doubts[n].Text, longestItem), "hint": d.hint(&doubts[n])}))
	}
	return d.list("uncertain", items, len(doubts) > most), nil
}

// hint is what a language model outside suggests: a category, or that it is no matter; empty when it wasn't asked.
func (d *Desk) hint(doubt *bot.Doubt) string {
	kind := bot.IssueKind(doubt.HintIntent).Label()
	switch {
	case doubt.HintIntent == "":
		return ""
	case kind == "":
		return d.Text("hint_none", nil)
	case doubt.HintCategory == "":
		return kind
	}
	return kind + " " + doubt.HintCategory
}

// longestItem is how much of a message a list shows.
const longestItem = 40

func firstRunes(text string, n int) string {
	r := []rune(strings.Join(strings.Fields(text), " "))
	if len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return string(r)
}

// list renders a list, or that there is nothing on it.
func (d *Desk) list(name string, items []string, more bool) string {
	if len(items) == 0 {
		return d.Text(name+"_none", nil)
	}
	rest := ""
	if more {
		rest = "…"
	}
	return d.Text(name+"_list", map[string]string{"count": fmt.Sprint(len(items)), "list": strings.Join(items, "\n"), "more": rest})
}

// clerkOf refuses somebody who has no part in the unit, and a conversation that belongs to none.
func (d *Desk) clerkOf(c Clerk) error {
	if c.Unit == 0 {
		return &bot.Error{Code: bot.CodeUnbound, Text: d.Text("refused_no_unit", nil)}
	}
	for _, role := range []bot.RoleName{bot.RoleMember, bot.RoleStaff, bot.RoleAdmin} {
		if c.By.Is(role, c.Unit) {
			return nil
		}
	}
	return &bot.Error{Code: bot.CodeDenied, Text: d.Text("refused_denied", map[string]string{"action": "整理", "who": bot.RoleStaff.Label() + "或" + bot.RoleMember.Label()})}
}

// Uncertainty is a message of the list 待确认 with whoever said it.
type Uncertainty struct {
	Doubt   *bot.Doubt
	Message *bot.Message // whole, as it was said
}

// FindUncertain is the message with that number on the unit's list, locked for being settled.
func (d *Desk) FindUncertain(tx *store.Tx, c Clerk, n int) (*Uncertainty, error) {
	if err := d.clerkOf(c); err != nil {
		return nil, err
	}
	doubt, err := tx.LockUncertain(c.Unit, n)
	if err != nil {
		return nil, d.noDoubt(err, n)
	}
	m, _, err := tx.StoredMessage(doubt.MessageID)
	if err != nil {
		return nil, d.noDoubt(err, n)
	}
	return &Uncertainty{doubt, m}, nil
}

func (d *Desk) noDoubt(err error, n int) error {
	if !isNotFound(err) {
		return err
	}
	return &bot.Error{Code: bot.CodeNotFound, Text: d.Text("uncertain_unknown", map[string]string{"n": fmt.Sprint(n)})}
}

// Admit registers a message of the list as its sender's matter, as the report says; unit and message of the report are filled in. It
// returns the line for the clerk; where the message was said, everybody hears it.
func (d *Desk) Admit(tx *store.Tx, c Clerk, u *Uncertainty, unit bot.Unit, r Report) (string, error) {
	key := store.AccountKey{Channel: u.Message.Channel, ExtID: u.Message.Sender}
	people, err := tx.People([]store.AccountKey{key})
	if err != nil {
		return "", err
	}
	if r.Reporter = people[key]; r.Reporter == nil {
		r.Reporter = tx.CreatePerson(key, u.Message.SenderName)
	}
	r.Unit, r.Source = unit, "group"
	r.Said = Said{Conversation: u.Doubt.ConversationID, Message: u.Doubt.MessageID, Ext: u.Message.ID}
	i, err := d.Open(tx, r)
	if err != nil {
		return "", err
	}
	if err := tx.SettleDoubt(u.Doubt.ID); err != nil {
		return "", err
	}
	line := d.Registered([]*bot.Issue{i}, unit, false)
	if u.Doubt.ConversationID != c.From {
		home := u.Message.Conversation()
		tx.PostAt(fmt.Sprintf("issue:%d:admitted", i.ID), home, line, d.speakAt(tx, home))
	}
	return line, tx.AddCorrection(bot.Correction{UnitID: unit.ID, IssueID: i.ID, MessageID: u.Doubt.MessageID, DoubtID: u.Doubt.ID, ConversationID: c.From,
		Field: bot.CorrectMatter, After: string(i.Kind), Text: lesson(i), ByID: c.By.ID})
}

// Dismiss takes a message off the list: it is no matter. The text is its masked one.
func (d *Desk) Dismiss(tx *store.Tx, c Clerk, u *Uncertainty, text string) (string, error) {
	if err := tx.SettleDoubt(u.Doubt.ID); err != nil {
		return "", err
	}
	if err := d.note(tx, c, "dismiss", u.Doubt.ID); err != nil {
		return "", err
	}
	err := tx.AddCorrection(bot.Correction{UnitID: c.Unit, MessageID: u.Doubt.MessageID, DoubtID: u.Doubt.ID, ConversationID: c.From, Field: bot.CorrectMatter,
		Text: nameless(text, u.Message.SenderName), ByID: c.By.ID})
	return d.Text("uncertain_dismissed", map[string]string{"n": fmt.Sprint(u.Doubt.N)}), err
}

// note puts what was done with a message of the list into the audit.
func (d *Desk) note(tx *store.Tx, c Clerk, action string, id int64) error {
	return tx.Audit(store.Change{Unit: c.Unit, ActorID: c.By.ID, Actor: c.By.Name, Action: action, Subject: "doubt", SubjectID: id})
}

// Undo takes the person's last correction in this conversation back (撤销), as long as the pack allows. What was withdrawn or merged
// stays so; the error is a *bot.Error that says so, or that there is nothing.
func (d *Desk) Undo(tx *store.Tx, c Clerk) (string, error) {
	within := d.rules.Conduct.UndoWithin
	done, err := tx.LastCorrection(c.By.ID, tx.Now().Add(-within))
	if isNotFound(err) || err == nil && done.ConversationID != c.From {
		return "", &bot.Error{Code: bot.CodeNotFound, Text: d.Text("undo_nothing", map[string]string{"minutes": fmt.Sprint(int(within.Minutes()))})}
	}
	if err != nil {
		return "", err
	}
	said, err := d.takeBack(tx, c, done)
	if err != nil {
		return "", err
	}
	return d.Text("undo_done", map[string]string{"text": said}), tx.UndoCorrection(done.ID)
}

func (d *Desk) takeBack(tx *store.Tx, c Clerk, done *bot.Correction) (said string, err error) {
	for _, f := range []fix{categoryFix(), kindFix(), placeFix("")} {
		if f.field == done.Field {
			return d.putBack(tx, c, done, f)
		}
	}
	if done.DoubtID == 0 { // withdrawn or merged: the table leads nowhere from there
		return "", &bot.Error{Code: bot.CodeIllegal, Text: d.Text("undo_final", nil)}
	}
	if err := tx.ReopenDoubt(done.DoubtID); err != nil {
		return "", err
	}
	if err := d.note(tx, c, "undo", done.DoubtID); err != nil || done.IssueID == 0 {
		return d.Text("uncertain_back", nil), err
	}
	_, line, err := d.Advance(tx, done.IssueID, Order{Verb: workflow.Withdraw, By: c.By, From: c.From, Unit: c.Unit, Text: d.Text("uncertain_back", nil)})
	return line, err
}

// putBack gives a field the value it had; one that somebody else has changed since stays.
func (d *Desk) putBack(tx *store.Tx, c Clerk, done *bot.Correction, f fix) (string, error) {
	i, err := tx.LockIssue(done.IssueID)
	if err != nil {
		return "", err
	}
	if f.value(i) != done.After {
		return "", &bot.Error{Code: bot.CodeIllegal, Text: d.Text("undo_changed", map[string]string{"number": d.Call(i, c.Unit)})}
	}
	if i, _, err = d.put(tx, done.IssueID, c, f, done.Before); err != nil {
		return "", err
	}
	if f.field == bot.CorrectCategory {
		err = tx.ReopenIssue(i.ID, i.Category)
	}
	return d.Text("correct_done", map[string]string{"number": d.Call(i, c.Unit), "field": f.name, "before": "", "after": f.label(done.Before)}), err
}

// lapsePage is how many doubts are removed at a time.
const lapsePage = 500

// Lapse removes what has been on the clerk's lists for longer than the pack keeps it, settled or not: what was said in a group and
// nobody took for a matter isn't kept for anything else. It returns how many there were.
func (d *Desk) Lapse(tx *store.Tx) (int, error) {
	pack, sum := &d.rules.Doubts, 0
	for _, l := range []struct {
		kind bot.DoubtKind
		life time.Duration
	}{{bot.DoubtMatter, pack.MatterLapses}, {bot.DoubtCategory, pack.CategoryLapses}} {
		n, err := tx.LapseDoubts(l.kind, tx.Now().Add(-l.life), lapsePage)
		if err != nil {
			return sum, err
		}
		sum += n
	}
	if sum == 0 {
		return 0, nil
	}
	return sum, tx.Audit(store.Change{Action: "lapse", Subject: "doubt", After: map[string]int{"count": sum}})
}
