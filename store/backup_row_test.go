package store

import (
	"slices"
	"testing"
)

func TestAppendRow_SameBytesAlways(t *testing.T) {
	cells := []cell{{cellInt, int64(-9007199254740993)}, {cellText, nil}, {cellText, ""}, {cellText, "a\"\\\n\x00<&>\u2028😀"}, {cellText, "\xff\x00"},
		{cellTime, "2026-11-16 01:00:00.000001"}}
	want := `[-9007199254740993,null,"","a\"\\\u000a\u0000<&>` + "\u2028" + `😀",{"base64":"/wA="},"2026-11-16 01:00:00.000001"]` + "\n"
	if got := string(appendRow(nil, cells)); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestCell_RefusesWhatItCantHold(t *testing.T) {
	for _, c := range []struct {
		kind  cellKind
		value any
	}{{cellInt, "12"}, {cellText, int64(12)}, {cellText, 1.5}, {cellTime, "yesterday"}, {cellInt, []byte("x")}} {
		if err := (&cell{kind: c.kind}).Scan(c.value); err == nil {
			t.Errorf("a %s column took %#v", c.kind, c.value)
		}
	}
}

func TestParseRow_Refuses(t *testing.T) {
	columns := []backupColumn{{"n", cellInt}, {"text", cellText}, {"at", cellTime}}
	for _, line := range []string{``, `{}`, `[]`, `[1,"a"]`, `[1,"a",null,null]`, `[1.5,"a",null]`, `["1","a",null]`, `[1,2,null]`, `[1,"a","yesterday"]`,
		`[1,{"base64":"?"},null]`, `[1,{"hex":"00"},null]`, `[1,"a",null] [1,"a",null]`, `[99999999999999999999,"a",null]`, `[{"base64":""},"a",null]`} {
		if row, err := parseRow([]byte(line), columns); err == nil {
			t.Errorf("%s was read as %v", line, row)
		}
	}
}

func FuzzParseRow(f *testing.F) {
	columns := []backupColumn{{"n", cellInt}, {"text", cellText}, {"at", cellTime}}
	f.Add([]byte(`[1,"路灯\u0000\n",null]`))
	f.Add([]byte(`[-9007199254740993,{"base64":"/wA="},"2026-11-16 01:00:00.000001"]`))
	f.Add([]byte(`[null,null,null]`))
	f.Fuzz(func(t *testing.T, line []byte) {
		row, err := parseRow(line, columns)
		if err != nil {
			return
		}
		cells := make([]cell, len(row))
		for i, v := range row {
			cells[i] = cell{columns[i].Kind, v}
		}
		again, err := parseRow(appendRow(nil, cells), columns)
		if err != nil || !slices.Equal(again, row) {
			t.Errorf("%q was written and read again as %q, %v", row, again, err)
		}
	})
}
