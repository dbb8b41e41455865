package issue

import "testing"

func TestParseRef(t *testing.T) {
	tests := []struct {
		word string
		want Ref
		ok   bool
	}{
		{"1", Ref{Seq: 1}, true},
		{"#1", Ref{Seq: 1}, true},
		{"＃００１", Ref{Seq: 1}, true},
		{"#001", Ref{Seq: 1}, true},
		{"1号", Ref{Seq: 1}, true},
		{"第1号", Ref{Seq: 1}, true},
		{"#1234567", Ref{Seq: 1234567}, true},
		{"tw-px-2611-012", Ref{Number: "TW-PX-2611-012"}, true},
		{"#TW-PX-2611-012", Ref{Number: "TW-PX-2611-012"}, true},
		{"0", Ref{}, false},
		{"12345678", Ref{}, false},
		{"第1", Ref{}, false},
		{"1楼", Ref{}, false},
		{"TW-PX-012", Ref{}, false},
		{"", Ref{}, false},
	}
	for _, tt := range tests {
		if got, ok := ParseRef(tt.word); got != tt.want || ok != tt.ok {
			t.Errorf("ParseRef(%q) = %+v, %v; want %+v, %v", tt.word, got, ok, tt.want, tt.ok)
		}
	}
}

// FuzzParseRef: a reference that was read is read the same again from the way the bot writes it.
func FuzzParseRef(f *testing.F) {
	for _, seed := range []string{"#1", "第12号", "tw-px-2611-012", "＃００１", "#0", "12号楼"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		ref, ok := ParseRef(word)
		if !ok {
			return
		}
		if again, ok := ParseRef(ref.String()); !ok || again != ref {
			t.Errorf("ParseRef(%q) = %+v, written %q and read as %+v, %v", word, ref, ref, again, ok)
		}
	})
}
