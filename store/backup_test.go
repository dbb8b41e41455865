package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// county fills a database with something in most tables: awkward texts, sealed ones, times to the microsecond, NULLs, ids beyond
// what a float holds, an issue merged into a later one.
func county(t *testing.T, s *store.Store) {
	t.Helper()
	for n := range 3 {
		p := newPlace(t, s, n)
		older, newer := p.issue(t, s, 1), p.issue(t, s, 2)
		ballot := p.ballot(t, s, 1)
		voter := p.person(t, s, 100+n)
		write(t, s, func(tx *store.Tx) error {
			older.MergedInto, older.Urgent = newer.ID, true
			older.Result = "第一行\n\"引号\"\\反斜线\t\x00\x7f<&>\u2028😀𠮷"
			tx.SaveIssue(older)
			tx.SaveVote(bot.Vote{BallotID: ballot.ID, PersonID: voter, Option: 1, At: storetest.Monday()}, 0)
			return tx.Audit(store.Change{Unit: p.unit, Actor: "张三", Action: "merge", Subject: "issue", SubjectID: older.ID, Reason: "同一件事", After: older.Status})
		})
		talk(t, s, n, 20)
	}
}

// talk stores n messages of a group, every other one with a phone, which is sealed.
func talk(t *testing.T, s *store.Store, where, n int) {
	t.Helper()
	write(t, s, func(tx *store.Tx) error {
		ids, err := tx.LockConversations([]bot.Conversation{group(where)})
		if err != nil {
			return err
		}
		records := make([]store.Record, n)
		for i := range records {
			id := tx.NewID()
			m := &bot.Message{Channel: "qun", ID: fmt.Sprint("m", id), Kind: bot.KindText, Group: group(where).Group, Sender: "wxid_a", SenderName: "王😀𠮷",
				Text: "路灯坏了,电话13800000001", SentAt: storetest.Monday().Add(time.Duration(i) * time.Microsecond), ReceivedAt: storetest.Monday()}
			records[i] = store.Record{ID: id, Key: m.Key(), ConversationID: ids[group(where)], Message: m, Masked: m.Text, State: store.MessageHandled}
			if i%2 == 0 {
				records[i].Masked = "路灯坏了,电话138****0001"
			}
		}
		return tx.SaveMessages(records)
	})
}

func backUp(t *testing.T, s *store.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := s.Backup(t.Context(), &b, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rowsOf reads every row of a backup as it stands there, by the name of its part.
func rowsOf(t *testing.T, backup []byte) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, data := range entries(t, backup) {
		if name != "manifest.json" {
			out[name] = string(data)
		}
	}
	return out
}

// fresh is an empty, migrated database of each kind that is at hand.
func fresh(t *testing.T) map[string]*store.Store {
	t.Helper()
	out := map[string]*store.Store{}
	for name, u := range storetest.URLs(t) {
		out[name] = storetest.Open(t, u, storetest.NewClock(storetest.Monday()))
		if _, err := out[name].Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestRestore_EveryWayEqualRowByRow(t *testing.T) {
	for from, source := range fresh(t) {
		county(t, source)
		backup := backUp(t, source)
		rows := rowsOf(t, backup)
		if got := strings.Count(rows["tables/messages/000001.jsonl"], "\n"); got != 60 {
			t.Fatalf("the backup has %d messages, want 60", got)
		}
		if strings.Contains(fmt.Sprint(rows["tables/people/000001.jsonl"]), "13800000001") {
			t.Error("a phone is in the clear")
		}
		for to, target := range fresh(t) {
			t.Run(from+" to "+to, func(t *testing.T) {
				done, err := target.Restore(t.Context(), bytes.NewReader(backup), store.RestoreOptions{})
				if err != nil {
					t.Fatal(err)
				}
				// One audit entry a unit.
				if done.RowsOf("messages") != 60 || done.RowsOf("issues") != 6 || done.RowsOf("votes") != 3 || done.Audited != 3 || len(done.Faults) != 0 {
					t.Errorf("restored %d messages, %d issues, %d votes, %d audit entries, faults %v", done.RowsOf("messages"), done.RowsOf("issues"),
						done.RowsOf("votes"), done.Audited, done.Faults)
				}
				if again := rowsOf(t, backUp(t, target)); !maps.Equal(again, rows) {
					t.Error("a backup of what was restored has other rows")
				}
				if err := target.CheckSchema(t.Context()); err != nil {
					t.Error(err)
				}
				if n := one[int](t, target, "SELECT COUNT(*) FROM issues WHERE merged_into > id AND urgent = 1"); n != 3 {
					t.Errorf("%d urgent issues merged into later ones, want 3", n)
				}
				// Whoever comes next is held to the foreign keys again.
				err = target.Write(t.Context(), func(tx *store.Tx) error {
					return tx.Raw().Exec("INSERT INTO ballot_rolls (ballot_id, person_id) VALUES (1, 1)").Error
				})
				if err == nil {
					t.Error("after the restore a row that points nowhere was taken")
				}
			})
		}
	}
}

func TestBackup_IsOfOneMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		county(t, s)
		var b bytes.Buffer
		wrote := false
		m, err := s.Backup(t.Context(), &b, func(store.BackupStep) {
			if !wrote { // while the first table is on its way, before units and people
				wrote = true
				newPlace(t, s, 77)
				talk(t, s, 77, 5)
			}
		})
		if err != nil || !wrote {
			t.Fatal(wrote, err)
		}
		if m.RowsOf("units") != 3 || m.RowsOf("messages") != 60 {
			t.Errorf("the backup has %d units and %d messages, want the 3 and 60 of its beginning", m.RowsOf("units"), m.RowsOf("messages"))
		}
		if n := one[int](t, s, "SELECT COUNT(*) FROM messages"); n != 65 {
			t.Errorf("%d messages are stored, want 65: a backup must not hold writers up", n)
		}
	})
}

