package store

import (
	"errors"
	"fmt"
	"time"

	"tongshishang/bot"

	"gorm.io/gorm"
)

// BindAccount makes the account speak for the person. What the account did as an unknown resident becomes the person's; where
// both had endorsed, voted or rated the same thing, the person's own stands, and in an open ballot the other vote is taken away,
// so that nobody is counted twice; what is closed stays as it was counted. It tells whether anything changed.
func (t *Tx) BindAccount(key AccountKey, person int64) (bool, error) {
	var row accountRow
	err := t.query().Where("channel = ? AND ext_id = ?", key.Channel, key.ExtID).Take(&row).Error
	now := at(t.Now())
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		row = accountRow{ID: t.NewID(), Channel: key.Channel, ExtID: key.ExtID, PersonID: person, BoundAt: now, CreatedAt: now}
		return true, wrap("bind account", t.write().Create(&row).Error)
	case err != nil:
		return false, fmt.Errorf("bind account: %w", err)
	case row.PersonID == person && !row.BoundAt.IsZero():
		return false, nil
	}
	from := row.PersonID
	err = t.write().Model(&row).Updates(map[string]any{"person_id": person, "bound_at": now}).Error
	if err != nil {
		return false, fmt.Errorf("bind account: %w", err)
	}
	if from == person {
		return true, nil
	}
	return true, t.mergePerson(from, person)
}

// mergePerson moves what the person from did to the person to. Rows that would double one of to's stay where they are.
func (t *Tx) mergePerson(from, to int64) error {
	var others int64
	if err := t.query().Model(&accountRow{}).Where("person_id = ?", from).Count(&others).Error; err != nil || others > 0 {
		return wrap("merge person", err) // still somebody's: nothing moves
	}
	if err := t.write().Exec("UPDATE issues SET reporter_id = ? WHERE reporter_id = ?", to, from).Error; err != nil {
		return fmt.Errorf("merge person: %w", err)
	}
	for _, m := range []struct{ table, key string }{{"endorsements", "issue_id"}, {"votes", "ballot_id"}, {"ratings", "issue_id"}} {
		var taken []int64
		if err := t.query().Table(m.table).Where("person_id = ?", to).Limit(10000).Pluck(m.key, &taken).Error; err != nil {
			return fmt.Errorf("merge person: %w", err)
		}
		q := t.write().Table(m.table).Where("person_id = ?", from)
		if len(taken) > 0 {
			q = q.Where(m.key+" NOT IN ?", taken)
		}
		if err := q.Update("person_id", to).Error; err != nil {
			return fmt.Errorf("merge person in %s: %w", m.table, err)
		}
	}
	if err := t.dropDoubles(from, to); err != nil {
		return err
	}
	open := t.query().Model(&ballotRow{}).Select("id").Where("state = ?", string(bot.BallotOpen))
	return wrap("merge votes", t.write().Where("person_id = ? AND ballot_id IN (?)", from, open).Delete(&voteRow{}).Error)
}

type codeRow struct {
	Hash      string `gorm:"primaryKey"`
	PersonID  int64
	ExpiresAt moment
	CreatedAt moment
}

func (codeRow) TableName() string { return "binding_codes" }

// SaveCode keeps a one-time binding code for the person, hashed; an earlier one of theirs ends.
func (t *Tx) SaveCode(code string, person int64, expires time.Time) error {
	if err := t.write().Where("person_id = ?", person).Delete(&codeRow{}).Error; err != nil {
		return fmt.Errorf("save code: %w", err)
	}
	row := codeRow{Hash: t.s.keys.Hash("code", code), PersonID: person, ExpiresAt: at(expires), CreatedAt: at(t.Now())}
	return wrap("save code", t.write().Create(&row).Error)
}

// TakeCode uses up a binding code and returns its person; ErrNotFound when there is none such or it has expired.
func (t *Tx) TakeCode(code string) (person int64, err error) {
	var row codeRow
	err = t.query().Where("hash = ? AND expires_at > ?", t.s.keys.Hash("code", code), at(t.Now())).Take(&row).Error
	if err != nil {
		return 0, fmt.Errorf("take code: %w", found(err))
	}
	res := t.write().Where("hash = ?", row.Hash).Delete(&codeRow{})
	if res.Error == nil && res.RowsAffected == 0 {
		return 0, fmt.Errorf("take code: %w", ErrNotFound)
	}
	return row.PersonID, wrap("take code", res.Error)
}

// dropDoubles takes away endorsements that count one person twice: the other half of a doubled one, and those of the person's own
// reports.
func (t *Tx) dropDoubles(from, to int64) error {
	var doubled []endorsementRow
	own := t.query().Model(&issueRow{}).Select("id").Where("reporter_id = ?", to)
	err := t.query().Where("person_id = ? OR person_id = ? AND issue_id IN (?)", from, to, own).Limit(10000).Find(&doubled).Error
	if err != nil {
		return fmt.Errorf("merge endorsements: %w", err)
	}
	for _, e := range doubled {
		if err := t.write().Delete(&endorsementRow{}, e.ID).Error; err != nil {
			return fmt.Errorf("merge endorsements: %w", err)
		}
		err := t.write().Exec("UPDATE issues SET supporters = supporters - 1 WHERE id = ? AND supporters > 0", e.IssueID).Error
		if err != nil {
			return fmt.Errorf("merge endorsements: %w", err)
		}
	}
	return nil
}
