package pipeline

import (
	"slices"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/command"
	"tongshishang/bot/understand"
	"tongshishang/store"
	"tongshishang/store/state"
)

// matterTags are hashtags that people put before what they have to say; they are no commands.
var matterTags = []string{"投诉", "举报", "求助", "反映", "建议", "咨询", "诉求"}

// command runs a command of the table. A word nobody knows is answered when it is nearly a command or said to the bot; other
// hashtags are small talk.
func (t *talk) command() (bool, error) {
	if t.reading.Intent == understand.IntentChain {
		return false, nil
	}
	line, ok := command.Parse(t.text)
	if !ok {
		return false, nil
	}
	verb, known := t.Commands.Find(line.Name)
	if !known && slices.Contains(matterTags, line.Name) {
		t.text = line.Name + " " + line.Rest
		t.reading = t.Reader.Read(t.text)
		return t.noteIntent()
	}
	t.line = line
	t.item.Intent = string(understand.IntentCommand)
	if !known {
		if !t.Commands.IsNear(line.Name) && !t.m.ToBot && !t.private {
			t.item.Intent = string(understand.IntentChat)
			return true, nil
		}
		return true, t.Commands.Unknown(line.Name)
	}
	t.verb = verb
	return true, t.runCommand()
}

func (t *talk) runCommand() error {
	if n := t.session.Commands.Hit(t.now); n > t.Rules.Conduct.Commands.Count {
		if n == t.Rules.Conduct.Commands.Count+1 {
			t.say("refused_limited", map[string]string{"wait": "一分钟"})
		}
		return nil
	}
	call, err := t.call()
	if err != nil {
		return err
	}
	a, err := t.Commands.Run(t.verb, call)
	t.answer = a.Text
	if err == nil && !t.verb.Reads {
		t.session.Done = state.Done{Name: t.verb.Name, At: t.now}
	}
	if err == nil && call.Opened != nil {
		t.ballots[t.item.ConversationID] = call.Opened
	}
	return err
}

func (t *talk) call() (*command.Call, error) {
	person := t.sender()
	quoted, err := t.quotedIssue()
	if err != nil {
		return nil, err
	}
	c := &command.Call{Tx: t.tx, Person: person, Account: t.account(), Unit: t.unit, Said: t.said(), Private: t.private,
		Quoted: quoted, Open: t.ballots[t.item.ConversationID], Rest: t.line.Rest,
		Last: t.session.Done.Name}
	for _, id := range t.m.Mentions {
		if p := t.people[store.AccountKey{Channel: t.m.Channel, ExtID: id}]; p != nil {
			c.Mentioned = append(c.Mentioned, *p)
		}
	}
	if t.private {
		c.Unit, err = t.homeUnit()
	}
	return c, err
}

// homeUnit is the unit that a person's short numbers and reports belong to one to one: that of their role, or of what they
// reported last; none when nothing is known.
func (t *talk) homeUnit() (bot.Unit, error) {
	if t.person == nil {
		return bot.Unit{}, nil
	}
	for _, r := range t.person.Roles {
		if r.UnitID != 0 {
			return t.tx.Unit(r.UnitID)
		}
	}
	last, err := t.tx.PersonIssues(t.person.ID, 1)
	if err != nil || len(last) == 0 {
		return bot.Unit{}, err
	}
	return t.tx.Unit(last[0].UnitID)
}

// refused is what a refusal makes the bot say. A denied command is explained once and then passed over in silence for a while.
func (t *talk) refused(r *bot.Error) string {
	if r.Code != bot.CodeDenied || t.verb == nil {
		return r.Text
	}
	if t.session.IsMuted(t.verb.Name, t.now) {
		return ""
	}
	t.session.Mute(t.verb.Name, t.now.Add(t.Rules.Conduct.DeniedMute).Truncate(time.Second))
	return r.Text
}
