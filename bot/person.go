package bot

import "time"

// UnitKind tells townships from communities.
type UnitKind string

// The kinds of units.
const (
	UnitTownship  UnitKind = "township"
	UnitCommunity UnitKind = "community"
)

// Unit is a township (乡镇) or urban community (社区).
type Unit struct {
	ID   int64
	Code string // letters, part of issue numbers: PX
	Name string // 平襄镇
	Kind UnitKind
}

// Group is a chat group bound to a unit.
type Group struct {
	ID      int64
	Channel string
	ExtID   string // the group's id on the channel
	UnitID  int64
}

// RoleName is what a person may act as.
type RoleName string

// The roles; a resident is a person without one.
const (
	RoleMember  RoleName = "member"  // 政协委员
	RoleStaff   RoleName = "staff"   // 社区/乡镇工作人员
	RoleHandler RoleName = "handler" // 承办单位
	RoleAdmin   RoleName = "admin"   // 县政协管理员
)

var roleLabels = map[RoleName]string{RoleMember: "政协委员", RoleStaff: "社区工作人员", RoleHandler: "承办单位", RoleAdmin: "县政协管理员"}

// Label is the role as people call it.
func (r RoleName) Label() string { return roleLabels[r] }

// Role is a role in one unit, or in the whole county when UnitID is 0. A handler's role names the agency instead.
type Role struct {
	Name   RoleName
	UnitID int64
	Agency string // 承办单位, for handlers
}

// Person is somebody who speaks or is named. Phones are not kept here: see store.Contact.
type Person struct {
	ID     int64
	Name   string // real name, or the name shown in the chat for residents
	Sector string // 界别, for members
	Studio string // 委员联络工作室, for members
	Roles  []Role
}

// Is tells whether the person has the role for the unit: given there, or county-wide. Unit 0 asks for the role anywhere.
func (p *Person) Is(role RoleName, unit int64) bool {
	for _, r := range p.Roles {
		if r.Name == role && (unit == 0 || r.UnitID == unit || r.UnitID == 0) {
			return true
		}
	}
	return false
}

// Handles tells whether the person is a handler of the agency.
func (p *Person) Handles(agency string) bool {
	for _, r := range p.Roles {
		if r.Name == RoleHandler && agency != "" && r.Agency == agency {
			return true
		}
	}
	return false
}

// Account is a person's identity on a channel.
type Account struct {
	ID       int64
	Channel  string
	ExtID    string
	PersonID int64
	Nickname string
	BoundAt  time.Time // zero until bound by a code or an import
}
