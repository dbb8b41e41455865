package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"tongshishang/store"
	"tongshishang/store/storetest"
)

// 2,000 messages of 6 kB are 12 MiB; no way may hold a third of that.
func TestArchive_MemoryStaysBounded(t *testing.T) {
	const messages, most = 2_000, 4 << 20
	storetest.Each(t, func(t *testing.T, s *store.Store, clock *storetest.Clock) {
		manyMessages(t, s, messages)
		write(t, s, func(tx *store.Tx) error {
			return tx.Raw().Exec("UPDATE messages SET state = 'handled', sender_name = '王'").Error
		})
		clock.Set(storetest.Monday().AddDate(0, 1, 0))
		peak := peakHeap(t)
		a, folder := archive(t, s, func(store.ArchiveStep) { peak.look(store.BackupStep{}) })
		within := func(what string, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %d MiB of heap", what, peak.most>>20)
			if peak.most > most {
				t.Errorf("%s held %d MiB", what, peak.most>>20)
			}
			peak.most = 0
		}
		done, err := a.Out(t.Context(), month(t, "2026-12"))
		within("moving out", err)
		if len(done) != 1 || done[0].Rows != messages {
			t.Fatalf("moved %+v", done)
		}
		_, err = a.Forget(t.Context(), month(t, "2026-12"), false)
		within("erasing in the file", err)
		_, err = a.Back(t.Context(), month(t, "2026-11"))
		within("bringing back", err)
		if info, err := os.Stat(filepath.Join(folder, done[0].File)); err != nil || info.Size() == 0 {
			t.Error(info, err)
		}
	})
}
