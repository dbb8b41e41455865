package understand

import (
	"slices"
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	tests := []struct {
		name, text, want string
		found            []PII
	}{
		{"mobile", "电话13800000001,谢谢", "电话138****0001,谢谢", []PII{{PIIMobile, "13800000001"}}},
		{"mobile with blanks", "138 0000 0001", "138****0001", []PII{{PIIMobile, "13800000001"}}},
		{"mobile with dashes and country code", "+86 138-0000-0001", "+86 138****0001", []PII{{PIIMobile, "13800000001"}}},
		{"full width", "１３８０００００００１", "138****0001", []PII{{PIIMobile, "13800000001"}}},
		{"two in a row", "13800000001 13900000002", "138****0001 139****0002", []PII{{PIIMobile, "13800000001"}, {PIIMobile, "13900000002"}}},
		{"landline", "0932-5550123", "09325****23", []PII{{PIILandline, "09325550123"}}},
		// 11010519491231002X is the sample number of GB 11643-1999: its check sum is 167, 167 mod 11 = 2 → X.
		{"ID card", "证号11010519491231002x", "证号110*************2X", []PII{{PIIID, "11010519491231002X"}}},
		{"wrong check digit is no ID", "证号110105194912310021", "证号110105194912310021", nil},
		{"ID card of 15", "110105491231002", "110**********02", []PII{{PIIID, "110105491231002"}}},
		{"an issue's number stays", "TW-PX-2611-012", "TW-PX-2611-012", nil},
		{"short numbers stay", "打110,3号楼,2026-11-23", "打110,3号楼,2026-11-23", nil},
		{"longer than a phone", "单号138000000012345678901", "单号138000000012345678901", nil},
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
	if got, found := Mask("卡号4111 1111 1111 1111"); got != "卡号************1111" || len(found) != 1 || found[0].Kind != PIIBankCard {
		t.Errorf("Mask = %q, %v", got, found)
	}
	if got, found := Mask("单号4111111111111112"); got != "单号4111111111111112" || found != nil {
		t.Errorf("Mask of a number that fails Luhn = %q, %v", got, found)
	}
}

func TestRead_CountsPII(t *testing.T) {
	got := newReader(t).Read("路灯坏了,联系我13800000001,证号11010519491231002X")
	if got.Phones != 1 || got.IDs != 1 {
		t.Errorf("Phones, IDs = %d, %d, want 1, 1", got.Phones, got.IDs)
	}
}

func FuzzMask(f *testing.F) {
	for _, seed := range []string{"13800000001", "+86 138 0000 0001", "11010519491231002x", "4111 1111 1111 1111", "0932-5550123", "１３８0000０００1", "X1x", "138 0138 08686000 0001"} {
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
		for _, p := range found {
			if strings.Trim(p.Digits, "0123456789X") != "" {
				t.Fatalf("Mask(%q) found %+v", text, p)
			}
		}
	})
}
