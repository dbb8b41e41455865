package report

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/topic"
	"tongshishang/bot/workflow"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

func newMatcher(t testing.TB) *topic.Matcher {
	t.Helper()
	m, err := topic.New()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestGatherHot shows which matters are one topic: the letters of the wanted groups are the matters in the order they are given.
func TestGatherHot(t *testing.T) {
	const px, my = 1, 2
	matcher := newMatcher(t)
	for _, c := range []struct {
		name    string
		matters []bot.Issue
		want    string
	}{
		{"two villages with alike words", []bot.Issue{
			{UnitID: px, Content: "李家湾路灯不亮了没人管", Place: "李家湾"}, {UnitID: px, Content: "王家岔路灯不亮了没人管", Place: "王家岔"}}, "a b"},
		{"villages that only their answers name", []bot.Issue{
			{UnitID: px, Content: "村口路灯不亮了", Place: "李家湾"}, {UnitID: px, Content: "村口路灯不亮了", Place: "王家岔"}}, "a b"},
		{"one village twice", []bot.Issue{
			{UnitID: px, Content: "三社又停水了", Place: "三社"}, {UnitID: px, Content: "三社没水两天了", Place: "三社"}}, "ab"},
		{"the same words at a school of each township", []bot.Issue{
			{UnitID: px, Content: "学校门口路灯坏了", Place: "学校门口"}, {UnitID: my, Content: "学校门口路灯坏了", Place: "学校门口"}}, "a b"},
		{"one matter all over the county", []bot.Issue{
			{UnitID: px, Content: "手机上交医保老是失败"}, {UnitID: my, Content: "手机上交医保老是失败"}}, "ab"},
		{"who names no place means the one of their unit", []bot.Issue{
			{UnitID: my, Content: "又停水了"}, {UnitID: px, Content: "又停水了"}, {UnitID: px, Content: "又停水了", Place: "东街"}}, "a bc"},
		{"one place of the gazetteer in the groups of two units", []bot.Issue{
			{UnitID: px, Content: "马营桥的栏杆断了", Place: "马营桥", PlaceID: "MY-0007"},
			{UnitID: my, Content: "马营桥的栏杆断了", Place: "马营桥", PlaceID: "MY-0007"}}, "ab"},
		{"merged by a clerk", []bot.Issue{
			{ID: 7, UnitID: px, Content: "路灯不亮"}, {ID: 8, UnitID: px, Content: "晚上走路黑得很,摔了几个人", MergedInto: 7}}, "ab"},
		{"merged into one of another week", []bot.Issue{
			{ID: 7, UnitID: px, Content: "路灯不亮"}, {ID: 8, UnitID: px, Content: "晚上走路黑得很,摔了几个人", MergedInto: 5}}, "a b"},
		{"none", nil, ""},
	} {
		var got []string
		for _, group := range gatherHot(matcher, c.matters) {
			letters := ""
			for _, i := range group {
				letters += string(rune('a' + i))
			}
			got = append(got, letters)
		}
		if joined := strings.Join(got, " "); joined != c.want {
			t.Errorf("%s: %q, want %q", c.name, joined, c.want)
		}
	}
}

func TestHotTitle(t *testing.T) {
	masks := &loadRules(t).Ledger.Masks
	for _, c := range []struct{ title, reporter, want string }{
		{"王秀兰家门口路灯不亮", "", "王某家门口路灯不亮"},
		{"路灯坏了,把张建军家照不见", "", "路灯坏了,把张某家照不见"},
		{"李家湾路灯不亮", "", "李家湾路灯不亮"},
		{"马营街家家停水", "", "马营街家家停水"},
		{"高中生家长接送难", "", "高中生家长接送难"},
		{"赵强反映路不通", "赵强", "赵某反映路不通"},
		{"阳光小区停水", "阳光", "阳光小区停水"},
		{"路灯不亮", "", "路灯不亮"},
	} {
		if got := hideHomes(hideName(c.title, c.reporter, masks), masks); got != c.want {
			t.Errorf("%s: %s, want %s", c.title, got, c.want)
		}
	}
}

// endorse is a "me too" at a time.
func (c *county) endorse(i *bot.Issue, by bot.Person, at time.Time) {
	c.t.Helper()
	c.move(i, workflow.Endorse, i.Status, by, at, "", func(i *bot.Issue) { i.Supporters++ })
	c.write(func(tx *store.Tx) error { tx.Endorse(i.ID, by.ID, 1); return nil })
}

func (c *county) says(unit bot.Unit, by bot.Person, at time.Time, title, text, place string) *bot.Issue {
	c.t.Helper()
	return c.matter(unit, at, func(i *bot.Issue) {
		i.Title, i.Content, i.Place, i.ReporterID, i.ReporterName = title, text, place, by.ID, by.Name
	})
}

// playHot plays a week whose heat is worked out by hand. It is looked at on Friday noon, the half-life is 3 days, so that who spoke on
// Tuesday noon counts 1/2; a second unit adds a quarter.
//
//	医保 PX-001 张三丰 Tue 12:00 (and three more times before), 欧阳小 now; MY-001 王委员 Tue 12:00: (1/2+1+1/2)×1.25 = 2.5
//	停水 PX-005 欧阳小 now, 张三丰 now, 王委员 now:                                                  3×1 = 3
//	修桥 PX-006 of the week before; endorsed by 李文书, 王委员 on Tue, 欧阳小 on Tue:                  1.5
//	路灯 PX-007 two people: too few.  举报 PX-008 three people, 撤回 PX-009 three people: not told.
func (c *county) playHot() {
	tuesday := day(17, 12, 0)
	bridge := c.says(c.pingxiang, c.resident, day(10, 9, 0), "桥栏杆断了", "河上的桥栏杆断了", "河上的桥")
	for _, p := range []bot.Person{c.clerk, c.member, c.neighbour} {
		c.endorse(bridge, p, tuesday)
	}
	const pay = "手机上交医保老是失败"
	for hour := range 3 {
		c.says(c.pingxiang, c.resident, day(16, 9+hour, 0), "医保交不上", pay, "")
	}
	ours := c.says(c.pingxiang, c.resident, tuesday, "医保交不上", pay, "")
	c.says(c.maying, c.member, tuesday, "医保交不上", pay, "")
	lamp := c.says(c.pingxiang, c.resident, tuesday, "路灯不亮", "张家坪路灯不亮", "张家坪")
	c.endorse(lamp, c.neighbour, tuesday)
	secret := c.matter(c.pingxiang, tuesday, func(i *bot.Issue) {
		i.Kind, i.Title, i.Content = bot.IssueReport, "倒垃圾", "有人往河里倒垃圾"
	})
	gone := c.says(c.pingxiang, c.resident, tuesday, "狗叫", "邻居的狗一晚上叫", "")
	for _, p := range []bot.Person{c.neighbour, c.member} {
		c.endorse(secret, p, tuesday)
		c.endorse(gone, p, tuesday)
	}
	c.move(gone, workflow.Withdraw, bot.StatusWithdrawn, c.resident, day(18, 9, 0), "", nil)
	water := c.says(c.pingxiang, c.neighbour, friday(), "停水", "东街停水了", "东街")
	for _, p := range []bot.Person{c.resident, c.member} {
		c.endorse(water, p, friday())
	}
	c.endorse(ours, c.neighbour, friday())
}

func (c *county) hot(now time.Time, week Week, unit *bot.Unit) *HotList {
	c.t.Helper()
	list, err := HotTopics(c.t.Context(), c.store, newMatcher(c.t), c.rules, now, week, unit)
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

// brief are the topics with what is told of them.
func (c *county) brief(list *HotList) []string {
	var lines []string
	for i := range list.Topics {
		t := &list.Topics[i]
		lines = append(lines, fmt.Sprintf("%d %s %s(%s) %s", t.Rank, t.Masked, t.Heat(), t.Explain(c.rules),
			t.Numbers(c.rules, func(m HotMatter) string { return strings.TrimPrefix(m.Number, "TW-") })))
	}
	return lines
}

func TestHotTopics(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := newCounty(t, s, clock)
		c.playHot()
		want := []string{
			"1 停水 3(3 人、1 天内、平襄镇) PX-2611-009",
			"2 医保交不上 2.5(3 人、5 天内、2 个乡镇) PX-2611-005、PX-2611-002、PX-2611-003等 5 件",
			"3 桥栏杆断了 1.5(3 人、1 天内、平襄镇) PX-2611-001",
		}
		week := WeekOf(friday())
		if got := c.brief(c.hot(friday(), week, nil)); !slices.Equal(got, want) {
			t.Errorf("county:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		// Of one unit, two people are left of the second; once the week is over, it stays as its end saw it: 2½ days on.
		later := c.hot(day(29, 9, 0), week, &c.pingxiang)
		if got := c.brief(later); len(got) != 2 || later.Topics[0].Score != 1.68 || !strings.HasPrefix(got[0], "1 停水 ") {
			t.Errorf("unit after the week: %q, want 3×2^(-2.5/3) = 1.68", got)
		}
		if got := c.hot(friday(), Week{2026, 46}, nil).Topics; len(got) != 0 {
			t.Errorf("the week before: %+v", got)
		}
		if got := c.hot(friday(), Week{2026, 49}, nil).Topics; len(got) != 0 {
			t.Errorf("a week to come: %+v", got)
		}
	})
}

// Of more matters than the pack allows only the newest are looked at, and the list says so.
func TestHotTopics_Cut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := newCounty(t, s, clock)
		c.playHot()
		for limit, want := range map[int]HotList{8: {Topics: make([]HotTopic, 3)}, 7: {Topics: make([]HotTopic, 2), Cut: true}} {
			c.rules.Heat.MostIssues = limit // of eight; the bridge is the oldest
			if list := c.hot(friday(), WeekOf(friday()), nil); list.Cut != want.Cut || len(list.Topics) != len(want.Topics) {
				t.Errorf("%d: %v %q", limit, list.Cut, c.brief(list))
			}
		}
		c.rules.Heat.MostIssues = 1
		list := c.hot(friday(), WeekOf(friday()), nil)
		if got := c.brief(list); !list.Cut || len(got) != 1 || !strings.HasPrefix(got[0], "1 停水 3(") {
			t.Errorf("newest: %v %q", list.Cut, got)
		}
		notes := coverNotes(t, c, friday(), Public)
		if want := "只看了最新的 1 件"; !strings.Contains(notes[0], want) {
			t.Errorf("cover: %q, want %s", notes[0], want)
		}
	})
}

