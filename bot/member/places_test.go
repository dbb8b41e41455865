package member_test

import (
	"errors"
	"strings"
	"testing"

	"tongshishang/bot"
	"tongshishang/bot/member"
	"tongshishang/bot/report"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

func importPlaces(t *testing.T, s *store.Store, text string) (count member.PlaceCount, err error) {
	t.Helper()
	lines, err := report.ReadTable(strings.NewReader(text), "places.csv")
	if err != nil {
		t.Fatal(err)
	}
	err = s.Write(t.Context(), func(tx *store.Tx) (err error) {
		count, err = member.ImportPlaces(tx, lines, bot.Person{Name: "测试"})
		return err
	})
	return count, err
}

func saveUnits(t *testing.T, s *store.Store) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		for _, u := range []bot.Unit{{Code: "PX", Name: "平襄镇", Kind: bot.UnitTownship}, {Code: "MY", Name: "马营镇", Kind: bot.UnitTownship}} {
			if _, _, err := tx.SaveUnit(u); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

const somePlaces = "编码,名称,类型,单位,上级,别名,备注\npx-01,李家湾村,村,平襄镇,,李家湾；李家弯;李家湾,多写成弯\nPX-01-3,三社,社,,PX-01,,\nPX-02,王家岔村,village,px,,,\nR-1,滨河北路,road,,,,\nPX-09,老街,other,,PX,,\n"

func TestImportPlaces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		saveUnits(t, s)
		count, err := importPlaces(t, s, somePlaces)
		if err != nil || count.String() != "新增 5,更新 0,未变 0" || count.Kept != 0 {
			t.Fatalf("first: %v, %d kept, %v", count, count.Kept, err)
		}
		if count, err = importPlaces(t, s, somePlaces); err != nil || count.String() != "新增 0,更新 0,未变 5" {
			t.Errorf("again: %v, %v", count, err)
		}
		count, err = importPlaces(t, s, "code,name,kind,unit\nPX-02,王家岔村,retired,平襄镇\n")
		if err != nil || count.String() != "新增 0,更新 1,未变 0" || count.Kept != 4 {
			t.Errorf("one retired: %v, %d kept, %v", count, count.Kept, err)
		}
		var known store.Gazetteer
		err = s.Read(t.Context(), func(tx *store.Tx) (err error) {
			known, err = tx.Gazetteer()
			return err
		})
		if err != nil || known.Version != 2 || len(known.Places) != 5 {
			t.Fatalf("gazetteer: %+v, %v", known, err)
		}
		group, gone, street := known.Places[1], known.Places[2], known.Places[3]
		if group.Unit != "平襄镇" || group.Parent != "PX-01" || group.Kind != bot.PlaceGroup {
			t.Errorf("a group takes its unit from its village: %+v", group)
		}
		if strings.Join(known.Places[0].Aliases, "|") != "李家湾|李家弯" {
			t.Errorf("aliases: %q", known.Places[0].Aliases)
		}
		if gone.Kind != bot.PlaceRetired || street.Unit != "平襄镇" || street.Parent != "" {
			t.Errorf("retired %+v, of a township %+v", gone, street)
		}
	})
}

func TestImportPlaces_Faults(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		saveUnits(t, s)
		_, err := importPlaces(t, s, "code,name,kind,unit,parent,aliases\n"+
			"PX-01,李家湾村,village,平襄镇,,\n"+ // 2
			"PX-01,王家岔村,village,平襄镇,,\n"+ // 3: the code again
			"PX,某村,village,平襄镇,,\n"+ // 4: a unit's code
			"PX 05!,某村,village,平襄镇,,\n"+ // 5
			"PX-06,湾,village,平襄镇,,\n"+ // 6
			"PX-07,某某村,town,平襄镇,,\n"+ // 7
			"PX-08,甲村,village,不存在镇,,\n"+ // 8
			"PX-09,乙村,village,,PX-99,\n"+ // 9: no such parent
			"PX-10,丙社,group,,PX-11,\nPX-11,丁社,group,,PX-10,\n"+ // 10, 11: a ring
			"PX-12,李家湾村,village,平襄镇,,\n"+ // 12: the name again
			"PX-13,戊社,group,马营镇,PX-01,\n"+ // 13: another unit's
			"PX-14,己村,village,平襄镇,,湾\n") // 14
		faults, ok := errors.AsType[member.Faults](err)
		if !ok {
			t.Fatalf("%v", err)
		}
		for _, want := range []string{"第 3 行“code”列:编码和第 2 行重复", "第 4 行“code”列:编码 PX 已经是“平襄镇”的", "第 5 行“code”列", "第 6 行“name”列", "第 7 行“kind”列",
			"第 8 行“unit”列:没有叫“不存在镇”的单位", "第 9 行“parent”列:没有编码是“PX-99”的地名", "第 10 行“parent”列", "第 11 行“parent”列", "第 12 行“name”列:“李家湾村”和编码 PX-01",
			"第 13 行“unit”列", "第 14 行“aliases”列"} {
			if !strings.Contains(faults.Error(), want) {
				t.Errorf("not told: %s", want)
			}
		}
		if len(faults) != 12 {
			t.Errorf("%d faults, want 12:\n%v", len(faults), faults)
		}
		err = s.Read(t.Context(), func(tx *store.Tx) error {
			known, err := tx.Gazetteer()
			if len(known.Places) != 0 || known.Version != 0 {
				t.Errorf("something was imported: %+v", known)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Whatever stands in the rows: every row ends as a place that can be saved or as a fault of its line.
func FuzzPlaceRows(f *testing.F) {
	f.Add(somePlaces)
	f.Add("code,name,kind,parent\nA,甲村,village,B\nB,乙村,village,A\n")
	f.Add("code,name,kind,unit,aliases\n=1,+x,village,平襄镇,;;;\n,,,,\n")
	s := storetest.Open(f, storetest.URLs(f)["sqlite"], storetest.NewClock(storetest.Monday()))
	if _, err := s.Migrate(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := report.ReadTable(strings.NewReader(text), "x")
		if err != nil {
			return
		}
		rehearsal := errors.New("taken back")
		err = s.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := member.ImportPlaces(tx, lines, bot.Person{}); err != nil {
				return err
			}
			return rehearsal
		})
		if _, ok := errors.AsType[member.Faults](err); !ok && !errors.Is(err, rehearsal) {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
