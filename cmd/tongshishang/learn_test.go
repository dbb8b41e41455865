package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// corrected is a database in which clerks have put everything about parcels under 商贸旅游.
func corrected(t *testing.T, url string) (*config.Config, *config.Rules, *store.Store) {
	t.Helper()
	s := storetest.Open(t, url, storetest.NewClock(storetest.Monday()))
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := importSample(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, where := range []string{"二社", "三社", "村上", "街道", "小区", "镇上", "桥头"} {
		for _, what := range []string{"快递又不送到村,要自己去取", "快递点关了门,没处取件", "取个快递要五块钱", "快递站乱收费没人管", "快递件丢了没人赔"} {
			texts = append(texts, where+what)
		}
	}
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		units, err := tx.Units()
		if err != nil {
			return err
		}
		ids, err := tx.LockConversations([]bot.Conversation{{Channel: "qun", Group: "1"}})
		if err != nil {
			return err
		}
		who := tx.CreatePerson(store.AccountKey{Channel: "qun", ExtID: "a"}, "张书记")
		for n, text := range texts {
			i := &bot.Issue{UnitID: units[0].ID, Number: fmt.Sprint("TW-", n), Seq: n + 1, Kind: bot.IssueAppeal, Status: bot.StatusReported, Category: "商贸旅游", Title: "快递",
				Content: text, ReporterID: who.ID, ConversationID: ids[bot.Conversation{Channel: "qun", Group: "1"}], ReportedAt: tx.Now(), UpdatedAt: tx.Now()}
			if err := tx.CreateIssue(i, ""); err != nil {
				return err
			}
			err := tx.AddCorrection(bot.Correction{UnitID: i.UnitID, IssueID: i.ID, ConversationID: i.ConversationID, Field: bot.CorrectCategory, Before: "交通运输", After: "商贸旅游", Text: text, ByID: who.ID})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := config.LoadRules("")
	if err != nil {
		t.Fatal(err)
	}
	return sampleConfig(t.TempDir(), ""), rules, s
}

// TestLearn: what the clerks corrected makes a model of the same form, which reads it their way once the configuration names it.
func TestLearn(t *testing.T) {
	for name, url := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) {
			cfg, rules, s := corrected(t, url)
			l := lessons{store: s, cfg: cfg, rules: rules, version: "TW 2026-11-23"}
			var said strings.Builder
			file, worse, err := l.learn(t.Context(), &said)
			if err != nil || worse {
				t.Fatalf("worse %t, %v\n%s", worse, err, said.String())
			}
			for _, want := range []string{"更正 35 条,学 ", "学过的更正,分类:", "留出的更正,分类:", "留出的说法,意图:", "学过的更正里现在读对了的", "应为 appeal 商贸旅游"} {
				if !strings.Contains(said.String(), want) {
					t.Errorf("%q isn't said:\n%s", want, said.String())
				}
			}
			cfg.Understand.Model = filepath.Join(t.TempDir(), "county.bin")
			if err := os.WriteFile(cfg.Understand.Model, file, 0o600); err != nil {
				t.Fatal(err)
			}
			if line, err := checkModel(cfg); err != nil || !strings.Contains(line, "county.bin,版本 TW 2026-11-23") {
				t.Errorf("doctor says %q, %v", line, err)
			}
			checkUse(t, l, file)
		})
	}
}

func checkUse(t *testing.T, l lessons, file []byte) {
	t.Helper()
	const text = "水岸庄里快递点关了门,没处取件"
	for _, c := range []struct {
		file []byte
		want bool
	}{{nil, false}, {file, true}} {
		r, err := l.reader(t.Context(), c.file)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Read(text); (got.Category == "商贸旅游") != c.want {
			t.Errorf("with a model of %d bytes it is %s %s", len(c.file), got.Intent, got.Category)
		}
	}
}

func TestLearn_NothingCorrected(t *testing.T) {
	s := storetest.Open(t, "sqlite://"+t.TempDir()+"/tss.db", storetest.NewClock(storetest.Monday()))
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := lessons{store: s, cfg: sampleConfig(t.TempDir(), ""), rules: &config.Rules{}}
	if _, _, err := l.learn(t.Context(), &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "还没有更正可学") {
		t.Errorf("without a correction: %v", err)
	}
}

// TestCountyModel_Refused: a service doesn't start on a model that can't be used, and says which and how to mend it.
func TestCountyModel_Refused(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "none.bin"), "none.bin"},
		{write("empty.bin", ""), "是空的"},
		{write("damaged.bin", "tssmod\x00\x01 and so on"), "damaged.bin 用不了"},
	} {
		cfg := sampleConfig(dir, "")
		cfg.Understand.Model = c.path
		if _, _, err := countyModel(cfg); err == nil || !strings.Contains(err.Error(), "understand.model") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.path, err)
		}
		if _, err := cfg.EnsureKeys(strings.NewReader(strings.Repeat("no secret at all ", 20))); err != nil {
			t.Fatal(err)
		}
		s, err := connect(t.Context(), cfg, bot.SystemClock, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		_ = s.Close()
		rules, _ := config.LoadRules("")
		if a, err := newApp(context.WithoutCancel(t.Context()), cfg, rules, bot.SystemClock, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "understand.model") {
			t.Errorf("%s: the service starts, %v", c.path, err)
			if a != nil {
				_ = a.close()
			}
		}
	}
}

func TestFreeName(t *testing.T) {
	stem := filepath.Join(t.TempDir(), "model-"+time.Time{}.Format(time.DateOnly))
	for _, want := range []string{".bin", "-2.bin", "-3.bin"} {
		name := freeName(stem)
		if name != stem+want {
			t.Errorf("%s, want %s", name, stem+want)
		}
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
