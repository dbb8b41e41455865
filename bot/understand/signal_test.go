package understand

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tongshishang/config"
)

// testWatch has two signals, 0 fire and 1 fall, and one context of each sort.
func testWatch() *watch {
	g := &config.Glossary{Reach: 4, Longest: 60,
		Groups:  map[string]config.Phrases{"who": {"人", "娃"}, "in": {"河里", "井里"}},
		Except:  config.Phrases{"火锅"},
		Shields: config.Phrases{"没人管", "现在想来"},
		Contexts: []config.Context{
			{Code: "drill", Words: config.Phrases{"演练"}, Scope: config.ScopeText, Strict: true, Unless: config.Phrases{"不是演练"}},
			{Code: "past", Words: config.Phrases{"去年"}, Scope: config.ScopeSentence, Side: config.SideBefore, Unless: config.Phrases{"现在"}},
			{Code: "negated", Words: config.Phrases{"没"}, Scope: config.ScopeClause, Side: config.SideBefore, Within: 1},
			{Code: "risk", Words: config.Phrases{"隐患"}, Scope: config.ScopeClause, Side: config.SideAfter, Within: 2},
		}}
	return newWatch(g, []*config.Signal{
		{Code: "fire", Words: config.Phrases{"着火", "塌……{who}没"}, Sure: config.Phrases{"快救火"}, Except: config.Phrases{"打着火"}, Over: config.Phrases{"扑灭"}},
		{Code: "fall", Words: config.Phrases{"{who}…掉{in}"}, Except: config.Phrases{"手机…掉{in}"}},
	}, func(s string) string { return s })
}

func TestWatch(t *testing.T) {
	w := testWatch()
	for _, c := range []struct {
		text string
		want []int
	}{
		{"三社着火了", []int{0}},
		{"吃着火锅", nil},                 // an exception overlaps
		{"车打着火了", nil},                // an exception of this signal
		{"着火了,已经扑灭", nil},             // over
		{"快救火,刚扑灭又着了", []int{0}},      // a sure phrase stands
		{"明天演练:着火了往外跑", nil},          // anywhere in the text
		{"明天演练:快救火", nil},             // strict, so a sure phrase falls too
		{"这不是演练,着火了", []int{0}},       // lifted
		{"去年老王家着火了", nil},             // before, in the sentence
		{"去年,老王家着火了", nil},            // before, in another clause of it
		{"去年来过。老王家着火了", []int{0}},     // in another sentence
		{"着火了,跟去年一样", []int{0}},       // on the other side
		{"去年着过,现在又着火了", []int{0}},     // lifted
		{"去年着火,现在想来也怕", nil},          // what would lift it is shielded
		{"没着火", nil},                  // near before
		{"没有一点点着火", []int{0}},         // too far before
		{"没,着火了", []int{0}},           // another clause
		{"没人管着火", []int{0}},           // shielded
		{"有着火的隐患", nil},               // near after
		{"着火了隐患早说过", nil},             // as near
		{"着火了早就说有隐患", []int{0}},       // too far after
		{"娃掉河里了", []int{1}},           // neighbours
		{"娃从坡上掉井里了", []int{1}},        // within reach
		{"娃从那个高高的坡上掉井里了", nil},        // beyond
		{"娃,掉井里了", nil},               // another clause
		{"窑塌了,里面的人没出来", []int{0}},     // a wide join goes over a comma
		{"窑塌了。别人没出来", nil},            // and not over a full stop
		{"人的手机掉河里了", nil},             // an exception of two parts
		{"人的手机掉河里了,娃也掉河里了", []int{1}}, // touches only its own
		{"娃掉河里了,着火了", []int{0, 1}},    // both, in their order
		{strings.Repeat("说", 60) + "着火", nil},
		{strings.Repeat("说", 60) + "快救火", []int{0}}, // in a long letter only what is sure
		{"", nil},
	} {
		if got := w.find([]rune(c.text)); !slices.Equal(got, c.want) {
			t.Errorf("find(%q) = %v, want %v", c.text, got, c.want)
		}
	}
}

