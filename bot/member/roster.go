package member

import (
	"fmt"
	"slices"
	"strings"

	"tongshishang/bot"
	"tongshishang/store"
)

// memberColumns are the columns of a file of people.
func memberColumns() []column {
	return []column{
		{"name", []string{"姓名"}, true},
		{"phone", []string{"电话", "手机号", "手机", "联系电话"}, false},
		{"sector", []string{"界别"}, false},
		{"studio", []string{"工作室", "委员联络工作室"}, false},
		{"role", []string{"角色"}, true},
		{"units", []string{"单位"}, false},
		{"channel", []string{"渠道"}, false},
		{"user", []string{"账号", "帐号"}, false},
	}
}

// What the store's columns hold of an account.
const userLimit = 128

// roleNames is what a cell of the column role may say.
func roleNames() map[string]bot.RoleName {
	return map[string]bot.RoleName{
		"member": bot.RoleMember, "委员": bot.RoleMember, "政协委员": bot.RoleMember,
		"staff": bot.RoleStaff, "工作人员": bot.RoleStaff, "社区工作人员": bot.RoleStaff, "乡镇工作人员": bot.RoleStaff,
		"handler": bot.RoleHandler, "承办单位": bot.RoleHandler,
		"admin": bot.RoleAdmin, "管理员": bot.RoleAdmin, "县政协管理员": bot.RoleAdmin,
	}
}

// roster is a file of people being read: the rows of one person merge into one.
type roster struct {
	*sheet
	channels []string         // names that may stand in the column channel
	units    map[string]int64 // by name and by code
	roles    map[string]bot.RoleName
	people   []*person // in the order of the file
	byPhone  map[string]*person
	byName   map[string]*person // people without a phone
	owners   map[store.AccountKey]*person
}

// person is somebody of the file.
type person struct {
	entry // the first of the person's rows
	bot.Person
	phone    string
	accounts []store.AccountKey
}

func newRoster(s *sheet, units []bot.Unit, channels []string) *roster {
	r := &roster{sheet: s, channels: channels, units: map[string]int64{}, roles: roleNames(),
		byPhone: map[string]*person{}, byName: map[string]*person{}, owners: map[store.AccountKey]*person{}}
	for _, u := range units {
		r.units[u.Code] = u.ID
	}
	for _, u := range units { // a name that looks like another unit's code means the name
		r.units[u.Name] = u.ID
	}
	return r
}

// read takes in every row. One with a fault of its own is left out of the merging, so that it isn't complained of twice.
func (r *roster) read() {
	for _, e := range r.entries {
		before := len(r.faults)
		p := r.readPerson(e)
		if len(r.faults) == before {
			r.merge(p)
		}
	}
	r.checkNamesakes()
}

func (r *roster) readPerson(e entry) *person {
	p := &person{entry: e}
	if p.Name = r.text(e, "name"); p.Name == "" {
		r.fault(e, "name", "没有写姓名", "写上姓名")
	}
	p.Sector, p.Studio = r.text(e, "sector"), r.text(e, "studio")
	var ok bool
	if p.phone, ok = readPhone(e.cells["phone"]); !ok {
		r.fault(e, "phone", "不是电话号码", "写 11 位手机号,或带区号的座机号如 0932-5550000,没有就空着")
	}
	p.Roles = r.readRoles(e)
	p.accounts = r.readAccount(e)
	return p
}

// readRoles gives a role for each unit or agency named, or one for the whole county where that is allowed.
func (r *roster) readRoles(e entry) []bot.Role {
	name, ok := r.roles[strings.ToLower(tidy(e.cells["role"]))]
	if !ok {
		r.fault(e, "role", "不认识的角色"+show(e.cells["role"]), "写 member(政协委员)、staff(工作人员)、handler(承办单位)或 admin(管理员)")
		return nil
	}
	var roles []bot.Role
	for _, text := range strings.FieldsFunc(e.cells["units"], func(c rune) bool { return c == ';' || c == '；' }) {
		unit := tidy(text)
		if unit == "" {
			continue
		}
		role := bot.Role{Name: name}
		if name == bot.RoleHandler {
			role.Agency = r.agency(e, unit)
		} else {
			role.UnitID = r.unit(e, unit)
		}
		roles = appendNew(roles, role)
	}
	if len(roles) > 0 {
		return roles
	}
	switch name {
	case bot.RoleStaff:
		r.fault(e, "units", "工作人员没有写单位", "写上乡镇或社区的名称,几个的用“;”隔开")
	case bot.RoleHandler:
		r.fault(e, "units", "承办人没有写承办单位", "写上承办单位的名称,如 住建局")
	}
	return []bot.Role{{Name: name}}
}

func (r *roster) unit(e entry, name string) int64 {
	id, ok := r.units[name]
	if !ok {
		id, ok = r.units[plainCode(name)]
	}
	if !ok {
		r.fault(e, "units", "没有"+show(name)+"这个单位", "写单位表里的名称或编码,几个的用“;”隔开;新单位先导入")
	}
	return id
}

func (r *roster) agency(e entry, name string) string {
	if n := len([]rune(name)); n > nameLimit {
		r.fault(e, "units", fmt.Sprintf("承办单位有 %d 个字,太长", n), fmt.Sprintf("写 %d 个字以内,几个的用“;”隔开", nameLimit))
	}
	return name
}

// readAccount reads channel and user, which stand together or not at all.
func (r *roster) readAccount(e entry) []store.AccountKey {
	key := store.AccountKey{Channel: e.cells["channel"], ExtID: e.cells["user"]}
	switch {
	case key == store.AccountKey{}:
		return nil
	case key.Channel == "":
		r.fault(e, "channel", "写了账号没写渠道", "可以写 "+strings.Join(r.channels, "、"))
	case !slices.Contains(r.channels, key.Channel):
		r.fault(e, "channel", "没有"+show(key.Channel)+"这个渠道", "可以写 "+strings.Join(r.channels, "、"))
	case key.ExtID == "":
		r.fault(e, "user", "写了渠道没写账号", "写上这个人在渠道里的账号,不知道就把渠道也空着")
	case len([]rune(key.ExtID)) > userLimit:
		r.fault(e, "user", "账号太长", "照渠道里的账号原样写")
	default:
		return []store.AccountKey{key}
	}
	return nil
}

func appendNew[T comparable](list []T, items ...T) []T {
	for _, item := range items {
		if !slices.Contains(list, item) {
			list = append(list, item)
		}
	}
	return list
}
