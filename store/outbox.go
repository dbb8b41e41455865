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

	adds bool // a line for the row of the same key that this transaction posted before
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

// PostAt is Post for a message that isn't to go out before a time.
func (t *Tx) PostAt(key string, to bot.Conversation, text string, due time.Time) {
	id := t.NewID()
	if key == "" {
		key = fmt.Sprintf("id:%d", id)
	}
	kind, ext := conversationKey(to)
	now := at(t.Now())
	t.outbox = append(t.outbox, outboxRow{ID: id, DedupKey: fit(key, 96), Channel: to.Channel, Lane: fit(to.Key(), 192), Kind: kind,
		ExtID: ext, Body: text, State: outboxPending, NextAt: at(due), CreatedAt: now})
}

// Hold puts a line into the conversation's one summary, to go out at a time; lines held before it goes are said together.
// It returns false when there is no summary waiting, and then nothing has been done: the caller posts a new one under the key.
func (t *Tx) Hold(key, line string) (bool, error) {
	key = fit(key, 96)
	for i := range t.outbox {
		if t.outbox[i].DedupKey == key { // posted by this transaction; appended, so that a Guard can take the line back
			t.outbox = append(t.outbox, outboxRow{DedupKey: key, Body: line, adds: true})
			return true, nil
		}
	}
	var row outboxRow
	q := t.db.Clauses(clause.Locking{Strength: t.s.dialect.lockClause}).Where("dedup_key = ? AND state = ? AND lease_until IS NULL", key, outboxPending)
	if err := q.Limit(1).Find(&row).Error; err != nil || row.ID == 0 {
		return false, wrap("hold line", err)
	}
	return true, wrap("hold line", t.write().Model(&outboxRow{}).Where("id = ?", row.ID).Update("body", row.Body+line).Error)
}

func (t *Tx) flushOutbox() error {
	rows := foldHeld(t.outbox)
	t.outbox = nil
	if len(rows) == 0 {
		return nil
	}
	return wrap("insert outbox", t.write().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, 500).Error)
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

// ClaimOutbox leases messages that are due, oldest first and only the first of each conversation, so that order holds (one that
// isn't due yet and was never tried holds nobody up); those
// another sender holds are skipped, and a dead sender's come back when its lease ends.
func (t *Tx) ClaimOutbox(lease time.Duration, limit int) ([]Parcel, error) {
	now := t.Now()
	q := t.db.Table("outbox o").Select("o.*").
		Where("o.state = ? AND o.next_at <= ? AND (o.lease_until IS NULL OR o.lease_until <= ?)", outboxPending, at(now), at(now)).
		Where("NOT EXISTS (SELECT 1 FROM outbox e WHERE e.lane = o.lane AND e.state = ? AND e.id < o.id AND (e.next_at <= ? OR e.attempts > 0))", outboxPending, at(now))
	if t.s.dialect.skipLocked != "" {
		q = q.Clauses(clause.Locking{Strength: t.s.dialect.lockClause, Table: clause.Table{}, Options: t.s.dialect.skipLocked})
	}
	var rows []outboxRow
	if err := q.Order("o.next_at, o.id").Limit(limit).Find(&rows).Error; err != nil {
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
	err := t.write().Model(&outboxRow{}).Where("id IN ?", ids).Update("lease_until", at(now.Add(lease))).Error
	return parcels, wrap("claim outbox", err)
}

// OutboxSent notes that the message has gone out.
func (t *Tx) OutboxSent(id int64) error {
	err := t.write().Model(&outboxRow{}).Where("id = ?", id).
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
	return wrap("outbox failed", t.write().Model(&outboxRow{}).Where("id = ?", id).Updates(set).Error)
}

// CancelOutbox takes back a message that hasn't gone out and isn't on its way; false when it is too late.
func (t *Tx) CancelOutbox(key string) (bool, error) {
	res := t.write().Where("dedup_key = ? AND state = ? AND lease_until IS NULL", fit(key, 96), outboxPending).Delete(&outboxRow{})
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
	err := t.db.Model(&outboxRow{}).Select("channel, state, COUNT(*) AS n, MIN(created_at) AS oldest").
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
	if err := t.db.Where("state = ?", outboxDead).Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	out := make([]DeadLetter, len(rows))
	for i, r := range rows {
		out[i] = DeadLetter{ID: r.ID, Channel: r.Channel, Error: r.Error, At: r.CreatedAt.Time}
	}
	return out, nil
}
