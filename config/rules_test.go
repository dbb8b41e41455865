package config

import (
	"math/big"
	"slices"
	"strings"
	"testing"
)

func TestCategories_Embedded(t *testing.T) {
	c := embeddedRules(t).Categories
	first := strings.Fields("农村农业 国土资源 城乡建设 劳动和社会保障 卫生计生 教育文体 民政 政法 经济管理 交通运输 商贸旅游 科技与信息产业 环境保护 党务政务 组织人事 纪检监察 其他")
	second := strings.Fields(`惠农补贴 土地承包经营 土地征收 拆迁与补偿 村务管理 基层选举和社区建设 农资农技 动物防疫 水利水电 林业管理 草原草场
		扶贫开发 村镇建设 城市建设和市政管理 住房保障与房地产 社会救助 优抚 社会保险 劳动关系 工资福利 就业培训 教育行政管理 教育收费 公共卫生 医患纠纷
		环境污染 客货运输 交通管理 户籍证件 社会治安 安全生产 食品药品监管 电信 能源管理 干部作风 移风易俗`)
	got := c.Names()
	if want := []string{"农村农业", "交通运输", "城乡建设", "劳动和社会保障", "政法"}; !slices.Equal(got[:5], want) || got[16] != "其他" {
		t.Errorf("order %v", got)
	}
	slices.Sort(got)
	slices.Sort(first)
	if !slices.Equal(got, first) {
		t.Errorf("first level %v, want %v", got, first)
	}
	for _, name := range second {
		if c.Parent(name) == "" {
			t.Errorf("%s has no first level", name)
		}
	}
	for in, want := range map[string]string{"城乡建设": "住建局", "民政": "民政办", "": "信访局", "没有这类": "信访局"} {
		if got := c.Agency(in); got != want {
			t.Errorf("agency of %q: %s, want %s", in, got, want)
		}
	}
	if got := c.Parent("户籍证件"); got != "政法" {
		t.Errorf("户籍证件 belongs to %q", got)
	}
}

func TestSum(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"closed_in_time + closed_late", "closed_in_time + closed_late"},
		{"1*satisfied+0.6*fair", "satisfied + 3/5*fair"},
		{"satisfied + 6/10*fair + 0*dissatisfied", "satisfied + 3/5*fair + 0*dissatisfied"},
	} {
		var s Sum
		if err := s.UnmarshalText([]byte(c.text)); err != nil || s.String() != c.want {
			t.Errorf("%q: got %q, %v, want %q", c.text, s, err, c.want)
		}
	}
	for _, bad := range []string{"", "a +", "x*a", "1/0*a", "1e9*a", "*a", "2*", "-1*a", "1111111111111*a"} {
		var s Sum
		if err := s.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q gives %v", bad, s)
		}
	}
}

func TestRates_Embedded(t *testing.T) {
	r := embeddedRules(t).Rates
	for _, name := range []string{"响应率", "及时签收率", "退单率", "办结率", "按时办结率", "解决率", "满意率", "不满意率", "有效回访率", "重办率"} {
		if _, ok := r.Find(name); !ok {
			t.Errorf("%s is missing", name)
		}
	}
	satisfied, _ := r.Find("满意率")
	one, zero := big.NewRat(1, 1), new(big.Rat)
	for i, want := range []*big.Rat{one, zero, zero} {
		if got := satisfied.Numerator[i].Weight; got.Cmp(want) != 0 {
			t.Errorf("weight of %s is %s, want %s", satisfied.Numerator[i].Counter, got, want)
		}
	}
	bad, _ := r.Find("不满意率")
	if bad.Denominator.String() != "valid_follow_ups" {
		t.Errorf("不满意率 is divided by %s", bad.Denominator)
	}
	if r.Decimals != 1 || r.MinN != 5 || r.TooFew != "样本不足" {
		t.Errorf("%+v", r)
	}
}

func TestLedger_Embedded(t *testing.T) {
	l := embeddedRules(t).Ledger
	if want := strings.Fields("封面与说明 台账明细 乡镇汇总 单位汇总 分类汇总 逾期与督办 协商与表决 委员履职 更正单"); !slices.Equal(l.Sheets, want) {
		t.Errorf("sheets %v", l.Sheets)
	}
	var sources []string
	for _, s := range l.Sources {
		sources = append(sources, s.Label)
	}
	if want := strings.Fields("微信群 公众号 周五说事日 一线协商 委员接待 走访 电话 转办"); !slices.Equal(sources, want) {
		t.Errorf("sources %v", sources)
	}
	if l.ContentLimit != 200 || l.Source("account") != "公众号" || l.Source("fax") != "fax" {
		t.Errorf("limit %d, %s", l.ContentLimit, l.Source("account"))
	}
}

