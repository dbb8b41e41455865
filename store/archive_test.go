package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tongshishang/store"
	"tongshishang/store/storetest"
)

func TestArchive_OutAndBackToTheLetter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		spring(t, s, 30)
		before, stats := stored(t, s), activity(t, s)
		a, folder := archive(t, s, nil)
		done, err := a.Out(t.Context(), month(t, "2026-07"))
		if err != nil || len(done) != 2 {
			t.Fatalf("moved %+v, %v, want two months", done, err)
		}
		for i, name := range []string{"2026-05", "2026-06"} {
			if done[i].Month != name || done[i].Rows != 30 || done[i].State != store.ArchiveOut || done[i].File != "messages-"+name+".csv.gz" {
				t.Errorf("moved %+v, want the 30 messages of %s", done[i], name)
			}
			if info, err := os.Stat(filepath.Join(folder, done[i].File)); err != nil || info.Mode().Perm() != 0o600 || info.Size() != done[i].Bytes {
				t.Errorf("%s: %v, %v", done[i].File, info, err)
			}
		}
		if got := counts(t, s); got != "30 60 2 0" { // July's; slim rows of May and June
			t.Errorf("messages, slim rows, files, runs: %s", got)
		}
		if got := activity(t, s); got != stats || got.Messages != 81 { // a tenth are events
			t.Errorf("counted %+v, before %+v", got, stats)
		}
		if list, err := a.List(t.Context()); err != nil || !slices.Equal(list, done) {
			t.Errorf("listed %+v, %v, want %+v", list, err, done)
		}
		for _, name := range []string{"2026-06", "2026-05"} {
			if back, err := a.Back(t.Context(), month(t, name)); err != nil || len(back) != 1 || back[0].Rows != 30 {
				t.Errorf("back %+v, %v", back, err)
			}
		}
		if got := counts(t, s); got != "90 0 0 0" {
			t.Errorf("messages, slim rows, files, runs: %s", got)
		}
		if stored(t, s) != before {
			t.Error("what came back isn't what went out")
		}
		if checked, faults := verified(t, s); checked != 8 || len(faults) != 0 { // begun and done, out and back, of two months
			t.Errorf("%d audit entries, faults %v", checked, faults)
		}
	})
}

func verified(t *testing.T, s *store.Store) (checked int64, faults []store.AuditFault) {
	t.Helper()
	read(t, s, func(tx *store.Tx) error {
		var err error
		checked, faults, err = tx.VerifyAudit()
		return err
	})
	return checked, faults
}

// A column that messages get must be given its place in the archives.
func TestArchive_HasEveryColumn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		want := slices.DeleteFunc(columns(t, s), func(c string) bool { return !strings.HasPrefix(c, "messages.") })
		if got := slices.Sorted(slices.Values(store.ArchiveColumns())); !slices.Equal(got, want) {
			t.Errorf("an archive has %v, messages have %v", got, want)
		}
	})
}

func TestArchive_FileAsPeopleReadIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		spring(t, s, 5)
		a, folder := archive(t, s, nil)
		if _, err := a.Out(t.Context(), month(t, "2026-06")); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(unzipped(t, filepath.Join(folder, "messages-2026-05.csv.gz")), "\r\n")
		head := "\ufeffid,received_at,sent_at,channel,conversation_id,sender,sender_name,kind,intent,body,answer,quote_id,event,event_key,state,handled_at," +
			"attempts,error,ext_id,dedup_key,payload,sealed,crc32"
		if lines[0] != head {
			t.Errorf("head %q", lines[0])
		}
		first := "1000,2026-04-30 16:00:00.000000,2026-04-30 15:59:59.000000,qun,1,wxid_a,王😀,event,,'=cmd|' /C calc'!A0,\"已登记 #000\n请放心\",,,,handled,2026-04-30 16:00:01.000000,0,,m0,"
		if !strings.HasPrefix(lines[1], first) {
			t.Errorf("first row %q, want it to begin %q", lines[1], first)
		}
		// Message 1003 has an empty answer and payload where others have NULL.
		if row := lines[5]; !strings.HasPrefix(row, "1003,") || !strings.Contains(row, ",'\t制表,',,,,handled,") {
			t.Errorf("row of message 1003: %q", row)
		}
	})
}

