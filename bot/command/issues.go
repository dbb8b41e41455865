package command

import (
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/issue"
	"tongshishang/bot/understand"
	"tongshishang/bot/workflow"
	"tongshishang/config"
)

// issues are the commands that lead an issue through its steps.
type issues struct {
	desk  *issue.Desk
	read  func(text string) understand.Reading
	texts Texts
}

var (
	workers  = []bot.RoleName{bot.RoleMember, bot.RoleStaff, bot.RoleAdmin}
	staff    = []bot.RoleName{bot.RoleStaff, bot.RoleAdmin}
	handlers = []bot.RoleName{bot.RoleHandler, bot.RoleStaff, bot.RoleAdmin}
	answers  = []bot.RoleName{bot.RoleMember, bot.RoleStaff, bot.RoleHandler, bot.RoleAdmin}
)

// Issues lists the commands about issues.
func Issues(desk *issue.Desk, read func(string) understand.Reading, texts Texts) []*Command {
	f := issues{desk, read, texts}
	return []*Command{
		f.move(Command{Name: "受理", Usage: "#受理 N [A|B|C]", Help: "收下一件事,可定难易", Example: "#受理 12 B", Who: workers}, f.accept),
		f.move(Command{Name: "不予受理", Aliases: []string{"不受理"}, Usage: "#不予受理 N 理由", Help: "不收,说明理由", Example: "#不予受理 12 已在法院审理", Who: staff}, verb(workflow.Refuse)),
		f.move(Command{Name: "交办", Aliases: []string{"派单"}, Usage: "#交办 N 单位 [@人] [5天]", Help: "交给承办单位", Example: "#交办 12 住建局", Who: staff}, f.assign),
		f.move(Command{Name: "签收", Usage: "#签收 N", Help: "承办单位收下", Example: "#签收 12", Who: handlers}, verb(workflow.Sign)),
		f.move(Command{Name: "回复", Aliases: []string{"答复"}, Usage: "#回复 N 内容", Help: "答咨询,或说进展", Example: "#回复 12 灯泡已订,周四到", Who: answers}, reply),
		f.move(Command{Name: "办结", Aliases: []string{"办好"}, Usage: "#办结 N 结果", Help: "办好了,请乡亲评", Example: "#办结 12 路灯已修好", Who: handlers}, resolve),
		f.rate(),
		f.move(Command{Name: "重办", Usage: "#重办 N 理由", Help: "没办好,请重新办", Example: "#重办 12 又不亮了"}, verb(workflow.Reopen)),
		f.query(),
		f.endorse(),
		f.move(Command{Name: "撤回", Usage: "#撤回 N", Help: "撤回自己反映的事", Example: "#撤回 12"}, verb(workflow.Withdraw)),
	}
}

// order makes the order of a move from the text after the issue's number.
type order func(c *Call, i *bot.Issue, text string) (issue.Order, error)

func verb(v workflow.Verb) order {
	return func(_ *Call, _ *bot.Issue, text string) (issue.Order, error) {
		return issue.Order{Verb: v, Text: text}, nil
	}
}

func reply(_ *Call, i *bot.Issue, text string) (issue.Order, error) {
	return issue.Order{Verb: workflow.Reply(i), Text: text}, nil
}

// resolve notes how it was handled: on the spot when no unit had it, else by the units together.
func resolve(_ *Call, i *bot.Issue, text string) (issue.Order, error) {
	method := "联动办理"
	if i.Agency == "" {
		method = "现场解决"
	}
	return issue.Order{Verb: workflow.Resolve, Text: text, Method: method}, nil
}

// move is a command that names an issue, by number or by replying to its message, and moves it.
func (f issues) move(c Command, order order) *Command {
	c.Run = func(call *Call) (bot.Answer, error) {
		i, text, err := f.find(call, &c)
		if err != nil {
			return bot.Answer{}, err
		}
		o, err := order(call, i, text)
		if err != nil {
			return bot.Answer{}, err
		}
		o.By, o.From, o.Unit = call.Person, call.Said.Conversation, call.Unit.ID
		_, line, err := f.desk.Advance(call.Tx, i.ID, o)
		return bot.Answer{Text: line}, err
	}
	return &c
}

// find reads which issue is meant; what follows its number is the text.
func (f issues) find(call *Call, c *Command) (*bot.Issue, string, error) {
	ref, text, ok := refAndText(call.Rest)
	if !ok {
		if call.Quoted == nil {
			return nil, "", c.usage(f.texts)
		}
		return call.Quoted, call.Rest, nil
	}
	if call.Unit.ID == 0 && ref.Number == "" && !call.Private {
		return nil, "", &bot.Error{Code: bot.CodeUnbound, Text: f.texts("refused_no_unit", nil)}
	}
	i, err := f.desk.Find(call.Tx, call.Unit.ID, ref)
	return i, text, err
}

