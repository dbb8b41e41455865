package store_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// shanghai is the county's zone: months begin there at 16:00 UTC of the day before.
func shanghai(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func month(t testing.TB, text string) store.Month {
	t.Helper()
	m, err := store.ParseMonth(text, shanghai(t))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// archive is an archive in a folder of the test, and tell what is called at each of its steps.
func archive(t testing.TB, s *store.Store, tell func(store.ArchiveStep)) (*store.Archive, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "archive")
	return archiveIn(t, s, folder, tell), folder
}

func archiveIn(t testing.TB, s *store.Store, folder string, tell func(store.ArchiveStep)) *store.Archive {
	t.Helper()
	return store.NewArchive(s, store.ArchiveOptions{Folder: folder, Zone: shanghai(t), By: "张三", Tell: tell})
}

// said is a message of the tests: the n-th, received at a time, whose text is awkward now and then.
func said(n int, received time.Time, state store.MessageState) store.Record {
	texts := []string{"=cmd|' /C calc'!A0", "一,二\"三\"\r\n第二行\n😀𠮷", "'引号", "\t制表", "路灯坏了,电话13800000001", "a\x00b", strings.Repeat("长", 700), " ", ""}
	m := &bot.Message{Channel: "qun", ID: fmt.Sprint("m", n), Kind: bot.KindText, Group: group(n % 3).Group, Sender: "wxid_a", SenderName: "王😀",
		Text: texts[n%len(texts)], SentAt: received.Add(-time.Second), ReceivedAt: received}
	if n%10 == 0 {
		m.Kind = bot.KindEvent
	}
	r := store.Record{ID: int64(1000 + n), Key: m.Key(), ConversationID: int64(1 + n%3), Message: m, State: state, HandledAt: received.Add(time.Second),
		Masked: strings.ReplaceAll(m.Text, "13800000001", "138****0001")}
	if n%4 == 0 {
		r.Answer = bot.Answer{Text: fmt.Sprintf("已登记 #%03d\n请放心", n)}
	}
	return r
}

// spring stores n messages in each of three months, the first and the last moment of each among them, under ids that grow with
// the months; and a few columns that only SQL can give such values.
func spring(t testing.TB, s *store.Store, n int) (records []store.Record) {
	t.Helper()
	for i, name := range []string{"2026-05", "2026-06", "2026-07"} {
		m := month(t, name)
		for k := range n {
			received := m.From().Add(m.To().Sub(m.From()) / time.Duration(n) * time.Duration(k))
			if k == n-1 {
				received = m.To().Add(-time.Microsecond)
			}
			records = append(records, said(i*n+k, received, store.MessageHandled))
		}
	}
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.SaveMessages(records); err != nil {
			return err
		}
		return tx.Raw().Exec("UPDATE messages SET answer = '', payload = '' WHERE id = 1003").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, dialect := s.SQL(); dialect == "sqlite" { // MariaDB refuses such a text
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.Raw().Exec("UPDATE messages SET body = CAST(x'ff00fe22' AS TEXT) WHERE id = 1005").Error
		}); err != nil {
			t.Fatal(err)
		}
	}
	return records
}

// stored is every row of messages, to the letter.
func stored(t *testing.T, s *store.Store) string {
	t.Helper()
	rows := rowsOf(t, backUp(t, s))
	var all strings.Builder
	for part := 1; ; part++ {
		lines, ok := rows[fmt.Sprintf("tables/messages/%06d.jsonl", part)]
		if !ok {
			return all.String()
		}
		all.WriteString(lines)
	}
}

// counts is what there is of archiving: messages, slim rows, files, runs.
func counts(t *testing.T, s *store.Store) string {
	t.Helper()
	return one[string](t, s, "SELECT CONCAT((SELECT COUNT(*) FROM messages), ' ', (SELECT COUNT(*) FROM archived_messages), ' ', (SELECT COUNT(*) FROM archives), ' ', (SELECT COUNT(*) FROM archive_runs))")
}

// unzipped is the text of an archive's file.
func unzipped(t *testing.T, path string) string {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	zip, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	if _, err := io.WriteString(zip, text); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// activity is the county's counts over all time.
func activity(t *testing.T, s *store.Store) (a store.Activity) {
	t.Helper()
	read(t, s, func(tx *store.Tx) error {
		var err error
		a, err = tx.TallyActivity(store.Span{From: time.Unix(0, 0), To: storetest.Monday()})
		return err
	})
	return a
}
