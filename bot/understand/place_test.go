package understand

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"tongshishang/bot"
)

func TestPlaces(t *testing.T) {
	r := newReader(t)
	for _, c := range []struct {
		text string
		want string // separated by |
	}{
		{"平襄镇中心小学门口那截路全是坑", "平襄镇中心小学门口那截路"},
		{"李家湾三社涝坝边上倒的全是垃圾", "李家湾三社涝坝边上"},
		{"3号楼二单元电梯停了,楼下烧烤店的油烟太大", "3号楼二单元|楼下烧烤店"},
		{"榜罗到常家河的路塌方了", "榜罗到常家河的路"},
		{"三社到五社那段没硬化", "三社到五社那段"},
		{"二社三社都停水了", "二社|三社"},
		{"镇东头农资店卖假种子", "镇东头农资店"},
		{"体育场后面那家汽修天天喷漆", "体育场后面那家汽修"},
		{"红崖社的涝坝塌了一边", "红崖社的涝坝"},
		{"温泉路和人民路交叉口红绿灯坏了", "温泉路和人民路交叉口"},
		{"粮站往东五十米有个坑", "粮站往东五十米"},
		{"平襄镇 李家村 三社停电了", "平襄镇 李家村 三社"},
		{"新景街的路牌指反了", "新景街"},
		{"市场西门三轮车乱停", "市场西门"},
		{"娃病了拉到卫生院没大夫", "卫生院"},
		{"平相镇学校门口的井盖丢了", "平相镇学校门口"}, // as it is heard
		{"马迎中学的饭太贵", "马迎中学"},
		{"平襄镇李家村三社停水了", "平襄镇李家村三社"},
		{"碧玉镇上沟村二社的路灯全灭了", "碧玉镇上沟村二社"},
		{"襄南镇黑石头村村部门口停满了车", "襄南镇黑石头村村部门口"},
		{"常家河镇李坪村路边的垃圾没人拉", "常家河镇李坪村路边"},
		{"华家岭镇老站村到新站的路全是冰", "华家岭镇老站村到新站的路"},
		{"房子在北城铺街上,两头都不收", "北城铺街"},
		{"李家堡镇的水断了", "李家堡镇"},
		{"孟家堡子有人乱砍树", "孟家堡子"},
		{"村东面的坟地让人刨了", "村东面的坟地"},
		{"第二幼儿园门口的坑太深", "第二幼儿园门口"},
		{"平襄镇第137社的路灯坏了", "平襄镇第137社"},
		{"第12村民小组的路灯坏了", "第12村民小组"},
		{"锦绣国际6号楼漏水", "锦绣国际6号楼"},
		{"人民路和解放路十字红绿灯坏了", "人民路和解放路十字"},
		{"村口那座桥栏杆断了两根", "村口那座桥"},
		{"小区车棚的充电桩坏了", "小区车棚"},
		{"安定门小区物业乱收费", "安定门小区"},
		{"小区物业后院堆的垃圾发臭", "小区物业后院"},
		{"广场公厕水管冻裂了", "广场公厕"},
		{"河滩上有人烧秸秆", "河滩"},

		{"举报王某乱倒建筑垃圾,污染河道", ""},
		{"严重影响学校上课", ""},
		{"我们村的水泥路坏了,驻村工作队知道", ""},
		{"咱村的路啥时候修", ""},
		{"集上的肉臭了,楼道里没灯,沟里全是垃圾", ""},
		{"门口的路灯不亮", ""},
		{"这里没人管", ""},
		{"我们村的路灯不亮", ""},
		{"家门口楼道里黑得很", ""},
		{"市场经济不好做", ""},
		{"公路局的人来看过", ""},
		{"卫生院把本子弄丢了", ""},
		{"三月的补贴没发", ""},
		{"李家三哥住院了", ""},
		{"新井打不出水", ""}, // sounds like 新景
		{"第三次来人看了", ""},
		{"路灯不亮,学校说没钱", ""},
		{"一道沟一道坎的", ""},
		{"人山人海的排了一天", ""},
	} {
		if got := strings.Join(r.Read(c.text).Places, "|"); got != c.want {
			t.Errorf("%q: places %q, want %q", c.text, got, c.want)
		}
	}
}

// village is the gazetteer of the tests of Locate.
func village() []Place {
	return append(sampleCounty(),
		Place{ID: "PX-01", Name: "李家湾村", Aliases: []string{"李家湾"}, Unit: "平襄镇", Kind: bot.PlaceVillage},
		Place{ID: "PX-01-3", Name: "三社", Unit: "平襄镇", Kind: bot.PlaceGroup, Parent: "PX-01"},
		Place{ID: "PX-02", Name: "王家岔村", Aliases: []string{"王家岔"}, Unit: "平襄镇", Kind: bot.PlaceVillage},
		Place{ID: "PX-02-3", Name: "三社", Unit: "平襄镇", Kind: bot.PlaceGroup, Parent: "PX-02"},
		Place{ID: "MY-07", Name: "李家湾村", Aliases: []string{"李家湾"}, Unit: "马营镇", Kind: bot.PlaceVillage},
		Place{ID: "MY-09", Name: "锦绣家园", Unit: "马营镇", Kind: bot.PlaceEstate},
		Place{ID: "R-1", Name: "滨河北路", Kind: bot.PlaceRoad})
}

