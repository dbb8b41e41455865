package store

import (
	"fmt"

	"tongshishang/bot"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type conversationRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	Channel   string
	Kind      string
	ExtID     string
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
	return t.conversations(convs, t.db.Clauses(clause.Locking{Strength: t.s.dialect.lockClause}))
}

// ensureConversations is LockConversations without the lock, for what must not wait for a batch that holds it.
func (t *Tx) ensureConversations(convs []bot.Conversation) (map[bot.Conversation]int64, error) {
	return t.conversations(convs, t.db)
}

func (t *Tx) conversations(convs []bot.Conversation, db *gorm.DB) (map[bot.Conversation]int64, error) {
	found, err := findConversations(db, convs)
	if err != nil {
		return nil, err
	}
	var missing []conversationRow
	seen := map[bot.Conversation]bool{}
	for _, c := range convs {
		if _, ok := found[c]; !ok && !seen[c] {
			kind, ext := conversationKey(c)
			missing = append(missing, conversationRow{ID: t.NewID(), Channel: c.Channel, Kind: kind, ExtID: ext, CreatedAt: at(t.Now())})
			seen[c] = true
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	if err := t.write().Clauses(clause.OnConflict{DoNothing: true}).Create(&missing).Error; err != nil {
		return nil, fmt.Errorf("create conversations: %w", err)
	}
	return findConversations(db, convs)
}

func findConversations(db *gorm.DB, convs []bot.Conversation) (map[bot.Conversation]int64, error) {
	keys := make([][]any, 0, len(convs))
	seen := make(map[bot.Conversation]bool, len(convs))
	for _, c := range convs {
		if !seen[c] {
			seen[c] = true
			kind, ext := conversationKey(c)
			keys = append(keys, []any{c.Channel, kind, ext})
		}
	}
	var rows []conversationRow
	err := db.Where("(channel, kind, ext_id) IN ?", keys).Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("lock conversations: %w", err)
	}
	found := make(map[bot.Conversation]int64, len(rows))
	for i := range rows {
		found[rows[i].conversation()] = rows[i].ID
	}
	return found, nil
}

// Conversation returns the conversation with the id.
func (t *Tx) Conversation(id int64) (bot.Conversation, error) {
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
	err := t.db.Table("accounts a").Select("a.person_id, a.channel, a.ext_id").
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
