package member

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tongshishang/bot"
	"tongshishang/bot/report"
	"tongshishang/store"
)

// placeColumns are the columns of a file of places.
func placeColumns() []column {
	return []column{
		{"code", []string{"编码", "编号", "地名编号"}, true},
		{"name", []string{"名称", "地名"}, true},
		{"kind", []string{"类型", "类别"}, true},
		{"unit", []string{"单位", "乡镇(社区)", "乡镇", "社区"}, false},
		{"parent", []string{"上级", "上级编号"}, false},
		{"aliases", []string{"别名", "俗名"}, false},
		{"note", []string{"备注", "说明"}, false}, // for whoever edits the file; it isn't kept
	}
}

// placeCode is printed in the ledger beside the place.
var placeCode = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{0,23}$`)

// What the store's columns hold of other names.
const (
	mostAliases  = 20
	aliasesLimit = 1000
)

// PlaceCount is what an import did to places.
type PlaceCount struct {
	Count
	Kept int // places there are that the file doesn't have; they stay
}

// ImportPlaces brings the gazetteer up to the table and writes an audit entry for the import if it changed anything. The table has
// the columns code, name, kind, unit, parent, aliases and note. When anything is wrong with it, the error is Faults with all that is
// wrong, and nothing was written. A place keeps its code for good, because ledgers print it: what the file no longer has stays as
// it is, and what is gone is written with the kind retired (停用).
func ImportPlaces(tx *store.Tx, lines []report.Line, by bot.Person) (PlaceCount, error) {
	s, err := readSheet(lines, placeColumns())
	if err != nil {
		return PlaceCount{}, err
	}
	known, err := tx.Gazetteer()
	if err != nil {
		return PlaceCount{}, err
	}
	b := newAtlas(s, known)
	for _, e := range s.entries {
		b.read(e)
	}
	b.check()
	if err := s.err(); err != nil {
		return PlaceCount{}, err
	}
	return b.save(tx, by)
}

// atlas is a file of places being read.
type atlas struct {
	*sheet
	units   map[string]bot.Unit // by name and by code
	known   map[string]bot.Place
	places  []bot.Place
	entries []entry           // of the places
	byCode  map[string]int    // → index in places
	byName  map[string]string // unit, parent and name → code
}

func newAtlas(s *sheet, known store.Gazetteer) *atlas {
	a := &atlas{sheet: s, units: map[string]bot.Unit{}, known: map[string]bot.Place{}, byCode: map[string]int{}, byName: map[string]string{}}
	for _, u := range known.Units {
		a.units[u.Name], a.units[u.Code] = u, u
	}
	for _, p := range known.Places {
		a.known[p.Code] = p
	}
	return a
}

// read reads a row; a row whose code is wrong can't be compared with others and is left out.
func (a *atlas) read(e entry) {
	p := bot.Place{Code: plainCode(e.cells["code"]), Name: a.text(e, "name"), Parent: plainCode(e.cells["parent"]), Kind: a.kind(e), Aliases: a.aliases(e)}
	if utf8.RuneCountInString(p.Name) < 2 {
		a.fault(e, "name", "名称"+show(e.cells["name"])+"太短", "写上地名,至少两个字,如 李家湾村")
	}
	p.Unit = a.unit(e)
	if !placeCode.MatchString(p.Code) {
		a.fault(e, "code", "编码"+show(e.cells["code"])+"不对", "写 1 到 24 个字母、数字或 -,如 PX-01")
		return
	}
	if first, twice := a.byCode[p.Code]; twice {
		a.fault(e, "code", fmt.Sprintf("编码和第 %d 行重复", a.entries[first].line), "每个地名一个编码,一个地名只写一行")
		return
	}
	if u, ok := a.units[p.Code]; ok && u.Code == p.Code {
		a.fault(e, "code", "编码 "+p.Code+" 已经是"+show(u.Name)+"的", "另用一个编码")
	}
	a.byCode[p.Code] = len(a.places)
	a.places, a.entries = append(a.places, p), append(a.entries, e)
}

func (a *atlas) kind(e entry) bot.PlaceKind {
	cell := strings.ToLower(tidy(e.cells["kind"]))
	for _, k := range bot.PlaceKinds() {
		if cell == string(k) || cell == k.Label() {
			return k
		}
	}
	var kinds []string
	for _, k := range bot.PlaceKinds() {
		kinds = append(kinds, string(k)+"("+k.Label()+")")
	}
	a.fault(e, "kind", "不认识的类型"+show(e.cells["kind"]), "写 "+strings.Join(kinds, "、"))
	return ""
}

// unit is the unit's name; a place without one belongs to its parent's unit, or to the whole county.
func (a *atlas) unit(e entry) string {
	cell := a.text(e, "unit")
	if cell == "" {
		return ""
	}
	if u, ok := a.units[cell]; ok {
		return u.Name
	}
	if u, ok := a.units[plainCode(cell)]; ok {
		return u.Name
	}
	a.fault(e, "unit", "没有叫"+show(cell)+"的单位", "写单位的名称或编码,新单位先用 import units 导入")
	return ""
}

func (a *atlas) aliases(e entry) []string {
	var list []string
	for alias := range strings.FieldsFuncSeq(e.cells["aliases"], func(r rune) bool { return r == ';' || r == '；' }) {
		alias = tidy(alias)
		switch n := utf8.RuneCountInString(alias); {
		case n == 0 || slices.Contains(list, alias):
		case n < 2 || n > nameLimit:
			a.fault(e, "aliases", "别名"+show(alias)+"太短或太长", fmt.Sprintf("写 2 到 %d 个字,几个之间用 ; 隔开", nameLimit))
		default:
			list = append(list, alias)
		}
	}
	if len(list) > mostAliases || len(strings.Join(list, ";")) > aliasesLimit {
		a.fault(e, "aliases", fmt.Sprintf("别名有 %d 个,太多", len(list)), fmt.Sprintf("留下常用的,不超过 %d 个", mostAliases))
	}
	return list
}

// check compares the rows with each other: parents, and names that could not be told apart.
func (a *atlas) check() {
	if n := len(a.known) + len(a.places); n > store.MostPlaces {
		a.fault(a.sheet.entries[0], "code", fmt.Sprintf("连同已有的共 %d 个地名,太多", n), fmt.Sprintf("不超过 %d 个", store.MostPlaces))
	}
	for i := range a.places {
		a.place(i)
	}
	for i, p := range a.places {
		if p.Kind == bot.PlaceRetired || p.Name == "" {
			continue
		}
		key := p.Unit + "\n" + p.Parent + "\n" + p.Name
		if other, twice := a.byName[key]; twice {
			a.fault(a.entries[i], "name", show(p.Name)+"和编码 "+other+" 的地名同名、同单位、同上级,分不清", "写上不同的上级(parent),或并成一行,把另一个写进别名")
		}
		a.byName[key] = p.Code
	}
}

// place settles a place's parent and, from it, its unit.
func (a *atlas) place(i int) {
	p, e := &a.places[i], a.entries[i]
	if u, ok := a.units[p.Parent]; ok && p.Unit == "" {
		p.Unit, p.Parent = u.Name, "" // a township is no entry of the file, but many will write it here
	}
	if p.Parent == "" {
		return
	}
	if a.isRing(p.Code) {
		a.fault(e, "parent", "上级"+show(p.Parent)+"绕回了自己,或层次太多", fmt.Sprintf("检查各行的上级,不超过 %d 层", deepestPlace))
		return
	}
	parent, ok := a.find(p.Parent)
	switch {
	case !ok:
		a.fault(e, "parent", "没有编码是"+show(p.Parent)+"的地名", "写文件里或已导入的地名的编码")
	case p.Unit == "":
		p.Unit = parent.Unit
	case parent.Unit != "" && parent.Unit != p.Unit:
		a.fault(e, "unit", "上级"+show(parent.Name)+"属于"+parent.Unit+",不属于"+p.Unit, "改单位或改上级")
	}
}

// find is the place with the code, as the file has it or else as it is known.
func (a *atlas) find(code string) (bot.Place, bool) {
	if i, ok := a.byCode[code]; ok {
		p := a.places[i]
		if p.Unit == "" && p.Parent != "" && !a.isRing(code) {
			if parent, ok := a.find(p.Parent); ok {
				p.Unit = parent.Unit
			}
		}
		return p, true
	}
	p, ok := a.known[code]
	return p, ok
}

// deepestPlace is how many places may lie in one another: a flat in a building of an estate in a quarter needs half of it.
const deepestPlace = 8

// isRing tells whether going up from a place comes to no end, as it does when it leads back to it.
func (a *atlas) isRing(code string) bool {
	for range deepestPlace {
		parent := a.known[code].Parent
		if i, ok := a.byCode[code]; ok {
			parent = a.places[i].Parent
		}
		if parent == "" {
			return false
		}
		code = parent
	}
	return true
}

func (a *atlas) save(tx *store.Tx, by bot.Person) (PlaceCount, error) {
	var count PlaceCount
	var changed []bot.Place
	for _, p := range a.places {
		old, updated := a.known[p.Code]
		same := updated && old.Name == p.Name && old.Kind == p.Kind && old.Unit == p.Unit && old.Parent == p.Parent && slices.Equal(old.Aliases, p.Aliases)
		count.add(updated, !same)
		if !same {
			changed = append(changed, p)
		}
	}
	for code := range a.known {
		if _, ok := a.byCode[code]; !ok {
			count.Kept++
		}
	}
	if len(changed) == 0 {
		return count, nil
	}
	if err := tx.SavePlaces(changed); err != nil {
		return PlaceCount{}, err
	}
	if err := tx.TouchGazetteer(); err != nil {
		return PlaceCount{}, err
	}
	return count, tx.Audit(store.Change{ActorID: by.ID, Actor: by.Name, Action: "import", Subject: "places",
		Before: map[string]int{"places": len(a.known)}, After: placesState(changed, count)})
}

// mostNamed is how many codes the audit names; the file itself is with whoever imported it.
const mostNamed = 50

func placesState(changed []bot.Place, count PlaceCount) map[string]any {
	codes := make([]string, 0, mostNamed)
	for _, p := range changed[:min(len(changed), mostNamed)] {
		codes = append(codes, p.Code)
	}
	return map[string]any{"added": count.Added, "updated": count.Updated, "codes": codes}
}
