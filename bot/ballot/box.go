package ballot

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
	"tongshishang/store"
)

// Wake is the kind of wake that Box.Close answers.
const Wake = "ballot"

// Box is where ballots are opened, filled and closed, in the transaction it is handed. Who is asked and who may open one is
// checked here; how votes are counted is the Book's.
type Box struct {
	book  *Book
	texts func(name string, fields map[string]string) string
	// speakAt is when the bot may say something in a group that nobody asked it.
	speakAt func(now time.Time) time.Time
}

// NewBox makes a box that counts by the book and speaks the pack's texts, as the pack of conduct allows.
func NewBox(book *Book, rules *config.Rules) *Box {
	return &Box{book: book, texts: rules.Texts.Render,
		speakAt: func(now time.Time) time.Time { return rules.Conduct.SpeakAt(now, book.zone) }}
}

// Open puts a question to the group of the conversation and returns the ballot with what the group reads: title, numbered
// options, deadline, who may vote, the rule, and how. Only members, staff and admins of the unit may; the error is a
// *bot.Error when they may not or the words don't make a ballot.
func (x *Box) Open(tx *store.Tx, by *bot.Person, unit bot.Unit, conversation int64, args string) (*bot.Ballot, string, error) {
	if !by.Is(bot.RoleMember, unit.ID) && !by.Is(bot.RoleStaff, unit.ID) && !by.Is(bot.RoleAdmin, unit.ID) {
		return nil, "", x.refuse(bot.CodeDenied, "refused_denied", map[string]string{"action": "开表决", "who": "政协委员或社区工作人员"})
	}
	b, err := x.draft(args, tx.Now())
	if err != nil {
		return nil, "", err
	}
	if _, err := tx.OpenBallot(conversation); err == nil {
		return nil, "", x.refuse(bot.CodeDuplicate, "ballot_one_at_a_time", nil)
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, "", err
	}
	seq, err := tx.NextNumber(fmt.Sprintf("ballot/%d", unit.ID))
	if err != nil {
		return nil, "", err
	}
	b.UnitID, b.ConversationID, b.Seq, b.OpenedBy, b.State = unit.ID, conversation, int(seq), by.ID, bot.BallotOpen
	if err := tx.CreateBallot(b, nil); err != nil {
		return nil, "", err
	}
	tx.Later(Wake, b.ID, b.ClosesAt)
	err = tx.Audit(store.Change{Unit: unit.ID, ActorID: by.ID, Actor: by.Name, Action: "open", Subject: "ballot", SubjectID: b.ID,
		After: map[string]any{"title": b.Title, "options": b.Options, "rule": b.Rule, "version": b.RuleVersion, "closes_at": b.ClosesAt}})
	return b, x.announcement(b), err
}

// draft makes a ballot of the words, as far as the words go.
func (x *Box) draft(args string, now time.Time) (*bot.Ballot, error) {
	d, err := x.book.Split(args)
	if err != nil {
		return nil, err
	}
	rule, err := x.book.Rule(d.Rule)
	if err != nil {
		return nil, err
	}
	switch {
	case rule.Roll:
		return nil, x.refuse(bot.CodeUnready, "ballot_needs_roll", map[string]string{"rule": rule.Name})
	case d.Secret:
		return nil, x.refuse(bot.CodeUnready, "ballot_secret_not_offered", nil)
	}
	options, err := x.book.Options(d.Options)
	if err != nil {
		return nil, err
	}
	closes, err := x.book.Deadline(d.Deadline, now)
	if err != nil {
		return nil, err
	}
	return &bot.Ballot{Title: d.Title, Options: options, Rule: rule.Name, RuleVersion: x.book.pack.Version, OpenedAt: now, ClosesAt: closes}, nil
}

func (x *Box) announcement(b *bot.Ballot) string {
	lines := make([]string, len(b.Options))
	for i, o := range b.Options {
		lines[i] = x.texts("ballot_option", map[string]string{"n": strconv.Itoa(o.N), "text": o.Text})
	}
	rule, _ := x.book.Rule(b.Rule)
	label := ""
	if rule.Indicative {
		label = "意向性"
	}
	return x.texts("ballot_opened", map[string]string{"number": x.number(b), "title": b.Title, "options": strings.Join(lines, "\n"),
		"deadline": x.moment(b.ClosesAt), "voters": "群里的人都", "rule": b.Rule, "label": label})
}

// number is how a ballot is called: 表决3.
func (x *Box) number(b *bot.Ballot) string { return strconv.Itoa(b.Seq) }

// moment is a deadline as people say it: 11月27日18:00.
func (x *Box) moment(t time.Time) string {
	t = t.In(x.book.zone)
	return fmt.Sprintf("%d月%d日%s", int(t.Month()), t.Day(), t.Format("15:04"))
}

