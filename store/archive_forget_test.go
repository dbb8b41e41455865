package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

// personal counts what is left of personal data: messages with a sealed original, with a payload, with a name, issues with a phone.
func personal(t *testing.T, s *store.Store) string {
	t.Helper()
	return one[string](t, s, "SELECT CONCAT((SELECT COUNT(sealed) FROM messages), ' ', (SELECT COUNT(payload) FROM messages), ' ', "+
		"(SELECT COUNT(*) FROM messages WHERE sender_name <> ''), ' ', (SELECT COUNT(*) FROM issues WHERE contact <> ''))")
}

// withPhone is an issue last touched in May whose reporter wrote a phone.
func withPhone(t *testing.T, s *store.Store, p place, seq int, status bot.Status) {
	t.Helper()
	i := p.issue(t, s, seq)
	write(t, s, func(tx *store.Tx) error {
		return tx.Raw().Exec("UPDATE issues SET status = ?, contact = 'sealed', updated_at = '2026-05-20 00:00:00.000000' WHERE id = ?", string(status), i.ID).Error
	})
}

func TestForget_ErasesWhatIsOverdueAndNothingElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		spring(t, s, 18) // each month has two messages with a phone, which are sealed, and sixteen with a payload instead
		p := newPlace(t, s, 7)
		withPhone(t, s, p, 1, bot.StatusClosed)
		withPhone(t, s, p, 2, bot.StatusAssigned) // still open
		write(t, s, func(tx *store.Tx) error {
			waits := said(409, month(t, "2026-05").From().Add(time.Hour), store.MessageFailed) // text 4 has the phone
			return tx.SaveMessages([]store.Record{waits})
		})
		if got := personal(t, s); got != "7 48 55 2" {
			t.Fatalf("to begin with: %s", got)
		}
		bodies, stats := one[string](t, s, "SELECT GROUP_CONCAT(body) FROM messages"), activity(t, s)
		a, _ := archive(t, s, nil)
		for _, dryRun := range []bool{true, false} {
			done, err := a.Forget(t.Context(), month(t, "2026-07"), dryRun)
			if err != nil || done.Messages != 36 || done.Issues != 1 || len(done.Files) != 0 || !done.Before.Equal(month(t, "2026-07").From()) {
				t.Fatalf("dry run %t: %+v, %v, want the 36 messages of May and June and one issue", dryRun, done, err)
			}
			if got := personal(t, s); dryRun && got != "7 48 55 2" {
				t.Errorf("a dry run erased: %s", got)
			}
		}
		// July's two, sixteen and eighteen, and the one that is still waiting, which has its payload sealed.
		if got := personal(t, s); got != "3 16 19 1" {
			t.Errorf("left: %s", got)
		}
		if again, err := a.Forget(t.Context(), month(t, "2026-07"), false); err != nil || again.Messages != 0 || again.Issues != 0 {
			t.Errorf("again: %+v, %v", again, err)
		}
		if one[string](t, s, "SELECT GROUP_CONCAT(body) FROM messages") != bodies || activity(t, s) != stats {
			t.Error("masked texts or counts changed")
		}
		if n := one[int](t, s, "SELECT COUNT(*) FROM audit_entries WHERE action IN ('forget', 'forgotten')"); n != 4 {
			t.Errorf("%d audit entries of two runs, want begin and end of each", n)
		}
	})
}

func TestForget_WritesArchivesAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		spring(t, s, 18)
		a, folder := archive(t, s, nil)
		was, err := a.Out(t.Context(), month(t, "2026-07"))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, "messages-2026-05.csv.gz")
		old, err := os.ReadFile(path)
		if err != nil || !strings.Contains(unzipped(t, path), "t1:") {
			t.Fatalf("nothing sealed in the archive: %v", err)
		}
		done, err := a.Forget(t.Context(), month(t, "2026-06"), false)
		if err != nil || done.Messages != 0 || len(done.Files) != 1 || done.Files[0].Month != "2026-05" || done.Files[0].ErasedAt.IsZero() {
			t.Fatalf("%+v, %v, want May's file", done, err)
		}
		text := unzipped(t, path)
		for _, word := range []string{"t1:", "王😀", "@chatroom"} {
			if strings.Contains(text, word) {
				t.Errorf("the archive still has %q", word)
			}
		}
		if !strings.Contains(text, "138****0001") || done.Files[0].SHA256 == was[0].SHA256 || done.Files[0].Rows != 18 {
			t.Errorf("%+v", done.Files[0])
		}
		// A run that died before the new file had its name left both.
		fresh, err := os.ReadFile(path)
		if err == nil {
			err = errors.Join(os.WriteFile(path+".part", fresh, 0o600), os.WriteFile(path, old, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Back(t.Context(), month(t, "2026-05")); err != nil {
			t.Fatal(err)
		}
		// May without, July with: 18 messages, two of them sealed. June is in its file.
		if got := personal(t, s); got != "2 16 18 0" {
			t.Errorf("left: %s", got)
		}
		if n := one[int](t, s, "SELECT COUNT(*) FROM messages WHERE body LIKE '%138****0001%'"); n != 4 {
			t.Errorf("%d masked texts, want two of May and two of July", n)
		}
	})
}

func TestForget_AFileThatIsGoneIsToldOf(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store, _ *storetest.Clock) {
		spring(t, s, 18)
		a, folder := archive(t, s, nil)
		if _, err := a.Out(t.Context(), month(t, "2026-07")); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(folder, "messages-2026-05.csv.gz")); err != nil {
			t.Fatal(err)
		}
		done, err := a.Forget(t.Context(), month(t, "2026-07"), false)
		if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "messages-2026-05.csv.gz") || len(done.Files) != 1 || done.Files[0].Month != "2026-06" {
			t.Errorf("%+v, %v", done, err)
		}
	})
}
