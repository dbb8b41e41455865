package intake

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
)

// entry is a message inside the transaction that is being tried.
type entry struct {
	*pending
	item   Item
	seen   store.Seen // filled when stored before
	stored bool       // stored before, but still to be handled
	twin   *entry     // the same message earlier in this batch
	twins  []*entry   // the same message later in this batch
}

const commitTries = 3

// commit handles and stores a batch, or keeps it in the spool while SQL is away or the spool isn't empty: nothing newer may
// overtake what waits there.
func (in *Intake) commit(ctx context.Context, batch []*pending) {
	in.gate.RLock()
	defer in.gate.RUnlock()
	if in.spooling.Load() {
		in.keep(batch, nil)
		return
	}
	if left, cause := in.settle(ctx, batch); len(left) > 0 {
		in.keep(left, cause)
	}
}

// settle handles and stores a batch in one transaction and returns what could not be stored, with the reason. A batch that can't
// be stored is tried message by message, so that one that spoils the transaction harms no other; such a message is stored as
// failed and answered politely.
func (in *Intake) settle(ctx context.Context, batch []*pending) (left []*pending, refusal error) {
	var cause error
	for try := range commitTries {
		if cause = in.tryCommit(ctx, batch); cause == nil {
			return nil, nil
		}
		if ctx.Err() != nil || in.isAway(ctx) { // asked after every try: the database going away for a moment is no message's fault
			return batch, fmt.Errorf("%w: %w", errAway, cause)
		}
		in.log.Warn("batch failed", "try", try+1, "messages", len(batch), "error", cause)
	}
	if len(batch) == 1 {
		if err := in.storeFailed(ctx, batch[0], cause); err != nil {
			return batch, errors.Join(cause, err)
		}
		return nil, nil
	}
	for i, p := range batch {
		rest, err := in.settle(ctx, []*pending{p})
		if errors.Is(err, errAway) { // the rest may be of the same conversation and must not overtake
			return append(left, batch[i:]...), err
		}
		if len(rest) > 0 {
			left, refusal = append(left, rest...), err
		}
	}
	return left, refusal
}

// errAway says that SQL doesn't answer, as opposed to refusing what it is given.
var errAway = errors.New("the database is away")

// patience is how long the database may take to answer a ping before it counts as away.
const patience = 2 * time.Second

func (in *Intake) isAway(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return in.store.Ping(ctx) != nil
}

// keep spools messages that SQL can't take now and acknowledges them without an answer, which follows by API. Without a spool, with
// a full one, or when SQL is there and refuses them, nothing is acknowledged and the channel is told to deliver again.
func (in *Intake) keep(batch []*pending, cause error) {
	err := cause
	if in.spool != nil && (cause == nil || errors.Is(cause, errAway)) {
		if err = in.toSpool(batch); err == nil {
			in.spooling.Store(true)
		}
	}
	for _, p := range batch {
		if err == nil {
			p.done <- result{}
			continue
		}
		in.stats.failed(p.message.Channel)
		in.log.Error("message not stored", "channel", p.message.Channel, "error", err)
		p.done <- result{err: ErrNotStored}
	}
}

// storeFailed stores a message that spoils its transaction as one that failed, without handling it, and answers.
func (in *Intake) storeFailed(ctx context.Context, p *pending, cause error) error {
	var e *entry
	err := in.store.Write(ctx, func(tx *store.Tx) error {
		entries, err := in.lookUp(tx, []*pending{p})
		if err != nil {
			return err
		}
		e = entries[0]
		e.item.Err, e.item.Answer = cause, bot.Answer{Text: in.opt.Sorry}
		return in.save(tx, entries)
	})
	if err == nil {
		in.reply(e)
	}
	return err
}

func (in *Intake) tryCommit(ctx context.Context, batch []*pending) error {
	var entries []*entry
	var after func(context.Context)
	err := in.store.Write(ctx, func(tx *store.Tx) error {
		var err error
		if entries, err = in.lookUp(tx, batch); err != nil {
			return err
		}
		if after, err = in.handle(ctx, tx, entries); err != nil {
			return err
		}
		return in.save(tx, entries)
	})
	if err != nil {
		return err
	}
	if after != nil {
		after(ctx)
	}
	for _, e := range entries {
		in.reply(e)
	}
	return nil
}

// lookUp locks the conversations of the batch and finds the messages that were stored before.
func (in *Intake) lookUp(tx *store.Tx, batch []*pending) ([]*entry, error) {
	convs := make([]bot.Conversation, len(batch))
	keys := make([]string, len(batch))
	for i, p := range batch {
		convs[i], keys[i] = p.message.Conversation(), p.key
	}
	ids, err := tx.LockConversations(convs)
	if err != nil {
		return nil, err
	}
	seen, err := tx.Seen(keys)
	if err != nil {
		return nil, err
	}
	entries := make([]*entry, len(batch))
	first := map[string]*entry{}
	for i, p := range batch {
		e := &entry{pending: p, item: Item{Message: p.message, ConversationID: ids[convs[i]]}}
		s, known := seen[p.key]
		switch {
		case first[p.key] != nil:
			e.twin = first[p.key]
		case known:
			e.seen, e.item.ID = s, s.ID
			e.stored = s.State == store.MessageReceived || p.again && s.State == store.MessageFailed
		default:
			e.item.ID = tx.NewID()
		}
		if e.twin == nil {
			first[p.key] = e
		} else {
			e.twin.twins = append(e.twin.twins, e)
		}
		entries[i] = e
	}
	return entries, nil
}