// coverNotes are the lines of 本周热点 on the cover.
func coverNotes(t *testing.T, c *county, now time.Time, edition Edition) []string {
	t.Helper()
	var lines []string
	for _, row := range sheetRows(t, c.workbook(now, c.request(edition)), "封面与说明") {
		if len(row) > 0 && strings.Contains(row[0], "热点") {
			lines = append(lines, strings.Join(row, " | "))
		}
	}
	return lines
}

func TestLedger_Hot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := newCounty(t, s, clock)
		c.playHot()
		named := c.says(c.maying, c.resident, friday(), "张三丰家门口积水", "张三丰家门口积水", "")
		c.endorse(named, c.neighbour, friday())
		c.endorse(named, c.clerk, friday())
		c.endorse(named, c.member, friday())
		public := []string{
			"本周热点 | 4 条 | 反映的和附议的,每人只计一次,最后一次说每过 3 天减半,相加后每多一个乡镇(社区)加 0.25 倍;3 人以上的才列,举报和撤回的不计",
			"热点1 | 张某家门口积水 热度 4(4 人、1 天内、马营镇) | TW-MY-2611-002",
			"热点2 | 停水 热度 3(3 人、1 天内、平襄镇) | TW-PX-2611-009",
			"热点3 | 医保交不上 热度 2.5(3 人、5 天内、2 个乡镇) | TW-PX-2611-005、TW-PX-2611-002、TW-PX-2611-003等 5 件",
			"热点4 | 桥栏杆断了 热度 1.5(3 人、1 天内、平襄镇) | TW-PX-2611-001",
		}
		internal := slices.Clone(public)
		internal[1] = strings.Replace(public[1], "张某家", "张三丰家", 1)
		for edition, want := range map[Edition][]string{Internal: internal, Public: public} {
			if got := coverNotes(t, c, friday(), edition); !slices.Equal(got, want) {
				t.Errorf("%s:\n%s\nwant\n%s", edition, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		c.rules.Heat.InLedger = 2
		if got := coverNotes(t, c, friday(), Public); len(got) != 3 {
			t.Errorf("two rows: %q", got)
		}
	})
}

