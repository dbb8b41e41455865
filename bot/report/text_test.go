package report

import (
	"encoding/xml"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"tongshishang/config"
)

func TestMaskName(t *testing.T) {
	masks := loadRules(t).Ledger.Masks
	for name, want := range map[string]string{"张三丰": "张某", "张": "张某", "欧阳小": "欧阳某", "欧阳": "欧某", " 王五 ": "王某",
		"Lily": "某群众", "😀张": "某群众", "": ""} {
		if got := maskName(name, &masks); got != want {
			t.Errorf("%q → %q, want %q", name, got, want)
		}
	}
}

func TestMaskPhone(t *testing.T) {
	masks := loadRules(t).Ledger.Masks
	for phone, want := range map[string]string{"13800001234": "138****1234", "138 0000 1234": "138****1234", "+8613800001234": "861****1234",
		"5551234": "****", "没有": "****", "": ""} {
		if got := maskPhone(phone, &masks); got != want {
			t.Errorf("%q → %q, want %q", phone, got, want)
		}
	}
}

func TestGuard(t *testing.T) {
	for text, want := range map[string]string{"=1+1": "'=1+1", "+86": "'+86", "-1": "'-1", "@a": "'@a", "\t=1": "'\t=1", "＝1": "'＝1", "路灯": "路灯", "1/0": "1/0", "": ""} {
		if got := guard(text); got != want {
			t.Errorf("%q → %q, want %q", text, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	if got := cut("一二三四五", 5); got != "一二三四五" {
		t.Errorf("uncut: %q", got)
	}
	if got := cut("一二三四五六", 5); got != "一二三四…" {
		t.Errorf("cut: %q", got)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"路灯\r\n不亮", "a\x00b\x1fc", "\xff\xfe", "\ufffe\uffff", "😀\t"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if !utf8.ValidString(got) || strings.ContainsRune(got, '\r') || clean(got) != got {
			t.Fatalf("%q → %q", s, got)
		}
		var b strings.Builder
		if err := xml.EscapeText(&b, []byte(got)); err != nil || strings.ContainsRune(b.String(), utf8.RuneError) {
			t.Errorf("XML can't hold %q: %v", got, err)
		}
	})
}

func TestRoundHalfUp(t *testing.T) {
	for _, tc := range []struct {
		num, den int64
		decimals int
		want     string
	}{
		{5, 6, 1, "0.8"}, {250, 3, 1, "83.3"}, {200, 3, 1, "66.7"}, {25, 100, 1, "0.3"}, {245, 1000, 1, "0.2"}, {1, 16, 3, "0.063"},
		{9995, 100, 1, "100.0"}, {9994, 100, 1, "99.9"}, {0, 5, 1, "0.0"}, {1, 2, 0, "1"}, {3, 200, 2, "0.02"},
	} {
		if got := roundHalfUp(big.NewRat(tc.num, tc.den), tc.decimals); got != tc.want {
			t.Errorf("%d/%d to %d: %s, want %s", tc.num, tc.den, tc.decimals, got, tc.want)
		}
	}
}

// A graded pack: 基本满意 counts 3/5. Of 5 answers 2 satisfied and 2 fair: (2 + 6/5) / 5 = 64 %.
func TestWork_GradedWeights(t *testing.T) {
	pack := &config.Rates{Decimals: 1, MinN: 5, TooFew: "样本不足"}
	rule := config.Rate{Name: "满意率", Numerator: config.Sum{{Counter: "satisfied", Weight: big.NewRat(1, 1)}, {Counter: "fair", Weight: big.NewRat(3, 5)}},
		Denominator: config.Sum{{Counter: "valid_follow_ups", Weight: big.NewRat(1, 1)}}}
	r := work(rule, pack, map[string]int64{"satisfied": 2, "fair": 2, "valid_follow_ups": 5})
	if r.Numerator != "3.2" || r.Denominator != "5" || r.print(pack) != "64.0%(n=5)" {
		t.Errorf("got %s/%s %s", r.Numerator, r.Denominator, r.print(pack))
	}
	few := work(rule, pack, map[string]int64{"satisfied": 4, "valid_follow_ups": 4})
	if few.Percent != nil || few.print(pack) != "样本不足(n=4)" {
		t.Errorf("four answers give %s", few.print(pack))
	}
}

func TestColumnName(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 31: "AF", 52: "BA"} {
		if got := columnName(i); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
}
