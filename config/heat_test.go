package config

import (
	"strings"
	"testing"
)

func TestHeat_Embedded(t *testing.T) {
	h := embeddedRules(t).Heat
	if h.HalfLifeDays != 3 || h.UnitBonus != 0.25 || h.LeastPeople != 3 || h.InLedger != 10 || h.MostIssues != 20000 {
		t.Errorf("%+v", h)
	}
	if !strings.Contains(h.Source, "本平台默认") {
		t.Errorf("the source doesn't say that the numbers are ours: %s", h.Source)
	}
	explained := h.Explained()
	for _, want := range []string{"每过 3 天减半", "加 0.25 倍", "3 人以上"} {
		if !strings.Contains(explained, want) {
			t.Errorf("%q doesn't say %q", explained, want)
		}
	}
	if strings.ContainsAny(explained, "{}") {
		t.Errorf("%q has a field that nothing fills in", explained)
	}
	h.HalfLifeDays, h.LeastPeople = 1.5, 8
	if got := h.Explained(); !strings.Contains(got, "每过 1.5 天减半") || !strings.Contains(got, "8 人以上") {
		t.Errorf("%q doesn't follow the numbers", got)
	}
}

// TestHeat_Check breaks one thing at a time; exactly that must be reported.
func TestHeat_Check(t *testing.T) {
	for _, c := range []struct{ old, new, key string }{
		{"half_life_days: 3 ", "half_life_days: 0 ", "half_life_days"},
		{"unit_bonus: 0.25", "unit_bonus: -1", "unit_bonus"},
		{"least_people: 3", "least_people: 0", "least_people"},
		{"in_group: 5", "in_group: 50", "in_group"},
		{"in_ledger: 10", "in_ledger: 0", "in_ledger"},
		{"numbers: 3", "numbers: 0", "numbers"},
		{"most_issues: 20000", "most_issues: 2000000", "most_issues"},
		{"{unit_bonus} 倍", "{unit} 倍", "explain"},
		{"half_life_days: 3 ", "half_live_days: 3 ", "half_live_days"},
	} {
		got := packFaults(t, "heat.yaml", replaceOnce(t, embeddedText(t, "heat.yaml"), c.old, c.new))
		if len(got) != 1 || got[0].Key != "heat.yaml: "+c.key {
			t.Errorf("%q for %q: got %v, want one problem of %s", c.new, c.old, got, c.key)
		}
	}
}
