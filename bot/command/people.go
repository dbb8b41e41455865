package command

import (
	"tongshishang/bot"
	"tongshishang/bot/member"
)

// People lists the commands about who somebody is.
func People(texts Texts) []*Command {
	bind := &Command{Name: "绑定", Usage: "#绑定 绑定码", Help: "认领自己的身份,码向工作人员要", Example: "#绑定 K7M2QX4T"}
	bind.Run = func(call *Call) (bot.Answer, error) {
		if call.Rest == "" {
			return bot.Answer{}, bind.usage(texts)
		}
		text, err := member.Bind(call.Tx, call.Account, call.Rest, member.Texts(texts))
		return bot.Answer{Text: text}, err
	}
	return []*Command{bind}
}

// Help is the command that explains the others; it is made with the table.
func (t *Table) help() *Command {
	return &Command{Name: "帮助", Aliases: []string{"help", "命令"}, Usage: "#帮助 [命令]", Help: "看能发什么", Example: "#帮助 受理", Reads: true,
		Run: func(call *Call) (bot.Answer, error) { return t.Help(call.Person, trimSign(call.Rest)) }}
}
