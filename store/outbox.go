package store

import (
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type outboxRow struct {
	ID         int64 `gorm:"primaryKey;autoIncrement:false"`
	DedupKey   string
	Channel    string
	Lane       string
	Kind       string
	ExtID      string
	Body       string
	State      string
	Attempts   int
	NextAt     moment
	LeaseUntil moment
	Error      string
	CreatedAt  moment
	SentAt     moment

	adds bool // a line for the row of the same key that this transaction posted or held before
	held bool // it stands in the table already, with a shorter text
}

func (outboxRow) TableName() string { return "outbox" }

const (
	outboxPending = "pending"
	outboxSent    = "sent"
	outboxDead    = "dead"
)

// Post puts a message into the outbox, to be sent after the commit. The key names the occasion (issue, round, step, person), so
// that the same occasion never speaks twice; an empty key makes it unique.
func (t *Tx) Post(key string, to bot.Conversation, text string) { t.PostAt(key, to, text, t.Now()) }

// PostAt is Post for a message that isn't to go out before a time. One that may go out at once isn't given the time of the day: were
// the clock set back, it would wait until the time comes again, and later ones overtake it.
func (t *Tx) PostAt(key string, to bot.Conversation, text string, due time.Time) {
	if !due.After(t.Now()) {
		due = atOnce()
	}
	id := t.NewID()
	if key == "" {
		key = fmt.Sprintf("id:%d", id)
	}
	kind, ext := conversationKey(to)
	now := at(t.Now())
	t.pending.outbox = append(t.pending.outbox, outboxRow{ID: id, DedupKey: fit(key, 96), Channel: to.Channel, Lane: fit(to.Key(), 192), Kind: kind,
		ExtID: ext, Body: text, State: outboxPending, NextAt: at(due), CreatedAt: now})
}

// atOnce is due by any clock.
func atOnce() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

// Hold puts a line into the conversation's one summary, to go out at a time; lines held before it goes are said together.
// It returns false when there is no summary waiting, and then nothing has been done: the caller posts a new one under the key.
func (t *Tx) Hold(key, line string) (bool, error) {
	key = fit(key, 96)
	for i := range t.pending.outbox {
		if t.pending.outbox[i].DedupKey == key { // posted by this transaction; appended, so that a Guard can take the line back
			t.pending.outbox = append(t.pending.outbox, outboxRow{DedupKey: key, Body: line, adds: true})
			return true, nil
		}
	}
	if _, asked := t.held[key]; !asked {
		if err := t.HoldPosts([]string{key}); err != nil {
			return false, err
		}
	}
	row := t.held[key]
	if row == nil {
		return false, nil
	}
	longer := *row
	longer.Body += line
	longer.held = true
	t.pending.outbox = append(t.pending.outbox, longer)
	return true, nil
}

// HoldPosts locks the messages of the keys that wait and aren't on their way, in one statement, for Hold.
func (t *Tx) HoldPosts(keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	if t.held == nil {
		t.held = map[string]*outboxRow{}
	}
	args := make([]any, 0, len(keys)+1)
	for _, key := range keys {
		key = fit(key, 96)
		t.held[key] = nil
		args = append(args, key)
	}
	rows, err := selectRows[outboxRow](t, "WHERE dedup_key IN ("+marks(len(keys))+") AND state = ? AND lease_until IS NULL ORDER BY dedup_key"+
		t.s.dialect.forUpdate, append(args, outboxPending)...)
	if err != nil {
		return fmt.Errorf("hold lines: %w", err)
	}
	for i := range rows {
		t.held[rows[i].DedupKey] = &rows[i]
	}
	return nil
}

// flushOutbox writes new rows, of which one whose occasion has spoken before is dropped, and the longer text of held ones.
func (t *Tx) flushOutbox(all []outboxRow) error {
	var fresh, held []outboxRow
	for _, r := range foldHeld(all) {
		delete(t.held, r.DedupKey) // what was read of it is old now
		if r.held {
			held = append(held, r)
			continue
		}
		fresh = append(fresh, r)
	}
	t.posted = t.posted || len(fresh) > 0
	if err := writeRows(t, "outbox", fresh, t.s.dialect.upsert("dedup_key", "dedup_key")); err != nil {
		return err
	}
	return writeRows(t, "outbox", held, t.s.dialect.upsert("id", "body"))
}

// foldHeld puts the lines that were added to rows of the same transaction into those rows.
func foldHeld(all []outboxRow) []outboxRow {
	rows := make([]outboxRow, 0, len(all))
	for _, r := range all {
		if !r.adds {
			rows = append(rows, r)
			continue
		}
		i := slices.IndexFunc(rows, func(first outboxRow) bool { return first.DedupKey == r.DedupKey })
		rows[i].Body += r.Body
	}
	return rows
}

// Parcel is an outbox row that a sender has claimed.
type Parcel struct {
	bot.Outgoing
	Attempts int // made before this one
}

// Claim says which messages a sender takes.
type Claim struct {
	Lease   time.Duration // how long others leave them alone
	Limit   int           // most messages
	Without []string      // channels that nothing is taken of
	Held    []int64       // messages the sender has already, whatever the clock says of their lease
}

// LongestPause is the longest a sender may wait before it tries a message again: a channel's quota is a day's.
const LongestPause = 24 * time.Hour

// ClaimOutbox leases messages that are due, oldest first and only the first of each conversation, so that order holds (one that
// isn't due yet and was never tried holds nobody up); those another sender holds are skipped, and a dead sender's come back when
// its lease ends. A lease or a pause that ends later than any given now would was given while the clock was wrong, and counts as over:
// for a lease it is twice its time, because the clocks of two machines are never the same.
//
// Looking for what is due costs a look at every conversation that waits. So more is looked up than may be claimed, and the ids
// that are left come back, to be handed in with the next claim; nothing is looked up before none of them can be claimed any more.
func (t *Tx) ClaimOutbox(c Claim, known []int64) (claimed []Parcel, left []int64, err error) {
	if claimed, err = t.claimOutbox(c, known); err == nil && len(claimed) == 0 {
		if known, err = t.dueOutbox(c); err == nil {
			claimed, err = t.claimOutbox(c, known)
		}
	}
	left = slices.DeleteFunc(slices.Clone(known), func(id int64) bool {
		return slices.ContainsFunc(claimed, func(p Parcel) bool { return p.ID == id })
	})
	return claimed, left, err
}

func (t *Tx) claimOutbox(c Claim, due []int64) ([]Parcel, error) {
	if len(due) == 0 || c.Limit == 0 {
		return nil, nil
	}
	now := t.Now()
	q := t.free(t.query().Table("outbox o"), c).Where("o.id IN ? AND o.state = ?", due, outboxPending)
	if t.s.dialect.skipLocked != "" {
		q = q.Clauses(clause.Locking{Strength: t.s.dialect.lockClause, Options: t.s.dialect.skipLocked})
	}
	var rows []outboxRow
	if err := q.Order("o.next_at, o.id").Limit(c.Limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("claim outbox: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(rows))
	parcels := make([]Parcel, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
		parcels[i] = Parcel{Attempts: r.Attempts, Outgoing: bot.Outgoing{ID: r.ID, To: conversationOf(r.Channel, r.Kind, r.ExtID), Text: r.Body}}
	}
	err := t.change().Model(&outboxRow{}).Where("id IN ?", ids).Update("lease_until", at(now.Add(c.Lease))).Error
	return parcels, wrap("claim outbox", err)
}

// lookedUp is how many messages are looked up at a time.
const lookedUp = 256

// dueOutbox looks up what may be claimed without locking anything. It reads the first message of every conversation that has some,
// and none of those behind it: a channel that hasn't worked for a day has thousands.
func (t *Tx) dueOutbox(c Claim) ([]int64, error) {
	now := t.Now()
	q := t.query().Table("(SELECT DISTINCT lane FROM outbox WHERE state = ?) lanes", outboxPending).
		Joins("JOIN outbox o ON o.id = (SELECT e.id FROM outbox e WHERE e.state = ? AND e.lane = lanes.lane AND (e.next_at <= ? OR e.attempts > 0) ORDER BY e.id LIMIT 1)",
			outboxPending, at(now))
	var ids []int64
	err := t.free(q, c).Order("o.next_at, o.id").Limit(lookedUp).Pluck("o.id", &ids).Error
	return ids, wrap("due outbox", err)
}

// free narrows a query to messages whose time has come, that no other sender holds and that this one may take.
func (t *Tx) free(q *gorm.DB, c Claim) *gorm.DB {
	now := t.Now()
	q = q.Where("(o.lease_until IS NULL OR o.lease_until <= ? OR o.lease_until > ?)", at(now), at(now.Add(2*c.Lease))).
		Where("(o.next_at <= ? OR o.attempts > 0 AND o.next_at > ?)", at(now), at(now.Add(LongestPause)))
	if len(c.Without) > 0 {
		q = q.Where("o.channel NOT IN ?", c.Without)
	}
	if len(c.Held) > 0 {
		q = q.Where("o.id NOT IN ?", c.Held)
	}
	return q
}

// OutboxSent notes that the message has gone out.
func (t *Tx) OutboxSent(id int64) error {
	err := t.change().Model(&outboxRow{}).Where("id = ?", id).
		Updates(map[string]any{"state": outboxSent, "sent_at": at(t.Now()), "lease_until": nil, "error": ""}).Error
	return wrap("outbox sent", err)
}

// OutboxFailed notes a failed attempt and when to try again; a zero time gives the message up as a dead letter.
func (t *Tx) OutboxFailed(id int64, reason string, next time.Time) error {
	set := map[string]any{"attempts": gorm.Expr("attempts + 1"), "error": fit(reason, 255), "lease_until": nil}
	if next.IsZero() {
		set["state"] = outboxDead
	} else {
		set["next_at"] = at(next)
	}
	return wrap("outbox failed", t.change().Model(&outboxRow{}).Where("id = ?", id).Updates(set).Error)
}

// CancelOutbox takes back a message that hasn't gone out and isn't on its way; false when it is too late.
func (t *Tx) CancelOutbox(key string) (bool, error) {
	res := t.change().Where("dedup_key = ? AND state = ? AND lease_until IS NULL", fit(key, 96), outboxPending).Delete(&outboxRow{})
	return res.RowsAffected > 0, wrap("cancel outbox", res.Error)
}

// OutboxHealth is what doctor and the metrics show of a channel.
type OutboxHealth struct {
	Pending int64
	Dead    int64
	Oldest  time.Time // creation of the oldest pending message; zero when there is none
}

// OutboxHealth counts what waits and what was given up, by channel; channels with neither are missing.
func (t *Tx) OutboxHealth() (map[string]OutboxHealth, error) {
	var rows []struct {
		Channel string
		State   string
		N       int64
		Oldest  moment
	}
	err := t.query().Model(&outboxRow{}).Select("channel, state, COUNT(*) AS n, MIN(created_at) AS oldest").
		Where("state IN ?", []string{outboxPending, outboxDead}).Group("channel, state").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	out := map[string]OutboxHealth{}
	for _, r := range rows {
		h := out[r.Channel]
		if r.State == outboxDead {
			h.Dead = r.N
		} else {
			h.Pending, h.Oldest = r.N, r.Oldest.Time
		}
		out[r.Channel] = h
	}
	return out, nil
}

// DeadLetter is a message that could not be sent.
type DeadLetter struct {
	ID      int64
	Channel string
	Error   string
	At      time.Time
}

// DeadLetters lists the newest messages that were given up.
func (t *Tx) DeadLetters(limit int) ([]DeadLetter, error) {
	var rows []outboxRow
	if err := t.query().Where("state = ?", outboxDead).Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	out := make([]DeadLetter, len(rows))
	for i, r := range rows {
		out[i] = DeadLetter{ID: r.ID, Channel: r.Channel, Error: r.Error, At: r.CreatedAt.Time}
	}
	return out, nil
}
