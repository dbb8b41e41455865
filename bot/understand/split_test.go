package understand

import (
	"fmt"
	"strings"
	"testing"
)

func TestMatters_Divided(t *testing.T) {
	r := newReader(t)
	for _, c := range []struct {
		text string
		want string // place:text of each matter, separated by |
	}{
		{"三社自来水停了两天了,还有村委会门口的路灯也不亮", "三社:三社自来水停了两天了|村委会门口:村委会门口的路灯也不亮"},
		{"1、王家岔自来水三天没来\n2、村口的桥护栏掉了半截", "王家岔:王家岔自来水三天没来|村口的桥:村口的桥护栏掉了半截"},
		{"①1号楼电梯坏了②后院堆的垃圾发臭没人清", "1号楼:1号楼电梯坏了|:后院堆的垃圾发臭没人清"},
		{"锦绣家园的事:1.电梯坏了没人修 2.地下室漏水没人管", "锦绣家园:电梯坏了没人修|锦绣家园:地下室漏水没人管"},
		{"自来水停了三天了没人管,顺便问一下养老金在哪里认证", ":自来水停了三天了没人管|:养老金在哪里认证"},

		{"锦绣家园3号楼停水两天了,洗不成衣服,做不成饭,打物业电话说在修,修到现在也没见水", ""},
		{"大家好,我是瓦房社的。猪从前天开始不吃,昨天死了两头,今早又死一头,请畜牧站赶紧来", ""},
		{"去镇政府办证明 第一次说人下乡了 第二次说电脑坏了 第三次说周五不办公", ""},
		{"第三铺街道下水一直堵,天热了臭得不行,来人看过,拍了照就走了", ""},
		{"工钱欠了2.5万,一分没给", ""},
		{"路灯不亮,求求领导来看看", ""},
		{"砖厂的灰落得满院子都是,在那搬砖的几个人工钱也欠着", "砖厂:砖厂的灰落得满院子都是|:在那搬砖的几个人工钱也欠着"},
		{"榜罗到常家河的路塌方了还没清,另外家里宽带也断了两天", "榜罗到常家河的路:榜罗到常家河的路塌方了还没清|:家里宽带也断了两天"},
		{"低保没批,门前的水沟堵了半年", ":低保没批|:门前的水沟堵了半年"},
		{"光荣牌发错了名字。另外办事大厅的窗口老是没人", ":光荣牌发错了名字|办事大厅:办事大厅的窗口老是没人"},

		{"宽带一到晚上就掉线,报修五次了", ""},
		{"电表箱冒烟,打电话说等两天,万一着了咋办", ""},
		{"药店卖的药快过期了,我爸吃了拉肚子", ""},
		{"种粮大户的补贴,别村都发了,我们村没动静", ""},
		{"三社下水道堵了,污水流了一地", ""},
		{"烧烤摊天天往下水道倒油,新街一条街都是味", ""},
		{"我家两只羊叫野狗咬死了,野狗天天在沟里转", ""},
	} {
		var got []string
		for _, m := range r.Read(c.text).Matters {
			got = append(got, m.Place+":"+m.Text)
		}
		if c.want == "" && len(got) < 2 {
			continue
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.text, strings.Join(got, "|"), c.want)
		}
	}
}

func TestItemLength(t *testing.T) {
	for text, want := range map[string]int{"1.路灯": 2, "2、水": 2, "(3)门": 3, "②水管": 1, "一是水": 2, "第二,水": 2, "第二个事水管": 4, "第一西关巷": 2,
		"第二次说电脑": 0, "第三铺乡": 0, "第一小学": 0, "3号楼": 0, "三社停水": 0, "12.电": 3, "第": 0, "": 0} {
		if got := itemLength([]rune(text)); got != want {
			t.Errorf("itemLength(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestCuts_DamagedFile(t *testing.T) {
	for name, file := range map[string][]byte{"empty": nil, "cut short": cutsFile[:len(cutsFile)-1],
		"a bit wrong": append(append([]byte(nil), cutsFile[:50]...), append([]byte{cutsFile[50] ^ 1}, cutsFile[51:]...)...),
		"other magic": append([]byte("nonsense"), cutsFile[8:]...)} {
		if _, err := newCuts(file); err == nil {
			t.Errorf("a file that is %s is taken", name)
		}
	}
	weight := make([]float64, CutSlots)
	weight[7], weight[8] = 1.27, -0.64
	file, err := EncodeCuts(weight, -2)
	if err != nil {
		t.Fatal(err)
	}
	m, err := newCuts(file)
	if err != nil || fmt.Sprintf("%d %d %.2f %.0f", m.weight[7], m.weight[8], m.scale, m.bias) != "127 -64 0.01 -2" {
		t.Errorf("read back: %v %v", m, err)
	}
	if _, err := EncodeCuts(weight[:5], 0); err == nil {
		t.Error("too few weights are taken")
	}
}

// However a text is cut: clauses cover it in order, and each matter's text is made of the message's own words.
func FuzzMatters(f *testing.F) {
	f.Add("1.水停了\n2.灯不亮,还有路坏了;另外垃圾没人清")
	f.Add("还有还有还有,另外,,,。。第一第二①②③")
	f.Add("第一个,第二个")
	r := newReader(f)
	f.Fuzz(func(t *testing.T, text string) {
		folded := r.script.fold([]rune(text))
		reach := 0
		for _, c := range clausesOf(folded) {
			if c.start < reach || c.end <= c.start || c.end > len(folded) {
				t.Fatalf("%q: clause %+v after %d", text, c, reach)
			}
			reach = c.end
		}
		clean := r.script.clean(firstRunes(text, maxRead))
		for _, m := range r.Read(text).Matters {
			for said := range strings.SplitSeq(m.Text, ",") { // a bare number or procedure is put to its matter with a comma
				if !strings.Contains(clean, said) {
					t.Fatalf("%q: %q of matter %q isn't in it", text, said, m.Text)
				}
			}
		}
	})
}

// The words are found by their first characters.
func TestNextWord(t *testing.T) {
	for i, w := range nextWords {
		if got := nextWord([]rune(w + "有人")); got < 0 || got > i {
			t.Errorf("%s is found as %d, not %d or one before it", w, got, i)
		}
	}
}
