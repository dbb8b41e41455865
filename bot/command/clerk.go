package command

import (
	"slices"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/issue"
	"tongshishang/bot/understand"
	"tongshishang/config"
	"tongshishang/store"
)

// clerk are the commands that set right what was read wrong, and settle what the reading left open. What they settle is what the
// model learns from.
type clerk struct {
	issues
	reader *understand.Reader
	rules  *config.Rules
}

// Clerk lists the commands of whoever sorts the matters.
func Clerk(desk *issue.Desk, reader *understand.Reader, rules *config.Rules, texts Texts) []*Command {
	f := clerk{issues{desk, reader.Read, texts}, reader, rules}
	unsorted := Command{Name: "待分类", Usage: "#待分类", Help: "看分类拿不准的事", Example: "#待分类", Who: workers, Reads: true}
	uncertain := Command{Name: "待确认", Usage: "#待确认", Help: "看拿不准是不是诉求的话", Example: "#待确认", Who: workers, Reads: true}
	category := Command{Name: "分类", Usage: "#分类 N 类别[/二级]", Help: "给一件事定分类", Example: "#分类 12 城乡建设/村镇建设", Who: workers}
	kind := Command{Name: "类型", Usage: "#类型 N 建议", Help: "给一件事定类型", Example: "#类型 12 建议", Who: workers}
	place := Command{Name: "地点", Usage: "#地点 N 地点", Help: "给一件事定地点", Example: "#地点 12 学校门口", Who: workers}
	not := Command{Name: "不是诉求", Aliases: []string{"误登"}, Usage: "#不是诉求 N [理由]", Help: "登记错了,撤掉", Example: "#不是诉求 12", Who: staff}
	same := Command{Name: "合并", Aliases: []string{"并案", "同一件"}, Usage: "#合并 N M", Help: "N 和 M 是同一件,N 并入 M", Example: "#合并 13 12", Who: staff}
	return []*Command{
		f.list(unsorted, desk.Unsorted), f.list(uncertain, desk.Uncertain),
		f.fix(category, f.category), f.fix(kind, f.kind), f.fix(place, f.place), f.fix(not, f.notMatter), f.fix(same, f.same),
		f.admit(), f.dismiss(), f.undo(),
	}
}

func (c *Call) clerk() issue.Clerk {
	return issue.Clerk{By: c.Person, From: c.Said.Conversation, Unit: c.Unit.ID}
}

// list is a command that shows a list of the unit.
func (f clerk) list(c Command, list func(tx *store.Tx, by issue.Clerk) (string, error)) *Command {
	c.Run = func(call *Call) (bot.Answer, error) {
		text, err := list(call.Tx, call.clerk())
		return bot.Answer{Text: text}, err
	}
	return &c
}

// fix is a command that names an issue, by number or by replying to its message, and sets something of it right.
func (f clerk) fix(c Command, fix func(call *Call, c *Command, i *bot.Issue, text string) (string, error)) *Command {
	c.Run = func(call *Call) (bot.Answer, error) {
		i, text, err := f.find(call, &c)
		if err != nil {
			return bot.Answer{}, err
		}
		line, err := fix(call, &c, i, strings.TrimSpace(text))
		return bot.Answer{Text: line}, err
	}
	return &c
}

func (f clerk) category(call *Call, c *Command, i *bot.Issue, text string) (string, error) {
	if text == "" {
		return "", c.usage(f.texts)
	}
	t, ok := f.rules.Categories.Resolve(text)
	if !ok {
		return "", f.which(text, f.rules.Categories.Names())
	}
	return f.desk.Categorize(call.Tx, i.ID, call.clerk(), t.First, t.Second)
}

// which refuses a word that names none or several of the things on a list.
func (f clerk) which(word string, list []string) error {
	return &bot.Error{Code: bot.CodeBadValue, Text: f.texts("correct_which", map[string]string{"word": word, "list": strings.Join(list, "、")})}
}

func (f clerk) kind(call *Call, c *Command, i *bot.Issue, text string) (string, error) {
	if text == "" {
		return "", c.usage(f.texts)
	}
	if text == "求助" {
		text = bot.IssueAppeal.Label()
	}
	var names []string
	for _, k := range bot.IssueKinds() {
		if k.Label() == text {
			return f.desk.Retype(call.Tx, i.ID, call.clerk(), k)
		}
		names = append(names, k.Label())
	}
	return "", f.which(text, names)
}

// longestPlace is how many characters of a place the ledger has room for.
const longestPlace = 60

