package store

import (
	"errors"
	"fmt"

	"tongshishang/bot"

	"gorm.io/gorm"
)

// ErrNotFound says that there is no such row.
var ErrNotFound = errors.New("not found")

type unitRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	Code      string
	Name      string
	Kind      string
	CreatedAt moment
}

func (unitRow) TableName() string { return "units" }

func (r *unitRow) unit() bot.Unit {
	return bot.Unit{ID: r.ID, Code: r.Code, Name: r.Name, Kind: bot.UnitKind(r.Kind)}
}

type groupRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	Channel   string
	ExtID     string
	UnitID    int64
	CreatedAt moment
}

func (groupRow) TableName() string { return "chat_groups" }

// Units lists all units by code. A county has dozens; the limit only guards against a mistaken import.
func (t *Tx) Units() ([]bot.Unit, error) {
	var rows []unitRow
	if err := t.db.Order("code").Limit(10000).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("units: %w", err)
	}
	units := make([]bot.Unit, len(rows))
	for i := range rows {
		units[i] = rows[i].unit()
	}
	return units, nil
}

// Unit returns the unit with the id.
func (t *Tx) Unit(id int64) (bot.Unit, error) {
	var row unitRow
	if err := t.db.Take(&row, id).Error; err != nil {
		return bot.Unit{}, fmt.Errorf("unit %d: %w", id, found(err))
	}
	return row.unit(), nil
}

// SaveUnit inserts a unit or, when one with its code exists, brings name and kind up to date. It tells what it did.
func (t *Tx) SaveUnit(u bot.Unit) (id int64, changed bool, err error) {
	var row unitRow
	err = t.db.Where("code = ?", u.Code).Take(&row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		row = unitRow{ID: t.NewID(), Code: u.Code, Name: u.Name, Kind: string(u.Kind), CreatedAt: at(t.Now())}
		return row.ID, true, wrap("save unit", t.write().Create(&row).Error)
	case err != nil:
		return 0, false, fmt.Errorf("save unit: %w", err)
	case row.Name == u.Name && row.Kind == string(u.Kind):
		return row.ID, false, nil
	}
	err = t.write().Model(&row).Updates(map[string]any{"name": u.Name, "kind": string(u.Kind)}).Error
	return row.ID, true, wrap("save unit", err)
}

// BindGroup makes the group belong to the unit. It tells whether that was new.
func (t *Tx) BindGroup(channel, ext string, unit int64) (changed bool, err error) {
	var row groupRow
	err = t.db.Where("channel = ? AND ext_id = ?", channel, ext).Take(&row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		row = groupRow{ID: t.NewID(), Channel: channel, ExtID: ext, UnitID: unit, CreatedAt: at(t.Now())}
		return true, wrap("bind group", t.write().Create(&row).Error)
	case err != nil:
		return false, fmt.Errorf("bind group: %w", err)
	case row.UnitID == unit:
		return false, nil
	}
	return true, wrap("bind group", t.write().Model(&row).Update("unit_id", unit).Error)
}

// GroupUnits returns the units that the groups among the conversations are bound to; unbound groups are missing.
func (t *Tx) GroupUnits(convs []bot.Conversation) (map[bot.Conversation]bot.Unit, error) {
	var keys [][]any
	for _, c := range convs {
		if c.IsGroup() {
			keys = append(keys, []any{c.Channel, c.Group})
		}
	}
	out := map[bot.Conversation]bot.Unit{}
	if len(keys) == 0 {
		return out, nil
	}
	var rows []struct {
		Channel string
		ExtID   string
		ID      int64
		Code    string
		Name    string
		Kind    string
	}
	err := t.db.Table("chat_groups g").Select("g.channel, g.ext_id, u.id, u.code, u.name, u.kind").
		Joins("JOIN units u ON u.id = g.unit_id").Where("(g.channel, g.ext_id) IN ?", keys).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("units of groups: %w", err)
	}
	for _, r := range rows {
		out[bot.Conversation{Channel: r.Channel, Group: r.ExtID}] = bot.Unit{ID: r.ID, Code: r.Code, Name: r.Name, Kind: bot.UnitKind(r.Kind)}
	}
	return out, nil
}

// NextNumber takes the next number of a sequence, 1 first. The sequence stays locked until the transaction ends, so there are
// no gaps and no number is given twice.
func (t *Tx) NextNumber(name string) (int64, error) {
	n, err := t.s.dialect.nextNumber(t.write(), name)
	return n, wrap("sequence "+name, err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// found turns GORM's word for an empty result into ours.
func found(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return ErrNotFound
	}
	return err
}
