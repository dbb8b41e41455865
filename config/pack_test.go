package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// embeddedRules loads the packs as they ship.
func embeddedRules(t *testing.T) *Rules {
	t.Helper()
	rules, err := LoadRules("")
	if err != nil {
		t.Fatalf("LoadRules: %v", err)
	}
	return rules
}

// packFolder makes a folder of overriding packs.
func packFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// embeddedText is a pack's file with each old replaced by the new that follows it.
func embeddedText(t *testing.T, name string, oldnew ...string) string {
	t.Helper()
	data, err := embedded.ReadFile("rules/" + name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i < len(oldnew); i += 2 {
		if !strings.Contains(text, oldnew[i]) {
			t.Fatalf("%s doesn't hold %q", name, oldnew[i])
		}
		text = strings.ReplaceAll(text, oldnew[i], oldnew[i+1])
	}
	return text
}

// packFaults loads one overriding pack that must be refused.
func packFaults(t *testing.T, name, text string) Problems {
	t.Helper()
	_, err := LoadRules(packFolder(t, map[string]string{name: text}))
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("want problems, got %v", err)
	}
	return problems
}

func TestLoadRules_EveryPackNamesItsSource(t *testing.T) {
	for _, f := range embeddedRules(t).files() {
		h := f.into.head()
		if h.Pack == "" || h.Version == "" || h.Source == "" {
			t.Errorf("%s: head %+v", f.name, h)
		}
	}
	entries, err := embedded.ReadDir("rules")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(entries), len((&Rules{}).files()); got != want {
		t.Errorf("%d files are embedded, %d are loaded", got, want)
	}
}

func TestLoadRules_FolderReplaces(t *testing.T) {
	dir := packFolder(t, map[string]string{
		"conduct.yaml": embeddedText(t, "conduct.yaml", "lines_per_hour: 6", "lines_per_hour: 3", `version: "2026.1"`, `version: "2026.2"`),
	})
	rules, err := LoadRules(dir)
	if err != nil {
		t.Fatal(err)
	}
	if rules.Conduct.LinesPerHour != 3 || rules.Conduct.Version != "2026.2" {
		t.Errorf("conduct %d lines, version %s", rules.Conduct.LinesPerHour, rules.Conduct.Version)
	}
	if len(rules.Categories.First) != 17 {
		t.Errorf("a pack not in the folder must stay as it ships, got %d categories", len(rules.Categories.First))
	}
}

func TestLoadRules_AllProblemsAtOnce(t *testing.T) {
	_, err := LoadRules(packFolder(t, map[string]string{
		"text.yaml":       "pack: x\n",
		"conduct.yaml":    embeddedText(t, "conduct.yaml", "lines_per_hour: 6", "lines_per_hour: 0", "pack: 群务分寸", "pack:"),
		"rates.yaml":      embeddedText(t, "rates.yaml", "min_n: 5", "min: 5"),
		"categories.yaml": "pack: [\n",
	}))
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v", err)
	}
	want := []string{
		"categories.yaml: YAML 第 2 行第 1 列",
		"conduct.yaml: lines_per_hour", "conduct.yaml: pack",
		"rates.yaml: min", "text.yaml",
	}
	if got := keysOf(problems); !slices.Equal(got, want) {
		t.Errorf("keys\n got %q\nwant %q", got, want)
	}
	if !strings.Contains(problems.Error(), "是不是 texts.yaml？") {
		t.Errorf("no suggestion in %s", problems)
	}
}

func TestLoadRules_NoFolder(t *testing.T) {
	_, err := LoadRules(filepath.Join(t.TempDir(), "none"))
	if err == nil || !strings.Contains(err.Error(), "rules_dir") {
		t.Errorf("got %v", err)
	}
}

func TestLoadRules_HeadIsRequired(t *testing.T) {
	text := embeddedText(t, "conduct.yaml", `version: "2026.1"`, "version: neu", "source: 通事商群务约定", "# ")
	want := []string{"conduct.yaml: source", "conduct.yaml: version"}
	if got := keysOf(packFaults(t, "conduct.yaml", text)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"token", "token_file", "secret"}
	for in, want := range map[string]string{
		"tokn":       "是不是 token？不是就删掉",
		"tokenfile":  "是不是 token_file？不是就删掉",
		"secert":     "是不是 secret？不是就删掉",
		"completely": "删掉，这里能用的有 token、token_file、secret",
		"":           "删掉，这里能用的有 token、token_file、secret",
	} {
		if got := suggest(in, known); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
