package understand

import (
	"strings"
	"testing"
)

// The limits of the issue for a whole message are 60 µs and 300 µs; places and splitting may take 10 µs and 80 µs of them.
func benchmarkFind(b *testing.B, text string) {
	r, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	folded := r.script.fold([]rune(text))
	b.ReportAllocs()
	for b.Loop() {
		r.gazetteer.find(folded)
	}
}

func BenchmarkFind_Short(b *testing.B) { benchmarkFind(b, short) }

func BenchmarkFind_Long(b *testing.B) { benchmarkFind(b, long()) }

const short = "平襄镇中心小学门口那截路坑大得能养鱼啊"

func long() string {
	return string([]rune(strings.Repeat("我们锦绣家园的电梯从上个月开始就经常停在半空,物业说已经报修了但是一直没有人来处理,老人小孩上下楼很不方便,马营镇中心小学门口也是,", 5))[:300])
}

func benchmarkDivide(b *testing.B, text string) {
	r, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	s := r.examine(r.script.fold([]rune(text)))
	b.ReportAllocs()
	for b.Loop() {
		r.divide(s)
	}
}

func BenchmarkDivide_Short(b *testing.B) {
	benchmarkDivide(b, "路灯不亮好几天了,还有下水道也堵了")
}

func BenchmarkDivide_Long(b *testing.B) { benchmarkDivide(b, long()) }
