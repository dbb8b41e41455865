package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"

	"gorm.io/gorm/clause"
)

// MessageState is how far a message has come.
type MessageState string

// The states of a stored message.
const (
	MessageReceived MessageState = "received" // durable, not yet handled
	MessageHandled  MessageState = "handled"
	MessageFailed   MessageState = "failed" // handling failed and is tried again by a job
	MessageDead     MessageState = "dead"   // tried often enough; visible in doctor
)

// Record is a message with what came of it.
type Record struct {
	ID             int64
	Key            string
	ConversationID int64
	Message        *bot.Message
	Masked         string // the text with phones and ID numbers masked; what is kept in the clear
	State          MessageState
	Intent         string
	Answer         bot.Answer
	Error          string
	Attempts       int
	HandledAt      time.Time
}

type messageRow struct {
	ID             int64 `gorm:"primaryKey;autoIncrement:false"`
	DedupKey       string
	ConversationID int64
	Channel        string
	ExtID          string
	Sender         string
	SenderName     string
	Kind           string
	Event          string
	EventKey       string
	Body           string
	Sealed         optional
	Payload        optional
	QuoteID        string
	SentAt         moment
	ReceivedAt     moment
	HandledAt      moment
	State          string
	Intent         string
	Answer         optional
	Error          string
	Attempts       int
}

func (messageRow) TableName() string { return "messages" }

type deferredRow struct {
	MessageID int64 `gorm:"primaryKey;autoIncrement:false"`
	Attempts  int
	NextAt    moment
	CreatedAt moment
}

func (deferredRow) TableName() string { return "deferred_messages" }

// payload is what of a message isn't text, kept for handling it later.
type payload struct {
	Group    string        `json:"group,omitempty"`
	Quote    *bot.Quote    `json:"quote,omitempty"`
	Mentions []string      `json:"mentions,omitempty"`
	ToBot    bool          `json:"to_bot,omitempty"`
	Media    []bot.Media   `json:"media,omitempty"`
	Location *bot.Location `json:"location,omitempty"`
}

// isPrivate tells whether it holds words, pictures or places: nobody masks the phones in those.
func (p *payload) isPrivate() bool { return p.Quote != nil || len(p.Media) > 0 || p.Location != nil }

// Seen is what is stored of a message that was delivered before.
type Seen struct {
	ID     int64
	State  MessageState
	Answer bot.Answer
}

type seenRow struct {
	ID       int64
	DedupKey string
	State    string
	Answer   optional
}

// Seen looks the keys up, those of messages that were moved out (Archive) too; those never stored are missing.
func (t *Tx) Seen(keys []string) (map[string]Seen, error) {
	args := make([]any, len(keys))
	for i, k := range keys {
		args[i] = k
	}
	shape, err := shapeOf[seenRow](t.s)
	if err != nil {
		return nil, err
	}
	in := "WHERE dedup_key IN (" + marks(len(keys)) + ")"
	rows, err := scanRows[seenRow](t, shape, "SELECT id, dedup_key, state, answer FROM messages "+in+
		" UNION ALL SELECT id, dedup_key, 'handled', answer FROM archived_messages "+in, slices.Concat(args, args)...)
	if err != nil {
		return nil, fmt.Errorf("look messages up: %w", err)
	}
	out := make(map[string]Seen, len(rows))
	for _, r := range rows {
		out[r.DedupKey] = Seen{ID: r.ID, State: MessageState(r.State), Answer: bot.Answer{Text: string(r.Answer)}}
	}
	return out, nil
}

