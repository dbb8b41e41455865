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
	if units, ok := t.s.units.all(); ok && !t.renamed {
		return units, nil
	}
	var rows []unitRow
	if err := t.db.Order("code").Limit(10000).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("units: %w", err)
	}
	units := make([]bot.Unit, len(rows))
	for i := range rows {
		units[i] = rows[i].unit()
	}
	if !t.renamed { // what this transaction changed may yet be undone
		t.s.units.keep(units)
	}
	return units, nil
}

// Unit returns the unit with the id.
func (t *Tx) Unit(id int64) (bot.Unit, error) {
	if u, ok := t.s.units.one(id); ok && !t.renamed {
		return u, nil
	}
	units, err := t.Units()
	if err != nil {
		return bot.Unit{}, err
	}
	for _, u := range units {
		if u.ID == id {
			return u, nil
		}
	}
	return bot.Unit{}, fmt.Errorf("unit %d: %w", id, ErrNotFound)
}

// SaveUnit inserts a unit or, when one with its code exists, brings name and kind up to date. It tells what it did.
func (t *Tx) SaveUnit(u bot.Unit) (id int64, changed bool, err error) {
	var row unitRow
	t.renamed = true
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
		err = t.write().Create(&row).Error
	case err != nil:
	case row.UnitID == unit:
		return false, nil
	default:
		err = t.write().Model(&row).Update("unit_id", unit).Error
	}
	if err != nil {
		return false, fmt.Errorf("bind group: %w", err)
	}
	return true, t.noteUnit(bot.Conversation{Channel: channel, Group: ext}, unit)
}

// noteUnit copies the group's unit to its conversation, if there has been one.
func (t *Tx) noteUnit(c bot.Conversation, unit int64) error {
	kind, ext := conversationKey(c)
	err := t.change().Model(&conversationRow{}).Where("channel = ? AND kind = ? AND ext_id = ?", c.Channel, kind, ext).Update("unit_id", unit).Error
	return wrap("note unit", err)
}

// GroupUnits returns the units that the groups among the conversations, which are locked, are bound to; unbound groups are missing.
func (t *Tx) GroupUnits(convs []bot.Conversation) (map[bot.Conversation]bot.Unit, error) {
	out := map[bot.Conversation]bot.Unit{}
	wanted := make(map[bot.Conversation]bool, len(convs))
	for _, c := range convs {
		wanted[c] = c.IsGroup()
	}
	var unknown []bot.Conversation
	for _, row := range t.locked {
		c := row.conversation()
		switch {
		case !wanted[c]:
			continue
		case row.UnitID == 0:
			unknown = append(unknown, c)
			continue
		}
		u, err := t.Unit(int64(row.UnitID))
		if err != nil {
			return nil, err
		}
		out[c] = u
	}
	return out, t.askUnits(unknown, out)
}

// askUnits looks the units of groups up whose conversations don't know them, and lets them know.
func (t *Tx) askUnits(groups []bot.Conversation, out map[bot.Conversation]bot.Unit) error {
	if len(groups) == 0 {
		return nil
	}
	args := make([]any, 0, 2*len(groups))
	for _, c := range groups {
		args = append(args, c.Channel, c.Group)
	}
	rows, err := selectRows[groupRow](t, "WHERE (channel, ext_id) IN ("+tuples(len(groups), 2)+")", args...)
	if err != nil {
		return fmt.Errorf("units of groups: %w", err)
	}
	for _, r := range rows {
		c := bot.Conversation{Channel: r.Channel, Group: r.ExtID}
		if out[c], err = t.Unit(r.UnitID); err != nil {
			return err
		}
		if err := t.noteUnit(c, r.UnitID); err != nil {
			return err
		}
	}
	return nil
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