// fresh tells whether the message is to be handled now.
func (e *entry) fresh() bool { return e.twin == nil && (e.seen.ID == 0 || e.stored) }

// awaited tells whether the answer goes into a response: the message's own, or that of the same message delivered again.
func (e *entry) awaited() bool {
	claimed := e.claim()
	for _, twin := range e.twins {
		claimed = twin.claim() || claimed
	}
	return claimed
}

// handle lets the pipeline work. A panic in it fails the transaction like an error, so that the message at fault is found and
// set aside instead of ending the program again with every delivery.
func (in *Intake) handle(ctx context.Context, tx *store.Tx, entries []*entry) (after func(context.Context), err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic in the pipeline: %v\n%s", fault, debug.Stack())
		}
	}()
	items := make([]*Item, 0, len(entries))
	for _, e := range entries {
		if e.fresh() {
			items = append(items, &e.item)
		}
	}
	if len(items) == 0 {
		return nil, nil
	}
	return in.work(ctx, tx, items)
}

// save stores what came of the messages. Answers that nobody waits for any more go to the outbox in the same transaction.
func (in *Intake) save(tx *store.Tx, entries []*entry) error {
	var records []store.Record
	for _, e := range entries {
		if !e.fresh() {
			if err := in.recall(tx, e); err != nil {
				return err
			}
			continue
		}
		r := in.record(e)
		if !e.awaited() && !r.Answer.IsSilent() {
			tx.Post(answerKey(e.key, r.State), e.message.Conversation(), r.Answer.Text)
		}
		if e.seen.State == store.MessageFailed && r.State == store.MessageHandled {
			if _, err := tx.CancelOutbox(answerKey(e.key, e.seen.State)); err != nil { // no need to say any more that it didn't work
				return err
			}
		}
		if !e.stored {
			records = append(records, r)
			continue
		}
		if err := tx.FinishMessage(&r); err != nil {
			return err
		}
	}
	return tx.SaveMessages(records)
}

// answerKey is the occasion of an answer. The polite line of a message that failed is another than the answer that follows when it
// has been tried again.
func answerKey(key string, state store.MessageState) string {
	if state == store.MessageHandled {
		return "answer:" + key
	}
	return "sorry:" + key
}

// recall sees to the answer of a message that was stored before. Delivered again it gets the answer now, and what waits to be
// sent by API is taken back. From the spool it may owe it: when the commit's outcome was lost with the connection.
func (in *Intake) recall(tx *store.Tx, e *entry) error {
	if e.seen.Answer.IsSilent() {
		return nil
	}
	if e.awaited() {
		_, err := tx.CancelOutbox(answerKey(e.key, e.seen.State))
		return err
	}
	if e.owed {
		tx.Post(answerKey(e.key, e.seen.State), e.message.Conversation(), e.seen.Answer.Text)
	}
	return nil
}

func (in *Intake) record(e *entry) store.Record {
	r := store.Record{ID: e.item.ID, Key: e.key, ConversationID: e.item.ConversationID, Message: e.message, Masked: e.item.Masked,
		State: store.MessageHandled, Intent: e.item.Intent, Answer: e.item.Answer, HandledAt: in.now(), Attempts: e.attempts + 1}
	if e.item.Err != nil {
		r.State, r.Error, r.HandledAt = store.MessageFailed, e.item.Err.Error(), time.Time{}
		if r.Attempts >= in.opt.MaxAttempts {
			r.State = store.MessageDead
		}
	}
	return r
}

// reply gives the waiting channel its answer.
func (in *Intake) reply(e *entry) {
	channel := e.message.Channel
	switch {
	case e.twin != nil:
		in.stats.duplicate(channel)
		e.done <- result{answer: e.twin.outcome()}
	case !e.fresh():
		in.stats.duplicate(channel)
		e.done <- result{answer: e.seen.Answer}
	case e.item.Err != nil && !errors.Is(e.item.Err, context.Canceled):
		in.stats.failed(channel)
		in.log.Error("message failed", "channel", channel, "message", e.item.ID, "error", e.item.Err)
		e.done <- result{answer: e.item.Answer}
	default:
		in.stats.handled(channel)
		e.done <- result{answer: e.item.Answer}
	}
}

func (e *entry) outcome() bot.Answer {
	if e.fresh() {
		return e.item.Answer
	}
	return e.seen.Answer
}