func TestLocate(t *testing.T) {
	r, err := New(Options{Places: village()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ place, unit, want string }{
		{"李家湾", "平襄镇", "PX-01"},
		{"李家湾", "马营镇", "MY-07"},
		{"李家湾", "鸡川镇", ""}, // neither is meant
		{"李家湾", "", ""},    // either may be
		{"马营镇李家湾", "平襄镇", "MY-07"},
		{"马营李家湾", "", "MY-07"},
		{"李家湾三社涝坝边上", "平襄镇", "PX-01-3"},
		{"李家湾3社", "平襄镇", "PX-01-3"},
		{"王家岔村三社", "", "PX-02-3"},
		{"三社", "平襄镇", ""},
		{"李家湾五社", "平襄镇", "PX-01"},
		{"锦绣家园3号楼", "", "MY-09"},
		{"锦绣家园3号楼", "平襄镇", ""}, // another unit's
		{"锦绣佳园", "马营镇", "MY-09"},
		{"滨河北路", "平襄镇", "R-1"},
		{"平襄镇学校门口", "", "PX"},
		{"平相镇", "", "PX"},
		{"马迎", "", "MY"}, // all that was said
		{"人民路", "平襄镇", ""},
	} {
		p, ok := r.Locate(c.place, c.unit)
		if p.ID != c.want || ok != (c.want != "") {
			t.Errorf("Locate(%q, %q) = %q, %t, want %q", c.place, c.unit, p.ID, ok, c.want)
		}
	}
}

func TestWithin(t *testing.T) {
	r, err := New(Options{Places: village()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ place, unit, want string }{
		{"平襄镇学校门口", "平襄镇", "学校门口"},
		{"平襄学校门口", "平襄镇", "学校门口"},
		{"平相镇的学校门口", "平襄镇", "学校门口"},
		{"马营街", "马营镇", "马营街"},
		{"马营河", "马营镇", "马营河"},
		{"平襄镇", "平襄镇", ""},
		{"马营镇李家湾", "平襄镇", "马营镇李家湾"},
		{"学校门口", "平襄镇", "学校门口"},
		{"", "平襄镇", ""},
	} {
		if got := r.Within(c.place, c.unit); got != c.want {
			t.Errorf("Within(%q, %q) = %q, want %q", c.place, c.unit, got, c.want)
		}
	}
}

// Another gazetteer is known from the next text on, while others read; a wrong one changes nothing.
func TestSetPlaces(t *testing.T) {
	r := newReader(t)
	if _, ok := r.Locate("锦绣家园", ""); ok {
		t.Fatal("the sample county has an estate")
	}
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for range 50 {
				r.Read("锦绣家园3号楼停水了,没人管")
			}
		})
	}
	if err := r.SetPlaces(village()); err != nil {
		t.Fatal(err)
	}
	readers.Wait()
	if p, ok := r.Locate("锦绣家园", ""); !ok || p.ID != "MY-09" {
		t.Errorf("after SetPlaces: %+v, %t", p, ok)
	}
	for _, wrong := range []Place{{ID: "X", Name: "湾"}, {ID: "X", Name: "上湾", Aliases: []string{"湾"}}} {
		if err := r.SetPlaces([]Place{wrong}); err == nil || !strings.Contains(err.Error(), "two characters") {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if _, ok := r.Locate("锦绣家园", ""); !ok {
		t.Error("a wrong gazetteer took the right one's place")
	}
}

func TestSounds(t *testing.T) {
	s, err := newSounds()
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range []string{"襄相", "营迎", "营银", "镇正", "川穿", "城陈"} {
		c := []rune(pair)
		if s.of(c[0])[0] != s.of(c[1])[0] {
			t.Errorf("%c and %c don't sound alike", c[0], c[1])
		}
	}
	if long := s.of('长'); !slices.Contains(long[:], s.of('常')[0]) {
		t.Error("长 hasn't the sound of 常")
	}
	for _, pair := range []string{"襄山", "营羊", "马妈x"} {
		c := []rune(pair)
		if len(c) == 2 && s.of(c[0])[0] == s.of(c[1])[0] {
			t.Errorf("%c and %c sound alike", c[0], c[1])
		}
	}
	if s.of('x') != [2]uint16{} || s.of(0x9FFF) != [2]uint16{} {
		t.Error("what isn't in the table has a sound")
	}
}

// Whatever the gazetteer holds and people write: no crash, places lie in the text in order, and what is located has its unit.
func FuzzPlaces(f *testing.F) {
	f.Add("李家湾;三社;锦绣家园", "李家湾三社到锦秀家园那段路", "平襄镇")
	f.Add("门口;门口门口;1号", strings.Repeat("门口", 200), "")
	f.Add("一二三;长长;行行", "长行长行一二三1号楼那家的的的路到到到", "长长")
	r, err := New(Options{Untrained: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, names, text, unit string) {
		var places []Place
		for i, name := range strings.Split(names, ";") {
			if len([]rune(name)) >= 2 {
				places = append(places, Place{ID: fmt.Sprint(i), Name: name, Unit: unit, Kind: bot.PlaceVillage, Parent: fmt.Sprint(i + 1)})
			}
		}
		if err := r.SetPlaces(places); err != nil {
			t.Fatalf("%q: %v", names, err)
		}
		folded := r.script.fold([]rune(text))
		reach := 0
		for _, s := range r.gazetteer.find(folded) {
			if s.start < reach || s.end <= s.start || s.end > len(folded) || s.word < s.start || s.word > s.end {
				t.Fatalf("%q: span %+v after %d of %d", text, s, reach, len(folded))
			}
			reach = s.end
			place := string(folded[s.start:s.end])
			if p, ok := r.Locate(place, unit); ok && p.Unit != unit && len(places) > 0 && p.Kind != bot.PlaceUnit {
				t.Fatalf("Locate(%q, %q) = %+v", place, unit, p)
			}
			r.Within(place, unit)
		}
	})
}
