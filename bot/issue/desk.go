package issue

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/workflow"
	"tongshishang/config"
	"tongshishang/store"
)

// Desk is where issues are worked. It has no state of its own.
type Desk struct {
	rules  *config.Rules
	flow   *workflow.Flow
	zone   *time.Location
	county string // the first part of every number: TW
}

// New makes a desk. The zone is the one people read dates in.
func New(rules *config.Rules, flow *workflow.Flow, zone *time.Location, county string) *Desk {
	return &Desk{rules: rules, flow: flow, zone: zone, county: county}
}

// Text renders a text of the pack.
func (d *Desk) Text(name string, fields map[string]string) string {
	return d.rules.Texts.Render(name, fields)
}

// Find returns the issue that a reference names: a full number, or a short one of the unit. A full number is good anywhere.
func (d *Desk) Find(tx *store.Tx, unit int64, ref Ref) (*bot.Issue, error) {
	var i *bot.Issue
	err := store.ErrNotFound
	if ref.Number != "" {
		i, err = tx.IssueByNumber(ref.Number)
	} else if unit != 0 {
		i, err = tx.IssueBySeq(unit, ref.Seq)
	}
	if err != nil {
		return nil, d.notFound(err, ref)
	}
	return i, nil
}

// Call is how an issue is called where the short numbers of the unit are understood: #012 for one of that unit, and the full
// number for any other.
func (d *Desk) Call(i *bot.Issue, unit int64) string {
	if i.UnitID == unit {
		return i.Short()
	}
	return i.Number
}

// typed is Call as it is typed in a command: 12, or the full number.
func (d *Desk) typed(i *bot.Issue, unit int64) string {
	if i.UnitID == unit {
		return strconv.Itoa(i.Seq)
	}
	return i.Number
}

func (d *Desk) notFound(err error, ref Ref) error {
	if !isNotFound(err) {
		return err
	}
	return &bot.Error{Code: bot.CodeNotFound, Text: d.Text("refused_no_issue", map[string]string{"number": ref.String()})}
}

// Query is what `#查询 N` says of an issue: status, who has it, until when, and the last thing that was said about it. The unit
// is the one whose short numbers the asker understands.
func (d *Desk) Query(tx *store.Tx, i *bot.Issue, unit int64) (string, error) {
	events, err := tx.Events(i.ID, 20)
	if err != nil {
		return "", err
	}
	said := ""
	for _, e := range events {
		if e.Text != "" && !slices.Contains(untold, workflow.Verb(e.Verb)) {
			said = e.Text
		}
	}
	return d.Text("query_one", map[string]string{"number": d.Call(i, unit), "title": i.Title, "status": i.Status.Label(),
		"agency": i.Agency, "name": i.HandlerName, "due": d.dueText(i), "text": said}), nil
}

// untold are the moves whose texts aren't news of the matter's progress.
var untold = []workflow.Verb{workflow.Rate, workflow.Register, workflow.Endorse}

// List is what `#查询` says of somebody's own issues where the unit's short numbers are understood.
func (d *Desk) List(issues []bot.Issue, unit int64) string {
	if len(issues) == 0 {
		return d.Text("query_none", nil)
	}
	items := make([]string, len(issues))
	for n := range issues {
		items[n] = d.Text("query_item", map[string]string{"number": d.Call(&issues[n], unit), "title": issues[n].Title, "status": issues[n].Status.Label()})
	}
	return d.Text("query_list", map[string]string{"list": strings.Join(items, "、")})
}

// AcceptLimit is how long somebody has to accept or refuse, as people say it: 1个工作日.
func (d *Desk) AcceptLimit() string {
	return strings.Replace(d.flow.LimitOf(workflow.ClockAccept), "工作日", "个工作日", 1)
}

// Day is a date as people say it: 11月30日.
func (d *Desk) Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(d.zone)
	return fmt.Sprintf("%d月%d日", int(t.Month()), t.Day())
}

// dueText is the date until which somebody works on the issue; empty when nobody does.
func (d *Desk) dueText(i *bot.Issue) string {
	switch i.Status {
	case bot.StatusAssigned, bot.StatusSigned, bot.StatusHandling:
		return d.Day(i.DueAt)
	}
	return ""
}
