package ballot

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
)

// Book is the book of ballot rules of one county: the pack, read in its zone. It never changes after New.
type Book struct {
	pack config.Ballots
	zone *time.Location
}

// New makes the book of a pack that passed its check. Deadlines in plain words are times of the zone.
func New(pack config.Ballots, zone *time.Location) *Book {
	return &Book{pack: pack, zone: zone}
}

// Rule finds a rule by its name or another name for it; an empty name is the default rule. The error is a *bot.Error that
// lists the rules there are.
func (b *Book) Rule(name string) (config.BallotRule, error) {
	if name == "" {
		name = b.pack.Default
	}
	var names []string
	for _, r := range b.pack.Rules {
		if r.Name == name || slices.Contains(r.Aliases, name) {
			return r, nil
		}
		names = append(names, r.Name)
	}
	return config.BallotRule{}, b.refuse(bot.CodeBadValue, "rule", "{rule}", name, "{rules}", strings.Join(names, "、"))
}

// Notice refuses a ballot that ends before the notice its rule asks for has run: nothing may be decided on items that were
// not announced in time. The error is a *bot.Error.
func (b *Book) Notice(rule config.BallotRule, openedAt, closesAt time.Time) error {
	if closesAt.Before(openedAt.AddDate(0, 0, rule.NoticeDays)) {
		return b.refuse(bot.CodeBadValue, "notice", "{rule}", rule.Name, "{days}", strconv.Itoa(rule.NoticeDays), "{article}", rule.Notice)
	}
	return nil
}

// refuse fills one of the pack's refusals; fields are name and value in turn, the name in braces.
func (b *Book) refuse(code bot.Code, name string, fields ...string) *bot.Error {
	return &bot.Error{Code: code, Text: strings.NewReplacer(fields...).Replace(b.pack.Refusals[name])}
}
