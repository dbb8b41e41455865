package member_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/member"
	"tongshishang/bot/report"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

const county = "code,name,kind\nPX,平襄镇,township\nMY,马营镇,乡镇\nCD,城东社区,community\n"

// table reads a CSV text.
func table(t testing.TB, text string) []report.Line {
	t.Helper()
	lines, err := report.ReadTable(strings.NewReader(text), "test.csv")
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func clerk() bot.Person { return bot.Person{Name: "命令行"} }

func importUnits(t testing.TB, s *store.Store, text string) (member.Count, error) {
	t.Helper()
	var count member.Count
	err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
		count, err = member.ImportUnits(tx, table(t, text), clerk())
		return err
	})
	return count, err
}

func importMembers(t testing.TB, s *store.Store, text string) (member.Count, []bot.Person, error) {
	t.Helper()
	var count member.Count
	var people []bot.Person
	err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
		count, people, err = member.ImportMembers(tx, table(t, text), []string{"gz", "qun"}, clerk())
		return err
	})
	return count, people, err
}

// withCounty imports the three units that most tests need.
func withCounty(t testing.TB, s *store.Store) {
	t.Helper()
	if count, err := importUnits(t, s, county); err != nil || count != (member.Count{Added: 3}) {
		t.Fatalf("units: %v, %v", count, err)
	}
}

// audited is how many entries the audit has; its chains must hold.
func audited(t testing.TB, s *store.Store) (entries int64) {
	t.Helper()
	err := s.Read(t.Context(), func(tx *store.Tx) error {
		n, faults, err := tx.VerifyAudit()
		if len(faults) > 0 {
			t.Errorf("audit: %v", faults)
		}
		entries = n
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// speaker is who an account speaks for.
func speaker(t testing.TB, s *store.Store, channel, user string) *bot.Person {
	t.Helper()
	key := store.AccountKey{Channel: channel, ExtID: user}
	var p *bot.Person
	err := s.Read(t.Context(), func(tx *store.Tx) error {
		known, err := tx.People([]store.AccountKey{key})
		p = known[key]
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// checkFaults wants exactly these faults, each known by its beginning.
func checkFaults(t testing.TB, err error, want []string) {
	t.Helper()
	var faults member.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("error %v", err)
	}
	if len(faults) != len(want) {
		t.Fatalf("%v\nwant %d faults", faults, len(want))
	}
	for i, f := range faults {
		if !strings.HasPrefix(f.String(), want[i]) {
			t.Errorf("fault %q\nwant  %q", f, want[i])
		}
		if f.Mend == "" || !strings.Contains(err.Error(), f.String()) {
			t.Errorf("fault %q isn't told with how to mend it", f)
		}
	}
}

func TestImportUnits_Twice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		withCounty(t, s)
		if n := audited(t, s); n != 3 {
			t.Errorf("%d audit entries, want one a unit", n)
		}
		// The same again in another order, in Chinese, with a small letter and wide ones.
		count, err := importUnits(t, s, "类型,名称,编码\n社区,城东社区,cd\n乡镇,平襄镇,ＰＸ\n乡镇,马营镇,MY\n")
		if err != nil || count.String() != "新增 0,更新 0,未变 3" {
			t.Errorf("again: %v, %v", count, err)
		}
		if n := audited(t, s); n != 3 {
			t.Errorf("%d audit entries after nothing changed", n)
		}
		count, err = importUnits(t, s, "code,name,kind\nMY,马营镇,community\nPX,平襄镇,township\nLC,陇川镇,township\n")
		if err != nil || count.String() != "新增 1,更新 1,未变 1" {
			t.Errorf("changed: %v, %v", count, err)
		}
		if n := audited(t, s); n != 5 {
			t.Errorf("%d audit entries, want 5", n)
		}
	})
}

func TestImportUnits_Faults(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		withCounty(t, s)
		for _, c := range []struct {
			name, text string
			want       []string
		}{
			{"empty", "", []string{"第 1 行:文件是空的"}},
			{"no rows", county[:15], []string{"第 1 行:下面没有内容"}},
			{"heads", "code,名字,kind,类型\nLC,陇川镇,township,乡镇\n",
				[]string{"第 1 行“名字”列:不认识的表头", "第 1 行“类型”列:这一列出现了两次", "第 1 行“name”列:缺少这一列"}},
			{"a good row beside every kind of wrong one",
				"编码,name,kind\nLC,陇川镇,township\nABCDEFGHI,甲镇,township\n乙,乙镇,镇\nBY,,community\nLC,丙镇,township\nBYZ,陇川镇,township\n" +
					"PX,丁镇,township\nXX,马营镇,township\nYY,=1+1,township\nZZ,戊镇,township,多\n",
				[]string{"第 3 行“编码”列:编码“ABCDEFGHI”不对", "第 4 行“编码”列:编码“乙”不对", "第 4 行“kind”列:不认识的类型“镇”",
					"第 5 行“name”列:没有写名称", "第 6 行“编码”列:编码和第 2 行重复", "第 7 行“name”列:名称和第 2 行重复",
					"第 8 行“编码”列:编码 PX 已经是“平襄镇”的", "第 9 行“name”列:“马营镇”的编码已经是 MY", "第 10 行“name”列:以 = 开头",
					"第 11 行:第 4 格“多”上面没有表头"}},
			{"lines are counted through blank lines and line breaks", "code,name,kind\n\n\"L\nC\",\"陇川\n镇\",township\n\nBY,,township\n",
				[]string{"第 3 行“code”列:编码“L C”不对", "第 7 行“name”列:没有写名称"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				_, err := importUnits(t, s, c.text)
				checkFaults(t, err, c.want)
				if n := audited(t, s); n != 3 {
					t.Errorf("%d audit entries: something was written", n)
				}
			})
		}
		if count, err := importUnits(t, s, "code,name,kind\nLC,陇川镇,township\n"); err != nil || count.Added != 1 {
			t.Errorf("the good row had been imported before: %v, %v", count, err)
		}
	})
}

