package understand

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
)

// phrasing is a line of testdata/danger or testdata/divert with the kind it must give; empty for none.
type phrasing struct {
	kind Danger
	text string
}

func phrasings(t testing.TB, name string) []phrasing {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []phrasing
	kind := Danger("")
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			kind = Danger(strings.Trim(line, "[]"))
		default:
			out = append(out, phrasing{kind, line})
		}
	}
	return out
}

func testAlarms(t testing.TB) (*alarms, *script) {
	t.Helper()
	s, err := newScript()
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAlarms(nil, nil, func(text string) string { return string(s.fold([]rune(text))) })
	if err != nil {
		t.Fatal(err)
	}
	return a, s
}

// TestDanger_MissesNone holds the pack to what the files list: not one missed, not one false alarm.
func TestDanger_MissesNone(t *testing.T) {
	a, s := testAlarms(t)
	listed := map[Danger]int{}
	for _, p := range phrasings(t, "danger/must.txt") {
		listed[p.kind]++
		if got := a.danger(s.fold([]rune(s.clean(p.text)))); !slices.Contains(got, p.kind) {
			t.Errorf("%q gives %v, not %s", p.text, got, p.kind)
		}
	}
	for _, k := range a.kinds {
		if n := listed[Danger(k.Code)]; n < 25 {
			t.Errorf("%d phrasings of %s are listed, too few to hold the pack to", n, k.Code)
		}
	}
}

func TestDanger_CriesNoWolf(t *testing.T) {
	a, s := testAlarms(t)
	for _, p := range phrasings(t, "danger/mustnot.txt") {
		if got := a.danger(s.fold([]rune(s.clean(p.text)))); len(got) > 0 {
			t.Errorf("%q gives %v", p.text, got)
		}
	}
}

// TestDivert holds the pack of procedures to what the files list.
func TestDivert(t *testing.T) {
	r := newReader(t)
	for _, p := range phrasings(t, "divert/must.txt") {
		if got := r.Divert(p.text); got != string(p.kind) {
			t.Errorf("Divert(%q) = %q, want %q", p.text, got, p.kind)
		}
	}
	for _, p := range phrasings(t, "divert/mustnot.txt") {
		if got := r.Divert(p.text); got != "" {
			t.Errorf("Divert(%q) = %q, want none", p.text, got)
		}
	}
}