// A signed-off week keeps its topics, whatever becomes of the matters or of the pack.
func TestLedger_HotLocked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		c := newCounty(t, s, clock)
		c.playHot()
		monday := day(23, 9, 0)
		clock.Set(monday)
		before := coverNotes(t, c, monday, Public)
		if len(before) != 4 {
			t.Fatalf("before: %q", before)
		}
		if _, err := Lock(t.Context(), s, c.rules, monday, WeekOf(friday()), nil, c.clerk); err != nil {
			t.Fatal(err)
		}
		var water *bot.Issue
		c.write(func(tx *store.Tx) (err error) {
			water, err = tx.IssueByNumber("TW-PX-2611-009")
			return err
		})
		c.move(water, workflow.Withdraw, bot.StatusWithdrawn, c.neighbour, day(24, 9, 0), "", nil)
		if got := c.hot(day(24, 10, 0), WeekOf(friday()), nil); len(got.Topics) != 2 {
			t.Errorf("the withdrawal changes nothing, so the test shows nothing: %q", c.brief(got))
		}
		c.rules.Heat.LeastPeople = 100
		after := coverNotes(t, c, day(24, 10, 0), Public)
		if !reflect.DeepEqual(after[1:], before[1:]) {
			t.Errorf("after:\n%s\nbefore\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
		}
	})
}
