package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/report"
	"tongshishang/bot/understand"
	"tongshishang/store/storetest"
)

// TestDemo_Week plays the sample week like a scenario: every answer is the one written down, and where none is, there is silence.
func TestDemo_Week(t *testing.T) {
	for name, url := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) { playScenario(t, "sample/week.chat", url, redisFor(name)) })
	}
}

// TestDemo_WeekIsMostlyChatter reads what people say in the week without knowing what is expected of it.
func TestDemo_WeekIsMostlyChatter(t *testing.T) {
	week := parseWeek(t)
	reader, err := understand.New(understand.Options{})
	if err != nil {
		t.Fatal(err)
	}
	said, chatter, groups := 0, 0, map[string]bool{}
	for _, st := range week.steps {
		if st.kind != stepSay {
			continue
		}
		said++
		groups[st.place] = true
		if st.text == picture || reader.Read(st.text).Intent == understand.IntentChat {
			chatter++
		}
	}
	if said < 200 || chatter*20 < said*11 {
		t.Errorf("%d of %d messages are chatter, want 11 in 20 of at least 200", chatter, said)
	}
	if len(groups) != 6 || !groups["gz"] {
		t.Errorf("the talk goes on in %v, want five groups and the official account", groups)
	}
}

func TestDemo_Exit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "演 示")
	config := filepath.Join(dir, demoConfig)
	out := printed(t, "demo", "--exit", "--data", dir, "--listen", "127.0.0.1:0")
	for _, want := range []string{
		"── 11月16日 星期一 ──\n07:02 平襄镇群 牛桂芳:各位早上好[太阳]\n",
		"(重发):我们在北关工地干了三个月",
		" 公众号 田大勇:平襄镇\n      通事商:已登记 #002 油好像不够数(加油站),平襄镇。",
		"18:01 → 城东社区群 通事商:表决1 电动车充电棚建在哪结束。",
		"消息 327  事项 33  附议 8  表决 2  选票 12  办结 7\n",
		"台账 " + filepath.Join(dir, "台账-2026-W47.xlsx") + "\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the transcript lacks %q", want)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("colours without a terminal")
	}
	book, err := os.ReadFile(filepath.Join(dir, "台账-2026-W47.xlsx"))
	if err != nil || !bytes.HasPrefix(book, []byte("PK")) {
		t.Errorf("no workbook: %v", err)
	}
	checkWeek(t, config)
	before := printed(t, "stats", "--json", "--config", config)
	again := printed(t, "demo", "--exit", "--data", dir, "--listen", "127.0.0.1:0")
	if !strings.Contains(again, "已经演过") {
		t.Error("playing again isn't said to be that")
	}
	if after := printed(t, "stats", "--json", "--config", config); after != before {
		t.Errorf("playing again changed the statistics from %s to %s", before, after)
	}
}

// checkWeek looks at the week through the commands that the written configuration is for.
func checkWeek(t *testing.T, config string) {
	t.Helper()
	var stats report.Statistics
	if err := json.Unmarshal([]byte(printed(t, "stats", "--json", "--config", config)), &stats); err != nil {
		t.Fatal(err)
	}
	if stats.Messages != 327 || stats.Issues != 33 || stats.Votes != 12 {
		t.Errorf("statistics count %d messages, %d issues, %d votes", stats.Messages, stats.Issues, stats.Votes)
	}
	out := filepath.Join(t.TempDir(), "l.csv")
	printed(t, "ledger", "--config", config, "--week", demoWeek, "--out", out)
	file, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil || len(rows) != 34 {
		t.Fatalf("the ledger has %d rows and an error %v, want a head and 33", len(rows), err)
	}
	const columnStatus, columnContact = 21 - 1, 8 - 1 // rule book, section 1
	found := map[string]int{}
	contacts := 0
	for _, r := range rows[1:] {
		found[r[columnStatus]]++
		if r[columnContact] != "" {
			contacts++
		}
	}
	for _, s := range []bot.Status{bot.StatusReported, bot.StatusAccepted, bot.StatusAssigned, bot.StatusSigned, bot.StatusHandling,
		bot.StatusAwaitingRating, bot.StatusClosed, bot.StatusArchived, bot.StatusAnswered, bot.StatusRefused, bot.StatusWithdrawn, bot.StatusReopened} {
		if found[s.Label()] == 0 {
			t.Errorf("no matter in the ledger is %s: %v", s.Label(), found)
		}
	}
	if contacts == 0 {
		t.Error("no phone in the internal ledger")
	}
}

