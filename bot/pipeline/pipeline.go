package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/ballot"
	"tongshishang/bot/command"
	"tongshishang/bot/intake"
	"tongshishang/bot/issue"
	"tongshishang/bot/topic"
	"tongshishang/bot/understand"
	"tongshishang/config"
	"tongshishang/store"
	"tongshishang/store/state"
)

// Parts are what a pipeline works with.
type Parts struct {
	Rules    *config.Rules
	County   string
	Zone     *time.Location
	Reader   *understand.Reader
	Topics   *topic.Matcher
	Commands *command.Table
	Desk     *issue.Desk
	Box      *ballot.Box
	State    *state.State
	Logger   *slog.Logger
}

// Pipeline handles messages. It keeps nothing between them but what texts give again any time.
type Pipeline struct {
	Parts
	docs *docs
}

// New makes a pipeline.
func New(parts Parts) *Pipeline { return &Pipeline{parts, newDocs(parts.Topics, keptDocs)} }

// Work is the intake's Work: it fetches what the whole batch needs, then handles the items one after the other. An item that
// fails is undone alone and keeps its error; after the commit the dialogues are saved.
func (p *Pipeline) Work(ctx context.Context, tx *store.Tx, items []*intake.Item) (func(context.Context), error) {
	b, err := p.prepare(ctx, tx, items)
	if err != nil {
		return nil, err
	}
	talks := make([]*talk, len(items))
	for i, item := range items {
		talks[i] = p.talk(b, item)
	}
	if err := b.ahead(talks); err != nil {
		return nil, err
	}
	for _, t := range talks {
		if err := t.handle(); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context) {
		if err := b.state.Save(ctx); err != nil {
			p.Logger.Warn("dialogues not saved", "error", err)
		}
	}, nil
}

// batch is what was fetched for all items at once.
type batch struct {
	tx      *store.Tx
	state   *state.Batch
	people  map[store.AccountKey]*bot.Person
	units   map[bot.Conversation]bot.Unit
	ballots map[int64]*bot.Ballot // open ones, by conversation
	listed  map[int64]int         // messages that units' lists 待确认 were given within a day
	alike   *alikes               // issues that reports are compared with
}

func (p *Pipeline) prepare(ctx context.Context, tx *store.Tx, items []*intake.Item) (*batch, error) {
	var who []state.Who
	var accounts []store.AccountKey
	var convs []bot.Conversation
	var groups []int64
	for _, item := range items {
		m := item.Message
		who = append(who, whoOf(m))
		convs = append(convs, m.Conversation())
		accounts = append(accounts, store.AccountKey{Channel: m.Channel, ExtID: m.Sender})
		for _, id := range m.Mentions {
			accounts = append(accounts, store.AccountKey{Channel: m.Channel, ExtID: id})
		}
		if m.Group != "" {
			groups = append(groups, item.ConversationID)
		}
	}
	b := &batch{tx: tx, ballots: map[int64]*bot.Ballot{}, alike: newAlikes()}
	var err error
	if b.people, err = tx.People(accounts); err != nil {
		return nil, err
	}
	if b.units, err = tx.GroupUnits(convs); err != nil {
		return nil, err
	}
	if len(groups) > 0 {
		if b.ballots, err = tx.OpenBallots(groups); err != nil {
			return nil, err
		}
	}
	if b.state, err = p.State.Load(ctx, who); err != nil {
		p.Logger.Warn("dialogues not loaded", "error", err) // they begin again
	}
	return b, nil
}

func whoOf(m *bot.Message) state.Who {
	return state.Who{Conversation: m.Conversation().Key(), Sender: m.Sender}
}

// talk is an item with what can be known of it before any other item is handled.
func (p *Pipeline) talk(b *batch, item *intake.Item) *talk {
	m := item.Message
	t := &talk{Pipeline: p, batch: b, item: item, m: m, who: whoOf(m), private: m.Group == "", now: b.tx.Now(), unit: b.units[m.Conversation()]}
	t.session = b.state.Session(t.who)
	item.Masked, t.pii = understand.Mask(m.Text)
	t.text = item.Masked
	t.reading = p.Reader.Read(t.text)
	return t
}

// handle runs the stages. The error it returns is one that ends the whole transaction.
func (t *talk) handle() error {
	item := t.item
	t.person = t.people[t.account()]
	undo, opened := t.state.Mark(t.who), len(t.alike.opened)
	err := t.tx.Guard(t.run)
	switch {
	case err == nil:
		item.Answer = bot.Answer{Text: t.answer}
		return nil
	case errors.Is(err, store.ErrLost):
		return err
	}
	messages, commands := t.session.Messages, t.session.Commands
	undo()
	t.alike.opened = t.alike.opened[:opened]
	// A refusal, too, counts against floods.
	t.session.Messages, t.session.Commands = messages, commands
	t.people[t.account()] = t.known // a person created in vain is gone
	if refusal := bot.Refusal(err); refusal != nil {
		item.Answer = bot.Answer{Text: t.refused(refusal)}
		return nil
	}
	item.Err = err
	if t.isAddressed() {
		item.Answer = bot.Answer{Text: t.Desk.Text("busy", map[string]string{"id": strconv.FormatInt(item.ID, 36)})}
	}
	return nil
}
