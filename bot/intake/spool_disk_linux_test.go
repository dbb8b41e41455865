package intake_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// smallDisk is a folder on a disk of its own, of so many KiB.
func smallDisk(t *testing.T, kib int) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dk", kib))
	if errors.Is(err, syscall.EPERM) {
		t.Skip("only root may mount a disk")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestSpool_DiskIsFull fills the disk below a spool that has room by its own limit: what doesn't fit is refused, what was kept stays,
// and with room again it takes more.
func TestSpool_DiskIsFull(t *testing.T) {
	dir := smallDisk(t, 512)
	path, ballast := filepath.Join(dir, "spool.db"), filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 200<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openSpool(t, path, roomy)
	message := func(at uint64) error {
		m := say(1, int(at))
		m.Text += strings.Repeat(" 水渠塌了", 400)
		return s.Keep(at, m)
	}
	var kept []string
	var refusal error
	for at := uint64(1); at <= 200 && refusal == nil; at++ {
		if refusal = message(at); refusal == nil {
			kept = append(kept, fmt.Sprint(at))
		}
	}
	if !errors.Is(refusal, syscall.ENOSPC) || len(kept) == 0 {
		t.Fatalf("kept %d, then: %v; want no space left", len(kept), refusal)
	}
	numbers := func() (out []string) {
		for _, text := range texts(t, s) {
			number, _, _ := strings.Cut(text, " ")
			out = append(out, number)
		}
		return out
	}
	if got := numbers(); !slices.Equal(got, kept) || s.Len() != len(kept) {
		t.Errorf("after the refusal %v wait, want %v", got, kept)
	}
	s = reopen(t, s, path) // as after a crash
	if got := numbers(); !slices.Equal(got, kept) {
		t.Errorf("opened again on the full disk %v wait, want %v", got, kept)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := message(999); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if got := numbers(); !slices.Equal(got, append(kept, "999")) {
		t.Errorf("with room again %v wait", got)
	}
}