func TestArchive_WhatWaitsStaysAndFollowsLater(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		spring(t, s, 10)
		may := month(t, "2026-05").From().Add(time.Hour)
		waiting := []store.Record{said(500, may, store.MessageReceived), said(501, may, store.MessageFailed), said(502, may, store.MessageDead)}
		write(t, s, func(tx *store.Tx) error { return tx.SaveMessages(waiting) })
		before := stored(t, s)
		a, folder := archive(t, s, nil)
		months, err := a.Months(t.Context())
		if err != nil || len(months) != 3 || months[0].Month.String() != "2026-05" || months[0].Rows != 10 || months[0].Waiting != 3 || months[2].Waiting != 0 {
			t.Fatalf("months %+v, %v", months, err)
		}
		out := func(want string) {
			t.Helper()
			if _, err := a.Out(t.Context(), month(t, "2026-06")); err != nil {
				t.Fatal(err)
			}
			if got := counts(t, s); got != want {
				t.Errorf("messages, slim rows, files, runs: %s, want %s", got, want)
			}
		}
		out("23 10 1 0")
		out("23 10 1 0") // nothing more to do
		write(t, s, func(tx *store.Tx) error {
			done := waiting[1]
			done.State = store.MessageHandled
			return tx.FinishMessage(&done)
		})
		finished := stored(t, s)
		out("22 11 2 0")
		if _, err := os.Stat(filepath.Join(folder, "messages-2026-05-2.csv.gz")); err != nil {
			t.Error(err)
		}
		if back, err := a.Back(t.Context(), month(t, "2026-05")); err != nil || len(back) != 2 {
			t.Errorf("back %+v, %v, want both files", back, err)
		}
		if got := counts(t, s); got != "33 0 0 0" || strings.Count(finished, "\n") != 23 {
			t.Errorf("messages, slim rows, files, runs: %s", got)
		}
		if now := stored(t, s); now == before || strings.Count(now, `"handled"`) != 31 {
			t.Error("the message that was finished in between isn't finished any more")
		}
		// Files of a month that came back lie there still; they are never written over.
		out("22 11 1 0")
		if _, err := os.Stat(filepath.Join(folder, "messages-2026-05-3.csv.gz")); err != nil {
			t.Error(err)
		}
		if _, err := a.Back(t.Context(), month(t, "2026-04")); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a month that isn't archived: %v", err)
		}
	})
}

// Each step in turn is the last that a run does; the next run, and at last one that nobody stops, must make up for it.
func TestArchive_StoppedAnywhereLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		spring(t, s, 1100) // three batches a month
		before, stats := stored(t, s), activity(t, s)
		steps, last := 0, 0
		stop := func() {}
		a, folder := archive(t, s, func(store.ArchiveStep) {
			if steps++; steps == last {
				stop()
			}
		})
		// until runs work, stopped after one step, two, three …, and checks after each that every message is in one place.
		until := func(work func(context.Context) error) {
			t.Helper()
			for last = 1; ; last++ {
				steps = 0
				ctx, cancel := context.WithCancel(t.Context())
				stop = cancel
				err := work(ctx)
				cancel()
				if got := activity(t, s); got != stats {
					t.Fatalf("stopped at step %d: counted %+v, want %+v", last, got, stats)
				}
				if err == nil && steps < last {
					break
				}
				if !errors.Is(err, context.Canceled) && err != nil {
					t.Fatalf("stopped at step %d: %v", last, err)
				}
				if last > 100 {
					t.Fatal("never done")
				}
			}
			if last < 3 {
				t.Errorf("it was done after %d steps; nothing was interrupted", last)
			}
		}
		until(func(ctx context.Context) error { _, err := a.Out(ctx, month(t, "2026-07")); return err })
		if got := counts(t, s); got != "1100 2200 2 0" {
			t.Errorf("messages, slim rows, files, runs: %s", got)
		}
		for _, name := range []string{"2026-05", "2026-06"} {
			until(func(ctx context.Context) error {
				_, err := a.Back(ctx, month(t, name))
				if errors.Is(err, store.ErrNotFound) { // the step that was stopped was the last
					return nil
				}
				if err != nil {
					if _, other := a.Out(t.Context(), month(t, "2026-07")); !errors.Is(other, store.ErrReturnUnfinished) && other != nil {
						t.Errorf("moving out while a month is half back: %v", other)
					}
				}
				return err
			})
		}
		if stored(t, s) != before {
			t.Error("what came back isn't what went out")
		}
		left, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil || !slices.Equal(left, []string{filepath.Join(folder, "messages-2026-05.csv.gz"), filepath.Join(folder, "messages-2026-06.csv.gz")}) {
			t.Errorf("left behind: %v, %v", left, err)
		}
	})
}

// A run may die between entering its file and naming it, and may leave half a file.
func TestArchive_FilesOfADeadRun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		spring(t, s, 5)
		before := stored(t, s)
		a, folder := archive(t, s, nil)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(folder, "messages-2026-05.csv.gz")
		if err := os.WriteFile(file+".part", []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Out(t.Context(), month(t, "2026-06")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file, file+".part"); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Back(t.Context(), month(t, "2026-05")); err != nil || stored(t, s) != before {
			t.Errorf("back from a file that hadn't its name yet: %v", err)
		}
	})
}

