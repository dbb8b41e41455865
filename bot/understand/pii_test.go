package understand

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMask(t *testing.T) {
	tests := []struct {
		name, text, want string
		found            []PII
	}{
		{"mobile", "电话13800000001,谢谢", "电话138****0001,谢谢", []PII{{PIIMobile, "13800000001"}}},
		{"mobile with blanks", "138 0000 0001", "138****0001", []PII{{PIIMobile, "13800000001"}}},
		{"mobile with dashes and country code", "+86 138-0000-0001", "+86 138****0001", []PII{{PIIMobile, "13800000001"}}},
		{"mobile with wide gaps", "138 - 0000 - 0001", "138****0001", []PII{{PIIMobile, "13800000001"}}},
		{"mobile with what can't be seen", "138\u200b0000\u200b0001", "138****0001", []PII{{PIIMobile, "13800000001"}}},
		{"full width", "１３８０００００００１", "138****0001", []PII{{PIIMobile, "13800000001"}}},
		{"two in a row", "13800000001 13900000002", "138****0001 139****0002", []PII{{PIIMobile, "13800000001"}, {PIIMobile, "13900000002"}}},
		{"two with a stroke", "13800000001/13900000002", "138****0001/139****0002", []PII{{PIIMobile, "13800000001"}, {PIIMobile, "13900000002"}}},
		{"behind other numbers", "2026 11 23 3 13800000001", "2026 11 23 3 138****0001", []PII{{PIIMobile, "13800000001"}}},
		{"letters beside it", "微信13800000001abc", "微信138****0001abc", []PII{{PIIMobile, "13800000001"}}},
		{"an x behind it", "13800000001x", "138****0001x", []PII{{PIIMobile, "13800000001"}}},
		{"dictated", "电话幺三八零零零零零零零幺", "电话138****0001", []PII{{PIIMobile, "13800000001"}}},
		{"dictated with 一 and a word after", "打一三八〇〇〇〇〇〇〇一一直没人接", "打138****0001一直没人接", []PII{{PIIMobile, "13800000001"}}},
		{"half dictated", "138零零零零0001", "138****0001", []PII{{PIIMobile, "13800000001"}}},
		{"a word of a digit after", "13800000001一直打不通", "138****0001一直打不通", []PII{{PIIMobile, "13800000001"}}},
		{"landline", "0932-5550123", "09325****23", []PII{{PIILandline, "09325550123"}}},
		{"landline in brackets", "(0932)5550123", "(09325****23", []PII{{PIILandline, "09325550123"}}},
		{"landline without area code", "电话:555 0123", "电话:5****23", []PII{{PIILandline, "5550123"}}},
		{"the same without its name", "5550123", "5550123", nil},
		// 11010519491231002X is the sample number of GB 11643-1999: its check sum is 167, 167 mod 11 = 2 → X.
		{"ID card", "证号11010519491231002x", "证号110*************2X", []PII{{PIIID, "11010519491231002X"}}},
		{"ID card with blanks", "110105 19491231 002X", "110*************2X", []PII{{PIIID, "11010519491231002X"}}},
		// 62242119800101001?: 42+18+20+20+16+4+2+9+48+0+0+9+0+5+0+0+2 = 195, 195 mod 11 = 8 → 4.
		{"ID card of Gansu", "622421198001010014", "622*************14", []PII{{PIIID, "622421198001010014"}}},
		{"born on a leap day", "62242120000229002X", "622*************2X", []PII{{PIIID, "62242120000229002X"}}}, // sum 211, mod 11 = 2 → X
		{"wrong check digit", "证号110105194912310021", "证号110*************21", []PII{{PIIIDLike, "110105194912310021"}}},
		{"no such day", "110105194902300021", "110105194902300021", nil},
		{"no such province", "990105194912310021", "990105194912310021", nil},
		{"ID card of 15", "110105491231002", "110**********02", []PII{{PIIID, "110105491231002"}}},
		{"15 digits with no day", "110105491331002", "110105491331002", nil},
		// 6222021234567890128: 8+4+1+0+9+7+7+3+5+8+3+4+1+4+0+4+2+4+6 = 80, a multiple of 10.
		{"bank card", "打到6222021234567890128", "打到***************0128", []PII{{PIIBankCard, "6222021234567890128"}}},
		{"bank card in fours", "6222 0212 3456 7890 128", "***************0128", []PII{{PIIBankCard, "6222021234567890128"}}},
		{"wrong Luhn sum", "单号6222021234567890129", "单号6222021234567890129", nil},
		{"wrong Luhn sum, called a card", "卡号:6222021234567890129", "卡号:***************0129", []PII{{PIIAccount, "6222021234567890129"}}},
		// 2024112300000008 has a right Luhn sum (30) by chance; no card begins with 20.
		{"an order's number", "订单2024112300000008", "订单2024112300000008", nil},
		{"plate", "甘J12345堵了消防通道", "甘J***45堵了消防通道", []PII{{PIIPlate, "甘J12345"}}},
		{"plate with a dot, small letters", "甘j·12a45", "甘J***45", []PII{{PIIPlate, "甘J12A45"}}},
		{"plate in full width", "甘Ｊ１２３４５", "甘J***45", []PII{{PIIPlate, "甘J12345"}}},
		{"new energy", "甘JD12345和甘A12345F", "甘J***45和甘A***5F", []PII{{PIIPlate, "甘JD12345"}, {PIIPlate, "甘A12345F"}}},
		{"trailer", "甘J1234挂翻了", "甘J***4挂翻了", []PII{{PIIPlate, "甘J1234挂"}}},
		{"plate without its province", "车牌J12345", "车牌***45", []PII{{PIIPlate, "J12345"}}},
		{"no letter I", "甘I12345", "甘I12345", nil},
		{"a building", "新A座12345", "新A座12345", nil},
		{"too long for a plate", "甘J1234567", "甘J1234567", nil},
		{"an issue's number stays", "TW-PX-2611-012", "TW-PX-2611-012", nil},
		{"short numbers stay", "打110,3号楼,2026-11-23", "打110,3号楼,2026-11-23", nil},
		{"public numbers stay", "12345、12356、95598、400-800-1234", "12345、12356、95598、400-800-1234", nil},
		{"words of digits stay", "一二三四五六七八九十,一九四九年一月三十一号", "一二三四五六七八九十,一九四九年一月三十一号", nil},
		{"longer than a phone", "单号138000000012345678901", "单号138000000012345678901", nil},
		{"much longer", "13800000001380000000138000000013800000001", "13800000001380000000138000000013800000001", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, found := Mask(tt.text)
			if got != tt.want || !slices.Equal(found, tt.found) {
				t.Errorf("Mask(%q) = %q, %v, want %q, %v", tt.text, got, found, tt.want, tt.found)
			}
		})
	}
}

