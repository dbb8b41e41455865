package main

import (
	"context"
	"errors"
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

// refused runs a command of the program that must fail and returns what it said.
func (s *service) refused(args ...string) string {
	s.t.Helper()
	out, err := exec.CommandContext(s.t.Context(), s.path, args...).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		s.t.Fatalf("%v: %v, want it refused with exit code 1\n%s", args, err, out)
	}
	return string(out)
}

// fill stores n messages of about three kilobytes.
func fill(t *testing.T, database string, n int) {
	t.Helper()
	s := storetest.Open(t, database, storetest.NewClock(storetest.Monday()))
	text := strings.Repeat("路灯坏了,半个月没人修。", 90)
	for done := 0; done < n; done += 500 {
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			records := make([]store.Record, 500)
			for i := range records {
				m := &bot.Message{Channel: "qun", ID: fmt.Sprint(done + i), Kind: bot.KindText, Group: "10001@chatroom", Sender: "wxid_1", Text: text,
					SentAt: storetest.Monday(), ReceivedAt: storetest.Monday()}
				records[i] = store.Record{ID: tx.NewID(), Key: m.Key(), ConversationID: 1, Message: m, Masked: text, State: store.MessageHandled}
			}
			return tx.SaveMessages(records)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A backup is made with the real program; its restore is killed with SIGKILL while rows go in, and then done.
func TestBackup_RestoreKilledAndDone(t *testing.T) {
	const messages = 10_000
	source := "sqlite://" + filepath.Join(t.TempDir(), "source.db")
	s := newService(t, source, "embedded:")
	fill(t, source, messages)
	folder := t.TempDir()
	file := filepath.Join(folder, "县.tar.gz")
	if out := s.run("backup", "--config", s.config, "--out", file); !strings.Contains(out, fmt.Sprintf("消息 %d", messages)) || !strings.Contains(out, "keys.yaml") {
		t.Errorf("backup said %q, want the number of messages and where the keys are", out)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup is readable by others: %v, %v", info.Mode(), err)
	}
	if out := s.refused("backup", "--config", s.config, "--out", file); !strings.Contains(out, "已经有了") {
		t.Errorf("onto a backup that is there: %q", out)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("besides the backup there is something left: %v, %v", left, err)
	}
	for name, target := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TSS_DATABASE_URL", target)
			s := *s
			s.t = t
			if out := s.refused("restore", file, "--config", s.config); !strings.Contains(out, "migrate") {
				t.Errorf("into a database without tables: %q", out)
			}
			s.run("migrate", "--config", s.config)
			killRestore(t, &s, target, file)
			for _, command := range [][]string{{"serve"}, {"backup", "--out", filepath.Join(folder, "half")}} {
				if out := s.refused(append(command, "--config", s.config)...); !strings.Contains(out, "half of a backup") {
					t.Errorf("%s of half a backup: %q", command[0], out)
				}
			}
			if out := s.run("restore", file, "--config", s.config); !strings.Contains(out, fmt.Sprintf("消息 %d", messages)) {
				t.Errorf("restore said %q", out)
			}
			if out := s.run("stats", "--config", s.config, "--json"); !strings.Contains(out, fmt.Sprintf(`"messages": %d`, messages)) {
				t.Errorf("stats of what was restored: %s", out)
			}
			if out := s.refused("restore", file, "--config", s.config); !strings.Contains(out, "已经有数据") {
				t.Errorf("a second time: %q", out)
			}
		})
	}
}

// killRestore begins a restore and kills it as soon as its mark is in the database.
func killRestore(t *testing.T, s *service, target, file string) {
	t.Helper()
	db := storetest.Open(t, target, storetest.NewClock(storetest.Monday()))
	process := exec.CommandContext(t.Context(), s.path, "restore", file, "--config", s.config)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		if errors.Is(db.CheckSchema(t.Context()), store.ErrHalfRestored) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond) // some parts
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err == nil {
		t.Fatal("the restore was done before it could be killed")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// A backup that is broken off leaves nothing behind, least of all a file under the name that was asked for.
func TestBackUp_BrokenOffLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.LockConversations([]bot.Conversation{{Channel: "qun", Group: "10001@chatroom"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		ctx, stop := context.WithCancel(t.Context())
		_, err = backUp(ctx, s, filepath.Join(folder, "县.tar.gz"), func(store.BackupStep) { stop() })
		if left, readErr := os.ReadDir(folder); err == nil || readErr != nil || len(left) != 0 {
			t.Errorf("broken off: %v; left behind: %v, %v", err, left, readErr)
		}
	})
}

func TestBackup_WrongUsage(t *testing.T) {
	for _, args := range [][]string{{"backup", "--config", "x.yaml"}, {"backup", "--out", "x"}, {"restore", "--config", "x.yaml"}, {"restore", "x"}} {
		if code := run(t.Context(), args); code != 2 {
			t.Errorf("%v ended with %d, want 2", args, code)
		}
	}
}