const people = "name,phone,sector,studio,role,units,channel,user\n" +
	"张三,13800000001,农业界,第一工作室,member,平襄镇;MY,qun,wxid_z\n" +
	"李四,0932-5550000,,,staff,城东社区,,\n" +
	"王五,,,,handler,住建局；城管局,,\n" +
	"张三,+86 138 0000 0001,,,staff,平襄镇,gz,oZ1\n" +
	"赵六,13800000006,,,admin,,qun,wxid_l\n"

func TestImportMembers_MergesAndBinds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		withCounty(t, s)
		count, got, err := importMembers(t, s, people)
		if err != nil || count.String() != "新增 4,更新 0,未变 0" {
			t.Fatalf("%v, %v", count, err)
		}
		if n := audited(t, s); n != 3+4 {
			t.Errorf("%d audit entries, want one a unit and one a person", n)
		}
		var phones map[int64]string
		var units []bot.Unit
		err = s.Read(t.Context(), func(tx *store.Tx) (err error) {
			if units, err = tx.Units(); err != nil {
				return err
			}
			phones, err = tx.Phones([]int64{got[0].ID, got[1].ID, got[2].ID})
			return err
		})
		if err != nil || phones[got[0].ID] != "13800000001" || phones[got[1].ID] != "09325550000" || len(phones) != 2 {
			t.Errorf("phones %v, %v", phones, err)
		}
		id := map[string]int64{}
		for _, u := range units {
			id[u.Code] = u.ID
		}
		zhang := speaker(t, s, "qun", "wxid_z")
		if zhang == nil || zhang.Sector != "农业界" || zhang.Studio != "第一工作室" || len(zhang.Roles) != 3 || !zhang.Is(bot.RoleMember, id["PX"]) ||
			!zhang.Is(bot.RoleMember, id["MY"]) || !zhang.Is(bot.RoleStaff, id["PX"]) || zhang.Is(bot.RoleStaff, id["MY"]) {
			t.Errorf("merged person %+v", zhang)
		}
		if other := speaker(t, s, "gz", "oZ1"); other == nil || other.ID != zhang.ID {
			t.Errorf("second account speaks for %+v", other)
		}
		if admin := speaker(t, s, "qun", "wxid_l"); admin == nil || !admin.Is(bot.RoleAdmin, id["CD"]) {
			t.Errorf("county-wide admin %+v", admin)
		}
		if wang := got[2]; !wang.Handles("住建局") || !wang.Handles("城管局") || len(wang.Roles) != 2 {
			t.Errorf("handler %+v", wang)
		}
		clock.Add(time.Hour)
		count, _, err = importMembers(t, s, people)
		if err != nil || count.String() != "新增 0,更新 0,未变 4" || audited(t, s) != 7 {
			t.Errorf("again: %v, %v", count, err)
		}
	})
}

