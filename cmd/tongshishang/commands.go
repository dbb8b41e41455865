package main

import (
	"time"

	"tongshishang/bot/command"
	"tongshishang/bot/topic"
	"tongshishang/bot/understand"
)

// commands is the list of chat commands, in the order #帮助 shows them.
func commands(a *app, reader *understand.Reader, topics *topic.Matcher, zone *time.Location) []*command.Command {
	texts := command.Texts(a.rules.Texts.Render)
	var all []*command.Command
	all = append(all, command.Issues(a.desk, reader.Read, texts)...)
	all = append(all, command.Clerk(a.desk, reader, a.rules, texts)...)
	all = append(all, command.Ballots(a.box, texts)...)
	all = append(all, command.People(texts)...)
	all = append(all, command.Books(command.Shelf{Store: a.store, Rules: a.rules, Zone: zone, Now: a.now, Topics: topics, Link: a.ledgerLink}, texts)...)
	return all
}