// SaveMessages inserts messages with what came of them, in one statement.
func (t *Tx) SaveMessages(records []Record) error {
	rows := make([]messageRow, 0, len(records))
	for i := range records {
		row, err := t.messageRow(&records[i])
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if err := insert(t, "messages", rows); err != nil {
		return err
	}
	return t.deferAll(records)
}

// ReceiveMessage makes a message durable that couldn't be handled yet; one that is stored already is left as it is. Its text is
// kept sealed, since nobody has looked for private data in it yet.
func (t *Tx) ReceiveMessage(key string, m *bot.Message) error {
	convs, err := t.ensureConversations([]bot.Conversation{m.Conversation()})
	if err != nil {
		return err
	}
	seen, err := t.Seen([]string{key})
	if err != nil || seen[key].ID != 0 {
		return err
	}
	return t.SaveMessages([]Record{{ID: t.NewID(), Key: key, ConversationID: convs[m.Conversation()], Message: m, State: MessageReceived}})
}

// FinishMessage writes what came of a message that was stored before it was handled.
func (t *Tx) FinishMessage(r *Record) error {
	err := t.change().Model(&messageRow{}).Where("id = ?", r.ID).Updates(map[string]any{
		"state": string(r.State), "intent": r.Intent, "answer": optional(r.Answer.Text), "error": fit(r.Error, 255),
		"attempts": r.Attempts, "handled_at": at(r.HandledAt), "body": r.Masked}).Error
	if err != nil {
		return fmt.Errorf("finish message: %w", err)
	}
	if r.State == MessageHandled {
		return wrap("finish message", t.change().Delete(&deferredRow{}, r.ID).Error)
	}
	return t.deferAll([]Record{*r})
}

// never is the next try of a message that was given up; its row stays so that doctor finds it.
func never() time.Time { return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }

// longestDeferral is the longest a message that failed waits for its next try.
const longestDeferral = time.Hour

// deferAll puts the unfinished among the records on the list of messages to be handled later, each try later than the last.
func (t *Tx) deferAll(records []Record) error {
	var rows []deferredRow
	for _, r := range records {
		if r.State == MessageHandled {
			continue
		}
		next := t.Now().Add(min(15*time.Second<<min(r.Attempts, 10), longestDeferral))
		if r.State == MessageDead {
			next = never()
		}
		rows = append(rows, deferredRow{MessageID: r.ID, Attempts: r.Attempts, NextAt: at(next), CreatedAt: at(t.Now())})
	}
	if len(rows) == 0 {
		return nil
	}
	err := t.change().Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "message_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"attempts", "next_at"})}).Create(&rows).Error
	return wrap("defer messages", err)
}

func (t *Tx) messageRow(r *Record) (messageRow, error) {
	m := r.Message
	extra := payload{Group: m.Group, Mentions: m.Mentions, ToBot: m.ToBot, Media: m.Media, Location: m.Location}
	row := messageRow{ID: r.ID, DedupKey: r.Key, ConversationID: r.ConversationID, Channel: m.Channel, ExtID: fit(m.ID, 128),
		Sender: fit(m.Sender, 128), SenderName: fit(m.SenderName, 128), Kind: string(m.Kind), Event: fit(string(m.Event), 32),
		EventKey: fit(m.EventKey, 255), Body: r.Masked, SentAt: at(m.SentAt), ReceivedAt: at(m.ReceivedAt), HandledAt: at(r.HandledAt),
		State: string(r.State), Intent: r.Intent, Answer: optional(r.Answer.Text), Error: fit(r.Error, 255), Attempts: r.Attempts}
	if m.Quote != nil {
		row.QuoteID = fit(m.Quote.ID, 128)
		extra.Quote = m.Quote
	}
	private, err := json.Marshal(extra)
	if err != nil {
		return row, fmt.Errorf("message payload: %w", err)
	}
	if r.Masked != m.Text || extra.isPrivate() { // something private may have been said: the whole is kept sealed
		whole, err := json.Marshal(sealedMessage{Text: m.Text, Payload: private})
		if err != nil {
			return row, fmt.Errorf("message payload: %w", err)
		}
		sealed, err := t.s.keys.Seal(fieldMessage, string(whole))
		row.Sealed = optional(sealed)
		return row, err
	}
	if string(private) != "{}" {
		row.Payload = optional(private)
	}
	return row, nil
}

type sealedMessage struct {
	Text    string          `json:"text"`
	Payload json.RawMessage `json:"payload"`
}

// DeferredMessages returns messages whose next try is due, oldest first. A try that is later than any put off now was put off while the
// clock was wrong, and is due.
func (t *Tx) DeferredMessages(now time.Time, limit int) ([]Record, error) {
	ids, err := t.dueDeferred(now, limit)
	if err != nil || len(ids) == 0 {
		return nil, wrap("deferred messages", err)
	}
	var rows []messageRow
	if err := t.query().Where("id IN ?", ids).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("deferred messages: %w", err)
	}
	out := make([]Record, 0, len(rows))
	for i := range rows {
		m, err := t.message(&rows[i])
		if err != nil {
			return nil, err
		}
		out = append(out, Record{ID: rows[i].ID, Key: rows[i].DedupKey, ConversationID: rows[i].ConversationID, Message: m,
			State: MessageState(rows[i].State), Attempts: rows[i].Attempts})
	}
	return out, nil
}

// dueDeferred asks twice, since one condition for both ends of the index would have the database read all of it.
func (t *Tx) dueDeferred(now time.Time, limit int) ([]int64, error) {
	var due, misdated []int64
	if err := t.query().Model(&deferredRow{}).Where("next_at <= ?", at(now)).Order("next_at, message_id").Limit(limit).Pluck("message_id", &due).Error; err != nil {
		return nil, err
	}
	err := t.query().Model(&deferredRow{}).Where("next_at > ? AND next_at < ?", at(now.Add(longestDeferral)), at(never())).
		Order("next_at, message_id").Limit(limit).Pluck("message_id", &misdated).Error
	return append(due, misdated...), err
}

func (t *Tx) message(r *messageRow) (*bot.Message, error) {
	text, private := r.Body, []byte(r.Payload)
	if r.Sealed != "" {
		whole, err := t.s.keys.Open(fieldMessage, string(r.Sealed))
		if err != nil {
			return nil, err
		}
		var s sealedMessage
		if err := json.Unmarshal([]byte(whole), &s); err != nil {
			return nil, fmt.Errorf("sealed message %d: %w", r.ID, err)
		}
		text, private = s.Text, s.Payload
	}
	var extra payload
	if len(private) > 0 {
		if err := json.Unmarshal(private, &extra); err != nil {
			return nil, fmt.Errorf("payload of message %d: %w", r.ID, err)
		}
	}
	return &bot.Message{Channel: r.Channel, ID: r.ExtID, Kind: bot.Kind(r.Kind), Event: bot.EventType(r.Event), EventKey: r.EventKey,
		Group: extra.Group, Sender: r.Sender, SenderName: r.SenderName, Text: text, Quote: extra.Quote, Mentions: extra.Mentions,
		ToBot: extra.ToBot, Media: extra.Media, Location: extra.Location, SentAt: r.SentAt.Time, ReceivedAt: r.ReceivedAt.Time}, nil
}

// MessageHealth counts messages that wait to be handled, and those that were given up.
func (t *Tx) MessageHealth() (deferred, dead int64, err error) {
	if err := t.query().Model(&deferredRow{}).Count(&deferred).Error; err != nil {
		return 0, 0, fmt.Errorf("deferred messages: %w", err)
	}
	err = t.query().Model(&deferredRow{}).Where("next_at >= ?", at(never())).Count(&dead).Error
	return deferred - dead, dead, wrap("dead messages", err)
}