func TestArchive_OneRunAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		spring(t, s, 1100)
		before := stored(t, s)
		folder, tries := filepath.Join(t.TempDir(), "archive"), 0
		first := archiveIn(t, s, folder, func(step store.ArchiveStep) {
			if step.Doing != store.ArchiveMoving || step.Rows != 500 {
				return
			}
			tries++
			other := archiveIn(t, s, folder, nil)
			busy := func(err error) {
				t.Helper()
				if e, ok := errors.AsType[*store.ArchiveBusyError](err); !ok || !e.Until.Equal(clock.Now().Add(30*time.Second)) {
					t.Errorf("beside a living run: %v", err)
				}
			}
			_, err := other.Out(t.Context(), month(t, "2026-06"))
			busy(err)
			_, err = other.Back(t.Context(), month(t, "2026-05"))
			busy(err)
			_, err = other.Forget(t.Context(), month(t, "2026-06"), false)
			busy(err)
			clock.Add(31 * time.Second) // the first seems dead
			if done, err := other.Out(t.Context(), month(t, "2026-06")); err != nil || len(done) != 1 || done[0].Rows != 1100 {
				t.Errorf("after a dead run: %+v, %v", done, err)
			}
		})
		_, err := first.Out(t.Context(), month(t, "2026-06"))
		if _, ok := errors.AsType[*store.ArchiveBusyError](err); !ok || tries != 1 {
			t.Errorf("the first, overtaken: %v", err)
		}
		if got := counts(t, s); got != "2200 1100 1 0" {
			t.Errorf("messages, slim rows, files, runs: %s", got)
		}
		if _, err := first.Back(t.Context(), month(t, "2026-05")); err != nil || stored(t, s) != before {
			t.Errorf("back: %v", err)
		}
	})
}

// What changed in the database after the file was written doesn't get lost with it.
func TestArchive_ChangedInBetweenStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		spring(t, s, 1100)
		a, _ := archive(t, s, func(step store.ArchiveStep) {
			if step.Doing == store.ArchiveMoving && step.Rows == 500 {
				write(t, s, func(tx *store.Tx) error {
					return tx.Raw().Exec("UPDATE messages SET body = '改过' WHERE id = 1700").Error
				})
			}
		})
		_, err := a.Out(t.Context(), month(t, "2026-06"))
		if !errors.Is(err, store.ErrArchiveStale) || !strings.Contains(err.Error(), "message 1700 in messages, column body") {
			t.Fatalf("a message changed: %v", err)
		}
		if _, err := a.Back(t.Context(), month(t, "2026-05")); err != nil {
			t.Fatal(err)
		}
		if body := one[string](t, s, "SELECT body FROM messages WHERE id = 1700"); body != "改过" || counts(t, s) != "3300 0 0 0" {
			t.Errorf("body %q; messages, slim rows, files, runs: %s", body, counts(t, s))
		}
	})
}

func TestArchive_DamagedFileBringsNothingBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		spring(t, s, 30)
		a, folder := archive(t, s, nil)
		if _, err := a.Out(t.Context(), month(t, "2026-07")); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, "messages-2026-05.csv.gz")
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := unzipped(t, path)
		june, err := os.ReadFile(filepath.Join(folder, "messages-2026-06.csv.gz"))
		if err != nil {
			t.Fatal(err)
		}
		changed := func(old, by string) []byte {
			if !strings.Contains(text, old) {
				t.Fatalf("nothing in the archive is like %q", old)
			}
			return zipped(t, strings.Replace(text, old, by, 1))
		}
		last := text[strings.LastIndex(text[:len(text)-2], "\r\n")+2:]
		files := map[string]struct {
			file []byte
			says string
		}{
			"nothing":                {nil, "not gzipped"},
			"no archive":             {[]byte("PK\x03\x04 something else"), "not gzipped"},
			"cut short":              {whole[:len(whole)*2/3], "unexpected EOF"},
			"end gone":               {whole[:len(whole)-4], "unexpected EOF"},
			"of another month":       {june, "line 2: a message received at 2026-05-31T16:00:00Z isn't of 2026-05"},
			"a text changed":         {changed("138****0001", "138****0002"), "line 9: the row isn't the one that was written"},
			"saved by a spreadsheet": {changed("1003,", "1.003E+03,"), "line 8: column id"},
			"a column renamed":       {changed("quote_id", "quote"), "line 1: the head has a column \"quote\""},
			"a row taken out":        {zipped(t, strings.TrimSuffix(text, last)), "has 29 rows, 30 were written"},
			"a row twice":            {zipped(t, text+last), "stands behind message 1029"},
			"half a row":             {zipped(t, text[:len(text)-10]), "the file ends in the middle of a row"},
			"packed again":           {zipped(t, text), "its SHA-256 isn't"},
		}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if err := os.WriteFile(path, files[name].file, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := a.Back(t.Context(), month(t, "2026-05"))
			if !errors.Is(err, store.ErrArchiveDamaged) || !strings.Contains(fmt.Sprint(err), files[name].says) {
				t.Errorf("%s: %v, want it to say %q", name, err, files[name].says)
			}
			if got := counts(t, s); got != "30 60 2 0" {
				t.Fatalf("%s: messages, slim rows, files, runs: %s", name, got)
			}
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Back(t.Context(), month(t, "2026-05")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("no file: %v", err)
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Back(t.Context(), month(t, "2026-05")); err != nil {
			t.Errorf("the right file: %v", err)
		}
	})
}
