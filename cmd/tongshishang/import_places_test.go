package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongshishang/bot"
	"tongshishang/bot/member"
	"tongshishang/config"
	"tongshishang/store"
)

func TestImport_Places(t *testing.T) {
	o := newOffice(t)
	o.write("units.csv", "code,name,kind\nPX,平襄镇,township\n")
	o.imports("新增 1", "units", "units.csv")
	o.write("places.csv", "code,name,kind,unit,parent,aliases\nPX-01,李家湾村,village,平襄镇,,李家湾\nPX-01-3,三社,group,,PX-01,\n")
	o.imports("只检查,没有导入。地名:新增 2,更新 0,未变 0", "places", "places.csv", "--dry-run")
	o.imports("地名:新增 2,更新 0,未变 0\n", "places", "places.csv")
	o.imports("地名:新增 0,更新 0,未变 2\n", "places", "places.csv")
	o.write("less.csv", "code,name,kind,unit\nPX-01,李家湾社区,village,平襄镇\n")
	o.imports("地名:新增 0,更新 1,未变 0\n另有 1 个地名不在这个文件里,照旧保留", "places", "less.csv")

	o.write("wrong.csv", "code,name,kind,unit\nPX-02,王家岔村,village,平襄镇\nPX-03,石家沟村,villige,平襄镇\n")
	_, err := o.run(importCommand(), "places", o.path("wrong.csv"), "--config", o.path("config.yaml"))
	if err == nil || !strings.Contains(err.Error(), "wrong.csv: 有 1 处要改,什么也没有导入:\n第 3 行“kind”列:不认识的类型“villige”") {
		t.Errorf("a wrong row: %v", err)
	}
	o.write("right.csv", "code,name,kind,unit\nPX-02,王家岔村,village,平襄镇\n")
	o.imports("新增 1", "places", "right.csv")
}

// The sample file is right for the sample county, and what it names is found.
func TestImport_PlacesExample(t *testing.T) {
	o := newOffice(t)
	o.write("units.csv", string(sampleUnits))
	o.imports("新增 23", "units", "units.csv")
	example, err := os.ReadFile(filepath.Join("..", "..", "deploy", "places.example.csv"))
	if err != nil {
		t.Fatal(err)
	}
	o.write("places.csv", string(example))
	o.imports("更新 0,未变 0\n", "places", "places.csv")
	g := o.gazetteer()
	for _, c := range []struct{ place, unit, want string }{{"李家湾三社", "平襄镇", "PX-01-3"}, {"城东花园2栋", "城东社区", "CD-01-2"}, {"金秀家园", "城西社区", "CX-01"}, {"滨河北路", "", "R-01"}} {
		if p, ok := g.reader.Locate(c.place, c.unit); !ok || p.ID != c.want {
			t.Errorf("%s in %s is %q, want %s", c.place, c.unit, p.ID, c.want)
		}
	}
}

// gazetteer opens the gazetteer of the office's database.
func (o office) gazetteer() *gazetteer {
	o.Helper()
	_, rules, s, err := openStore(o.Context(), o.path("config.yaml"))
	if err != nil {
		o.Fatal(err)
	}
	o.Cleanup(func() {
		if err := s.Close(); err != nil {
			o.Error(err)
		}
	})
	g, err := openGazetteer(o.Context(), s, rules, nil, newLogger(&config.Config{}, o.Output()))
	if err != nil {
		o.Fatal(err)
	}
	return g
}

// What another process imports while the reader is in use is known with the next refresh: units as well as places.
func TestGazetteer_Refresh(t *testing.T) {
	o := newOffice(t)
	o.write("units.csv", "code,name,kind\nPX,平襄镇,township\n")
	o.imports("新增 1", "units", "units.csv")
	g := o.gazetteer()
	o.write("units.csv", "code,name,kind\nPX,平襄镇,township\nSJ,三江镇,township\n")
	o.imports("新增 1,更新 0,未变 1", "units", "units.csv")
	o.write("places.csv", "code,name,kind,unit\nSJ-01,两河口村,village,三江镇\nSJ-02,旧名村,village,三江镇\n")
	o.imports("新增 2", "places", "places.csv")
	if _, ok := g.reader.Locate("两河口村", ""); ok {
		t.Fatal("known before the refresh")
	}
	if err := g.refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for place, want := range map[string]string{"三江镇": "SJ", "两河口村": "SJ-01", "旧名村": "SJ-02"} {
		if p, ok := g.reader.Locate(place, ""); !ok || p.ID != want || p.Unit != "三江镇" {
			t.Errorf("%s: %+v, %t", place, p, ok)
		}
	}
	o.write("places.csv", "code,name,kind,unit\nSJ-02,旧名村,retired,三江镇\n")
	o.imports("更新 1", "places", "places.csv")
	version := g.version
	if err := g.refresh(t.Context()); err != nil || g.version != version+1 {
		t.Errorf("version %d after %d, %v", g.version, version, err)
	}
	if p, ok := g.reader.Locate("旧名村", ""); ok {
		t.Errorf("retired and still known: %+v", p)
	}
}

// An import is in the audit, once; one that changes nothing isn't.
func TestImport_PlacesAudited(t *testing.T) {
	o := newOffice(t)
	g := o.gazetteer()
	imports := func() {
		err := g.store.Write(t.Context(), func(tx *store.Tx) error {
			lines, err := readTable(o.path("places.csv"))
			if err != nil {
				return err
			}
			_, err = member.ImportPlaces(tx, lines, bot.Person{Name: "命令行"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	entries := func() (n int) {
		err := g.store.Read(t.Context(), func(tx *store.Tx) error {
			count, faults, err := tx.VerifyAudit()
			if len(faults) > 0 {
				return errors.New("the chain is broken")
			}
			n = int(count)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	o.write("places.csv", "code,name,kind\nR-1,滨河北路,road\n")
	before := entries()
	imports()
	imports()
	if got := entries(); got != before+1 {
		t.Errorf("%d entries more, want 1", got-before)
	}
}
