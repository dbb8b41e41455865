package pipeline

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/topic"
	"tongshishang/bot/understand"
	"tongshishang/config"
)

// listener is a pipeline that can judge texts, and a talk in a unit's group.
func listener(t testing.TB) *talk {
	t.Helper()
	rules, err := config.LoadRules("")
	if err != nil {
		t.Fatal(err)
	}
	topics, err := topic.New()
	if err != nil {
		t.Fatal(err)
	}
	reader, err := understand.New(understand.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := New(Parts{Rules: rules, Zone: time.UTC, Reader: reader, Topics: topics})
	return &talk{Pipeline: p, batch: &batch{alike: newAlikes()}, unit: bot.Unit{ID: 1, Name: "平襄镇"}}
}

// told is a text as a report. What it is about and where comes from the reader, but that it is a report is given: the reader has
// tests of its own.
func (t *talk) told(text string, kind bot.IssueKind) report {
	m := understand.Matter{Text: text, Kind: kind, Category: "其他"}
	r := t.Reader.Read(text)
	if len(r.Places) > 0 {
		m.Place = t.within(r.Places[0])
	}
	return t.reportOf(m)
}

// labelled reads testdata/same.txt: what a pair is, its two texts, and whether it was looked at when the thresholds were chosen.
func labelled(t *testing.T, each func(label byte, a, b string, seen bool)) {
	t.Helper()
	f, err := os.Open("testdata/same.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		n++
		a, b, ok := strings.Cut(line[2:], " | ")
		if !ok {
			t.Fatalf("line %q has no two texts", line)
		}
		each(line[0], a, b, n%2 == 1)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// TestJudge_Labelled judges hand-labelled pairs: two matters are never taken for one, and of those that are one most are found or
// asked about.
func TestJudge_Labelled(t *testing.T) {
	p := listener(t)
	counts := map[bool]map[string]int{true: {}, false: {}}
	labelled(t, func(label byte, a, b string, seen bool) {
		kind := bot.IssueAppeal
		if strings.HasSuffix(a, "?") {
			kind = bot.IssueQuestion
		}
		first, second := p.told(a, kind), p.told(b, kind)
		v, evidence := p.judge(first, second)
		if back, again := p.judge(second, first); back != v || again != evidence {
			t.Errorf("%s | %s: %v %.2f, the other way %v %.2f", a, b, v, evidence, back, again)
		}
		if label == '!' && v == surely {
			t.Errorf("%s | %s: taken for one matter, evidence %.2f", a, b, evidence)
		}
		counts[seen][fmt.Sprintf("%c%d", label, v)]++
	})
	for seen, c := range counts {
		one, two := c["=0"]+c["=1"]+c["=2"], c["!0"]+c["!1"]+c["!2"]
		t.Logf("looked at: %v. One matter: %d, sure %d, asked %d. Two matters: %d, asked %d, sure %d.", seen, one, c["=2"], c["=1"], two, c["!1"], c["!2"])
		if found := c["=1"] + c["=2"]; found*10 < one*7 || c["=2"]*10 < one*3 {
			t.Errorf("of %d pairs of one matter only %d are sure and %d asked about", one, c["=2"], c["=1"])
		}
		if c["!1"]*10 > two*2 {
			t.Errorf("of %d pairs of two matters %d are asked about: more noise than worth", two, c["!1"])
		}
	}
}

func TestJudge_Units(t *testing.T) {
	p := listener(t)
	elsewhere := func(text string) report {
		r := p.told(text, bot.IssueAppeal)
		r.unit = 2
		return r
	}
	for _, tt := range []struct {
		a, b string
		want verdict
	}{
		{"三社自来水停了三天了没人管", "三社自来水停了三天了没人管", another}, // two villages have a 三社 each
		{"路灯坏了半个月了没人修", "路灯坏了半个月了没人修", another},
		{"县医院挂号系统坏了,挂不上号", "县医院挂号系统坏了挂不上号", surely},
		{"247国道塌方了过不去", "247国道塌方了车过不去", surely},
		{"247国道塌方了过不去", "312国道塌方了车过不去", another},
		{"县医院挂号系统坏了,挂不上号", "县医院门口乱停车", another},
	} {
		if got, evidence := p.judge(p.told(tt.a, bot.IssueAppeal), elsewhere(tt.b)); got != tt.want {
			t.Errorf("%s | %s in two townships: %v, want %v, evidence %.2f", tt.a, tt.b, got, tt.want, evidence)
		}
	}
}

func TestSpot_Compare(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want nearness
	}{
		{"三社", "3组", nearby}, // 社 and 组 are one thing, and so are 三 and 3
		{"三社", "二社", farApart},
		{"十二社", "12社", nearby},
		{"二十社", "20社", nearby},
		{"三社", "十三社", farApart},
		{"3号楼", "阳光小区3号楼", nearby}, // of another estate, perhaps
		{"2号楼", "12号楼", farApart},
		{"3号楼二单元", "3号楼一单元", farApart},
		{"学校门口", "中心学校门口", samePlace},
		{"学校门口", "卫生院门口", farApart},
		{"李家湾那段路", "李家湾路", nearby},
		{"王家坪路", "赵家坪路", farApart},
		{"", "学校门口", unplaced},
		{"", "", unplaced},
	} {
		a, b := spotOf(tt.a, tt.a), spotOf(tt.b, tt.b)
		if got := a.compare(b); got != tt.want || b.compare(a) != got {
			t.Errorf("%q and %q: %v, want %v both ways", tt.a, tt.b, got, tt.want)
		}
	}
	if got := spotOf("", "3号楼电梯坏了").compare(spotOf("", "5号楼电梯坏了")); got != farApart {
		t.Errorf("numbers count without a place, too: %v", got)
	}
}

func TestLikeness(t *testing.T) {
	tests := []struct {
		a, b string
		want float64
	}{
		{"路灯坏了", "路灯坏了", 1},
		{"路灯坏了", "路灯不亮", 1.0 / 3}, // 路灯 of 路灯 灯坏 坏了 and 路灯 灯不 不亮
		{"路灯,坏了", "路灯坏了", 0.8},    // a mark parts 灯 and 坏: two of two and three
		{"路灯坏了", "下水道堵", 0},
		{"路", "路", 0}, // no pair, nothing to compare
		{"", "路灯", 0},
	}
	for _, tt := range tests {
		if got := likeness(pairsOf(tt.a), pairsOf(tt.b)); math.Abs(got-tt.want) > 1e-9 || likeness(pairsOf(tt.b), pairsOf(tt.a)) != got {
			t.Errorf("likeness(%q, %q) = %v, want %v both ways", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestIsSamePlace(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"2号楼", "2号楼门口", true},
		{"2号楼门口", "2号楼", true},
		{"学校门口", "学校门口", true},
		{"2号楼", "12号楼", false},
		{"文化广场", "广场", true},
		{"", "学校门口", false},
		{"", "", false},
	}
	for _, tt := range tests {
		if got := isSamePlace(tt.a, tt.b); got != tt.want {
			t.Errorf("isSamePlace(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestBarePlace(t *testing.T) {
	for said, want := range map[string]string{"就在学校门口。": "学校门口", "在3号楼": "3号楼", "是在桥头": "桥头", "菜市场后面": "菜市场后面"} {
		if got := barePlace(said); got != want {
			t.Errorf("barePlace(%q) = %q, want %q", said, got, want)
		}
	}
}

// TestTerms checks that an issue and its repetition share a term, two villages none, and that terms are few.
func TestTerms(t *testing.T) {
	p := listener(t)
	terms := func(unit int64, kind bot.IssueKind, place, text string) []int64 {
		p.unit.ID = unit
		return p.terms(understand.Matter{Kind: kind, Place: place, Text: text})
	}
	share := func(a, b []int64) bool {
		return slices.ContainsFunc(a, func(n int64) bool { return slices.Contains(b, n) })
	}
	here := terms(1, bot.IssueAppeal, "三社水渠", "三社水渠堵了")
	if !share(here, terms(1, bot.IssueAppeal, "3组", "3组的渠不通")) || share(here, terms(2, bot.IssueAppeal, "三社水渠", "三社水渠堵了")) {
		t.Error("a place is found in its own unit only")
	}
	wide := terms(1, bot.IssueAppeal, "县医院", "县医院挂不上号")
	if !share(wide, terms(2, bot.IssueAppeal, "", "去县医院挂号,系统坏了")) {
		t.Error("what the county has one of is found in every unit")
	}
	if asked := terms(1, bot.IssueQuestion, "", "合作医疗啥时候交"); !share(asked, terms(2, bot.IssueQuestion, "", "今年的合作医疗什么时候交?")) {
		t.Error("a question is found in every unit")
	}
	if long := terms(1, bot.IssueQuestion, "", strings.Repeat("低保高龄补贴残疾证合作医疗养老保险危房改造退耕还林粮食直补", 9)); len(long) != mostTerms {
		t.Errorf("%d terms, want %d", len(long), mostTerms)
	}
}

// TestFitting lets people join in while several matters are open.
func TestFitting(t *testing.T) {
	open := []bot.Issue{
		{ID: 3, Content: "二组的粮食补贴还没收到,都三个月了", Place: "二组"},
		{ID: 2, Content: "三社自来水停了三天了没人管", Place: "三社"},
		{ID: 1, Content: "二社的路灯不亮,黑了半个月了", Place: "二社"},
	}
	for said, want := range map[string]int64{
		"二社也没水": 2, "三组也没收到": 3, "我家门口也黑着呢": 1, "我们那边也停了": 2, "我们小区也堵车": 0, "我家也漏雨": 0, "我们路灯也不亮": 1, "三社的补贴也没发": 3,
		"我家电也停了": 2, "我们楼的电梯也坏了": 0,
	} {
		p := listener(t)
		p.text = said
		p.reading = p.Reader.Read(said)
		got := int64(0)
		if i := p.fitting(p.ownWords(), open); i != nil {
			got = i.ID
		}
		if got != want {
			t.Errorf("%s joins %d, want %d", said, got, want)
		}
	}
}

func TestOwnWords(t *testing.T) {
	for said, want := range map[string]string{"我家也是": "", "+1": "", "我们这边一样": "", "我们二社也是这个情况": "", "同样的问题": "", "附议": "", "我们也想反映这个": "", "我家也没水": "水", "我家工资也没给": "工资给"} {
		p := listener(t)
		p.text = said
		p.reading = p.Reader.Read(said)
		if got := p.ownWords(); got != want {
			t.Errorf("own words of %s: %q, want %q", said, got, want)
		}
	}
}

// FuzzSpot looks for texts that break the reading of numbered places.
func FuzzSpot(f *testing.F) {
	f.Add("二十三社5号楼", "十社")
	f.Fuzz(func(t *testing.T, a, b string) {
		first, second := spotOf(a, b), spotOf(b, a)
		if first.compare(second) != second.compare(first) {
			t.Errorf("%q and %q aren't as near one way as the other", a, b)
		}
	})
}

// BenchmarkJudge holds one report against thirty, as closest does for every report of a busy unit.
func BenchmarkJudge(b *testing.B) {
	p := listener(b)
	told := p.told("学校门口的路灯坏了好久了,没人修", bot.IssueAppeal)
	var known []*bot.Issue
	for n := range 30 {
		text := fmt.Sprintf("学校门口的路灯坏了%d天了,晚上黑得很,没人修", n)
		known = append(known, &bot.Issue{ID: int64(n), UnitID: 1, Kind: bot.IssueAppeal, Category: "其他", Content: text, Place: "学校门口"})
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, i := range known {
			p.judge(told, p.reportIn(i))
		}
	}
}
