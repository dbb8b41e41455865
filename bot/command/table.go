package command

import (
	"fmt"
	"slices"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/issue"
	"tongshishang/store"
)

// Call is one use of a command.
type Call struct {
	Tx        *store.Tx
	Person    *bot.Person
	Account   store.AccountKey // the sender's
	Unit      bot.Unit         // of the group; ID 0 one to one or in a group without a unit
	Said      issue.Said       // the message
	Private   bool             // one to one
	Quoted    *bot.Issue       // the issue of the message it replies to, if any
	Mentioned []bot.Person     // known people mentioned in it
	Rest      string           // the arguments, masked
	Last      string           // the person's command before this one, here, that changed something; empty if none is known

	Open   *bot.Ballot // runs in the conversation; nil: none
	Opened *bot.Ballot // set by the command that opened one, for the messages that follow
}

// Command is one entry of the table.
type Command struct {
	Name    string
	Aliases []string
	Usage   string // as it is written, arguments and all
	Help    string // one line
	Example string
	Who     []bot.RoleName // who may use it at all; empty is everybody. The rest is checked where the work is done
	Reads   bool           // it changes nothing, so #撤销 passes over it
	Run     func(c *Call) (bot.Answer, error)
}

// Table is the commands in the order #帮助 lists them.
type Table struct {
	commands []*Command
	byName   map[string]*Command
	texts    Texts
}

// Texts renders the pack's texts.
type Texts func(name string, fields map[string]string) string

// NewTable makes a table of the commands and #帮助, which explains them; it fails when two commands share a name.
func NewTable(texts Texts, commands []*Command) (*Table, error) {
	t := &Table{byName: map[string]*Command{}, texts: texts}
	t.commands = append(commands, t.help())
	for _, c := range t.commands {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if t.byName[name] != nil {
				return nil, fmt.Errorf("two commands are named %q", name)
			}
			t.byName[name] = c
		}
	}
	return t, nil
}

// usage is the refusal of arguments that don't fit.
func (c *Command) usage(texts Texts) error {
	return &bot.Error{Code: bot.CodeUsage, Text: texts("refused_usage", map[string]string{"usage": c.Usage, "example": c.Example})}
}

// Find returns the command of that name or alias. A name may have its number written on to it by people who leave out blanks,
// which Parse has split off already.
func (t *Table) Find(name string) (*Command, bool) {
	c, ok := t.byName[name]
	return c, ok
}

// promised are the commands whose names are fixed and that aren't offered yet. Who types one is told so, rather than asked
// whether another was meant.
func promised() []string {
	return []string{"退单", "延期", "挂账", "督办", "我的", "会议", "签到", "请假", "活动", "报名", "积分"}
}

// IsNear tells whether somebody who typed the name surely meant a command.
func (t *Table) IsNear(name string) bool {
	return slices.Contains(promised(), name) || t.nearest(name) != ""
}

// nearest returns the name that was probably meant, or nothing when none is near.
func (t *Table) nearest(name string) string {
	best, least := "", 2
	for _, c := range t.commands {
		for _, known := range append([]string{c.Name}, c.Aliases...) {
			if d := distance(name, known); d < least && d < len([]rune(known)) {
				best, least = c.Name, d
			}
		}
	}
	return best
}

// Unknown is the refusal of a word that isn't a command.
func (t *Table) Unknown(name string) error {
	if slices.Contains(promised(), name) {
		return &bot.Error{Code: bot.CodeUnready, Text: t.texts("refused_not_offered", nil)}
	}
	near := t.nearest(name)
	example := ""
	if near != "" {
		example = t.byName[near].Example
	}
	return &bot.Error{Code: bot.CodeUnknown, Text: t.texts("refused_unknown_command", map[string]string{"word": name, "suggestion": example})}
}

// Run uses the command for the person: it refuses who may never use it, and runs it otherwise.
func (t *Table) Run(c *Command, call *Call) (bot.Answer, error) {
	if !c.allows(call.Person) {
		return bot.Answer{}, t.denied(c)
	}
	return c.Run(call)
}

func (c *Command) allows(p *bot.Person) bool {
	if len(c.Who) == 0 {
		return true
	}
	for _, role := range c.Who {
		if p.Is(role, 0) {
			return true
		}
	}
	return false
}

func (t *Table) denied(c *Command) error {
	names := make([]string, 0, len(c.Who))
	for _, role := range c.Who {
		if role != bot.RoleAdmin || len(c.Who) == 1 {
			names = append(names, role.Label())
		}
	}
	return &bot.Error{Code: bot.CodeDenied, Text: t.texts("refused_denied", map[string]string{"action": c.Name, "who": strings.Join(names, "或")})}
}

// Help lists what the person may do, or explains one command.
func (t *Table) Help(p *bot.Person, name string) (bot.Answer, error) {
	if name != "" {
		c, ok := t.Find(name)
		if !ok {
			return bot.Answer{}, t.Unknown(name)
		}
		names := make([]string, len(c.Who))
		for i, role := range c.Who {
			names[i] = role.Label()
		}
		return bot.Answer{Text: t.texts("help_command", map[string]string{"usage": c.Usage, "line": c.Help, "who": strings.Join(names, "、"), "example": c.Example})}, nil
	}
	var lines []string
	for _, c := range t.commands {
		if c.allows(p) {
			lines = append(lines, t.texts("help_item", map[string]string{"usage": c.Usage, "line": c.Help}))
		}
	}
	return bot.Answer{Text: t.texts("help", map[string]string{"list": strings.Join(lines, "\n")})}, nil
}