func TestRestore_GoesOnAfterAnInterruption(t *testing.T) {
	source := fresh(t)["sqlite"]
	county(t, source)
	backup := backUp(t, source)
	for name, target := range fresh(t) {
		t.Run(name, func(t *testing.T) {
			ctx, kill := context.WithCancel(t.Context())
			steps := 0
			_, err := target.Restore(ctx, bytes.NewReader(backup), store.RestoreOptions{Tell: func(store.BackupStep) {
				if steps++; steps == 4 {
					kill()
				}
			}})
			if err == nil {
				t.Fatal("an interrupted restore says it is done")
			}
			if err := target.CheckSchema(t.Context()); !errors.Is(err, store.ErrHalfRestored) {
				t.Errorf("half restored, the schema is %v", err)
			}
			other := fresh(t)["sqlite"]
			newPlace(t, other, 1)
			if _, err := target.Restore(t.Context(), bytes.NewReader(backUp(t, other)), store.RestoreOptions{}); !errors.Is(err, store.ErrNotEmpty) {
				t.Errorf("another backup on top: %v", err)
			}
			done, err := target.Restore(t.Context(), bytes.NewReader(backup), store.RestoreOptions{})
			if err != nil || done.Resumed != 4 {
				t.Fatalf("resumed after %d parts, want 4: %v", done.Resumed, err)
			}
			if !maps.Equal(rowsOf(t, backUp(t, target)), rowsOf(t, backup)) {
				t.Error("what was restored in two goes has other rows")
			}
			if err := target.CheckSchema(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRestore_TwoAtOnceDoubleNothing(t *testing.T) {
	source := fresh(t)["sqlite"]
	county(t, source)
	backup := backUp(t, source)
	for name, u := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) {
			first, second := storetest.Open(t, u, storetest.NewClock(storetest.Monday())), storetest.Open(t, u, storetest.NewClock(storetest.Monday()))
			if _, err := first.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			steps := 0
			_, err := first.Restore(t.Context(), bytes.NewReader(backup), store.RestoreOptions{Tell: func(store.BackupStep) {
				if steps++; steps != 2 {
					return
				}
				if done, err := second.Restore(t.Context(), bytes.NewReader(backup), store.RestoreOptions{}); err != nil || done.Resumed != 2 {
					t.Errorf("the second went on after %d parts, want 2: %v", done.Resumed, err)
				}
			}})
			if err == nil || !strings.Contains(err.Error(), "another restore") {
				t.Errorf("the first, overtaken: %v", err)
			}
			if !maps.Equal(rowsOf(t, backUp(t, second)), rowsOf(t, backup)) {
				t.Error("other rows than the backup's")
			}
		})
	}
}

func TestRestore_RefusesADatabaseInUse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		county(t, s)
		backup := backUp(t, s)
		if _, err := s.Restore(t.Context(), bytes.NewReader(backup), store.RestoreOptions{}); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("into a database in use: %v", err)
		}
		if err := s.CheckSchema(t.Context()); err != nil {
			t.Errorf("a refused restore left its mark: %v", err)
		}
	})
}

