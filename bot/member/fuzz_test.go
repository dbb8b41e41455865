package member

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tongshishang/bot"
	"tongshishang/bot/report"
	"tongshishang/bot/understand"
)

func TestReadPhone(t *testing.T) {
	for _, c := range []struct {
		cell, want string
		ok         bool
	}{
		{"", "", true},
		{" 　", "", true},
		{"13800000001", "13800000001", true},
		{"138-0000 0001", "13800000001", true},
		{"+86 138 0000 0001", "13800000001", true},
		{"008613800000001", "13800000001", true},
		{"１３８—００００—０００１", "13800000001", true},
		{"0932-5550000", "09325550000", true},
		{"(010)55500000", "01055500000", true},
		{"（0932）5550000", "09325550000", true},
		{"12800000001", "", false},
		{"1380000000", "", false},
		{"138000000011", "", false},
		{"13800000001 13800000002", "", false},
		{"13800000001/13800000002", "", false},
		{"5550000", "", false},
		{"电话13800000001", "", false},
		{"110101199003070011", "", false},
		{"-", "", false},
	} {
		if got, ok := readPhone(c.cell); got != c.want || ok != c.ok {
			t.Errorf("%q: got %q, %v, want %q, %v", c.cell, got, ok, c.want, c.ok)
		}
	}
}

func TestTidy(t *testing.T) {
	for in, want := range map[string]string{"张　三": "张三", " 平襄 镇\n": "平襄镇", "Ali  Bek": "Ali Bek", "张 A": "张 A", "\u200b李\u0000四\ufeff": "李四", "": ""} {
		if got := tidy(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// Whatever stands in the rows: every row ends as a person who can be saved or as a fault of its line, and no fault shows a phone.
func FuzzRows(f *testing.F) {
	f.Add("name,phone,sector,studio,role,units,channel,user\n张三,13800000001,农业界,,member,平襄镇,qun,wxid\n张三,13800000001,,,staff,PX,,\n")
	f.Add("姓名,角色,单位\n李四,承办单位,住建局;城管局\n李四,boss\n,,\n=1,admin\n")
	f.Add("name,phone,role\n甲,13800000001,13800000001\n乙,13800000001,member\n")
	f.Add("code,name,kind\nPX,平襄镇,township\npx,马营镇,社区\n")
	f.Add("1380000r1380(00001000000,name\n") // cut for showing, it ends in as many digits as a phone has
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := report.ReadTable(strings.NewReader(text), "x")
		if err != nil {
			return
		}
		known := []bot.Unit{{ID: 1, Code: "PX", Name: "平襄镇", Kind: bot.UnitTownship}}
		checkUnitRows(t, lines, known)
		checkPeopleRows(t, lines, known)
	})
}

func checkUnitRows(t *testing.T, lines []report.Line, known []bot.Unit) {
	s, err := readSheet(lines, unitColumns())
	if err != nil {
		checkFaultLines(t, err, lines)
		return
	}
	units := readUnits(s, known)
	if err := s.err(); err != nil {
		checkFaultLines(t, err, lines)
		return
	}
	seen := map[string]bool{}
	for _, u := range units {
		if !unitCode.MatchString(u.Code) || u.Name == "" || utf8.RuneCountInString(u.Name) > nameLimit || u.Kind == "" || seen[u.Code] || seen["/"+u.Name] {
			t.Fatalf("unit %+v can't be saved", u)
		}
		seen[u.Code], seen["/"+u.Name] = true, true
	}
}

func checkPeopleRows(t *testing.T, lines []report.Line, known []bot.Unit) {
	s, err := readSheet(lines, memberColumns())
	if err != nil {
		checkFaultLines(t, err, lines)
		return
	}
	r := newRoster(s, known, []string{"qun"})
	r.read()
	if err := r.err(); err != nil {
		checkFaultLines(t, err, lines)
		return
	}
	phones := map[string]bool{}
	for _, p := range r.people {
		if p.Name == "" || utf8.RuneCountInString(p.Name) > nameLimit || len(p.Roles) == 0 || p.phone != "" && phones[p.phone] {
			t.Fatalf("person %+v can't be saved", p)
		}
		phones[p.phone] = true
		for _, role := range p.Roles {
			if (role.Name == bot.RoleHandler) != (role.Agency != "") || role.Name == bot.RoleStaff && role.UnitID == 0 {
				t.Fatalf("role %+v", role)
			}
		}
	}
}

func checkFaultLines(t *testing.T, err error, lines []report.Line) {
	var faults Faults
	if !errors.As(err, &faults) || len(faults) == 0 {
		t.Fatalf("error %v", err)
	}
	for _, f := range faults {
		known := slices.ContainsFunc(lines, func(l report.Line) bool { return l.N == f.Line })
		_, shown := understand.Mask(strings.Replace(f.String(), f.Mend, "", 1)) // which gives an example of a number
		if !known && len(lines) > 0 || f.Reason == "" || f.Mend == "" || len(shown) > 0 {
			t.Fatalf("fault %q shows %v", f, shown)
		}
	}
}