// Vote keeps the person's choice and returns the option's text. Until the end a later vote replaces it. The error is a *bot.Error
// when the time is over or no option is meant.
func (x *Box) Vote(tx *store.Tx, b *bot.Ballot, by *bot.Person, words string, message int64) (string, error) {
	open, err := tx.IsOpenLocked(b.ID)
	if err != nil {
		return "", err
	}
	if !open || !tx.Now().Before(b.ClosesAt) {
		return "", x.refuse(bot.CodeClosed, "vote_late", map[string]string{"number": x.number(b)})
	}
	n, err := x.choose(b, words)
	if err != nil {
		return "", err
	}
	before, err := tx.VoteOf(b.ID, by.ID)
	if err != nil {
		return "", err
	}
	text := b.Options[n-1].Text
	if before == n {
		return text, nil
	}
	tx.SaveVote(bot.Vote{BallotID: b.ID, PersonID: by.ID, Option: n, At: tx.Now()}, message)
	c := store.Change{Unit: b.UnitID, ActorID: by.ID, Actor: by.Name, Action: "vote", Subject: "ballot", SubjectID: b.ID, After: n}
	if before != 0 {
		c.Before = before
	}
	return text, tx.Audit(c)
}

// Fits tells whether the words name an option of the ballot, so that bare words in a group can be told from small talk.
func (x *Box) Fits(b *bot.Ballot, words string) bool {
	_, err := x.choose(b, words)
	return err == nil
}

// choose finds the option that the words name, or that is left of them without what people say around it.
func (x *Box) choose(b *bot.Ballot, words string) (int, error) {
	n, err := x.book.Choose(b.Options, words)
	if err == nil {
		return n, nil
	}
	if n, ok := exact(b.Options, bare(words)); ok {
		return n, nil
	}
	return 0, err
}

// bare takes off what people say before and after the option they mean, a reason among it: 支持搬, 我家选搬吧, 我投搬,这里太挤.
func bare(words string) string {
	whole := fold(words)
	said := whole
	for _, before := range []string{"我家", "我们", "我", "都", "也", "同意", "支持", "赞成", "觉得", "投票给", "选择", "投", "选"} {
		said = strings.TrimPrefix(said, before)
	}
	if said != whole { // without a word of choosing, 搬,还是不搬 is talk
		said, _, _ = strings.Cut(said, ",")
	}
	for _, after := range []string{"吧", "呗", "啊", "呀", "了", "好"} {
		said = strings.TrimSuffix(said, after)
	}
	return said
}

// Close ends a ballot whose time is over and posts the verdict to its conversation. It may be called any number of times, by any
// instance: only one closes it, and one verdict is spoken.
func (x *Box) Close(tx *store.Tx, id int64) error {
	b, err := tx.LockBallot(id)
	if err != nil {
		return err
	}
	now := tx.Now()
	if b.State != bot.BallotOpen || now.Before(b.ClosesAt) {
		return nil
	}
	result, err := x.count(tx, b)
	if err != nil {
		return err
	}
	verdict := x.book.Verdict(b.Title, result)
	closed, err := tx.CloseBallot(id, bot.BallotClosed, verdict, now)
	if err != nil || !closed {
		return err
	}
	home, err := tx.Conversation(b.ConversationID)
	if err != nil {
		return err
	}
	tx.PostAt(fmt.Sprintf("ballot:%d:closed", id), home, x.texts("ballot_closed", map[string]string{"number": x.number(b),
		"title": b.Title, "verdict": verdict}), x.speakAt(now))
	return tx.Audit(store.Change{Unit: b.UnitID, Action: "close", Subject: "ballot", SubjectID: id,
		Before: map[string]any{"state": bot.BallotOpen}, After: map[string]any{"state": bot.BallotClosed, "verdict": verdict}})
}

func (x *Box) count(tx *store.Tx, b *bot.Ballot) (Result, error) {
	rule, err := x.book.Rule(b.Rule)
	if err != nil {
		return Result{}, err
	}
	votes, err := tx.Votes(b.ID)
	if err != nil {
		return Result{}, err
	}
	return Tally(Poll{Rule: rule, Options: b.Options, Votes: votes})
}

// Result is what `#表决结果` says: the verdict of a closed ballot; of one that runs the turnout, never the leaning, and the
// asker's own vote one to one.
func (x *Box) Result(tx *store.Tx, b *bot.Ballot, by *bot.Person, private bool) (string, error) {
	if b.State != bot.BallotOpen {
		return x.texts("ballot_closed", map[string]string{"number": x.number(b), "title": b.Title, "verdict": b.Verdict}), nil
	}
	counts, err := tx.CountVotes(b.ID)
	if err != nil {
		return "", err
	}
	voted := 0
	for _, n := range counts {
		voted += n
	}
	text := x.texts("ballot_running", map[string]string{"number": x.number(b), "title": b.Title, "count": strconv.Itoa(voted), "deadline": x.moment(b.ClosesAt)})
	own, err := tx.VoteOf(b.ID, by.ID)
	if private && own != 0 {
		text += "\n" + x.texts("ballot_own_vote", map[string]string{"choice": b.Options[own-1].Text})
	}
	return text, err
}

func (x *Box) refuse(code bot.Code, name string, fields map[string]string) error {
	return &bot.Error{Code: code, Text: x.texts(name, fields)}
}
