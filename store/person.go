package store

import (
	"fmt"

	"tongshishang/bot"

	"gorm.io/gorm"
)

// The names that sealed fields are bound to.
const (
	fieldPhone   = "phone"
	fieldIDCard  = "id_card"
	fieldMessage = "message"
)

type personRow struct {
	ID         int64 `gorm:"primaryKey;autoIncrement:false"`
	Name       string
	Sector     string
	Studio     string
	Phone      string
	PhoneHash  optional
	IDCard     string
	IDCardHash optional
	CreatedAt  moment
	UpdatedAt  moment
}

func (personRow) TableName() string { return "people" }

type roleRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	PersonID  int64
	Name      string
	UnitID    ref
	Agency    string
	Scope     string
	CreatedAt moment
}

func (roleRow) TableName() string { return "roles" }

type accountRow struct {
	ID         int64 `gorm:"primaryKey;autoIncrement:false"`
	Channel    string
	ExtID      string
	PersonID   int64
	Nickname   string
	Subscribed bool
	BoundAt    moment
	CreatedAt  moment
}

func (accountRow) TableName() string { return "accounts" }

// AccountKey names an account: a person's identity on a channel.
type AccountKey struct{ Channel, ExtID string }

// speakerRow is an account's person with one of their roles.
type speakerRow struct {
	Channel, ExtID string
	PersonID       int64
	Name           string
	Sector, Studio string
	Role           optional
	UnitID         ref
	Agency         optional
}

// People returns the people behind the accounts, with their roles, in one query; unknown accounts are missing.
func (t *Tx) People(keys []AccountKey) (map[AccountKey]*bot.Person, error) {
	if len(keys) == 0 {
		return map[AccountKey]*bot.Person{}, nil
	}
	args := make([]any, 0, 2*len(keys))
	for _, k := range keys {
		args = append(args, k.Channel, k.ExtID)
	}
	if err := t.query().Error; err != nil {
		return nil, err
	}
	shape, err := shapeOf[speakerRow](t.s)
	if err != nil {
		return nil, err
	}
	rows, err := scanRows[speakerRow](t, shape, "SELECT a.channel, a.ext_id, p.id, p.name, p.sector, p.studio, r.name, r.unit_id, r.agency FROM accounts a"+
		" JOIN people p ON p.id = a.person_id LEFT JOIN roles r ON r.person_id = p.id WHERE (a.channel, a.ext_id) IN ("+tuples(len(keys), 2)+")", args...)
	if err != nil {
		return nil, fmt.Errorf("people of accounts: %w", err)
	}
	out := make(map[AccountKey]*bot.Person, len(keys))
	for _, r := range rows {
		key := AccountKey{r.Channel, r.ExtID}
		p := out[key]
		if p == nil {
			p = &bot.Person{ID: r.PersonID, Name: r.Name, Sector: r.Sector, Studio: r.Studio}
			out[key] = p
		}
		if r.Role != "" {
			p.Roles = append(p.Roles, bot.Role{Name: bot.RoleName(r.Role), UnitID: int64(r.UnitID), Agency: string(r.Agency)})
		}
	}
	return out, nil
}

// CreatePerson makes a resident's record for an account that has none. Should another instance have made one in between, the
// account's key refuses it and the transaction is run again.
func (t *Tx) CreatePerson(key AccountKey, nickname string) *bot.Person {
	now := at(t.Now())
	person := personRow{ID: t.NewID(), Name: fit(nickname, 64), CreatedAt: now, UpdatedAt: now}
	t.pending.people = append(t.pending.people, person)
	t.pending.accounts = append(t.pending.accounts, accountRow{ID: t.NewID(), Channel: key.Channel, ExtID: key.ExtID, PersonID: person.ID,
		Nickname: fit(nickname, 128), CreatedAt: now})
	return &bot.Person{ID: person.ID, Name: person.Name}
}

// SetSubscribed notes that the account follows the official account or has left it.
func (t *Tx) SetSubscribed(key AccountKey, subscribed bool) error {
	err := t.write().Model(&accountRow{}).Where("channel = ? AND ext_id = ?", key.Channel, key.ExtID).Update("subscribed", subscribed).Error
	return wrap("note subscription", err)
}

// Member is a person as an import gives them.
type Member struct {
	Person  bot.Person
	Phone   string // digits; empty if none
	Account *AccountKey
}

