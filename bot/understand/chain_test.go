package understand

import (
	"slices"
	"testing"
)

func TestParseChain(t *testing.T) {
	r := newReader(t)
	tests := []struct {
		name, text, title string
		want              []ChainEntry
		ok                bool
	}{
		{"new form", "#接龙\n打疫苗报名\n\n1. 王芳 2个\n2. 赵军", "打疫苗报名", []ChainEntry{{1, "王芳", "2个"}, {2, "赵军", ""}}, true},
		{"old form", "#接龙 大扫除\n1.小李\n2.老马 带铁锹", "大扫除", []ChainEntry{{1, "小李", ""}, {2, "老马", "带铁锹"}}, true},
		{"traditional", "#接龍\n1. 甲", "", []ChainEntry{{1, "甲", ""}}, true},
		{"English client", "#Group Note\nTitle\n1. Wang 2", "Title", []ChainEntry{{1, "Wang", "2"}}, true},
		{"words and a mention before", "@所有人 大家填一下 #接龙 周五说事日\n1. 三社 老杨", "周五说事日", []ChainEntry{{1, "三社", "老杨"}}, true},
		{"without the mark", "接龙 周末大扫除\n1、一单元 小李\n2、二单元 老马", "周末大扫除", []ChainEntry{{1, "一单元", "小李"}, {2, "二单元", "老马"}}, true},
		{"example, continuation, tail", "#接龙\n核桃苗\n例 张三 20棵\n要嫁接的\n\n1. 李四 30棵\n送到门口\n2. 王五 15棵\n\n周六截止", "核桃苗",
			[]ChainEntry{{1, "李四", "30棵 送到门口"}, {2, "王五", "15棵"}}, true},
		{"empty entry left out", "#接龙\n1. 甲\n2. ", "", []ChainEntry{{1, "甲", ""}}, true},
		{"nobody yet", "#接龙 大扫除", "大扫除", nil, true},
		{"line breaks lost", "#接龙 大扫除 1. 甲 2. 乙 晚到", "大扫除", []ChainEntry{{1, "甲", ""}, {2, "乙", "晚到"}}, true},
		{"kept by hand", "化肥登记\n1. 张三 两袋\n2. 李四 五袋", "化肥登记", []ChainEntry{{1, "张三", "两袋"}, {2, "李四", "五袋"}}, true},
		{"talk about one", "接龙了没有", "接龙了没有", nil, false},
		{"demands aren't people", "问题登记\n1. 三社到学校的路坑坑洼洼没有人来修一修\n2. 卫生院晚上没有值班的医生大家看病难", "", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			title, got, ok := r.ParseChain(tt.text)
			if ok != tt.ok || ok && (title != tt.title || !slices.Equal(got, tt.want)) {
				t.Errorf("ParseChain = %q, %v, %v, want %q, %v, %v", title, got, ok, tt.title, tt.want, tt.ok)
			}
		})
	}
}

func FuzzChain(f *testing.F) {
	r := newReader(f)
	for _, seed := range []string{"#接龙\n1. 甲", "#Group Note\n例 a\n\n1.b", "接龙 1、甲 2、乙", "#接龙\n99999999999. x", "报名\n1. 2.50\n2. 3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, entries, _ := r.ParseChain(text)
		for _, e := range entries {
			if e.N < 1 || e.N > maxChainNumber || e.Name == "" {
				t.Fatalf("ParseChain(%q): entry %+v", text, e)
			}
		}
	})
}
