package issue

import (
	"fmt"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/config"
	"tongshishang/store"
)

// Report is a matter as it was told.
type Report struct {
	Unit        bot.Unit
	Said        Said // where it is answered, too
	Reporter    *bot.Person
	Kind        bot.IssueKind
	Category    string
	Subcategory string
	Title       string
	Content     string // the resident's own words, phones and ID numbers masked
	Contact     string // a phone written with it; kept sealed
	Place       string
	PlaceID     string // the gazetteer's id; empty if it has none
	Source      string // code of 来源渠道 in the ledger pack
	Urgent      bool
	Divert      string // what the books say of a matter that may be in a procedure outside; empty if none
}

// Open registers an issue, numbers it and links the message that told it.
func (d *Desk) Open(tx *store.Tx, r Report) (*bot.Issue, error) {
	now := tx.Now()
	seq, err := tx.NextNumber(Sequence(r.Unit.ID))
	if err != nil {
		return nil, err
	}
	i := &bot.Issue{UnitID: r.Unit.ID, Number: d.number(r.Unit, now, seq), Seq: int(seq), Kind: r.Kind, Category: r.Category,
		Subcategory: r.Subcategory, Title: r.Title, Content: r.Content, Place: r.Place, PlaceID: r.PlaceID, Urgent: r.Urgent, Source: r.Source,
		ReporterID: r.Reporter.ID, ReporterName: r.Reporter.Name, ConversationID: r.Said.Conversation}
	event, err := d.move(tx, i, r.Reporter, workflow.Move{Verb: workflow.Register, Actors: []workflow.Actor{workflow.ActorResident}}, config.Limit{})
	if err != nil {
		return nil, err
	}
	if err := tx.CreateIssue(i, r.Contact); err != nil {
		return nil, err
	}
	wake(tx, i)
	event.IssueID = i.ID
	tx.AddEvent(event)
	r.Said.link(tx, i.ID, store.MessageOrigin)
	if err := d.audit(tx, i, r.Reporter, event, nil); err != nil || r.Divert == "" {
		return i, err
	}
	return i, d.divert(tx, i, r.Divert)
}

// divert marks an issue that may be in a procedure outside, so that whoever is to accept it sees it.
func (d *Desk) divert(tx *store.Tx, i *bot.Issue, text string) error {
	before := snapshot(i)
	event, err := d.move(tx, i, nil, workflow.Move{Verb: workflow.Divert, Actors: []workflow.Actor{workflow.ActorSystem}, Text: text}, noLimit)
	if err != nil {
		return err
	}
	return d.save(tx, i, Order{Verb: workflow.Divert}, event, before)
}

// Sequence is the name of the sequence that numbers a unit's issues.
func Sequence(unit int64) string { return fmt.Sprintf("issue/%d", unit) }

// number is TW-<unit code>-YYMM-NNN. NNN runs on within the unit and never starts again, because the short form #NNN has to
// mean one issue for ever.
func (d *Desk) number(u bot.Unit, now time.Time, seq int64) string {
	form := d.rules.Ledger.Number
	return strings.NewReplacer("{county}", d.county, "{unit}", u.Code, "{yymm}", now.In(d.zone).Format("0601"),
		"{seq}", fmt.Sprintf("%0*d", form.Digits, seq)).Replace(form.Pattern)
}

// Registered is what the conversation hears of new issues.
func (d *Desk) Registered(issues []*bot.Issue, unit bot.Unit, private bool) string {
	if len(issues) == 1 {
		i := issues[0]
		name := "registered"
		if private {
			name = "registered_private"
		}
		return d.Text(name, map[string]string{"number": i.Short(), "title": i.Title, "place": i.Place, "unit": unit.Name, "n": fmt.Sprint(i.Seq)})
	}
	items := make([]string, len(issues))
	for n, i := range issues {
		items[n] = d.Text("registered_item", map[string]string{"number": i.Short(), "title": i.Title, "place": i.Place})
	}
	return d.Text("registered_many", map[string]string{"count": fmt.Sprint(len(issues)), "list": strings.Join(items, "、")})
}
