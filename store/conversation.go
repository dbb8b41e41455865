package store

import (
	"fmt"

	"tongshishang/bot"

	"gorm.io/gorm/clause"
)

// conversationRow is the root of what a conversation's messages need: locked with every batch, it brings the unit of a group and
// the ballot that runs there along.
type conversationRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	Channel   string
	Kind      string
	ExtID     string
	UnitID    ref // what the group is bound to; a copy of chat_groups, 0 when that has to be asked
	BallotID  ref // the open one
	CreatedAt moment
}

func (conversationRow) TableName() string { return "conversations" }

const (
	kindGroup = "g"
	kindUser  = "u"
)

func conversationKey(c bot.Conversation) (kind, ext string) {
	if c.IsGroup() {
		return kindGroup, c.Group
	}
	return kindUser, c.User
}

func conversationOf(channel, kind, ext string) bot.Conversation {
	if kind == kindGroup {
		return bot.Conversation{Channel: channel, Group: ext}
	}
	return bot.Conversation{Channel: channel, User: ext}
}

func (r *conversationRow) conversation() bot.Conversation {
	return conversationOf(r.Channel, r.Kind, r.ExtID)
}

// LockConversations locks the conversations until the transaction ends, creating the rows that are missing, and returns their
// ids. All instances lock along the same unique key, so batches wait for each other instead of deadlocking.
func (t *Tx) LockConversations(convs []bot.Conversation) (map[bot.Conversation]int64, error) {
	rows, err := t.conversations(convs, t.s.dialect.forUpdate)
	if err != nil {
		return nil, err
	}
	if t.locked == nil {
		t.locked = make(map[int64]conversationRow, len(rows))
	}
	for _, r := range rows {
		t.locked[r.ID] = r
	}
	return conversationIDs(rows), nil
}

// ensureConversations is LockConversations without the lock, for what must not wait for a batch that holds it.
func (t *Tx) ensureConversations(convs []bot.Conversation) (map[bot.Conversation]int64, error) {
	rows, err := t.conversations(convs, "")
	return conversationIDs(rows), err
}

func conversationIDs(rows []conversationRow) map[bot.Conversation]int64 {
	ids := make(map[bot.Conversation]int64, len(rows))
	for i := range rows {
		ids[rows[i].conversation()] = rows[i].ID
	}
	return ids
}

func (t *Tx) conversations(convs []bot.Conversation, lock string) ([]conversationRow, error) {
	convs = distinct(convs)
	found, err := t.findConversations(convs, lock)
	if err != nil || len(found) == len(convs) {
		return found, err
	}
	known := conversationIDs(found)
	var missing []conversationRow
	for _, c := range convs {
		if _, ok := known[c]; !ok {
			kind, ext := conversationKey(c)
			missing = append(missing, conversationRow{ID: t.NewID(), Channel: c.Channel, Kind: kind, ExtID: ext, CreatedAt: at(t.Now())})
		}
	}
	if err := t.change().Clauses(clause.OnConflict{DoNothing: true}).Create(&missing).Error; err != nil {
		return nil, fmt.Errorf("create conversations: %w", err)
	}
	return t.findConversations(convs, lock)
}

func distinct(convs []bot.Conversation) []bot.Conversation {
	seen := make(map[bot.Conversation]bool, len(convs))
	out := make([]bot.Conversation, 0, len(convs))
	for _, c := range convs {
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	return out
}

func (t *Tx) findConversations(convs []bot.Conversation, lock string) ([]conversationRow, error) {
	if len(convs) == 0 {
		return nil, nil
	}
	args := make([]any, 0, 3*len(convs))
	for _, c := range convs {
		kind, ext := conversationKey(c)
		args = append(args, c.Channel, kind, ext)
	}
	rows, err := selectRows[conversationRow](t, "WHERE (channel, kind, ext_id) IN ("+tuples(len(convs), 3)+") ORDER BY id"+lock, args...)
	return rows, wrap("lock conversations", err)
}

// Conversation returns the conversation with the id.
func (t *Tx) Conversation(id int64) (bot.Conversation, error) {
	if row, ok := t.locked[id]; ok {
		return row.conversation(), nil
	}
	var row conversationRow
	if err := t.db.Take(&row, id).Error; err != nil {
		return bot.Conversation{}, fmt.Errorf("conversation %d: %w", id, found(err))
	}
	return row.conversation(), nil
}

// PrivateConversations returns the one-to-one conversations that the people have had with the bot, newest account first, at
// most one a person; those who never wrote to it one to one are missing.
func (t *Tx) PrivateConversations(people []int64) (map[int64]bot.Conversation, error) {
	if len(people) == 0 {
		return map[int64]bot.Conversation{}, nil
	}
	var rows []struct {
		PersonID int64
		Channel  string
		ExtID    string
	}
	err := t.query().Table("accounts a").Select("a.person_id, a.channel, a.ext_id").
		Joins("JOIN conversations c ON c.channel = a.channel AND c.kind = ? AND c.ext_id = a.ext_id", kindUser).
		Where("a.person_id IN ?", people).Order("a.id").Limit(4 * len(people)).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("private conversations: %w", err)
	}
	out := make(map[int64]bot.Conversation, len(rows))
	for _, r := range rows {
		out[r.PersonID] = bot.Conversation{Channel: r.Channel, User: r.ExtID}
	}
	return out, nil
}
