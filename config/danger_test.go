package config

import (
	"slices"
	"strings"
	"testing"
)

func TestDanger_Embedded(t *testing.T) {
	d, err := EmbeddedDanger()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kinds []string
		want  string
	}{
		{[]string{"fire"}, "119"},
		{[]string{"injury"}, "120"},
		{[]string{"violence"}, "110"},
		{[]string{"suicide"}, "110/120"},
		{[]string{"drowning"}, "119/120"},
		{[]string{"injury", "fire", "violence"}, "110/119/120"}, // in the pack's order, each once
		{[]string{"nothing"}, ""},
	} {
		if got := strings.Join(d.Numbers(c.kinds...), "/"); got != c.want {
			t.Errorf("numbers for %v: %s, want %s", c.kinds, got, c.want)
		}
	}
	if got := d.Care("fire", "suicide"); !strings.Contains(got, "12356") {
		t.Errorf("a hint of suicide is answered with %q, without the line that listens", got)
	}
	categories := embeddedRules(t).Categories
	for _, k := range d.Kinds {
		if categories.Parent(k.Second) != k.First {
			t.Errorf("%s is put under %s/%s, which isn't one", k.Code, k.First, k.Second)
		}
	}
	if got := d.Care("fire"); got != "" {
		t.Errorf("a fire is answered with %q", got)
	}
}

func TestDivert_Embedded(t *testing.T) {
	d, err := EmbeddedDivert()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"court", "arbitration", "review", "police", "petition"} {
		if p, ok := d.Find(code); !ok || p.Source == "" {
			t.Errorf("procedure %s: %+v, %v", code, p, ok)
		}
	}
	if _, ok := d.Find("none"); ok {
		t.Error("a procedure that isn't there is found")
	}
}

func TestGlossary_Expand(t *testing.T) {
	g := &Glossary{Groups: map[string]Phrases{"a": {"掉", "跌"}, "b": {"河里", "井里"}}}
	for part, want := range map[string][]string{
		"着火":         {"着火"},
		"{a}了":       {"掉了", "跌了"},
		"又{a}进{b}":   {"又掉进河里", "又掉进井里", "又跌进河里", "又跌进井里"},
		"{a}{b}":     {"掉河里", "掉井里", "跌河里", "跌井里"},
		"{a}":        {"掉", "跌"},
		"先{b}":       {"先河里", "先井里"},
		"{a}{a}{a}了": {"掉掉掉了", "掉掉跌了", "掉跌掉了", "掉跌跌了", "跌掉掉了", "跌掉跌了", "跌跌掉了", "跌跌跌了"},
	} {
		if got := g.Expand(part); !slices.Equal(got, want) {
			t.Errorf("Expand(%s) = %v, want %v", part, got, want)
		}
	}
}

func TestParts(t *testing.T) {
	want := []Part{{"塌", JoinClause}, {"人", JoinSentence}, {"没出来", JoinClause}}
	if got := Parts("塌……人…没出来"); !slices.Equal(got, want) {
		t.Errorf("Parts = %v, want %v", got, want)
	}
}

// TestPhrases_Check breaks one thing at a time; exactly that must be reported.
func TestPhrases_Check(t *testing.T) {
	for _, c := range []struct{ file, old, new, key string }{
		{"danger.yaml", "reach: 8", "reach: 0", "reach"},
		{"danger.yaml", "category_below: 0.7", "category_below: 7", "category_below"},
		{"danger.yaml", "first: 经济管理", "first: ''", "kinds.0.first"},
		{"danger.yaml", "longest: 100 ", "longest: -1 ", "longest"},
		{"danger.yaml", "沟里 沟底", "沟里 {who}", "groups.deep"},
		{"danger.yaml", "words: \"{drill}\"", "words: \"{dril}\"", "contexts.0.words"},
		{"danger.yaml", "words: \"{drill}\"", "words: ''", "contexts.0.words"},
		{"danger.yaml", "code: story", "code: drill", "contexts.2.code"},
		{"danger.yaml", "scope: sentence", "scope: page", "contexts.2.scope"},
		{"danger.yaml", "side: after", "side: left", "contexts.6.side"},
		{"danger.yaml", "within: 1\n", "within: 99\n", "contexts.10.within"},
		{"danger.yaml", "code: fire", "code: Fire!", "kinds.0.code"},
		{"danger.yaml", "name: 火情", "name: ''", "kinds.0.name"},
		{"danger.yaml", "着火了 着火啦", "着火了 火 着火啦", "kinds.0.words"},
		{"danger.yaml", "着火了 着火啦", "着火了 着火啦 甲…", "kinds.0.words"},
		{"danger.yaml", "着火了 着火啦", "着火了 着火啦 甲…乙…丙…丁", "kinds.0.words"},
		{"danger.yaml", "着火了 着火啦", "着火了 着火啦 甲{乙", "kinds.0.words"},
		{"danger.yaml", "着火了 着火啦", "着火了 着火啦 {who}{who}{who}", "kinds.0.words"},
		{"danger.yaml", "phones: [\"110\"]", "phones: [\"911\"]", "kinds.9.phones"},
		{"danger.yaml", "可以打 12356", "可以打 12355", "kinds.10.care"},
		{"danger.yaml", `phone: "119"`, `phone: "13800000001"`, "phones.1.phone"},
		{"danger.yaml", "name: 急救,", "name: '',", "phones.2"},
		{"divert.yaml", "{name}程序", "{nam}程序", "mark"},
		{"divert.yaml", "name: 仲裁\n", "name: ''\n", "procedures.1.name"},
		{"divert.yaml", "reason: 已经在仲裁的事,要等仲裁机构裁决", "reason: ''", "procedures.1.reason"},
		{"divert.yaml", "code: review", "code: court", "procedures.2.code"},
	} {
		got := packFaults(t, c.file, replaceOnce(t, embeddedText(t, c.file), c.old, c.new))
		if len(got) == 0 || got[0].Key != c.file+": "+c.key {
			t.Errorf("%s, %q for %q: got %v, want a problem of %s", c.file, c.new, c.old, got, c.key)
		}
	}
}

func replaceOnce(t *testing.T, text, was, is string) string {
	t.Helper()
	if !strings.Contains(text, was) {
		t.Fatalf("the pack doesn't hold %q", was)
	}
	return strings.Replace(text, was, is, 1)
}
