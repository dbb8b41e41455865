package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// bytesFrom is a source of randomness that counts up from first.
func bytesFrom(first byte) *bytes.Reader {
	list := make([]byte, 96)
	for i := range list {
		list[i] = first + byte(i)
	}
	return bytes.NewReader(list)
}

func TestEnsureKeys_CreatesOnceAndReadsAfter(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first := Config{DataDir: dir}
	created, err := first.EnsureKeys(bytesFrom(0))
	if err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
	key, err := first.Keys.Encryption[0].Key.Key()
	if err != nil || key[0] != 0 || key[31] != 31 {
		t.Errorf("encryption key %v, %v", key, err)
	}
	// The first four bytes of the SHA-256 of the bytes 0 to 31.
	if id := first.Keys.Encryption[0].ID; id != "k630dcd29" {
		t.Errorf("key id %q", id)
	}
	info, err := os.Stat(filepath.Join(dir, "keys.yaml"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("the folder holds more than the keys: %v", entries)
	}

	second := Config{DataDir: dir}
	created, err = second.EnsureKeys(bytesFrom(100))
	if err != nil || created {
		t.Fatalf("second time: created %v, %v", created, err)
	}
	if second.Keys.Lookup.Reveal() != first.Keys.Lookup.Reveal() || second.Keys.Links.Reveal() != first.Keys.Links.Reveal() {
		t.Error("the second start has other keys")
	}
	if first.Keys.Lookup == first.Keys.Links || first.Keys.Lookup == first.Keys.Encryption[0].Key {
		t.Error("keys for different uses are the same")
	}
}

func TestEnsureKeys_GivenKeysStand(t *testing.T) {
	c := load(t, least+`
data_dir: `+t.TempDir()+`
keys:
  encryption: [{id: k1, key: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=}]
  lookup: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDI=
  links: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDM=
`)
	created, err := c.EnsureKeys(bytesFrom(0))
	if err != nil || created || c.Keys.Encryption[0].ID != "k1" {
		t.Errorf("created %v, %v, %v", created, err, c.Keys)
	}
	if entries, _ := os.ReadDir(c.DataDir); len(entries) != 0 {
		t.Errorf("files appeared: %v", entries)
	}
}

func TestEnsureKeys_BadFileIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		part string
	}{
		"broken":     {"encryption: [\n", 0o600, "YAML"},
		"empty":      {"", 0o600, "没有密钥"},
		"part":       {"lookup: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDI=\n", 0o600, "keys.encryption"},
		"for others": {"lookup: x\n", 0o644, "chmod 600"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "keys.yaml")
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		config := Config{DataDir: dir}
		_, err := config.EnsureKeys(bytesFrom(0))
		var problems Problems
		if !errors.As(err, &problems) || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s: got %v, want a problem with %q", name, err, c.part)
		}
		if text, _ := os.ReadFile(path); string(text) != c.text {
			t.Errorf("%s: the file was changed to %q", name, text)
		}
	}
}

func TestEnsureKeys_NoRandomness(t *testing.T) {
	dir := t.TempDir()
	c := Config{DataDir: dir}
	if _, err := c.EnsureKeys(bytes.NewReader(make([]byte, 95))); err == nil {
		t.Error("keys were made from too few random bytes")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("files were left behind: %v", entries)
	}
}

// TestEnsureKeys_TwoAtOnce lets several instances start on one data folder: one makes the keys and all have the same.
func TestEnsureKeys_TwoAtOnce(t *testing.T) {
	dir := t.TempDir()
	const starts = 8
	configs := make([]Config, starts)
	made := make([]bool, starts)
	var all sync.WaitGroup
	for i := range starts {
		all.Go(func() {
			configs[i].DataDir = dir
			var err error
			if made[i], err = configs[i].EnsureKeys(bytesFrom(byte(i))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	makers := 0
	for i := range starts {
		if made[i] {
			makers++
		}
		if configs[i].Keys.Lookup != configs[0].Keys.Lookup {
			t.Errorf("start %d has other keys than start 0", i)
		}
	}
	if makers != 1 {
		t.Errorf("%d starts say they made the keys", makers)
	}
}
