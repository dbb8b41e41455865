package pipeline

import (
	"regexp"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/command"
	"tongshishang/bot/intake"
	"tongshishang/bot/issue"
	"tongshishang/bot/understand"
	"tongshishang/store"
	"tongshishang/store/state"
)

// talk is one message on its way through the stages.
type talk struct {
	*Pipeline
	*batch
	item    *intake.Item
	m       *bot.Message
	text    string // masked
	pii     []understand.PII
	who     state.Who
	session *state.Session
	unit    bot.Unit
	private bool
	now     time.Time

	person  *bot.Person // nil until the sender does something that is kept
	known   *bot.Person // as before this message
	reading understand.Reading
	line    command.Line // when it is a command
	verb    *command.Command
	quoted  *bot.Issue
	looked  bool // for the quoted issue

	answer string
	doubt  *bot.Issue // that what was just registered may be the same as
}

// run passes the message from stage to stage until one settles it.
func (t *talk) run() error {
	t.known = t.person
	for _, s := range stages {
		settled, err := s.run(t)
		if err != nil || settled {
			return err
		}
	}
	return nil
}

// say sets the answer.
func (t *talk) say(name string, fields map[string]string) { t.answer = t.Desk.Text(name, fields) }

// sender is the person who speaks; somebody unknown is recorded the first time they do something that is kept.
func (t *talk) sender() *bot.Person {
	if t.person == nil {
		key := t.account()
		t.person = t.tx.CreatePerson(key, t.m.SenderName)
		t.people[key] = t.person
	}
	return t.person
}

// said is the message, for what comes of it.
func (t *talk) said() issue.Said {
	return issue.Said{Conversation: t.item.ConversationID, Message: t.item.ID, Ext: t.m.ID}
}

func (t *talk) account() store.AccountKey {
	return store.AccountKey{Channel: t.m.Channel, ExtID: t.m.Sender}
}

// isAddressed tells whether the message is for the bot, so that silence would be rude.
func (t *talk) isAddressed() bool {
	return t.private || t.m.ToBot || t.verb != nil
}

var saidNumber = regexp.MustCompile(`#\d{1,7}|[A-Z]{1,6}-[A-Z0-9]{1,8}-\d{4}-\d{3,7}`)

// quotedIssue is the issue of the message this one replies to: found by the message's id, or by the number that the bot's own
// line names.
func (t *talk) quotedIssue() (*bot.Issue, error) {
	if t.looked || t.m.Quote == nil {
		return t.quoted, nil
	}
	t.looked = true
	i, err := t.tx.IssueOfMessage(t.item.ConversationID, t.m.Quote.ID)
	if err == nil {
		t.quoted = i
		return i, nil
	}
	if !isNotFound(err) {
		return nil, err
	}
	ref, ok := issue.ParseRef(saidNumber.FindString(t.m.Quote.Text))
	if !ok {
		return nil, nil //nolint:nilnil // a quote without an issue is common
	}
	i, err = t.Desk.Find(t.tx, t.unit.ID, ref)
	t.quoted = i // none when the number was made up
	return i, quiet(err)
}