// SaveMember inserts or updates a person with roles. It is the person with the phone; else the one with roles whom the account
// speaks for, whose phone has changed; else the one with roles, that name and no phone, who may get one now. It tells the
// person's id and whether anything changed.
func (t *Tx) SaveMember(m Member) (id int64, changed bool, err error) {
	row, err := t.findMember(m)
	if err != nil {
		return 0, false, err
	}
	if row == nil {
		row, changed = &personRow{}, true
		if err = t.fillPerson(row, m); err == nil {
			row.ID, row.CreatedAt = t.NewID(), row.UpdatedAt
			err = wrap("save member", t.write().Create(row).Error)
		}
	} else {
		changed, err = t.updatePerson(row, m)
	}
	if err != nil {
		return 0, false, err
	}
	rolesChanged, err := t.saveRoles(row.ID, m.Person.Roles)
	if err != nil {
		return 0, false, err
	}
	if m.Account != nil {
		bound, err := t.BindAccount(*m.Account, row.ID)
		return row.ID, changed || rolesChanged || bound, err
	}
	return row.ID, changed || rolesChanged, nil
}

// fillPerson sets the columns that an import brings; a phone that isn't given stays as it is.
func (t *Tx) fillPerson(row *personRow, m Member) error {
	row.Name, row.Sector, row.Studio, row.UpdatedAt = m.Person.Name, m.Person.Sector, m.Person.Studio, at(t.Now())
	hash := optional(t.s.keys.Hash(fieldPhone, m.Phone))
	if hash == "" || hash == row.PhoneHash {
		return nil
	}
	sealed, err := t.s.keys.Seal(fieldPhone, m.Phone)
	row.Phone, row.PhoneHash = sealed, hash
	return err
}

func (t *Tx) updatePerson(row *personRow, m Member) (changed bool, err error) {
	before := *row
	if err := t.fillPerson(row, m); err != nil {
		return false, err
	}
	if row.Name == before.Name && row.Sector == before.Sector && row.Studio == before.Studio && row.PhoneHash == before.PhoneHash {
		return false, nil
	}
	return true, wrap("save member", t.write().Model(row).Select("name", "sector", "studio", "phone", "phone_hash", "updated_at").Updates(row).Error)
}

func (t *Tx) findMember(m Member) (*personRow, error) {
	withRoles := func() *gorm.DB {
		return t.query().Where("EXISTS (SELECT 1 FROM roles WHERE roles.person_id = people.id)").Order("id")
	}
	var ways []*gorm.DB
	if m.Phone != "" {
		ways = append(ways, t.query().Where("phone_hash = ?", t.s.keys.Hash(fieldPhone, m.Phone)))
	}
	if m.Account != nil {
		ways = append(ways, withRoles().Where("name = ? AND id = (SELECT person_id FROM accounts WHERE channel = ? AND ext_id = ?)",
			m.Person.Name, m.Account.Channel, m.Account.ExtID))
	}
	ways = append(ways, withRoles().Where("name = ? AND phone_hash IS NULL", m.Person.Name))
	for _, way := range ways {
		var row personRow
		if err := way.Limit(1).Find(&row).Error; err != nil {
			return nil, fmt.Errorf("find member: %w", err)
		}
		if row.ID != 0 {
			return &row, nil
		}
	}
	return nil, nil //nolint:nilnil // no such person is an answer, not a failure
}

// FindMember returns the person, with roles, whom SaveMember would update; nil when it would add one.
func (t *Tx) FindMember(m Member) (*bot.Person, error) {
	row, err := t.findMember(m)
	if err != nil || row == nil {
		return nil, err
	}
	return t.Person(row.ID)
}

// saveRoles makes the person's roles exactly those given.
func (t *Tx) saveRoles(person int64, roles []bot.Role) (changed bool, err error) {
	var have []roleRow
	if err := t.query().Where("person_id = ?", person).Limit(1000).Find(&have).Error; err != nil {
		return false, fmt.Errorf("roles: %w", err)
	}
	old := map[string]int64{}
	for _, r := range have {
		old[r.Name+"/"+r.Scope] = r.ID
	}
	var fresh []roleRow
	for _, r := range roles {
		scope := roleScope(r)
		if _, ok := old[string(r.Name)+"/"+scope]; ok {
			delete(old, string(r.Name)+"/"+scope)
			continue
		}
		fresh = append(fresh, roleRow{ID: t.NewID(), PersonID: person, Name: string(r.Name), UnitID: ref(r.UnitID), Agency: r.Agency, Scope: scope, CreatedAt: at(t.Now())})
	}
	for _, id := range old {
		if err := t.write().Delete(&roleRow{}, id).Error; err != nil {
			return false, fmt.Errorf("remove role: %w", err)
		}
	}
	return len(fresh)+len(old) > 0, insert(t, "roles", fresh)
}

