package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// Both writers make workbooks that the library reads back with the ledger's cells.
func TestRewrite(t *testing.T) {
	cells := slices.Repeat([]string{""}, 32)
	cells[0], cells[1], cells[11], cells[12], cells[31] = "7", "0012", "路灯<坏>了 & \"黑\"\n 第二行", "3", "end"
	var line strings.Builder
	for i, c := range cells {
		if i > 0 {
			line.WriteByte(',')
		}
		line.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
	}
	from := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(from, []byte(strings.Repeat("head,", 31)+"head\n"+line.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, by := range []string{"excelize", "lean"} {
		to := filepath.Join(t.TempDir(), by+".xlsx")
		var out bytes.Buffer
		if err := rewrite(by, from, to, &out); err != nil {
			t.Fatal(err)
		}
		if rows, _, _ := strings.Cut(out.String(), " "); rows != "1" {
			t.Errorf("%s: %s", by, out.String())
		}
		file, err := excelize.OpenFile(to)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := file.GetRows("Sheet1")
		if err != nil || len(rows) != 1 || !slices.Equal(rows[0], cells) {
			t.Errorf("%s: %q, %v", by, rows, err)
		}
		if kind, err := file.GetCellType("Sheet1", "B1"); err != nil || kind != excelize.CellTypeInlineString {
			t.Errorf("%s: a number of leading noughts is of type %v, %v", by, kind, err)
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}
}