func TestConduct_Embedded(t *testing.T) {
	c := embeddedRules(t).Conduct
	for at, want := range map[TimeOfDay]bool{21*60 + 59: false, 22 * 60: true, 23*60 + 59: true, 0: true, 6*60 + 59: true, 7 * 60: false, 12 * 60: false} {
		if got := c.IsQuiet(at); got != want {
			t.Errorf("quiet at %d: %v", at, got)
		}
	}
	var told []int
	for n := range 500 {
		if c.IsEndorseStep(n) {
			told = append(told, n)
		}
	}
	if want := []int{2, 5, 10, 20, 50, 100, 200, 400}; !slices.Equal(told, want) {
		t.Errorf("told at %v, want %v", told, want)
	}
	if c.LinesPerHour != 6 {
		t.Errorf("%+v", c)
	}
	daytime := Conduct{QuietHours: Span{From: 12 * 60, To: 14 * 60}}
	if daytime.IsQuiet(11*60) || !daytime.IsQuiet(13*60) || daytime.IsQuiet(14*60) {
		t.Error("quiet hours that don't run over midnight")
	}
}

// TestPacks_Check breaks one thing at a time in each pack; exactly that must be reported.
func TestPacks_Check(t *testing.T) {
	for _, c := range []struct{ file, old, new, key string }{
		{"categories.yaml", "second: [土地征收]", "second: [惠农补贴]", "first.5.second.0"},
		{"categories.yaml", "agency: 住建局", "agency: ''", "first.2.agency"},
		{"categories.yaml", "name: 其他", "name: 民政", "first.16.name"},
		{"categories.yaml", "{name: 建议, group: 建议}", "{name: 建议}", "kinds.3"},
		{"rates.yaml", "closed_in_time + closed_late", "closed_in_time + closed_lat", "rates.5.numerator"},
		{"rates.yaml", "0*fair", "half*fair", "rates.8.numerator"},
		{"rates.yaml", "name: 重办率", "name: 解决率", "rates.11.name"},
		{"rates.yaml", "explain: 回答已解决的 ÷ 有效回访", "explain: ''", "rates.7.explain"},
		{"rates.yaml", "rounding: half_up", "rounding: bankers", "rounding"},
		{"rates.yaml", "min_n: 5 ", "min_n: 0 ", "min_n"},
		{"rates.yaml", "decimals: 1", "decimals: 9", "decimals"},
		{"rates.yaml", "too_few: 样本不足", "too_few: ''", "too_few"},
		{"ledger.yaml", "{county}-{unit}-{yymm}-{seq}", "{county}-{unit}-{yymm}", "number.pattern"},
		{"ledger.yaml", "content_limit: 200", "content_limit: 0", "content_limit"},
		{"ledger.yaml", "week_starts: monday", "week_starts: sunday", "week_starts"},
		{"ledger.yaml", ", 更正单]", "]", "sheets"},
		{"ledger.yaml", ", 更正单]", ", 单位汇总]", "sheets.8"},
		{"ledger.yaml", ", 更正单]", ", 更正/单]", "sheets.8"},
		{"ledger.yaml", "code: account", "code: group", "sources.1"},
		{"ledger.yaml", "no: 否", "no: ''", "in_time.no"},
		{"ledger.yaml", "phone_tail: 4", "phone_tail: 8", "masks.phone_tail"},
		{"conduct.yaml", "[2, 5, 10", "[5, 2, 10", "endorse_steps"},
		{"conduct.yaml", `to: "07:00"`, `to: "22:00"`, "quiet_hours"},
		{"conduct.yaml", `to: "07:00"`, `to: "7 Uhr"`, "quiet_hours.to"},
		{"conduct.yaml", "undo_within: 10m", "undo_within: 10", "undo_within"},
		{"conduct.yaml", "{count: 60, per: 1m}", "{count: 0, per: 1m}", "commands.count"},
		{"conduct.yaml", "same_words: 0.34", "same_words: 6", "same_words"},
		{"same.yaml", "sure: {here: 1.02", "sure: {here: 0.1", "unsure.here"},
		{"same.yaml", "sure: {here: 1.02", "sure: {here: 97", "sure.here"},
		{"same.yaml", "newest: 30", "newest: 0", "newest"},
		{"same.yaml", "unsure: 0.5} # 同", "unsure: 0.9} # 同", "besides.unsure"},
		{"same.yaml", "other: 0.08", "other: 8", "other"},
		{"same.yaml", "talk: 8", "talk: -1", "bare.talk"},
		{"same.yaml", "least: 0.3}\nsure", "least: 3}\nsure", "weights.least"},
		{"same.yaml", "within: 4320h", "within: 1s", "answer.within"},
		{"same.yaml", "[全县, 县城停水", "[全县, 全县", "countywide.1"},
	} {
		got := packFaults(t, c.file, embeddedText(t, c.file, c.old, c.new))
		if len(got) != 1 || got[0].Key != c.file+": "+c.key {
			t.Errorf("%s, %q for %q: got %v, want one problem of %s", c.file, c.new, c.old, got, c.key)
		}
	}
}
