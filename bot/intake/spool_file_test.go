package intake_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tongshishang/bot/intake"
	"tongshishang/store"
	"tongshishang/store/storetest"
)

const roomy = 64 << 20

// openSpool opens a spool until the test ends.
func openSpool(t *testing.T, path string, limit int64) *intake.Spool {
	t.Helper()
	s, err := intake.OpenSpool(path, storetest.Keys(t), limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func reopen(t *testing.T, s *intake.Spool, path string) *intake.Spool {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return openSpool(t, path, roomy)
}

func texts(t *testing.T, s *intake.Spool) []string {
	t.Helper()
	got, err := s.Texts()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestSpool_KeepsOrderAcrossRestarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spool.db")
	s := openSpool(t, path, roomy)
	for _, at := range []uint64{7, 300, 9, 70_000} { // not the order of writing and not that of the digits
		if err := s.Keep(at, say(1, int(at))); err != nil {
			t.Fatal(err)
		}
	}
	s = reopen(t, s, path)
	if got := texts(t, s); !slices.Equal(got, []string{"7", "9", "300", "70000"}) || s.Len() != 4 {
		t.Errorf("%d messages wait: %v", s.Len(), got)
	}
}

func TestSpool_FullTakesNoMoreAndCountsAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spool.db")
	s := openSpool(t, path, 4096)
	m := say(1, 1)
	m.Text = strings.Repeat("水", 300) // 900 bytes, more when sealed: four of them don't fit
	kept := 0
	for at := range uint64(10) {
		err := s.Keep(at, m)
		if err != nil && !errors.Is(err, intake.ErrSpoolFull) {
			t.Fatal(err)
		}
		if err == nil {
			kept++
		}
	}
	if kept == 0 || kept > 3 || s.Len() != kept {
		t.Errorf("kept %d and %d wait", kept, s.Len())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openSpool(t, path, 4096)
	if err := s.Keep(99, m); !errors.Is(err, intake.ErrSpoolFull) || s.Len() != kept {
		t.Errorf("opened again: %v, %d wait", err, s.Len())
	}
}

func TestSpool_IsSealed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spool.db")
	s := openSpool(t, path, roomy)
	m := say(1, 1)
	m.Text, m.SenderName = "李大山家的水管爆了,电话13800000001", "李大山"
	if err := s.Keep(1, m); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"13800000001", "李大山", "水管", m.Sender} {
		if bytes.Contains(file, []byte(private)) {
			t.Errorf("%q stands in the file", private)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestOpenSpool_Refuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "spool.db")
	s := openSpool(t, path, roomy)
	if err := s.Keep(1, say(1, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := intake.OpenSpool(path, storetest.Keys(t), roomy); !errors.Is(err, intake.ErrSpoolInUse) {
		t.Errorf("opened twice: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	rotated, err := store.NewKeyring([]store.Key{{ID: "t2", Bytes: bytes.Repeat([]byte("n"), 32)}}, bytes.Repeat([]byte("l"), 32))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := intake.OpenSpool(path, rotated, roomy); err == nil {
		t.Error("opened without the key of what waits in it")
	}
	if got := texts(t, openSpool(t, path, roomy)); !slices.Equal(got, []string{"1"}) {
		t.Errorf("with the key again: %v", got)
	}
}

// filled is a spool's file with n messages, each in a write of its own, as it was before the last write and after it.
func filled(t *testing.T, n int) (before, after []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spool.db")
	s := openSpool(t, path, roomy)
	for at := range n {
		if at == n-1 {
			before = read(t, path)
		}
		m := say(1, at)
		m.SenderName = strings.Repeat("长", 100)
		if err := s.Keep(uint64(at), m); err != nil {
			t.Fatal(err)
		}
	}
	return before, read(t, path)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// opened opens a file with the contents and returns the texts in it; all may fail.
func opened(t *testing.T, contents []byte) ([]string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, contents, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := intake.OpenSpool(path, storetest.Keys(t), roomy)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }()
	return s.Texts()
}

func counted(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprint(i))
	}
	return out
}

// TestOpenSpool_DamagedFile cuts the file off, or wipes or garbles its end, at many points after the writes were acknowledged:
// every message is there, or the file isn't opened at all. Pages 0 and 1 are left out: one of them being damaged can't be told from
// a write that was torn, which TestOpenSpool_TornWrite shows.
func TestOpenSpool_DamagedFile(t *testing.T) {
	const n = 40
	_, file := filled(t, n)
	whole, refused := 0, 0
	for at := 2 * os.Getpagesize(); at < len(file); at += 1531 { // a prime, so that all places in a page have their turn
		wiped, garbled := slices.Clone(file), slices.Clone(file)
		clear(wiped[at:])
		for i := at; i < min(at+1531, len(file)); i++ {
			garbled[i] ^= 0xa5
		}
		for name, contents := range map[string][]byte{"cut off": file[:at], "wiped": wiped, "garbled": garbled} {
			got, err := opened(t, contents)
			switch {
			case err != nil:
				refused++
			case slices.Equal(got, counted(n)):
				whole++
			default:
				t.Errorf("%s at %d of %d: opened with %d of %d messages", name, at, len(file), len(got), n)
			}
		}
	}
	if whole == 0 || refused == 0 {
		t.Errorf("opened whole %d times and refused %d times: one of the two was never tried", whole, refused)
	}
}

// TestOpenSpool_TornWrite ends a write at every page, before the page that switches over to it is there: the file is as it was
// before the write.
func TestOpenSpool_TornWrite(t *testing.T) {
	const n = 40
	before, after := filled(t, n)
	page := os.Getpagesize()
	for at := 2 * page; at <= len(after); at += page { // pages 0 and 1 switch over
		torn := slices.Clone(after)
		copy(torn, before[:2*page])
		if at < len(before) {
			copy(torn[at:], before[at:])
		}
		got, err := opened(t, torn)
		if err != nil || !slices.Equal(got, counted(n-1)) {
			t.Errorf("torn at %d of %d: %d messages, %v", at, len(after), len(got), err)
		}
	}
	switched := slices.Clone(after)
	for i := range 2 { // whichever of the two was being written, the write of it broke off
		torn := slices.Clone(switched)
		if bytes.Equal(before[i*page:(i+1)*page], after[i*page:(i+1)*page]) {
			continue
		}
		clear(torn[i*page+32 : (i+1)*page])
		if got, err := opened(t, torn); err != nil || !slices.Equal(got, counted(n-1)) {
			t.Errorf("torn in page %d: %d messages, %v", i, len(got), err)
		}
	}
}
