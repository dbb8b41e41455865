package store_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"regexp"
	"slices"
	"testing"
)

// entry is a file in a backup.
type entry struct {
	name string
	data []byte
}

func list(t testing.TB, backup []byte) []entry {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(backup))
	if err != nil {
		t.Fatal(err)
	}
	var out []entry
	for files := tar.NewReader(zip); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(files)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entry{head.Name, data})
	}
}

func entries(t testing.TB, backup []byte) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, e := range list(t, backup) {
		out[e.name] = e.data
	}
	return out
}

func tarGz(t testing.TB, files []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for _, e := range files {
		if err := w.WriteHeader(&tar.Header{Name: e.name, Mode: 0o600, Size: int64(len(e.data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// remake is a backup in which every match is replaced, packed again as if by somebody who knows how.
func remake(t testing.TB, backup []byte, pattern, by string) []byte {
	t.Helper()
	files := list(t, backup)
	changed := false
	for i, e := range files {
		files[i].data = regexp.MustCompile(pattern).ReplaceAll(e.data, []byte(by))
		changed = changed || !bytes.Equal(files[i].data, e.data)
	}
	if !changed {
		t.Fatalf("nothing in the backup is like %q", pattern)
	}
	return tarGz(t, files)
}

// without is a backup that lacks a file.
func without(t testing.TB, backup []byte, name string) []byte {
	t.Helper()
	files := list(t, backup)
	left := slices.DeleteFunc(slices.Clone(files), func(e entry) bool { return e.name == name })
	if len(left) == len(files) {
		t.Fatalf("the backup has no %s", name)
	}
	return tarGz(t, left)
}
