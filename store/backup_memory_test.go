package store_test

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"tongshishang/store"
	"tongshishang/store/storetest"
)

// 10,000 messages of 6 kB are 60 MiB; neither way may hold a quarter of that.
func TestBackup_MemoryStaysBounded(t *testing.T) {
	const messages, most = 10_000, 15 << 20
	dbs, targets := fresh(t), fresh(t)
	for name, s := range dbs {
		t.Run(name, func(t *testing.T) {
			manyMessages(t, s, messages)
			file, err := os.CreateTemp(t.TempDir(), "backup")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = file.Close() }()
			peak := peakHeap(t)
			if _, err := s.Backup(t.Context(), file, peak.look); err != nil {
				t.Fatal(err)
			}
			if peak.most > most {
				t.Errorf("a backup held %d MiB", peak.most>>20)
			}
			if _, err := file.Seek(0, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			info, _ := file.Stat()
			t.Logf("backup: %d MiB of heap, file %d MiB", peak.most>>20, info.Size()>>20)
			peak = peakHeap(t)
			done, err := targets[name].Restore(t.Context(), file, store.RestoreOptions{Tell: peak.look})
			if err != nil || done.RowsOf("messages") != messages {
				t.Fatal(done.RowsOf("messages"), err)
			}
			if peak.most > most {
				t.Errorf("a restore held %d MiB", peak.most>>20)
			}
			t.Logf("restore: %d MiB of heap", peak.most>>20)
		})
	}
}

// manyMessages stores n messages of 6 kB.
func manyMessages(t *testing.T, s *store.Store, n int) {
	t.Helper()
	body := strings.Repeat("路灯坏了。", 400)
	write(t, s, func(tx *store.Tx) error {
		for have := 0; have < n; {
			var values []any
			rows := 0
			for ; rows < 100 && have < n; rows++ {
				have++
				values = append(values, have, fmt.Sprintf("%064x", have), body, storetest.Monday(), storetest.Monday())
			}
			query := "INSERT INTO messages (id, dedup_key, conversation_id, body, sent_at, received_at) VALUES " +
				strings.TrimSuffix(strings.Repeat("(?,?,1,?,?,?),", rows), ",")
			for i, v := range values {
				if at, ok := v.(time.Time); ok {
					values[i] = at.Format("2006-01-02 15:04:05.000000")
				}
			}
			if err := tx.Raw().Exec(query, values...).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// heap watches how far the live heap rises above where it began.
type heap struct{ base, most int64 }

func peakHeap(t *testing.T) *heap {
	t.Helper()
	h := &heap{}
	h.base = live()
	return h
}

func (h *heap) look(store.BackupStep) { h.most = max(h.most, live()-h.base) }

func live() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