// TestMask_BankCard uses the well-known test number 4111111111111111: from the right, every second 1 doubled is 2, so the Luhn
// sum is 7·2 + 8·1 + 8 (the doubled 4) = 30, a multiple of 10. With the last digit 2 it is 31.
func TestMask_BankCard(t *testing.T) {
	if got, found := Mask("卡4111 1111 1111 1111"); got != "卡************1111" || len(found) != 1 || found[0].Kind != PIIBankCard {
		t.Errorf("Mask = %q, %v", got, found)
	}
	if got, found := Mask("单号4111111111111112"); got != "单号4111111111111112" || found != nil {
		t.Errorf("Mask of a number that fails Luhn = %q, %v", got, found)
	}
}

// TestCheckDigit_Slips changes one digit, or two neighbours, of a right number: MOD 11-2 finds every such slip.
func TestCheckDigit_Slips(t *testing.T) {
	const right = "11010519491231002X"
	for i := range 17 {
		for c := byte('0'); c <= '9'; c++ {
			slip := []byte(right)
			slip[i] = c
			if c != right[i] && checkDigit(string(slip[:17])) == 'X' {
				t.Errorf("%s passes", slip)
			}
		}
		swapped := []byte(right)
		swapped[i], swapped[max(0, i-1)] = swapped[max(0, i-1)], swapped[i]
		if string(swapped) != right && checkDigit(string(swapped[:17])) == 'X' {
			t.Errorf("%s passes", swapped)
		}
	}
}

func TestTitle_KeepsNothingOfNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"甘J12345堵了消防通道":             "堵了消防通道",
		"路灯坏了13800000001":           "路灯坏",
		"李某身份证110105194912310021冒用": "李某身份证冒用",
	} {
		if got := Title(text, ""); got != want {
			t.Errorf("Title(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestRead_CountsPII(t *testing.T) {
	got := newReader(t).Read("路灯坏了,联系我13800000001,证号11010519491231002X")
	if got.Phones != 1 || got.IDs != 1 {
		t.Errorf("Phones, IDs = %d, %d, want 1, 1", got.Phones, got.IDs)
	}
}

func FuzzMask(f *testing.F) {
	for _, seed := range []string{"13800000001", "+86 138 0000 0001", "11010519491231002x", "4111 1111 1111 1111", "0932-5550123", "１３８0000０００1", "X1x", "138 0138 08686000 0001",
		"幺三八零零零零零零零幺一", "甘J·12345", "甘JD12345", "甘J1234挂", "车牌J12345", "卡号6222021234567890129", "电话5550123", "甘J***45甘J12345", "**1380000**0001"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		masked, found := Mask(text)
		if again, more := Mask(masked); again != masked || len(more) > 0 {
			t.Fatalf("Mask(%q) = %q, masked again %q with %v", text, masked, again, more)
		}
		if len(found) == 0 && masked != text {
			t.Fatalf("Mask(%q) changed it to %q and found nothing", text, masked)
		}
		if utf8.ValidString(text) && !utf8.ValidString(masked) {
			t.Fatalf("Mask(%q) = %q is no text any more", text, masked)
		}
		for _, p := range found {
			if p.Kind != PIIPlate && strings.Trim(p.Digits, "0123456789X") != "" {
				t.Fatalf("Mask(%q) found %+v", text, p)
			}
			if len(p.Digits) < fewestDigits {
				t.Fatalf("Mask(%q) found %+v", text, p)
			}
		}
		if title := dropMasked(masked); strings.Contains(title, "**") {
			t.Fatalf("dropMasked(%q) = %q", masked, title)
		}
	})
}

func BenchmarkMask(b *testing.B) {
	for name, text := range map[string]string{
		"nothing": "村口那座桥栏杆断了两根,骑车的人差点掉下去",
		"digits":  "3号楼2单元停水2天了,11月23日开始的",
		"phone":   "三社水渠堵了浇不上地,电话13800000001",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Mask(text)
			}
		})
	}
}
