package bot

// PlaceKind is what an entry of the gazetteer (地名库) is.
type PlaceKind string

// The kinds of places. PlaceUnit is a township or community: these come from the units and aren't imported as places.
const (
	PlaceUnit     PlaceKind = "unit"
	PlaceVillage  PlaceKind = "village"
	PlaceGroup    PlaceKind = "group"
	PlaceEstate   PlaceKind = "estate"
	PlaceBuilding PlaceKind = "building"
	PlaceRoad     PlaceKind = "road"
	PlaceSchool   PlaceKind = "school"
	PlaceHospital PlaceKind = "hospital"
	PlaceMarket   PlaceKind = "market"
	PlaceBridge   PlaceKind = "bridge"
	PlaceRiver    PlaceKind = "river"
	PlaceOther    PlaceKind = "other"
	PlaceRetired  PlaceKind = "retired" // no longer recognised; its code keeps its meaning in old ledgers
)

var placeKindLabels = map[PlaceKind]string{PlaceUnit: "单位", PlaceVillage: "村", PlaceGroup: "社", PlaceEstate: "小区", PlaceBuilding: "楼栋",
	PlaceRoad: "路", PlaceSchool: "学校", PlaceHospital: "医院", PlaceMarket: "市场", PlaceBridge: "桥", PlaceRiver: "河", PlaceOther: "其他", PlaceRetired: "停用"}

// Label is the kind in words: 村.
func (k PlaceKind) Label() string { return placeKindLabels[k] }

// PlaceKinds lists the kinds that can be imported.
func PlaceKinds() []PlaceKind {
	return []PlaceKind{PlaceVillage, PlaceGroup, PlaceEstate, PlaceBuilding, PlaceRoad, PlaceSchool, PlaceHospital, PlaceMarket, PlaceBridge,
		PlaceRiver, PlaceOther, PlaceRetired}
}

// Place is an entry of the gazetteer.
type Place struct {
	Code    string // stable, printed in the ledger beside the place; a unit's is the unit's code
	Name    string
	Kind    PlaceKind
	Unit    string   // name of the unit it lies in; empty if it belongs to the whole county
	Parent  string   // code of the place it lies in; empty if there is none
	Aliases []string // other names, nicknames, and how it is often mistyped
}
