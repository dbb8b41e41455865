package store

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// awkward are texts that a CSV, a spreadsheet or an editor likes to change.
func awkward() []string {
	return []string{"", "路灯坏了", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r", "\n", "＝1", "'", "''=1", "'路灯", "base64:AAAA", "'base64:AAAA",
		"一,二\"三\"", "第一行\r\n第二行\r第三行\n", `\N`, "NULL", " 两头空 ", "\u3000", "😀𠮷", "\ufeff", "a\x00b", "\xff\xfe", "\"", ",", strings.Repeat("长", 100_000)}
}

func TestArchiveText_ThereAndBack(t *testing.T) {
	for _, column := range []archiveColumn{{"body", cellText, false}, {"answer", cellText, true}} {
		written := map[string]string{}
		for _, text := range awkward() {
			field := archiveText(column, text)
			if other, twice := written[field]; twice {
				t.Errorf("%q and %q are both written %q", text, other, field)
			}
			written[field] = text
			if field != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(field)[0]) {
				t.Errorf("%q is written %q: a formula", text, field)
			}
			back, err := parseArchiveText(column, field)
			if err != nil || back != text {
				t.Errorf("%q came back as %q, %v", text, back, err)
			}
		}
	}
	if v, err := parseArchiveText(archiveColumn{"answer", cellText, true}, ""); v != nil || err != nil {
		t.Errorf("an empty field is %v, %v, want NULL", v, err)
	}
}

func TestParseArchiveText_RefusesWhatWasNeverWritten(t *testing.T) {
	for _, field := range []string{"=1", "'abc", "'base64:", "'base64:!", "'base64:YQ==", "'base64:AB==", "\xff", "a\x00"} {
		if v, err := parseArchiveText(archiveColumn{"body", cellText, false}, field); err == nil {
			t.Errorf("%q is taken as %q", field, v)
		}
	}
}

// Anybody's reader of RFC 4180 must see the same records, apart from the CR that the standard library takes away.
func TestAppendRecord_IsOrdinaryCSV(t *testing.T) {
	want := [][]string{{"一,二", "\"三\"", "", " 四 ", "五\n六"}, {"", "", "", "", ""}}
	var b []byte
	for _, record := range want {
		b = appendRecord(b, record)
	}
	got, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if text := "\"一,二\",\"\"\"三\"\"\",,\" 四 \",\"五\n六\"\r\n,,,,\r\n"; string(b) != text {
		t.Errorf("written %q, want %q", b, text)
	}
}

func TestCSVReader_LinesAndFaults(t *testing.T) {
	r := newCSVReader(strings.NewReader("a,b\r\n\"x\r\ny\",\"\"\"\"\r\nc,\r\n"))
	for _, want := range []struct {
		line   int
		record []string
	}{{1, []string{"a", "b"}}, {2, []string{"x\r\ny", `"`}}, {4, []string{"c", ""}}} {
		record, err := r.record()
		if err != nil || r.line != want.line || !slices.Equal(record, want.record) {
			t.Errorf("line %d: %q, %v, want line %d: %q", r.line, record, err, want.line, want.record)
		}
	}
	if _, err := r.record(); !errors.Is(err, io.EOF) {
		t.Errorf("behind the last record: %v", err)
	}
	for _, text := range []string{"a", "a,b\n", "a\rb\r\n", `"a`, `"a"b` + "\r\n", "a\"b\r\n", "a\r"} {
		if record, err := newCSVReader(strings.NewReader(text)).record(); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%q is taken as %q, %v", text, record, err)
		}
	}
}

// packed is the CSV as an archive's file.
func packed(text string) []byte {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	_, _ = io.WriteString(zip, text)
	_ = zip.Close()
	return b.Bytes()
}

// sampleArchive is an archive of two messages of May 2026.
func sampleArchive(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "messages-2026-05.csv.gz.part")
	w, err := createArchive(path, archiveColumns())
	if err != nil {
		t.Fatal(err)
	}
	for id := range int64(2) {
		cells := cellsOf(w.columns)
		for i, c := range w.columns {
			switch {
			case c.kind == cellInt:
				cells[i].value = id + 1
			case c.kind == cellTime:
				cells[i].value = "2026-05-03 04:05:06.000007"
			case !c.null:
				cells[i].value = "=一\r\n\"二\""
			}
		}
		if err := w.row(cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.finish(&archiveRow{}); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func FuzzReadArchive(f *testing.F) {
	whole := sampleArchive(f)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(packed(""))
	f.Add(packed("id,crc32\r\n"))
	f.Add(packed("id,dedup_key,conversation_id,kind,sent_at,answer,received_at,crc32\r\n1,k,2,text,2026-05-03 04:05:06.000007,,2026-05-03 04:05:06.000007,00000000\r\n"))
	may, err := ParseMonth("2026-05", time.UTC)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := checkArchive(bytes.NewReader(file), may, func(int64) error { return nil })
		if err == nil && rows > int64(len(file))*1100 { // deflate doesn't pack more than 1032 bytes into one
			t.Errorf("%d rows of %d bytes", rows, len(file))
		}
	})
}

// FuzzCSVReader holds what is read against the standard library's reader, which differs only in CR.
func FuzzCSVReader(f *testing.F) {
	for _, text := range []string{"a,b\r\n", "\"a\"\"\",\r\n", "\"a\nb\"\r\n\r\n", "a\"\r\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := newCSVReader(strings.NewReader(text))
		for {
			record, err := r.record()
			if err != nil {
				return
			}
			again, err := newCSVReader(bytes.NewReader(appendRecord(nil, record))).record()
			if err != nil || !slices.Equal(again, record) {
				t.Fatalf("%q written and read is %q, %v", record, again, err)
			}
			if theirs, err := csv.NewReader(bytes.NewReader(appendRecord(nil, record))).Read(); err == nil && !strings.Contains(text, "\r\n") && !slices.Equal(theirs, record) {
				t.Fatalf("%q is %q to others", record, theirs)
			}
		}
	})
}
