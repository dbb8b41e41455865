package understand

import (
	"strings"
	"testing"
)

// BenchmarkRead_Long reads a petition of 300 characters; the limit is 300 µs on one core.
func BenchmarkRead_Long(b *testing.B) {
	r, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	text := string([]rune(strings.Repeat("我们小区的电梯从上个月开始就经常停在半空,物业说已经报修了但是一直没有人来处理,老人小孩上下楼很不方便,希望有关部门尽快派人检查,不要等出了事再管。", 5))[:300])
	b.ReportAllocs()
	for b.Loop() {
		r.Read(text)
	}
}