func (f clerk) place(call *Call, c *Command, i *bot.Issue, text string) (string, error) {
	if text == "" || len([]rune(text)) > longestPlace {
		return "", c.usage(f.texts)
	}
	unit, err := call.Tx.Unit(i.UnitID)
	if err != nil {
		return "", err
	}
	return f.desk.Relocate(call.Tx, i.ID, call.clerk(), text, f.placeID(text, unit))
}

// placeID is the gazetteer's id of a place in the unit; empty if it has none, or several of that name.
func (f clerk) placeID(place string, unit bot.Unit) string {
	if p, ok := f.reader.Locate(place, unit.Name); ok && p.Kind != bot.PlaceUnit {
		return p.ID
	}
	return ""
}

func (f clerk) notMatter(call *Call, _ *Command, i *bot.Issue, text string) (string, error) {
	return f.desk.NotMatter(call.Tx, i.ID, call.clerk(), text)
}

func (f clerk) same(call *Call, c *Command, i *bot.Issue, text string) (string, error) {
	ref, _, ok := refAndText(text)
	if !ok {
		return "", c.usage(f.texts)
	}
	into, err := f.desk.Find(call.Tx, call.Unit.ID, ref)
	if err != nil {
		return "", err
	}
	return f.desk.SameMatter(call.Tx, i.ID, into.ID, call.clerk())
}

// uncertain finds the message of the list 待确认 that a command names by its number.
func (f clerk) uncertain(call *Call, c *Command) (*issue.Uncertainty, error) {
	ref, _, ok := refAndText(call.Rest)
	if !ok || ref.Seq == 0 {
		return nil, c.usage(f.texts)
	}
	return f.desk.FindUncertain(call.Tx, call.clerk(), ref.Seq)
}

func (f clerk) admit() *Command {
	c := &Command{Name: "登记", Usage: "#登记 号", Help: "待确认里的一条,登记成诉求", Example: "#登记 3", Who: workers}
	c.Run = func(call *Call) (bot.Answer, error) {
		u, err := f.uncertain(call, c)
		if err != nil {
			return bot.Answer{}, err
		}
		line, err := f.desk.Admit(call.Tx, call.clerk(), u, call.Unit, f.report(u.Message.Text, call.Unit))
		return bot.Answer{Text: line}, err
	}
	return c
}

// report is what a message of the list is registered as: what it would have been, had the reading been sure; else an appeal.
func (f clerk) report(text string, unit bot.Unit) issue.Report {
	masked, found := understand.Mask(text)
	r := issue.Report{Kind: bot.IssueAppeal, Category: understand.CategoryOther, Title: understand.Title(masked, ""), Content: masked}
	for _, p := range found {
		if r.Contact == "" && (p.Kind == understand.PIIMobile || p.Kind == understand.PIILandline) {
			r.Contact = p.Digits
		}
	}
	reading := f.read(masked)
	if len(reading.Places) > 0 {
		r.Place = reading.Places[0]
	}
	if len(reading.Matters) > 0 && reading.Matters[0].Kind != bot.IssuePraise {
		m := reading.Matters[0]
		r.Kind, r.Category, r.Subcategory, r.Title, r.Place = m.Kind, m.Category, m.Subcategory, m.Title, m.Place
	}
	r.PlaceID = f.placeID(r.Place, unit)
	return r
}

func (f clerk) dismiss() *Command {
	c := &Command{Name: "忽略", Usage: "#忽略 号", Help: "待确认里的一条,不是诉求", Example: "#忽略 3", Who: workers}
	c.Run = func(call *Call) (bot.Answer, error) {
		u, err := f.uncertain(call, c)
		if err != nil {
			return bot.Answer{}, err
		}
		masked, _ := understand.Mask(u.Message.Text)
		line, err := f.desk.Dismiss(call.Tx, call.clerk(), u, masked)
		return bot.Answer{Text: line}, err
	}
	return c
}

// undoable are the commands that #撤销 takes back.
func undoable() []string {
	return []string{"", "分类", "类型", "地点", "不是诉求", "合并", "登记", "忽略"}
}

// undo takes back the last command of the person in this conversation, if it is one of those; "" is one nobody remembers.
func (f clerk) undo() *Command {
	c := &Command{Name: "撤销", Usage: "#撤销", Help: "撤掉刚才定的分类、类型、地点、登记、忽略", Example: "#撤销", Who: workers}
	c.Run = func(call *Call) (bot.Answer, error) {
		if !slices.Contains(undoable(), call.Last) {
			return bot.Answer{}, &bot.Error{Code: bot.CodeIllegal, Text: f.texts("undo_not", map[string]string{"name": call.Last})}
		}
		line, err := f.desk.Undo(call.Tx, call.clerk())
		return bot.Answer{Text: line}, err
	}
	return c
}
