package topic

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// stream makes synthetic messages of a county: matters at named places, told by one to many people in differing words, between
// small talk and letters that stand alone. It returns the texts and the matter of each, -1 for none.
func stream(n int, seed uint64) (texts []string, matters []int) {
	r := rand.New(rand.NewPCG(seed, 7))
	first := []rune("张王李赵刘陈杨黄周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁沈任姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤")
	second := []rune("家大小上下东西南北前后新老红青石水木金土高平长沙柳杏桃梅")
	third := strings.Fields("湾 沟 坪 庄 堡 坡 山 河 村 岔 川 塬 梁 寨 滩 小区 花园 家园 路 街 学校 医院 公司 饭店")
	troubles := [][]string{
		{"停水三天了", "没水吃了", "水龙头一滴水都没有", "自来水断了,做不成饭"}, {"路灯不亮", "路灯全灭了,晚上黑得很", "那几个路灯坏了没人修"},
		{"垃圾堆了半个月没人拉", "垃圾箱满了,臭得很", "清运垃圾的车不来"}, {"路面全是坑", "路烂得走不成", "大坑把车颠坏了"},
		{"下水道堵了往外冒", "污水流了一路", "下水反水,一楼淹了"}, {"工资拖着不给", "老板欠薪半年", "干了活不给钱"},
		{"半夜施工吵得睡不着", "工地夜间施工噪音大", "挖掘机响一晚上"}, {"补偿款没发", "征地的钱两年没见", "占地补偿一直拖"},
	}
	filler := []string{"尊敬的领导您好", "我们反映过好几次了没人管", "希望有关部门尽快处理", "老人娃娃都受影响", "已经打过热线电话", "到底归谁管", "大家意见很大",
		"拖了很长时间", "请给个答复", "谢谢了", "每天上下班都要经过", "村上说不归他们管", "物业也不出面", "再不解决就要出事", "我在这里住了十几年"}
	talk := []string{"早上好各位", "今天真冷", "谁家有多余的花盆", "收到", "晚上一起跳舞不", "出租两室一厅", "老张你啥时候回来", "苹果一箱三十"}
	place := func() string {
		return fmt.Sprintf("%c%c%c%s", first[r.IntN(len(first))], second[r.IntN(len(second))], first[r.IntN(len(first))], third[r.IntN(len(third))])
	}
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	tell := func(place string, trouble int) string {
		parts := []string{place + pick(troubles[trouble])}
		for range r.IntN(12) {
			parts = append(parts, pick(filler))
		}
		if r.IntN(3) == 0 {
			parts = append(parts, place+pick(troubles[trouble]), fmt.Sprintf("电话里说%d天内解决", r.IntN(30)))
		}
		return strings.Join(parts, ",")
	}
	for id := 0; len(texts) < n; id++ {
		switch r.IntN(10) {
		case 0, 1, 2, 3:
			texts, matters = append(texts, fmt.Sprintf("%s %d", pick(talk), r.IntN(1000))), append(matters, -1)
			continue
		}
		where, trouble := place(), r.IntN(len(troubles))
		for range 1 + int(r.ExpFloat64()*r.ExpFloat64()*2) {
			texts, matters = append(texts, tell(where, trouble)), append(matters, id)
		}
	}
	return texts[:n], matters[:n]
}

func newMatcher(t testing.TB) *Matcher {
	t.Helper()
	m, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func prepareAll(m *Matcher, texts []string) []Doc {
	docs := make([]Doc, len(texts))
	for i, text := range texts {
		docs[i] = m.Prepare(text)
	}
	return docs
}

// bCubed is the mean precision and recall over the messages of known matters.
func bCubed(matters, topics []int) (precision, recall float64) {
	known, given, both := make(map[int]float64), make(map[int]float64), make(map[[2]int]float64)
	for i, m := range matters {
		if m >= 0 {
			known[m]++
			given[topics[i]]++
			both[[2]int{m, topics[i]}]++
		}
	}
	n := 0.0
	for i, m := range matters {
		if m >= 0 {
			precision += both[[2]int{m, topics[i]}] / given[topics[i]]
			recall += both[[2]int{m, topics[i]}] / known[m]
			n++
		}
	}
	return precision / n, recall / n
}

// TestGroup_Long groups a stream as large as TSS_TOPIC_STREAM says (10,000 without it) and prints what it cost.
func TestGroup_Long(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("TSS_TOPIC_STREAM"))
	if err != nil {
		if n = 10000; testing.Short() {
			n = 4000
		}
	}
	m := newMatcher(t)
	texts, matters := stream(n, 1)
	for name, list := range map[string][]string{
		"mixed":        texts,
		"all equal":    slices.Repeat(texts[:1], n),
		"same words":   numberedTexts(n, "三社停水%d天了,请领导尽快处理"),
		"one template": numberedTexts(n, "%d号楼电梯坏了,住户上下楼不方便,物业说在等配件,请有关部门尽快处理"),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			docs := prepareAll(m, list)
			prepared := time.Since(start)
			topics := m.Group(docs)
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			t.Logf("%d messages, %d topics: prepared in %v, grouped in %v, %d MiB from the system",
				n, 1+slices.Max(topics), prepared.Round(time.Millisecond), (time.Since(start) - prepared).Round(time.Millisecond), memory.Sys>>20)
			if name == "mixed" {
				precision, recall := bCubed(matters, topics)
				t.Logf("B-cubed precision %.3f, recall %.3f", precision, recall)
				if precision < 0.75 || recall < 0.9 {
					t.Errorf("B-cubed precision %.3f, recall %.3f", precision, recall)
				}
			}
			if limit := time.Duration(n) * 600 * time.Microsecond * 5; time.Since(start) > limit {
				t.Errorf("took %v, more than %v", time.Since(start), limit)
			}
		})
	}
}

func numberedTexts(n int, form string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(form, i)
	}
	return out
}
