package pipeline

import (
	"slices"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/understand"
	"tongshishang/config"
)

// procedure is the one outside that a matter says it is in: its code, and whether there is one.
func (t *talk) procedure(text string) (config.Procedure, bool) {
	if t.reading.Divert == "" { // nothing in the whole message says so
		return config.Procedure{}, false
	}
	return t.Rules.Divert.Find(t.Reader.Divert(text))
}

// mark is what the books say of a matter that may be in a procedure outside; empty if none is named. It is registered all the
// same: only a person can tell whether it is the same matter, and refuses it with a reason.
func (t *talk) mark(m understand.Matter) string {
	p, ok := t.procedure(m.Text)
	if !ok {
		return ""
	}
	return strings.ReplaceAll(t.Rules.Divert.Mark, "{name}", p.Name)
}

// diverts tells whether one of the issues just opened may be in a procedure outside.
func (t *talk) diverts(opened []*bot.Issue) bool {
	return slices.ContainsFunc(opened, func(i *bot.Issue) bool { _, ok := t.procedure(i.Content); return ok })
}

// diverted tells the reporter of the first such issue why it isn't decided here and where to ask; of several matters it says first
// that they are registered.
func (t *talk) diverted(opened []*bot.Issue) string {
	line := ""
	if len(opened) > 1 {
		line = t.Desk.Registered(opened, t.unit, t.private) + "\n"
	}
	for _, i := range opened {
		if p, ok := t.procedure(i.Content); ok {
			return line + t.Desk.Text("diverted", map[string]string{"number": i.Short(), "reason": p.Reason, "where": p.Where})
		}
	}
	return line
}
