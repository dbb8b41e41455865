package intake_test

import (
	"path/filepath"
	"slices"
	"testing"

	"tongshishang/bot/intake"
)

// asides returns the ids of the messages that are set aside, in order, and their texts.
func asides(t *testing.T, s *intake.Spool) (ids []uint64, texts []string) {
	t.Helper()
	err := s.EachAside(func(a intake.Aside) {
		ids = append(ids, a.ID)
		if a.Err != nil {
			texts = append(texts, "unreadable")
			return
		}
		texts = append(texts, a.Message.Text)
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids, texts
}

// TestSpool_AsideIsListedDroppedAndRevived sets three of five messages aside, drops one for ever and puts the others back at their
// places.
func TestSpool_AsideIsListedDroppedAndRevived(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spool.db")
	s := openSpool(t, path, roomy)
	for at := uint64(1); at <= 5; at++ {
		if err := s.Keep(at, say(1, int(at))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Bury(1, 2, 4); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s, path)
	ids, said := asides(t, s)
	if !slices.Equal(ids, []uint64{1, 2, 4}) || !slices.Equal(said, []string{"1", "2", "4"}) || s.Dead() != 3 || s.Len() != 2 {
		t.Errorf("%v %v aside, %d by count, %d wait", ids, said, s.Dead(), s.Len())
	}
	for id, want := range map[uint64]bool{2: true, 3: false, 99: false} { // 3 waits and isn't aside
		if found, err := s.Drop(id); found != want || err != nil {
			t.Errorf("drop %d: %v, %v", id, found, err)
		}
	}
	if n, err := s.Revive(); n != 2 || err != nil {
		t.Errorf("revived %d, %v", n, err)
	}
	for range 2 { // the second time after a restart
		if got := texts(t, s); !slices.Equal(got, []string{"1", "3", "4", "5"}) || s.Len() != 4 || s.Dead() != 0 {
			t.Errorf("%v wait, %d by count, %d aside", got, s.Len(), s.Dead())
		}
		s = reopen(t, s, path)
	}
}

// TestSpool_AsideTakesItsPartOfTheLimit sets everything aside that fits: nothing more does until something is dropped.
func TestSpool_AsideTakesItsPartOfTheLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spool.db")
	s := openSpool(t, path, 4096)
	fill := func(from uint64) (kept []uint64) {
		for at := from; at < from+100; at++ {
			if s.Keep(at, say(1, int(at))) == nil {
				kept = append(kept, at)
			}
		}
		return kept
	}
	first := fill(1)
	if err := s.Bury(first...); err != nil {
		t.Fatal(err)
	}
	if more := fill(1000); len(first) == 0 || len(more) != 0 {
		t.Errorf("%d kept and %d more beside those set aside", len(first), len(more))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openSpool(t, path, 4096)
	if more := fill(2000); len(more) != 0 {
		t.Errorf("%d more after a restart", len(more))
	}
	if found, err := s.Drop(first[0]); !found || err != nil {
		t.Errorf("drop: %v, %v", found, err)
	}
	if more := fill(3000); len(more) != 1 {
		t.Errorf("%d more in the place of one", len(more))
	}
}