func (f issues) accept(_ *Call, _ *bot.Issue, text string) (issue.Order, error) {
	o := issue.Order{Verb: workflow.Accept}
	grade, rest := word(text)
	switch g := bot.Difficulty(strings.ToUpper(grade)); g {
	case bot.DifficultyA, bot.DifficultyB, bot.DifficultyC:
		o.Grade, text = g, rest
	}
	o.Text = text
	return o, nil
}

// assign reads `单位 [@人] [5天]`; a person is known by a mention or by name, the rest of the words are the unit.
func (f issues) assign(call *Call, _ *bot.Issue, text string) (issue.Order, error) {
	o := issue.Order{Verb: workflow.Assign}
	for rest := strings.ReplaceAll(text, "@", " @"); rest != ""; { // people leave out the blank
		var w string
		w, rest = word(rest)
		if name, ok := strings.CutPrefix(w, "@"); ok {
			o.Handler = f.handler(call, name)
			continue
		}
		if limit, err := config.ParseLimit(w); err == nil {
			o.Limit = limit
			continue
		}
		if o.Agency == "" {
			o.Agency = strings.Trim(w, ",，、;；")
			continue
		}
		o.Text = strings.TrimSpace(o.Text + " " + w)
	}
	if o.Handler == nil && len(call.Mentioned) > 0 { // many bridges give a mention without its words
		o.Handler = &call.Mentioned[0]
	}
	return o, nil
}

// handler is the person mentioned: known by the mention, by name, or by name only.
func (f issues) handler(call *Call, name string) *bot.Person {
	name = strings.TrimRight(name, "\u2005 ")
	for n := range call.Mentioned {
		if call.Mentioned[n].Name == name || len(call.Mentioned) == 1 {
			return &call.Mentioned[n]
		}
	}
	if p, err := call.Tx.PersonByName(name); err == nil {
		return p
	}
	return &bot.Person{Name: name}
}

func (f issues) rate() *Command {
	c := &Command{Name: "评价", Usage: "#评价 N 满意", Help: "办好的事,说说解决没有、满不满意", Example: "#评价 12 已解决 满意"}
	c.Run = func(call *Call) (bot.Answer, error) {
		i, text, err := f.find(call, c)
		if err != nil {
			return bot.Answer{}, err
		}
		r := f.read(text)
		if r.Solved == bot.SolvedUnknown && r.Satisfaction == bot.SatisfactionUnasked {
			return bot.Answer{}, &bot.Error{Code: bot.CodeUsage, Text: f.texts("rate_unclear", map[string]string{"number": f.desk.Call(i, call.Unit.ID)})}
		}
		line, err := f.desk.Rated(call.Tx, i.ID, issue.Opinion{By: call.Person, Said: call.Said, Unit: call.Unit.ID, Solved: r.Solved,
			Satisfaction: r.Satisfaction, Text: text}, call.Private)
		return bot.Answer{Text: line}, err
	}
	return c
}

func (f issues) query() *Command {
	c := &Command{Name: "查询", Aliases: []string{"进度", "查"}, Usage: "#查询 [N]", Help: "看办到哪一步", Example: "#查询 12", Reads: true}
	c.Run = func(call *Call) (bot.Answer, error) {
		if call.Rest == "" && call.Quoted == nil {
			list, err := call.Tx.PersonIssues(call.Person.ID, 5)
			return bot.Answer{Text: f.desk.List(list, call.Unit.ID)}, err
		}
		i, _, err := f.find(call, c)
		if err != nil {
			return bot.Answer{}, err
		}
		text, err := f.desk.Query(call.Tx, i, call.Unit.ID)
		return bot.Answer{Text: text}, err
	}
	return c
}

func (f issues) endorse() *Command {
	c := &Command{Name: "附议", Usage: "#附议 N", Help: "我家也是", Example: "#附议 12"}
	c.Run = func(call *Call) (bot.Answer, error) {
		i, _, err := f.find(call, c)
		if err != nil {
			return bot.Answer{}, err
		}
		if i, err = f.desk.Endorse(call.Tx, i.ID, call.Person, call.Said); err != nil {
			return bot.Answer{}, err
		}
		if call.Private {
			return bot.Answer{Text: f.texts("endorse_private", map[string]string{"number": f.desk.Call(i, call.Unit.ID)})}, nil
		}
		return bot.Answer{Text: f.desk.Households(i, call.Unit.ID)}, nil
	}
	return c
}