func TestImportMembers_Updates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		withCounty(t, s)
		if _, _, err := importMembers(t, s, people); err != nil {
			t.Fatal(err)
		}
		// Heads in Chinese and another order; 张三 loses roles and changes sector, 李四 gets an account, 王五 stays, 孙七 is new.
		count, got, err := importMembers(t, s, "角色,姓名,单位,手机号,渠道,账号,界别,工作室\n委员,张　三,px,13800000001,,,教育界,第一工作室\n"+
			"社区工作人员,李四,CD,(0932)5550000,qun,wxid_li,,\n承办单位,王五,城管局;住建局,,,,,\n管理员,孙七,,１３８０００００００７,,,,\n")
		if err != nil || count.String() != "新增 1,更新 2,未变 1" {
			t.Fatalf("%v, %v", count, err)
		}
		if zhang := speaker(t, s, "qun", "wxid_z"); len(zhang.Roles) != 1 || zhang.Sector != "教育界" || zhang.Name != "张三" {
			t.Errorf("%+v", zhang)
		}
		if li := speaker(t, s, "qun", "wxid_li"); li == nil || li.ID != got[1].ID {
			t.Errorf("%+v", li)
		}
		if n := audited(t, s); n != 3+4+3 {
			t.Errorf("%d audit entries", n)
		}
	})
}

func TestImportMembers_Faults(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		withCounty(t, s)
		if _, _, err := importMembers(t, s, people); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, text string
			want       []string
		}{
			{"heads", "name,手机号,电话,生日\n张三,13800000001,,\n",
				[]string{"第 1 行“电话”列:这一列出现了两次", "第 1 行“生日”列:不认识的表头", "第 1 行“role”列:缺少这一列"}},
			{"cells", "name,手机号,role,units,channel,user\n钱八,13800000008,member,,,\n,123,boss,,,\n钱九,12800000009,staff,,,\n" +
				"钱十,5550000,staff,平湘镇;PX;不知道,,\n钱一,,handler,;,,\n钱二,,member,,fax,u1\n钱三,,member,,qun,\n钱四,,member,,,u2\n" +
				strings.Repeat("长", 65) + ",,admin,,,\n",
				[]string{"第 3 行“name”列:没有写姓名", "第 3 行“手机号”列:不是电话号码", "第 3 行“role”列:不认识的角色“boss”",
					"第 4 行“手机号”列:不是电话号码", "第 4 行“units”列:工作人员没有写单位",
					"第 5 行“手机号”列:不是电话号码", "第 5 行“units”列:没有“平湘镇”这个单位", "第 5 行“units”列:没有“不知道”这个单位",
					"第 6 行“units”列:承办人没有写承办单位", "第 7 行“channel”列:没有“fax”这个渠道", "第 8 行“user”列:写了渠道没写账号",
					"第 9 行“channel”列:写了账号没写渠道", "第 10 行“name”列:有 65 个字,太长"}},
			{"units asked for without a column", "name,role\n钱八,staff\n", []string{"第 2 行“units”列:工作人员没有写单位"}},
			{"people", "name,phone,sector,role,channel,user\n钱八,13800000008,农业界,member,qun,wxid_q\n钱九,138-0000-0008,,member,,\n钱八,13800000008,教育界,member,,\n" +
				"孙一,13800000011,,member,qun,wxid_q\n周二,,,member,,\n周二,13800000012,,member,,\n",
				[]string{"第 3 行“phone”列:电话 138****0008 在第 2 行是另一个人的", "第 4 行“sector”列:和第 2 行同一个人的写得不一样",
					"第 5 行“user”列:账号在第 2 行已经是另一个人的", "第 6 行“phone”列:第 7 行有同名的人写了电话"}},
			{"accounts of others", "name,phone,role,channel,user\n钱八,13800000008,member,qun,wxid_z\n张三,13800000001,member,qun,wxid_z\n赵七,,admin,qun,wxid_l\n",
				[]string{"第 2 行“user”列:账号已经绑定给另一个人", "第 3 行“user”列:账号在第 2 行已经是另一个人的", "第 4 行“user”列:账号已经绑定给另一个人"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				_, _, err := importMembers(t, s, c.text)
				checkFaults(t, err, c.want)
				if strings.Contains(err.Error(), "13800000008") || strings.Contains(err.Error(), "12800000009") {
					t.Errorf("a phone is shown: %v", err)
				}
				if n := audited(t, s); n != 3+4 {
					t.Errorf("%d audit entries: something was written", n)
				}
			})
		}
		if owner := speaker(t, s, "qun", "wxid_q"); owner != nil {
			t.Errorf("an account of a refused file is bound to %+v", owner)
		}
	})
}