func roleScope(r bot.Role) string {
	switch {
	case r.Agency != "":
		return "agency:" + r.Agency
	case r.UnitID != 0:
		return fmt.Sprintf("unit:%d", r.UnitID)
	}
	return "*"
}

// Person returns a person with roles.
func (t *Tx) Person(id int64) (*bot.Person, error) {
	var row personRow
	if err := t.query().Take(&row, id).Error; err != nil {
		return nil, fmt.Errorf("person %d: %w", id, found(err))
	}
	p := &bot.Person{ID: row.ID, Name: row.Name, Sector: row.Sector, Studio: row.Studio}
	var roles []roleRow
	if err := t.query().Where("person_id = ?", id).Limit(1000).Find(&roles).Error; err != nil {
		return nil, fmt.Errorf("person %d: %w", id, err)
	}
	for _, r := range roles {
		p.Roles = append(p.Roles, bot.Role{Name: bot.RoleName(r.Name), UnitID: int64(r.UnitID), Agency: r.Agency})
	}
	return p, nil
}

// Handlers returns people who act for the agency, at most ten, oldest first.
func (t *Tx) Handlers(agency string) ([]bot.Person, error) {
	return t.peopleWith("r.name = ? AND r.agency = ?", string(bot.RoleHandler), agency)
}

// UnitStaff returns the people who work for the unit, at most ten, oldest first.
func (t *Tx) UnitStaff(unit int64) ([]bot.Person, error) {
	return t.peopleWith("r.name = ? AND r.unit_id = ?", string(bot.RoleStaff), unit)
}

// PersonByName finds somebody with a role by real name; ErrNotFound when there is none or more than one.
func (t *Tx) PersonByName(name string) (*bot.Person, error) {
	people, err := t.peopleWith("p.name = ?", name)
	if err != nil {
		return nil, err
	}
	if len(people) != 1 {
		return nil, ErrNotFound
	}
	return &people[0], nil
}

// peopleWith needs nothing that waits to be written: whom a message creates has no role yet.
func (t *Tx) peopleWith(where string, args ...any) ([]bot.Person, error) {
	var rows []personRow
	err := t.db.Table("people p").Distinct("p.id", "p.name", "p.sector", "p.studio").
		Joins("JOIN roles r ON r.person_id = p.id").Where(where, args...).Order("p.id").Limit(10).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	people := make([]bot.Person, len(rows))
	for i, r := range rows {
		people[i] = bot.Person{ID: r.ID, Name: r.Name, Sector: r.Sector, Studio: r.Studio}
	}
	return people, nil
}

// Phones opens the phones of the people; people without one are missing. The caller has checked that the reader may see them.
func (t *Tx) Phones(people []int64) (map[int64]string, error) {
	out := map[int64]string{}
	if len(people) == 0 {
		return out, nil
	}
	var rows []personRow
	if err := t.query().Select("id", "phone").Where("id IN ? AND phone <> ''", people).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("phones: %w", err)
	}
	for _, r := range rows {
		phone, err := t.s.keys.Open(fieldPhone, r.Phone)
		if err != nil {
			return nil, err
		}
		out[r.ID] = phone
	}
	return out, nil
}

// UnboundMembers lists people with a role whom no account speaks for yet, at most limit, by id after the given one.
func (t *Tx) UnboundMembers(after int64, limit int) ([]bot.Person, error) {
	var rows []personRow
	err := t.query().Where("id > ? AND EXISTS (SELECT 1 FROM roles WHERE roles.person_id = people.id)", after).
		Where("NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.person_id = people.id)").Order("id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("unbound members: %w", err)
	}
	people := make([]bot.Person, len(rows))
	for i, r := range rows {
		people[i] = bot.Person{ID: r.ID, Name: r.Name}
	}
	return people, nil
}