func TestRestore_RefusesOtherSchemaAndKeys(t *testing.T) {
	source := fresh(t)["sqlite"]
	county(t, source)
	backup := backUp(t, source)
	for name, u := range storetest.URLs(t) {
		t.Run(name, func(t *testing.T) {
			target := storetest.Open(t, u, storetest.NewClock(storetest.Monday()))
			refused := func(s *store.Store, backup []byte, want error) {
				t.Helper()
				if _, err := s.Restore(t.Context(), bytes.NewReader(backup), store.RestoreOptions{}); !errors.Is(err, want) {
					t.Errorf("restore: %v, want %v", err, want)
				}
			}
			refused(target, backup, store.ErrSchemaOld)
			if _, err := target.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			refused(target, remake(t, backup, `"schema": [0-9]+`, `"schema": 1`), store.ErrBackupSchema)
			refused(target, remake(t, backup, `"sector"`, `"sectors"`), store.ErrBackupSchema)
			strangers, err := store.NewKeyring([]store.Key{{ID: "t1", Bytes: bytes.Repeat([]byte{1}, 32)}}, bytes.Repeat([]byte{2}, 32))
			if err != nil {
				t.Fatal(err)
			}
			stranger, err := store.Open(t.Context(), u, store.Options{Keys: strangers, Clock: storetest.Monday, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stranger.Close() }()
			refused(stranger, backup, store.ErrBackupKeys)
			if _, err := stranger.Restore(t.Context(), bytes.NewReader(backup), store.RestoreOptions{LostKeys: true}); err != nil {
				t.Errorf("with the keys given up: %v", err)
			}
		})
	}
}

func TestRestore_NoticesDamageBeforeWriting(t *testing.T) {
	source := fresh(t)["sqlite"]
	county(t, source)
	backup := backUp(t, source)
	target := fresh(t)["sqlite"]
	flipped := slices.Clone(backup)
	flipped[len(flipped)/2] ^= 1
	for name, b := range map[string][]byte{
		"nothing":         nil,
		"not a backup":    []byte("PK\x03\x04 something else"),
		"cut short":       backup[:len(backup)*2/3],
		"last bytes gone": backup[:len(backup)-4],
		"a bit flipped":   flipped,
		"a row changed":   remake(t, backup, "路灯不亮", "路灯亮了"),
		"a row taken out": remake(t, backup, `(?m)^\[.*第2镇.*\]\n`, ""),
		"a digest":        remake(t, backup, `"sha256": "[0-9a-f]{8}`, `"sha256": "00000000`),
		"no manifest":     without(t, backup, "manifest.json"),
		"a table lost":    without(t, backup, "tables/people/000001.jsonl"),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := target.Restore(t.Context(), bytes.NewReader(b), store.RestoreOptions{}); !errors.Is(err, store.ErrBackupDamaged) {
				t.Errorf("restore: %v, want it called damaged", err)
			}
			if n := one[int](t, target, "SELECT (SELECT COUNT(*) FROM units) + (SELECT COUNT(*) FROM restores)"); n != 0 {
				t.Errorf("%d rows were written", n)
			}
		})
	}
}

func TestRestore_TellsOfAFaultTheSourceHad(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		county(t, s)
		write(t, s, func(tx *store.Tx) error {
			return tx.Raw().Exec("UPDATE audit_entries SET reason = '别的' WHERE seq = 1").Error
		})
		done, err := fresh(t)["sqlite"].Restore(t.Context(), bytes.NewReader(backUp(t, s)), store.RestoreOptions{})
		if err != nil || len(done.Faults) != 1 || done.Faults[0].Seq != 1 {
			t.Errorf("faults %+v, %v; want the one entry that was changed", done.Faults, err)
		}
	})
}

func TestBackup_BytesThatAreNoText(t *testing.T) {
	source, target := fresh(t)["sqlite"], fresh(t)["sqlite"]
	write(t, source, func(tx *store.Tx) error {
		return tx.Raw().Exec("INSERT INTO sequences (name, value) VALUES (CAST(x'ff00fe22' AS TEXT), 9007199254740993)").Error
	})
	if _, err := target.Restore(t.Context(), bytes.NewReader(backUp(t, source)), store.RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	got := one[string](t, target, "SELECT typeof(name) || hex(name) || value FROM sequences")
	if want := "textFF00FE229007199254740993"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzCheckBackup(f *testing.F) {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	_, _ = zip.Write([]byte("tables/units/000001.jsonl"))
	_ = zip.Close()
	f.Add(b.Bytes())
	f.Add([]byte(nil))
	f.Add(tarGz(f, []entry{{"tables/units/000001.jsonl", []byte("[1]\n")}, {"manifest.json", []byte(`{"format":1}`)}}))
	f.Add(tarGz(f, []entry{{"manifest.json", []byte(`{"format":1,"tables":[{"name":"units","rows":0}]}`)}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := store.CheckBackup(bytes.NewReader(b))
		if err == nil && m.Format != 1 {
			t.Errorf("took a backup of format %d", m.Format)
		}
	})
}
