package config

import (
	"slices"
	"testing"
)

func TestBallots_Check(t *testing.T) {
	tests := []struct {
		name, old, replacement string
		want                   []string
	}{
		{"as shipped", "pack:", "pack:", nil},
		{"default that isn't there", "default: 征求意见", "default: 举手", []string{"default"}},
		{"a decision without a threshold", "    indicative: true\n", "", []string{"rules.0.pass"}},
		{"an opinion poll with one", "  - name: 简单多数\n", "  - name: 简单多数\n    indicative: true\n", []string{"rules.1.pass"}},
		{"a quorum without a roll", "    roll: true\n    notice_days", "    notice_days", []string{"rules.2.roll", "rules.2.quorum.1.0.of"}},
		{"notice without its article", "    notice: 《村民委员会组织法》第二十一条\n", "", []string{"rules.2.notice"}},
		{"a share above one", "share: 3/4", "share: 4/3", []string{"rules.7.pass.0.share", "rules.7.pass.0.share"}},
		{"a decimal share", "share: 3/4", "share: 0.75", []string{"rules.7.pass.0.share", "rules.7.pass.0.share"}},
		{"no such base", "base: voted, share: 1/2", "base: everybody, share: 1/2", []string{"rules.1.pass.0.base"}},
		{"no such measure", "of: households", "of: families", []string{"rules.2.quorum.1.0.of"}},
		{"a name twice", "name: 村规民约", "name: 村民会议", []string{"rules.5.name"}},
		{"a name of two words", "name: 简单多数", "name: 简单 多数", []string{"rules.1.name"}},
		{"one option only", "least: 2", "least: 1", []string{"options"}},
		{"no word for abstaining", "abstain: [弃权, 放弃]", "abstain: []", []string{"stances.abstain"}},
		{"longer than allowed by default", "default_hours: 72", "default_hours: 7200", []string{"default_hours"}},
		{"a verdict with a field it isn't given", "{option}”通过", "{winner}”通过", []string{"verdicts.passed"}},
		{"a refusal missing", "  past: ", "  passed: ", []string{"refusals.past"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := editedPack(t, "ballots.yaml", &Ballots{}, tt.old, tt.replacement); !slices.Equal(got, tt.want) {
				t.Errorf("problems %v, want %v", got, tt.want)
			}
		})
	}
}

func TestFraction_UnmarshalText(t *testing.T) {
	var f Fraction
	if err := f.UnmarshalText([]byte("2/3")); err != nil || f.Rat().RatString() != "2/3" {
		t.Errorf("2/3 reads as %v, %v", f, err)
	}
	for _, bad := range []string{"", "2", "0/3", "3/0", "4/3", "-1/2", "1/2/3", "a/b", "99999999999/999999999999"} {
		if err := f.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q reads as %v, want it refused", bad, f)
		}
	}
}
