package command

import (
	"errors"
	"strconv"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/ballot"
	"tongshishang/store"
)

// ballots are the commands about voting.
type ballots struct {
	box   *ballot.Box
	texts Texts
}

// Ballots lists the commands about voting.
func Ballots(box *ballot.Box, texts Texts) []*Command {
	f := ballots{box, texts}
	return []*Command{f.open(), f.vote(), f.result()}
}

func (f ballots) open() *Command {
	c := &Command{Name: "表决", Usage: "#表决 题目 | 选项 | 选项 … 截止 周五18:00 [规则 简单多数]", Help: "请群里的人投票", Example: "#表决 装路灯还是修路 | 路灯 | 修路 截止 周五18:00", Who: workers}
	c.Run = func(call *Call) (bot.Answer, error) {
		if call.Unit.ID == 0 || call.Private {
			return bot.Answer{}, &bot.Error{Code: bot.CodeUnbound, Text: f.texts("ballot_only_in_group", nil)}
		}
		b, text, err := f.box.Open(call.Tx, call.Person, call.Unit, call.Said.Conversation, call.Rest)
		call.Opened = b
		return bot.Answer{Text: text}, err
	}
	return c
}

func (f ballots) vote() *Command {
	c := &Command{Name: "投票", Aliases: []string{"投"}, Usage: "#投票 选项", Help: "投票,截止前可改", Example: "#投票 1"}
	c.Run = func(call *Call) (bot.Answer, error) {
		if call.Rest == "" {
			return bot.Answer{}, c.usage(f.texts)
		}
		b, err := call.Open, error(nil)
		if b == nil {
			b, err = call.Tx.LatestBallot(call.Said.Conversation) // of a closed one the box says so
		}
		if errors.Is(err, store.ErrNotFound) {
			return bot.Answer{}, &bot.Error{Code: bot.CodeNotFound, Text: f.texts("ballot_none", nil)}
		}
		if err != nil {
			return bot.Answer{}, err
		}
		choice, err := f.box.Vote(call.Tx, b, call.Person, call.Rest, call.Said.Message)
		if err != nil || !call.Private {
			return bot.Answer{}, err
		}
		return bot.Answer{Text: f.texts("vote_private", map[string]string{"choice": choice})}, nil
	}
	return c
}

func (f ballots) result() *Command {
	c := &Command{Name: "表决结果", Aliases: []string{"投票结果"}, Usage: "#表决结果 [N]", Help: "看表决到哪一步", Example: "#表决结果", Reads: true}
	c.Run = func(call *Call) (bot.Answer, error) {
		b, err := f.find(call)
		if err != nil {
			return bot.Answer{}, err
		}
		text, err := f.box.Result(call.Tx, b, call.Person, call.Private)
		return bot.Answer{Text: text}, err
	}
	return c
}

func (f ballots) find(call *Call) (*bot.Ballot, error) {
	number := strings.TrimLeft(strings.TrimSuffix(call.Rest, "号"), "#＃")
	b, err := f.lookUp(call, number)
	if errors.Is(err, store.ErrNotFound) {
		if number == "" {
			return nil, &bot.Error{Code: bot.CodeNotFound, Text: f.texts("ballot_none", nil)}
		}
		return nil, &bot.Error{Code: bot.CodeNotFound, Text: f.texts("refused_no_ballot", map[string]string{"number": number})}
	}
	return b, err
}

func (f ballots) lookUp(call *Call, number string) (*bot.Ballot, error) {
	if number == "" {
		return call.Tx.LatestBallot(call.Said.Conversation)
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil, store.ErrNotFound
	}
	return call.Tx.BallotBySeq(call.Unit.ID, n)
}
