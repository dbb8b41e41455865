package config

import (
	"slices"
	"strings"
	"testing"
)

func TestLLM(t *testing.T) {
	if c := load(t, least); c.LLM.URL != "" || c.LLM.DailyRequests != 200 || c.LLM.Below != 0.7 {
		t.Errorf("off, with defaults: %+v", c.LLM)
	}
	c := load(t, least+"llm: {url: https://api.example.com/v1, key: s, model: m}", "TSS_LLM_DAILY_REQUESTS=5")
	if c.LLM.Key.Reveal() != "s" || c.LLM.DailyRequests != 5 {
		t.Errorf("on: %+v", c.LLM)
	}
	got := keysOf(faults(t, least+"llm: {url: 'api.example.com', timeout: 1h, daily_requests: -1, daily_tokens: -1, below: 2}"))
	if want := []string{"llm.below", "llm.daily_requests", "llm.daily_tokens", "llm.model", "llm.timeout", "llm.url"}; !slices.Equal(got, want) {
		t.Errorf("faults %v, want %v", got, want)
	}
}

func TestDoubts_Embedded(t *testing.T) {
	rules, err := LoadRules("")
	if err != nil {
		t.Fatal(err)
	}
	d := rules.Doubts
	if d.CategoryLow >= d.CategorySure || d.MatterFrom >= d.MatterTo || d.PerDay == 0 {
		t.Errorf("%+v", d)
	}
	for _, c := range []struct{ old, new, key string }{
		{"category_low: 0.3", "category_low: 0.9", "category_low"},
		{"matter_from: 0.3", "matter_from: 0.8", "matter_from"},
		{"matter_to: 0.7", "matter_to: 7", "matter_to"},
		{"list: 10", "list: 0", "list"},
		{"matter_lapses: 72h", "matter_lapses: 1s", "matter_lapses"},
	} {
		got := packFaults(t, "doubts.yaml", embeddedText(t, "doubts.yaml", c.old, c.new))
		if !slices.ContainsFunc(got, func(p Problem) bool { return strings.HasSuffix(p.Key, c.key) }) {
			t.Errorf("%s: %v, want a fault of %s", c.new, got, c.key)
		}
	}
}
