package issue

import (
	"strings"
	"unicode/utf8"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/store"
)

// Clerk is who corrects something, and where.
type Clerk struct {
	By   *bot.Person
	From int64 // the conversation, which hears the result as the answer
	Unit int64 // whose short numbers are understood there; 0 when none are
}

// fix is one thing that somebody knows better of an issue.
type fix struct {
	field bot.CorrectionField
	name  string                    // as people call the field
	value func(*bot.Issue) string   // as it stands
	label func(value string) string // as people read it
	set   func(*bot.Issue, string)  // to another value
}

func categoryFix() fix {
	return fix{bot.CorrectCategory, "分类", func(i *bot.Issue) string { return joinCategory(i.Category, i.Subcategory) }, same, func(i *bot.Issue, v string) {
		i.Category, i.Subcategory, _ = strings.Cut(v, "/")
	}}
}

func kindFix() fix {
	return fix{bot.CorrectKind, "类型", func(i *bot.Issue) string { return string(i.Kind) }, func(v string) string { return bot.IssueKind(v).Label() }, func(i *bot.Issue, v string) {
		i.Kind = bot.IssueKind(v)
	}}
}

func placeFix(id string) fix {
	return fix{bot.CorrectPlace, "地点", func(i *bot.Issue) string { return i.Place }, same, func(i *bot.Issue, v string) { i.Place, i.PlaceID = v, id }}
}

func same(value string) string { return value }

func joinCategory(first, second string) string {
	if second == "" {
		return first
	}
	return first + "/" + second
}

// Categorize gives the issue its category (分类), first level and second, which may be empty, takes it off the list of those without
// a sure one, and keeps it for the model to learn from. It returns the line for the conversation of the clerk. The error is a
// *bot.Error when the person may not or the issue is out of the books, and then nothing has changed.
func (d *Desk) Categorize(tx *store.Tx, id int64, c Clerk, first, second string) (string, error) {
	line, err := d.correct(tx, id, c, categoryFix(), joinCategory(first, second))
	if err != nil {
		return "", err
	}
	return line, tx.SettleIssue(id)
}

// Retype makes the issue another kind of matter (事项类型); see Categorize.
func (d *Desk) Retype(tx *store.Tx, id int64, c Clerk, kind bot.IssueKind) (string, error) {
	return d.correct(tx, id, c, kindFix(), string(kind))
}

// Relocate gives the issue another place (地点), masked, with its id in the gazetteer, if it has one; see Categorize.
func (d *Desk) Relocate(tx *store.Tx, id int64, c Clerk, place, placeID string) (string, error) {
	return d.correct(tx, id, c, placeFix(placeID), place)
}

func (d *Desk) correct(tx *store.Tx, id int64, c Clerk, f fix, value string) (string, error) {
	i, was, err := d.put(tx, id, c, f, value)
	if err != nil {
		return "", err
	}
	err = tx.AddCorrection(bot.Correction{UnitID: i.UnitID, IssueID: id, ConversationID: c.From, Field: f.field, Before: was, After: value, Text: lesson(i), ByID: c.By.ID})
	if err != nil {
		return "", err
	}
	if was == value {
		was = ""
	}
	return d.Text("correct_done", map[string]string{"number": d.Call(i, c.Unit), "field": f.name, "before": f.label(was), "after": f.label(value)}), nil
}

// put sets the field, with its event and audit entry, and returns what it was before. A value that was right already is
// confirmed, which is an event, too.
func (d *Desk) put(tx *store.Tx, id int64, c Clerk, f fix, value string) (i *bot.Issue, was string, err error) {
	if i, err = tx.LockIssue(id); err != nil {
		return nil, "", err
	}
	actors, err := d.actors(tx, i, c.By)
	if err != nil {
		return nil, "", err
	}
	before := snapshot(i)
	was = f.value(i)
	event, err := d.move(tx, i, c.By, workflow.Move{Verb: workflow.Correct, Actors: actors, Text: f.name + ":" + f.label(was) + "→" + f.label(value)}, noLimit)
	if err != nil {
		return nil, "", d.inFull(err, i, c.Unit)
	}
	f.set(i, value)
	return i, was, d.save(tx, i, Order{Verb: workflow.Correct, By: c.By}, event, before)
}

// NotMatter takes back an issue that was registered by mistake: it is withdrawn with the reason, and the model learns that such words
// are no matter. See Advance for what may refuse it.
func (d *Desk) NotMatter(tx *store.Tx, id int64, c Clerk, reason string) (string, error) {
	reason = strings.TrimSuffix(d.Text("not_matter_reason", map[string]string{"reason": reason}), " ")
	i, line, err := d.Advance(tx, id, Order{Verb: workflow.Withdraw, By: c.By, From: c.From, Unit: c.Unit, Text: reason})
	if err != nil {
		return "", err
	}
	if err := tx.SettleIssue(id); err != nil {
		return "", err
	}
	return line, tx.AddCorrection(bot.Correction{UnitID: i.UnitID, IssueID: id, ConversationID: c.From, Field: bot.CorrectMatter, Before: string(i.Kind), Text: lesson(i), ByID: c.By.ID})
}

// SameMatter merges the issue into another, see Merge, and keeps the two for the model to learn from.
func (d *Desk) SameMatter(tx *store.Tx, id, into int64, c Clerk) (string, error) {
	i, line, err := d.Merge(tx, id, into, Order{By: c.By, From: c.From, Unit: c.Unit})
	if err != nil {
		return "", err
	}
	stays, err := tx.LockIssue(into)
	if err != nil {
		return "", err
	}
	return line, tx.AddCorrection(bot.Correction{UnitID: i.UnitID, IssueID: id, OtherID: into, ConversationID: c.From, Field: bot.CorrectSame, Before: i.Number,
		After: stays.Number, Text: lesson(i), OtherText: lesson(stays), ByID: c.By.ID})
}

// shortestName is from how many characters a name is looked for in what its bearer said.
const shortestName = 2

// lesson is what is kept of an issue's words for learning: they are masked already; the name of whoever reported goes, too.
func lesson(i *bot.Issue) string {
	return nameless(i.Content, i.ReporterName)
}

// nameless is a text without the name of whoever said it.
func nameless(text, name string) string {
	if utf8.RuneCountInString(name) < shortestName {
		return text
	}
	return strings.ReplaceAll(text, name, "某某")
}