// A resident whose account the file names was talking before anybody knew the name.
func TestImportMembers_TakesOverResident(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		withCounty(t, s)
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			tx.CreatePerson(store.AccountKey{Channel: "qun", ExtID: "wxid_n"}, "东街老钱")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		_, got, err := importMembers(t, s, "name,phone,role,channel,user\n钱八,13800000008,member,qun,wxid_n\n")
		if err != nil {
			t.Fatal(err)
		}
		if p := speaker(t, s, "qun", "wxid_n"); p.ID != got[0].ID || p.Name != "钱八" {
			t.Errorf("%+v", p)
		}
	})
}

func TestUnbound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		withCounty(t, s)
		if _, _, err := importMembers(t, s, "name,role\n周一,member\n"); err != nil { // of an earlier file
			t.Fatal(err)
		}
		_, got, err := importMembers(t, s, people)
		if err != nil {
			t.Fatal(err)
		}
		var codes []member.Code
		err = s.Write(t.Context(), func(tx *store.Tx) error {
			unbound, err := member.Unbound(tx, got)
			if err != nil {
				return err
			}
			codes, err = member.NewCodes(tx, unbound, 72*time.Hour)
			return err
		})
		if err != nil || len(codes) != 2 || codes[0].Person.Name != "李四" || codes[1].Person.Name != "王五" || len(codes[1].Person.Roles) != 2 {
			t.Fatalf("codes %+v, %v", codes, err)
		}
		if want := clock.Now().Add(72 * time.Hour); !codes[0].Expires.Equal(want) {
			t.Errorf("ends %v, want %v", codes[0].Expires, want)
		}
	})
}

// crowd is a file of n people, each with an account.
func crowd(n int) string {
	var b strings.Builder
	b.WriteString("name,phone,role,units,channel,user\n")
	for i := range n {
		fmt.Fprintf(&b, "人%d,138%08d,member,PX,qun,wxid_%d\n", i, i, i)
	}
	return b.String()
}

// More people than one query asks for.
func TestImportMembers_Many(t *testing.T) {
	const n = 1234
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		withCounty(t, s)
		for _, want := range []member.Count{{Added: n}, {Same: n}} {
			if count, _, err := importMembers(t, s, crowd(n)); err != nil || count != want {
				t.Fatalf("%v, %v, want %v", count, err, want)
			}
		}
		if p := speaker(t, s, "qun", "wxid_1233"); p == nil || p.Name != "人1233" {
			t.Errorf("the last one is %+v", p)
		}
		_, _, err := importMembers(t, s, crowd(n)+"另一个,13900000001,member,PX,qun,wxid_700\n")
		checkFaults(t, err, []string{"第 1236 行“user”列:账号在第 702 行已经是另一个人的"})
	})
}

// Ten thousand people are far more than a county has.
func BenchmarkImportMembers(b *testing.B) {
	for name, u := range storetest.URLs(b) {
		s := storetest.Open(b, u, storetest.NewClock(storetest.Monday()))
		if _, err := s.Migrate(b.Context()); err != nil {
			b.Fatal(err)
		}
		withCounty(b, s)
		b.Run(name, func(b *testing.B) {
			for b.Loop() { // the first adds them, the others find nothing changed
				if _, _, err := importMembers(b, s, crowd(10000)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
