package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongshishang/bot/report"
	"tongshishang/bot/understand"
)

// leakTalk brings every kind of personal number on every way that leads to somebody's eyes: matters, commands, quotes, places,
// ratings, ballots, one to one.
const leakTalk = `
group 平襄群 qun 10001@chatroom 平襄镇
person 张书记 staff 平襄镇
person 王处长 handler 住建局
at 2026-11-16 09:00
qun 王处长: #帮助 签收
平襄群 王秀兰 =a: 阳光小区3号楼消防通道堵了没人管,甘J12345,车主身份证11010519491231002X,打13811112222没人接
平襄群 赵强 ^a: 我家也是,电话幺三九幺幺幺幺二二二二
平襄群 李四: 三社低保名单一直没公示没人管,卡号6222021234567890128,证110105194912310021,座机0932-5551234
平襄群 孙二: 138[强]3333[强]4444,三社水渠塌了浇不上地没人管
平襄群 周八: 有人掉井里了,打我13855556666
平襄群 吴九: 老板拖欠三个月工资不给,法院已立案,他电话13877778888
平襄群 张书记: #受理 1
平襄群 张书记: #交办 1 住建局
平襄群 张书记: #回复 1 车主甘JD54321,电话138 9999 0000
平襄群 王秀兰: #查询 1
平襄群 王秀兰: #13812340000
平襄群 张书记: #表决 车位给谁 | 甘J67890 | 13866660000 截止 周五18:00
qun 王处长: #签收 TW-PX-2611-001
qun 王处长: #办结 TW-PX-2611-001 车已挪,车主电话13812121212
平襄群 王秀兰: 修好了,满意,车主13834343434
gz 钱七: 平襄镇学校门口路灯坏了,联系我13856565656
平襄群 张书记: #不予受理 2 打13878787878问
平襄群 张书记: #统计 本周
平襄群 张书记: #没有 13890909090
`

// leakSecrets are the numbers of leakTalk as they must not be seen anywhere, separators apart.
var leakSecrets = []string{"J12345", "JD54321", "J67890", "11010519491231002", "13811112222", "13911112222", "幺三九幺幺", "6222021234567890128", "110105194912310021", "5551234",
	"13833334444", "13855556666", "13877778888", "13899990000", "13812340000", "13866660000", "13812121212", "13834343434", "13856565656", "13878787878", "13890909090"}

// TestNoLeak plays leakTalk and looks for the numbers in whatever leaves the program: answers, what handlers and groups are sent,
// the log at its wordiest, the public ledger, statistics, metrics, and the bytes of the database.
func TestNoLeak(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	s, err := readScript(strings.NewReader(leakTalk), zone)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	th := newTheatre(t, s, "sqlite://"+filepath.Join(dir, "leak.db"), "embedded:")
	var log bytes.Buffer
	if err := th.end(); err != nil {
		t.Fatal(err)
	}
	th.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	th.open()
	answers := 0
	for _, st := range s.steps {
		th.clock.set(st.at)
		answer, err := th.player.say(t.Context(), st)
		if err != nil {
			t.Fatalf("line %d: %v", st.line, err)
		}
		if answer != "" {
			answers++
		}
		noLeak(t, fmt.Sprintf("the answer to line %d", st.line), answer)
		if err := th.settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, d := range th.platform.take() {
			noLeak(t, "what "+th.addressee(d)+" is sent", d.text)
		}
	}
	if answers < 14 {
		t.Errorf("only %d answers: the talk doesn't reach what it is for", answers)
	}
	th.books(t)
	if err := th.end(); err != nil {
		t.Fatal(err)
	}
	noLeak(t, "the log", log.String())
	noLeakInFiles(t, dir, th.cfg.DataDir)
	th.open() // newTheatre ends it once more
}

// books looks through what is printed and published.
func (th *theatre) books(t *testing.T) {
	t.Helper()
	week, err := report.ParseWeek("2026-W47", th.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	req := report.Request{County: th.cfg.County.Name, Week: week, Edition: report.Public}
	var csv, xlsx bytes.Buffer
	if err := report.LedgerCSV(t.Context(), th.app.store, th.rules, th.clock.Now(), req, &csv); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(csv.String(), "可能已进入诉讼程序") {
		t.Error("the ledger doesn't mark the matter that is in court")
	}
	noLeak(t, "the public ledger (csv)", csv.String())
	if err := report.Ledger(t.Context(), th.app.store, th.rules, th.clock.Now(), req, &xlsx); err != nil {
		t.Fatal(err)
	}
	noLeak(t, "the public ledger (xlsx)", unzipped(t, xlsx.Bytes()))
	stats, err := report.Stats(t.Context(), th.app.store, th.rules, th.clock.Now(), time.Time{}, time.Time{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(stats)
	if err != nil {
		t.Fatal(err)
	}
	noLeak(t, "the statistics", string(text))
	for _, path := range []string{"/metrics", "/readyz", "/healthz"} {
		resp, err := http.Get("http://" + th.listener.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || len(body) == 0 {
			t.Fatalf("%s: %d bytes, %v", path, len(body), err)
		}
		noLeak(t, path, string(body))
	}
}

// noLeak looks for the numbers in a text, and for anything else that Mask would hide.
func noLeak(t *testing.T, where, text string) {
	t.Helper()
	bare := strings.NewReplacer(" ", "", "-", "", "·", "").Replace(text)
	for _, secret := range leakSecrets {
		if strings.Contains(bare, secret) {
			t.Errorf("%s holds %s", where, secret)
		}
	}
	if strings.HasPrefix(where, "the answer") || strings.HasPrefix(where, "what ") {
		if _, found := understand.Mask(text); len(found) > 0 {
			t.Errorf("%s holds %v: %s", where, found, text)
		}
	}
}

// noLeakInFiles looks through every file that the program has written: the database with its journal, attachments, the spool.
func noLeakInFiles(t *testing.T, dirs ...string) {
	t.Helper()
	files := 0
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			files++
			for _, secret := range leakSecrets {
				if bytes.Contains(data, []byte(secret)) {
					t.Errorf("%s holds %s in the clear", filepath.Base(path), secret)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files == 0 {
		t.Error("no file was looked through")
	}
}

func unzipped(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&b, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return b.String()
}
