package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tongshishang/bot"
	"tongshishang/config"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v4"
)

func readDeploy(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../deploy", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// descName finds the name in a description, which client_golang tells only as text.
var descName = regexp.MustCompile(`fqName: "(\w+)"`)

// ourMetrics are the names of the metrics that a running service has, of ours; those without a value yet, too.
func ourMetrics(t *testing.T) map[string]bool {
	t.Helper()
	dir := t.TempDir()
	cfg, err := config.Load("../../deploy/config.example.yaml", []string{"TSS_DATA_DIR=" + dir, "TSS_DATABASE_URL=sqlite://" + dir + "/t.db", "TSS_REDIS_URL=embedded:"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cfg.EnsureKeys(zeros{}); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	s, err := connect(t.Context(), cfg, bot.SystemClock, log, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	rules, err := config.LoadRules("")
	if err != nil {
		t.Fatal(err)
	}
	a, err := newApp(t.Context(), cfg, rules, bot.SystemClock, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.close() })
	descs := make(chan *prometheus.Desc)
	go func() { a.registry.Describe(descs); close(descs) }()
	names := map[string]bool{}
	for d := range descs {
		if name := descName.FindStringSubmatch(d.String())[1]; strings.HasPrefix(name, "tss_") {
			names[name] = true
		}
	}
	return names
}

// zeros stands in for randomness where a test's keys needn't be secret.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// metricUse is a metric of ours in an expression; a histogram's parts count as the histogram.
var metricUse = regexp.MustCompile(`\btss_\w+`)

func usedMetrics(text string) map[string]bool {
	used := map[string]bool{}
	for _, name := range metricUse.FindAllString(text, -1) {
		used[regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")] = true
	}
	return used
}

// TestDeploy_Metrics: the dashboard shows every metric of ours, and neither it nor the alerts ask for one that isn't there.
func TestDeploy_Metrics(t *testing.T) {
	have := ourMetrics(t)
	var board struct {
		UID    string
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	text := readDeploy(t, "grafana/tongshishang.json")
	if err := json.Unmarshal([]byte(text), &board); err != nil {
		t.Fatal(err)
	}
	var exprs strings.Builder
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			exprs.WriteString(target.Expr + "\n")
		}
	}
	shown := usedMetrics(exprs.String())
	for name := range have {
		if !shown[name] {
			t.Errorf("the dashboard doesn't show %s", name)
		}
	}
	asked := usedMetrics(readDeploy(t, "prometheus/rules.yml"))
	maps.Copy(asked, shown)
	for name := range asked {
		if !have[name] {
			t.Errorf("nothing gives %s", name)
		}
	}
}

// TestDeploy_AlertsAreTried: each alert has a case in which it fires and one in which it doesn't, and says what to do.
func TestDeploy_AlertsAreTried(t *testing.T) {
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert       string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(readDeploy(t, "prometheus/rules.yml")), &rules); err != nil {
		t.Fatal(err)
	}
	var tests struct {
		Tests []struct {
			Cases []struct {
				Alertname string
				Expected  []any `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	if err := yaml.Unmarshal([]byte(readDeploy(t, "prometheus/rules_test.yml")), &tests); err != nil {
		t.Fatal(err)
	}
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, test := range tests.Tests {
		for _, c := range test.Cases {
			if len(c.Expected) > 0 {
				fires[c.Alertname] = true
			} else {
				quiet[c.Alertname] = true
			}
		}
	}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			if !fires[r.Alert] || !quiet[r.Alert] {
				t.Errorf("%s: a test in which it fires %v, one in which it is quiet %v", r.Alert, fires[r.Alert], quiet[r.Alert])
			}
			if r.Annotations["summary"] == "" || r.Annotations["action"] == "" || !slices.Contains([]string{"critical", "warning"}, r.Labels["severity"]) {
				t.Errorf("%s lacks its severity, or what happened and what to do: %v %v", r.Alert, r.Labels, r.Annotations)
			}
		}
	}
	if len(fires) < 20 {
		t.Errorf("only %d alerts", len(fires))
	}
}

// TestDeploy_KubernetesConfig loads the configuration of the manifests with made-up secrets in the place of the mounted ones.
func TestDeploy_KubernetesConfig(t *testing.T) {
	const mounted = "/run/secrets/tongshishang"
	text, dir := readDeploy(t, "k8s/config.yaml"), t.TempDir()
	key := "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	values := map[string]string{"database_url": "mysql://tss:x@db:3306/tongshishang", "redis_url": "redis://redis:6379/0", "encryption_key": key,
		"lookup_key": key, "links_key": key, "gz_aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"}
	for _, use := range regexp.MustCompile(regexp.QuoteMeta(mounted)+`/(\w+)`).FindAllStringSubmatch(text, -1) {
		value := values[use[1]]
		if value == "" {
			value = "made-up"
		}
		if err := os.WriteFile(filepath.Join(dir, use[1]), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(readDeploy(t, "README.md"), "`"+use[1]+"`") {
			t.Errorf("the README doesn't say that the Secret needs %s", use[1])
		}
	}
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, mounted, dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Keys.Encryption) != 1 || cfg.DrainFor == 0 {
		t.Errorf("keys %d, drain_for %v: instances share their keys, and say that they leave", len(cfg.Keys.Encryption), cfg.DrainFor)
	}
}

// TestServe_Metrics asks a running service for the figures that need its stores.
func TestServe_Metrics(t *testing.T) {
	eachBackend(t, func(t *testing.T, s *service) {
		s.start()
		defer s.stop()
		resp, err := http.Get("http://" + s.address + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"tss_ready 1", "tss_messages_deferred 0", "tss_messages_dead 0"} {
			if !strings.Contains(string(text), "\n"+line+"\n") {
				t.Errorf("no line %q", line)
			}
		}
	})
}
