package member

import (
	"fmt"
	"regexp"
	"strings"

	"tongshishang/bot"
	"tongshishang/bot/report"
	"tongshishang/store"

	"golang.org/x/text/width"
)

// unitColumns are the columns of a file of units.
func unitColumns() []column {
	return []column{
		{"code", []string{"编码", "代码", "单位编码"}, true},
		{"name", []string{"名称", "单位", "单位名称"}, true},
		{"kind", []string{"类型", "单位类型"}, true},
	}
}

// unitCode is the middle part of issue numbers.
var unitCode = regexp.MustCompile(`^[A-Z0-9]{1,8}$`)

// ImportUnits brings the units (乡镇, 社区) up to those of the table and writes an audit entry for each that changed. The table
// has the columns code, name and kind. When anything is wrong with it, the error is Faults with all that is wrong, and nothing
// was written. A unit keeps its code for good, because issue numbers hold it: a known code with another name is a fault.
func ImportUnits(tx *store.Tx, lines []report.Line, by bot.Person) (Count, error) {
	s, err := readSheet(lines, unitColumns())
	if err != nil {
		return Count{}, err
	}
	known, err := tx.Units()
	if err != nil {
		return Count{}, err
	}
	units := readUnits(s, known)
	if err := s.err(); err != nil {
		return Count{}, err
	}
	return saveUnits(tx, units, known, by)
}

func readUnits(s *sheet, known []bot.Unit) []bot.Unit {
	units := make([]bot.Unit, 0, len(s.entries))
	codes, names := map[string]int{}, map[string]int{} // → line
	for _, e := range s.entries {
		u := readUnit(s, e)
		if first, twice := codes[u.Code]; twice {
			s.fault(e, "code", fmt.Sprintf("编码和第 %d 行重复", first), "每个单位一个编码,一个单位只写一行")
		} else if first, twice := names[u.Name]; twice {
			s.fault(e, "name", fmt.Sprintf("名称和第 %d 行重复", first), "一个单位只写一行")
		}
		checkKnown(s, e, u, known)
		if u.Code != "" {
			codes[u.Code] = e.line
		}
		if u.Name != "" {
			names[u.Name] = e.line
		}
		units = append(units, u)
	}
	return units
}

// readUnit reads a row; what is wrong stays empty, so that it isn't complained of again.
func readUnit(s *sheet, e entry) bot.Unit {
	u := bot.Unit{Code: plainCode(e.cells["code"]), Name: s.text(e, "name")}
	if !unitCode.MatchString(u.Code) {
		s.fault(e, "code", "编码"+show(e.cells["code"])+"不对", "写 1 到 8 个字母或数字,如 PX")
		u.Code = ""
	}
	if u.Name == "" {
		s.fault(e, "name", "没有写名称", "写上单位名称,如 平襄镇")
	}
	switch strings.ToLower(tidy(e.cells["kind"])) {
	case string(bot.UnitTownship), "乡镇":
		u.Kind = bot.UnitTownship
	case string(bot.UnitCommunity), "社区":
		u.Kind = bot.UnitCommunity
	default:
		s.fault(e, "kind", "不认识的类型"+show(e.cells["kind"]), "写 township(乡镇)或 community(社区)")
	}
	return u
}

// plainCode is a code as it is stored: narrow capital letters and digits.
func plainCode(cell string) string { return strings.ToUpper(width.Narrow.String(tidy(cell))) }

// checkKnown refuses to give a known code or name to another unit.
func checkKnown(s *sheet, e entry, u bot.Unit, known []bot.Unit) {
	for _, k := range known {
		if k.Code == u.Code && k.Name != u.Name && u.Name != "" {
			s.fault(e, "code", "编码 "+k.Code+" 已经是"+show(k.Name)+"的", "另用一个编码;是同一个单位的,名称照原来的写")
		}
		if k.Name == u.Name && k.Code != u.Code && u.Code != "" {
			s.fault(e, "name", show(k.Name)+"的编码已经是 "+k.Code, "编码照原来的写")
		}
	}
}

func saveUnits(tx *store.Tx, units, known []bot.Unit, by bot.Person) (Count, error) {
	was := make(map[string]bot.Unit, len(known))
	for _, u := range known {
		was[u.Code] = u
	}
	var count Count
	for _, u := range units {
		old, updated := was[u.Code]
		id, changed, err := tx.SaveUnit(u)
		if err != nil {
			return Count{}, err
		}
		count.add(updated, changed)
		if !changed {
			continue
		}
		c := store.Change{Unit: id, ActorID: by.ID, Actor: by.Name, Action: "import", Subject: "unit", SubjectID: id, After: unitState(u)}
		if updated {
			c.Before = unitState(old)
		}
		if err := tx.Audit(c); err != nil {
			return Count{}, err
		}
	}
	if count.Added+count.Updated == 0 {
		return count, nil
	}
	return count, tx.TouchGazetteer()
}

func unitState(u bot.Unit) map[string]string {
	return map[string]string{"code": u.Code, "name": u.Name, "kind": string(u.Kind)}
}
