package command

import (
	"strconv"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/report"
	"tongshishang/bot/topic"
	"tongshishang/config"
	"tongshishang/store"
)

// Shelf is what the commands about the books work with.
type Shelf struct {
	Store *store.Store
	Rules *config.Rules
	Zone  *time.Location
	Now   bot.Clock
	// Topics tells which matters are about the same thing.
	Topics *topic.Matcher
	// Link returns a link that opens a ledger and expires; unit is a code, or empty for the whole county.
	Link func(week, unit string, edition report.Edition) string
}

// Books lists the commands about ledger and statistics.
func Books(shelf Shelf, texts Texts) []*Command {
	return []*Command{shelf.ledger(texts), shelf.stats(texts), shelf.hot(texts)}
}

// ledger answers with a link. In a group everybody can open it, so there it leads to the public edition; staff get the internal
// one by asking one to one.
func (s Shelf) ledger(texts Texts) *Command {
	c := &Command{Name: "台账", Usage: "#台账 [本周|上周|2026-W47]", Help: "拿一周的台账", Example: "#台账 上周", Who: staff, Reads: true}
	c.Run = func(call *Call) (bot.Answer, error) {
		week, err := report.ParseWeek(call.Rest, s.Now())
		if err != nil {
			return bot.Answer{}, &bot.Error{Code: bot.CodeBadValue, Text: texts("ledger_bad_week", map[string]string{"text": call.Rest})}
		}
		unit := call.Unit.Code
		if call.Person.Is(bot.RoleAdmin, 0) && call.Private {
			unit = ""
		}
		edition := report.Public
		if call.Private && (call.Person.Is(bot.RoleStaff, call.Unit.ID) || call.Person.Is(bot.RoleAdmin, 0)) {
			edition = report.Internal
		}
		return bot.Answer{Text: texts("ledger_link", map[string]string{"week": week.String(), "link": s.Link(week.String(), unit, edition),
			"hours": strconv.Itoa(s.Rules.Ledger.LinkHours)})}, nil
	}
	return c
}

func (s Shelf) stats(texts Texts) *Command {
	c := &Command{Name: "统计", Usage: "#统计 [本周|本月|本季度]", Help: "几件事,办了多少", Example: "#统计 本月", Reads: true}
	c.Run = func(call *Call) (bot.Answer, error) {
		name, from, ok := s.period(call.Rest)
		if !ok {
			return bot.Answer{}, c.usage(texts)
		}
		var unit *bot.Unit
		if call.Unit.ID != 0 {
			unit = &call.Unit
		}
		st, err := report.Stats(call.Tx.Context(), s.Store, s.Rules, s.Now(), from, time.Time{}, unit)
		if err != nil {
			return bot.Answer{}, err
		}
		return bot.Answer{Text: report.Text(st, s.Rules, name)}, nil
	}
	return c
}

// period reads which time is meant; it begins at midnight in the zone people read dates in.
func (s Shelf) period(words string) (name string, from time.Time, ok bool) {
	now := s.Now().In(s.Zone)
	switch words {
	case "", "本周":
		return "本周", report.WeekOf(now).Start(), true
	case "本月":
		return "本月", time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, s.Zone), true
	case "本季度", "本季":
		first := (now.Month()-1)/3*3 + 1
		return "本季度", time.Date(now.Year(), first, 1, 0, 0, 0, 0, s.Zone), true
	}
	return "", time.Time{}, false
}
