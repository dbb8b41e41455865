package config

import (
	"slices"
	"testing"
)

func TestWorkflow_Check(t *testing.T) {
	tests := []struct {
		name, old, replacement string
		want                   []string
	}{
		{"as shipped", "pack:", "pack:", nil},
		{"no such set", "use: 通用", "use: 专用", []string{"use"}},
		{"misspelt clock", "clock: sign,", "clock: sing,", []string{"sets.0.limits.1.clock"}},
		{"no such difficulty", "difficulty: C", "difficulty: D", []string{"sets.0.limits.5.difficulty"}},
		{"a limit twice", "difficulty: B", "difficulty: A", []string{"sets.0.limits.4"}},
		{"limit in months", "limit: 10工作日, source: \"通用", "limit: 1个月, source: \"通用", []string{"sets.0.limits.4.limit", "sets.0.limits.4"}},
		{"extension without an end", "longest: 15工作日, ", "", []string{"sets.0.extension"}},
		{"reminder in hours before", "at: before, limit: 1工作日", "at: before, limit: 4小时", []string{"sets.0.reminders.1.limit"}},
		{"reminder at no known time", "at: half", "at: third", []string{"sets.0.reminders.0.at"}},
		{"verb without a name", "settle: {name: 结束议事}", `settle: {name: ""}`, []string{"verbs.settle.name"}},
		{"command with a field it isn't given", `"#受理 {n}"`, `"#受理 {number}"`, []string{"verbs.accept.command"}},
		{"shouting", `denied: "{verb}要由{who}来做"`, `denied: "{verb}要由{who}来做!"`, []string{"refusals.denied"}},
		{"unknown key", "returns: 1 #", "retruns: 1 #", []string{"sets.0.retruns"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := editedPack(t, "workflow.yaml", &Workflow{}, tt.old, tt.replacement); !slices.Equal(got, tt.want) {
				t.Errorf("problems %v, want %v", got, tt.want)
			}
		})
	}
}

// TestWorkflow_Limits holds the shipped numbers against the rule book's table of limits.
func TestWorkflow_Limits(t *testing.T) {
	rules := embeddedRules(t)
	tests := []struct {
		set, clock, difficulty string
		want                   Limit
	}{
		{"通用", "accept", "", Limit{1, Workdays}},
		{"通用", "sign", "B", Limit{1, Workdays}},
		{"通用", "rule", "", Limit{1, Workdays}},
		{"通用", "handle", "A", Limit{5, Workdays}},
		{"通用", "handle", "B", Limit{10, Workdays}},
		{"通用", "handle", "C", Limit{15, Workdays}},
		{"通用", "handle", "", Limit{10, Workdays}},
		{"通用", "follow_up", "", Limit{1, Workdays}},
		{"通用", "expire", "", Limit{7, Days}},
		{"信访", "accept", "", Limit{15, Days}},
		{"信访", "handle", "C", Limit{60, Days}},
	}
	for _, tt := range tests {
		i := slices.IndexFunc(rules.Workflow.Sets, func(s LimitSet) bool { return s.Name == tt.set })
		if i < 0 {
			t.Fatalf("no set %s", tt.set)
		}
		if got, ok := rules.Workflow.Sets[i].Find(tt.clock, tt.difficulty); !ok || got.Limit != tt.want {
			t.Errorf("%s %s %s is %v, want %v", tt.set, tt.clock, tt.difficulty, got.Limit, tt.want)
		}
	}
	if _, ok := rules.Workflow.Sets[0].Find("no such clock", ""); ok {
		t.Error("an unknown clock has a limit")
	}
}