// TestDemo_Interrupted stops the week in the middle and plays it again: what was acknowledged counts once.
func TestDemo_Interrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &cue{word: "星期三", act: stop}
	if err := runDemo(ctx, demoFlags{data: dir, listen: "127.0.0.1:0"}, out); err != nil {
		t.Fatalf("stopped in the middle: %v", err)
	}
	if !strings.HasSuffix(out.String(), "停下了,资料还在 "+dir+"\n") || strings.Contains(out.String(), "星期四") {
		t.Errorf("the end of the stopped week is %q", last(out.String()))
	}
	printed(t, "demo", "--exit", "--data", dir, "--listen", "127.0.0.1:0")
	checkWeek(t, filepath.Join(dir, demoConfig))
}

func TestDemo_ServesOn(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	status := 0
	out := &cue{word: "按 Ctrl-C 结束"}
	out.act = func() {
		go func() {
			defer stop()
			at := regexp.MustCompile(`还在 (\S+) 接收消息`).FindStringSubmatch(out.String())
			resp, err := http.Get(at[1] + "/readyz")
			if err == nil {
				status = resp.StatusCode
				_ = resp.Body.Close()
			}
		}()
	}
	err := runDemo(ctx, demoFlags{data: t.TempDir(), listen: "127.0.0.1:0"}, out)
	if err != nil || status != http.StatusOK {
		t.Errorf("after the week /readyz said %d, the demo ended with %v", status, err)
	}
}

func TestDemo_RefusesOtherFolders(t *testing.T) {
	for name, tt := range map[string]struct{ file, want string }{
		"something else":  {"notes.txt", "里有别的东西"},
		"another version": {demoScript, "另一个版本"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, tt.file), []byte("group 旧群 qun 1 平襄镇\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			err := runDemo(t.Context(), demoFlags{data: dir, listen: "127.0.0.1:0", exit: true}, &cue{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that says %s", err, tt.want)
			}
			if files, _ := os.ReadDir(dir); len(files) != 1 {
				t.Errorf("the folder holds %d files now", len(files))
			}
		})
	}
}

func TestDemo_Listen(t *testing.T) {
	taken, err := demoListener(t.Context(), demoFlags{listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	if _, err := demoListener(t.Context(), demoFlags{listen: address, chosen: true}); err == nil || !strings.Contains(err.Error(), address) {
		t.Errorf("a taken address that was asked for: %v", err)
	}
	free, err := demoListener(t.Context(), demoFlags{listen: address})
	if err != nil {
		t.Fatalf("a taken address nobody asked for: %v", err)
	}
	defer free.Close()
	if free.Addr().String() == address {
		t.Error("the free port is the taken one")
	}
}

func TestTranscript_OnATerminal(t *testing.T) {
	var out bytes.Buffer
	paper := newTranscript(&out, parseWeek(t), time.UTC)
	paper.fancy, paper.total = true, 2
	at := time.Date(2026, 11, 16, 7, 46, 0, 0, time.UTC)
	say := step{kind: stepSay, at: at, place: "平襄镇群", speaker: "王秀兰", text: "路灯坏了"}
	paper.said(say, "已登记 #001")
	paper.said(say, "")
	want := "\n\x1b[1m── 11月16日 星期一 ──\x1b[0m\n" +
		"\x1b[2m07:46\x1b[0m 平襄镇群 \x1b[36m王秀兰\x1b[0m:路灯坏了\n" +
		"      \x1b[32m通事商:已登记 #001\x1b[0m\n" +
		"\x1b[2m… 1/2\x1b[0m\r\x1b[K" +
		"\x1b[2m07:46\x1b[0m 平襄镇群 \x1b[36m王秀兰\x1b[0m:路灯坏了\n"
	if out.String() != want {
		t.Errorf("printed %q\nwant %q", out.String(), want)
	}
}

func parseWeek(t *testing.T) *script {
	t.Helper()
	s, err := readScript(bytes.NewReader(sampleWeek), time.FixedZone("Asia/Shanghai", 8*60*60))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// printed runs a command line of the program and returns what it prints.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("%s: %v", args[0], err)
	}
	return out.String()
}

// cue collects what is printed and acts once a word has been.
type cue struct {
	mu   sync.Mutex
	text strings.Builder
	word string
	act  func()
}

func (c *cue) Write(p []byte) (int, error) {
	c.mu.Lock()
	n, err := c.text.Write(p)
	act := c.act
	if act != nil && strings.Contains(c.text.String(), c.word) {
		c.act = nil
	} else {
		act = nil
	}
	c.mu.Unlock()
	if act != nil {
		act()
	}
	return n, err
}

func (c *cue) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

func last(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
