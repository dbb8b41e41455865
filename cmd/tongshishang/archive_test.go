package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// mayDay is when the messages of past months were said: 3 May 2024, noon in Shanghai.
func mayDay() time.Time { return time.Date(2024, 5, 3, 4, 0, 0, 0, time.UTC) }

// pastMessage is the body of the n-th of them, as the platform would deliver it again.
func pastMessage(n int) []byte {
	b, _ := json.Marshal(map[string]any{"time": mayDay().Unix(), "self_id": "bot", "post_type": "message", "message_type": "group", "sub_type": "normal",
		"message_id": fmt.Sprint("may", n), "user_id": "wxid_a", "group_id": "10001@chatroom", "message": "路灯坏了", "raw_message": "路灯坏了",
		"sender": map[string]any{"nickname": "王"}})
	return b
}

// fillPast stores n messages of May 2024 with an answer each.
func fillPast(t *testing.T, s *store.Store, n int) {
	t.Helper()
	for done := 0; done < n; done += 500 {
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			records := make([]store.Record, 500)
			for i := range records {
				m := &bot.Message{Channel: "qun", ID: fmt.Sprint("may", done+i), Kind: bot.KindText, Group: "10001@chatroom", Sender: "wxid_a", SenderName: "王",
					Text: "路灯坏了", SentAt: mayDay(), ReceivedAt: mayDay()}
				records[i] = store.Record{ID: tx.NewID(), Key: m.Key(), ConversationID: 1, Message: m, Masked: m.Text, State: store.MessageHandled,
					Answer: bot.Answer{Text: fmt.Sprint("答复", done+i)}}
			}
			return tx.SaveMessages(records)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The real program moves a month out while it serves, is killed with SIGKILL in the middle of it, and brings it back; what is
// delivered again meanwhile gets its answer and isn't stored twice.
func TestArchive_KilledWhileServing(t *testing.T) {
	for name, url := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) {
			const messages = 10_000
			redis := redisFor(name)
			flushRedis(t, redis)
			s := newService(t, url, redis)
			later := storetest.Open(t, url, storetest.NewClock(bot.SystemClock().Add(time.Minute)))
			fillPast(t, later, messages)
			s.start()
			defer s.stop()
			same := func(when string) {
				t.Helper()
				for _, n := range []int{0, 1, messages - 1} {
					status, answer, err := s.post(pastMessage(n))
					if err != nil || status != 200 || !strings.Contains(answer, fmt.Sprintf("答复%d\"", n)) {
						t.Errorf("%s, message %d again: %d %q %v", when, n, status, answer, err)
					}
				}
				if got := s.stats(); got.Messages != messages {
					t.Errorf("%s: %d messages, want %d", when, got.Messages, messages)
				}
			}
			same("before")
			if out := s.run("archive", "--config", s.config, "--dry-run", "--before", "2024-06"); !strings.Contains(out, fmt.Sprintf("2024-05:%d 条", messages)) {
				t.Errorf("dry run: %s", out)
			}
			killArchive(t, s, later)
			same("killed")
			if out := s.refused("archive", "--config", s.config); !strings.Contains(out, "刚被强行中断") {
				t.Errorf("a moment after the kill: %s", out)
			}
			folder := filepath.Join(filepath.Dir(s.config), "archive")
			zone, err := time.LoadLocation("Asia/Shanghai")
			if err != nil {
				t.Fatal(err)
			}
			a := store.NewArchive(later, store.ArchiveOptions{Folder: folder, Zone: zone}) // by the clock of a minute later
			if done, err := a.Out(t.Context(), store.MonthOf(mayDay(), zone).Add(1)); err != nil || len(done) != 1 || done[0].Rows != messages {
				t.Fatalf("going on: %+v, %v", done, err)
			}
			same("archived")
			if out := s.run("archive", "--config", s.config, "--list"); !strings.Contains(out, "messages-2024-05.csv.gz") {
				t.Errorf("list: %s", out)
			}
			if out := s.run("forget", "--config", s.config, "--before", "2024-06"); !strings.Contains(out, "归档文件 1 个") {
				t.Errorf("forget: %s", out)
			}
			if out := s.run("archive", "--config", s.config, "--restore", "2024-05"); !strings.Contains(out, fmt.Sprintf("2024-05:%d 条", messages)) {
				t.Errorf("restore: %s", out)
			}
			same("back")
			if out := s.refused("archive", "--config", s.config, "--restore", "2024-05"); !strings.Contains(out, "没有归档") {
				t.Errorf("a second time: %s", out)
			}
			if out := s.run("doctor", "--config", s.config, "--skip-channels"); !strings.Contains(out, "✓ 审计链") {
				t.Error(out)
			}
		})
	}
}

// killArchive begins to move the month out and kills that as soon as rows may be on their way.
func killArchive(t *testing.T, s *service, db *store.Store) {
	t.Helper()
	a := store.NewArchive(db, store.ArchiveOptions{Zone: time.UTC})
	process := exec.CommandContext(t.Context(), s.path, "archive", "--config", s.config)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	for range 30_000 {
		if list, err := a.List(t.Context()); err != nil {
			t.Fatal(err)
		} else if len(list) > 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err == nil {
		t.Fatal("the month was out before it could be killed")
	}
}

func TestForget_NeedsALimit(t *testing.T) {
	s := newService(t, "sqlite://"+filepath.Join(t.TempDir(), "tss.db"), "embedded:")
	if out := s.refused("forget", "--config", s.config); !strings.Contains(out, "archive.forget_months") {
		t.Errorf("without a limit: %s", out)
	}
	t.Setenv("TSS_ARCHIVE_FORGET_MONTHS", "36")
	if out := s.run("forget", "--config", s.config, "--dry-run"); !strings.Contains(out, "会抹去") {
		t.Errorf("with a limit: %s", out)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(s.config), "archive")); err == nil {
		t.Error("a dry run made the archive's folder")
	}
}

func TestArchive_WrongUsage(t *testing.T) {
	config := newService(t, "sqlite://"+filepath.Join(t.TempDir(), "tss.db"), "embedded:").config
	for _, args := range [][]string{{"archive"}, {"archive", "--list", "--restore", "2024-05"}, {"archive", "--list", "--dry-run"}, {"archive", "--before", "五月"},
		{"archive", "--before", "2999-01"}, {"archive", "--restore", "5"}, {"archive", "x"}, {"forget", "--before", "2999-01"}, {"forget"}} {
		if len(args) > 1 {
			args = append(args, "--config", config)
		}
		if code := run(t.Context(), args); code != 2 {
			t.Errorf("%v ended with %d, want 2", args, code)
		}
	}
}
