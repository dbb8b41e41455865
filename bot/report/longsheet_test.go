package report

import (
	"bytes"
	"encoding/xml"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func awkward() []string {
	return []string{"路灯坏了", `a&b <c> "d" 'e'`, " 前后有空 ", "两\n行", "制\t表", "=1+1", "0012", "_x0041_", "_x0041_x0042_", "_x005F_", "a_xyz_", "__x0041__", "_x00e9_", "𠮷", "]]>"}
}

// The rows written here and the rest of the workbook, which the library writes, are one file that the library reads back.
func TestLongSheet(t *testing.T) {
	w, err := newWorkbook([]string{"封面", "明细", "汇总"}, "题", friday())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	s, err := w.longSheet(layout{name: "明细", title: "题", heads: []string{"序号", "文", "空", "尾"}})
	if err != nil {
		t.Fatal(err)
	}
	isNumber := func(i int) bool { return i == 0 }
	for i, text := range awkward() {
		if err := s.line([]string{strconv.Itoa(i + 1), text, "", "尾"}, isNumber); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.line([]string{"", strings.Repeat("长", 40_000)}, isNumber); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if err := w.writeTo(&out); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows := sheetRows(t, f, "明细")
	for i, text := range awkward() {
		if want := []string{strconv.Itoa(i + 1), text, "", "尾"}; !slices.Equal(rows[i+2], want) {
			t.Errorf("row %d: %q, want %q", i+3, rows[i+2], want)
		}
	}
	last := rows[len(rows)-1]
	if want := strings.Repeat("长", maxCell-1) + "…"; len(rows) != len(awkward())+3 || last[1] != want {
		t.Errorf("%d rows, the last cell of %d bytes", len(rows), len(last[1]))
	}
	for cell, want := range map[string]excelize.CellType{"A3": excelize.CellTypeUnset, "B9": excelize.CellTypeInlineString} {
		if got, err := f.GetCellType("明细", cell); err != nil || got != want {
			t.Errorf("%s is of type %v, %v, want %v", cell, got, err, want)
		}
	}
	styled, err := f.GetCellStyle("明细", "B3")
	if err != nil || styled != w.styles.text {
		t.Errorf("style %d, %v, want %d", styled, err, w.styles.text)
	}
}

// A word where a count belongs is an error, and so is a package that the rows found no place in.
func TestLongSheet_Faults(t *testing.T) {
	w, err := newWorkbook([]string{"甲", "乙"}, "题", friday())
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.longSheet(layout{name: "乙", title: "题", heads: []string{"文"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.close() }()
	if err := s.line([]string{"七"}, func(int) bool { return true }); err == nil {
		t.Error("a word was taken for a number")
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	s.layout.name = "丙" // as if the library named its parts otherwise
	if err := w.writeTo(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "no place") {
		t.Errorf("got %v", err)
	}
}

func FuzzAppendXML(f *testing.F) {
	for _, text := range awkward() {
		f.Add(text)
	}
	escape := regexp.MustCompile(`_x([0-9A-Fa-f]{4})_`)
	f.Fuzz(func(t *testing.T, text string) {
		text = clean(text)
		var read struct {
			Text string `xml:",chardata"`
		}
		if err := xml.Unmarshal(append(appendXML([]byte("<t>"), text), "</t>"...), &read); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		got := escape.ReplaceAllStringFunc(read.Text, func(e string) string {
			n, _ := strconv.ParseUint(e[2:6], 16, 16)
			return string(rune(n))
		})
		if got != text {
			t.Errorf("%q is read as %q", text, got)
		}
	})
}