// TestDanger_Linear reads texts made to be slow: the longest that is read, full of what has to be compared with one another. Were it
// compared by pairs, it would take minutes.
func TestDanger_Linear(t *testing.T) {
	a, _ := testAlarms(t)
	for _, unit := range []string{"没着火", "人人人", "有人掉", "塌埋压", "电线", "去年着火", "救命稻草", "手机掉河里"} {
		start := time.Now()
		text := []rune(strings.Repeat(unit, maxRead))[:maxRead]
		a.danger(text)
		a.divert(text)
		if took := time.Since(start); took > time.Second {
			t.Errorf("4,000 characters of %q take %v", unit, took)
		}
	}
}

// TestRead_DangerIsAMatter: whatever a cry reads like, it is registered; a vote, a command and a 接龙 stay what they are.
func TestRead_DangerIsAMatter(t *testing.T) {
	r := newReader(t)
	for text, want := range map[string]Intent{
		"救命啊三号楼着火了":                IntentAppeal,
		"有人掉水里了":                   IntentAppeal,
		"我家也着火了":                   IntentAppeal, // not an endorsement
		"灭火器没用,又着火了":               IntentAppeal, // not a rating
		"打起来了":                     IntentAppeal,
		"#受理 3 着火了":                IntentCommand,
		"#接龙 救火\n1. 王芳 着火了\n2. 赵军": IntentChain,
		"晚上吃火锅不":                   IntentChat,
	} {
		got := r.Read(text)
		if got.Intent != want {
			t.Errorf("Read(%q) = %s %v, want %s", text, got.Intent, got.Danger, want)
		}
		if want == IntentAppeal && (len(got.Matters) == 0 || len(got.Danger) == 0 || got.Confidence < dangerConfidence) {
			t.Errorf("Read(%q): %d matters, danger %v, confidence %v", text, len(got.Matters), got.Danger, got.Confidence)
		}
	}
}

func TestJoinTails(t *testing.T) {
	r := newReader(t)
	texts := func(list ...string) (out []Matter) {
		for _, text := range list {
			out = append(out, Matter{Text: text, Title: text})
		}
		return out
	}
	for _, c := range []struct {
		name, want string
		list       []Matter
	}{
		{"two matters stay two", "路灯不亮|下水道堵", texts("路灯不亮", "下水道堵")},
		{"a procedure goes to what it is about", "工资没给,劳动仲裁已受理|下水道堵", texts("工资没给", "劳动仲裁已受理", "下水道堵")},
		{"in front, too", "法院已立案,村上占了我家地", texts("法院已立案", "村上占了我家地")},
		{"a bare number", "低保没给办,身份证110105194912310021,卡号***************0128", texts("低保没给办", "身份证110105194912310021", "卡号***************0128")},
		{"a matter with a number", "路灯不亮|三社停水了电话13800000001", texts("路灯不亮", "三社停水了电话13800000001")},
		{"one", "法院已立案", texts("法院已立案")},
	} {
		var got []string
		for _, m := range r.joinTails(c.list) {
			got = append(got, m.Text)
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: %q, want %q", c.name, strings.Join(got, "|"), c.want)
		}
	}
	if got := r.joinTails(texts("法院已立案", "占了我家地"))[0].Title; got != "占了我家地" {
		t.Errorf("title %q", got)
	}
}

func FuzzDanger(f *testing.F) {
	a, s := testAlarms(f)
	for _, p := range slices.Concat(phrasings(f, "danger/must.txt")[:20], phrasings(f, "danger/mustnot.txt")[:20], phrasings(f, "divert/must.txt")[:5]) {
		f.Add(p.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		folded := s.fold([]rune(s.clean(firstRunes(text, maxRead))))
		first := a.danger(folded)
		if again := a.danger(folded); !slices.Equal(first, again) {
			t.Fatalf("%q gives %v, then %v", text, first, again)
		}
		a.divert(folded)
	})
}

func BenchmarkDanger(b *testing.B) {
	a, _ := testAlarms(b)
	for name, text := range map[string]string{
		"chat":   "老张你啥时候回来",
		"appeal": "村口那座桥栏杆断了两根,骑车的人差点掉下去",
		"danger": "救命啊三号楼着火了,有人晕倒在楼道里",
		"long":   strings.Repeat("村口那座桥栏杆断了两根,骑车的人差点掉下去,", 14),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			runes := []rune(text)
			for b.Loop() {
				a.danger(runes)
				a.divert(runes)
			}
		})
	}
}
