package main

import (
	"bytes"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/intake"

	"github.com/go-sql-driver/mysql"
)

// exec runs a statement on the besieged's database.
func (b *besieged) exec(statement string) {
	b.t.Helper()
	cfg, _, err := loadConfig(b.config)
	if err != nil {
		b.t.Fatal(err)
	}
	u, err := url.Parse(cfg.Database.URL.Reveal())
	if err != nil {
		b.t.Fatal(err)
	}
	to := mysql.NewConfig()
	to.User, to.Net, to.Addr, to.DBName = u.User.Username(), "tcp", u.Host, strings.TrimPrefix(u.Path, "/")
	to.Passwd, _ = u.User.Password()
	db, err := sql.Open("mysql", to.FormatDSN())
	if err != nil {
		b.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(b.t.Context(), statement); err != nil {
		b.t.Fatal(err)
	}
}

// fails runs a command that must fail with the exit code, and returns what it says of it.
func (s *service) fails(code int, args ...string) string {
	s.t.Helper()
	var errs bytes.Buffer
	c := exec.CommandContext(s.t.Context(), s.path, args...)
	c.Stderr = &errs
	exit, ok := errors.AsType[*exec.ExitError](c.Run())
	if !ok || exit.ExitCode() != code {
		s.t.Errorf("%v: %v, want exit code %d\n%s", args, exit, code, errs.String())
	}
	return errs.String()
}

// get asks the running service.
func (s *service) get(path string) (status int, body string) {
	s.t.Helper()
	resp, err := http.Get("http://" + s.address + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// TestSpool_SetAsideDroppedAndTriedAgain has a database that refuses one sender's messages when it is back: they are set aside, seen in
// the metrics, on /readyz, by the doctor and by the command, which drops one and has the other tried again.
func TestSpool_SetAsideDroppedAndTriedAgain(t *testing.T) {
	b := besiege(t, "")
	b.exec("ALTER TABLE messages ADD CONSTRAINT refuse CHECK (sender <> 'wxid_bad')")
	b.mariadb.kill()
	b.deliver(groupMessage("m1", "wxid_good", "早上好各位"))
	b.deliver(groupMessage("m2", "wxid_bad", "我的电话13800000001"))
	b.deliver(groupMessage("m3", "wxid_bad", "大家好"))
	if status, body := b.get("/readyz"); status != http.StatusServiceUnavailable || !strings.HasPrefix(body, "database: ") ||
		!strings.HasSuffix(body, "; spool: 3 messages wait, 0 are set aside\n") {
		t.Errorf("while the database is away: %d %q", status, body)
	}
	b.mariadb.start()
	b.settled(1)
	for until := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if _, body := b.get("/metrics"); strings.Contains(body, "\ntss_spool_dead 2\n") && strings.Contains(body, "\ntss_spool_messages 0\n") {
			break
		}
		if time.Now().After(until) {
			t.Fatal("never set aside")
		}
	}
	const remark = "ok; spool: 0 messages wait, 2 are set aside"
	if status, body := b.get("/readyz"); status != http.StatusOK || body != remark+"\n" {
		t.Errorf("with messages set aside: %d %q", status, body)
	}
	if out := b.run("doctor", "--config", b.config, "--skip-channels"); !strings.Contains(out, "✓ 服务:"+remark) {
		t.Error(out)
	}
	if said := b.fails(1, "spool", "--config", b.config); !strings.Contains(said, "服务正在运行") {
		t.Error(said)
	}
	b.stop()
	lines := strings.Split(b.run("spool", "--config", b.config), "\n")
	if len(lines) != 4 || lines[0] != "等着补办 0 条,搁置 2 条" || !strings.HasSuffix(lines[1], "qun 群 10001@chatroom  text  我的电话138****0001") {
		t.Fatalf("%q", lines)
	}
	first, _, _ := strings.Cut(lines[1], " ")
	if out := b.run("spool", "--config", b.config, "--drop", first); out != "丢掉了 "+first+",还搁置着 1 条\n" {
		t.Error(out)
	}
	b.fails(1, "spool", "--config", b.config, "--drop", first)
	b.fails(2, "spool", "--config", b.config, "--drop", "first")
	b.fails(2, "spool", "--config", b.config, "--retry", "--list")
	b.exec("ALTER TABLE messages DROP CONSTRAINT refuse")
	if out := b.run("spool", "--config", b.config, "--retry"); out != "放回 1 条,服务启动后再办\n" {
		t.Error(out)
	}
	b.start()
	b.settled(2)
}

// TestSpoolCommand_WithoutAFile makes none.
func TestSpoolCommand_WithoutAFile(t *testing.T) {
	eachBackend(t, func(t *testing.T, s *service) {
		for range 2 {
			if out := s.run("spool", "--config", s.config); !strings.HasPrefix(out, "没有 ") {
				t.Error(out)
			}
		}
	})
}

func TestAsideLine(t *testing.T) {
	at := time.Date(2026, 11, 16, 1, 2, 3, 0, time.UTC)
	zone := time.FixedZone("", 8*3600)
	for name, tt := range map[string]struct {
		aside intake.Aside
		want  string
	}{
		"group": {intake.Aside{ID: 7, Message: &bot.Message{Channel: "qun", Kind: bot.KindText, Group: "1@chatroom", Text: "找我13800000001", ReceivedAt: at}},
			"7  2026-11-16 09:02:03  qun 群 1@chatroom  text  找我138****0001"},
		"private, long": {intake.Aside{ID: 8, Message: &bot.Message{Channel: "gz", Kind: bot.KindText, Text: strings.Repeat("水", 41), ReceivedAt: at}},
			"8  2026-11-16 09:02:03  gz 私聊  text  " + strings.Repeat("水", 40) + "…"},
		"hostile": {intake.Aside{ID: 9, Message: &bot.Message{Channel: "qun", Kind: "x\x1b[2J", Group: "1\n9", Text: "a\x1b[31mb\r\nc\u202ed", ReceivedAt: at}},
			"9  2026-11-16 09:02:03  qun 群 1 9  x [2J  a [31mb c d"},
		"unreadable": {intake.Aside{ID: 10, Err: errors.New("no key")}, "10  读不出来:no key"},
	} {
		if got := asideLine(tt.aside, zone); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
