package report

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// sheetFile is an XLSX file whose first sheet has the cells at their places.
func sheetFile(t testing.TB, cells map[string]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for at, v := range cells {
		if err := f.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.NewSheet("别的"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellValue("别的", "A1", "不该读到"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gb18030(t testing.TB, text string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReadTable(t *testing.T) {
	plain := []Line{{1, []string{"姓名", "电话"}}, {2, []string{"张三", "13800000001"}}}
	for _, c := range []struct {
		name string
		data []byte
		want []Line
	}{
		{"UTF-8", []byte("姓名,电话\n张三,13800000001\n"), plain},
		{"byte order mark, CRLF, no line end at the end", []byte("\xef\xbb\xbf姓名,电话\r\n张三,13800000001"), plain},
		{"GB18030", gb18030(t, "姓名,电话\r\n张三,13800000001\r\n"), plain},
		{"GB18030 with a character of four bytes", gb18030(t, "姓名\n张𠮷\n"), []Line{{1, []string{"姓名"}}, {2, []string{"张𠮷"}}}},
		{"blanks around cells and blank lines", []byte("\n 姓名 ,电话\n,\n\n 　张三, 13800000001\n"),
			[]Line{{2, []string{"姓名", "电话"}}, {5, []string{"张三", "13800000001"}}}},
		{"quotes, commas and line breaks in a cell", []byte("a,b\n\"x,\"\"y\"\"\n第二行\",z\nu,v\n"),
			[]Line{{1, []string{"a", "b"}}, {2, []string{"x,\"y\"\n第二行", "z"}}, {4, []string{"u", "v"}}}},
		{"rows of different length", []byte("a,b\nc\nd,e,f\n"), []Line{{1, []string{"a", "b"}}, {2, []string{"c"}}, {3, []string{"d", "e", "f"}}}},
		{"nothing", nil, nil},
		{"XLSX with an empty row, an empty cell and numbers", sheetFile(t, map[string]any{"A1": "姓名", "B1": "电话", "A3": " 张三 ", "B3": 13800000001, "B4": "0932-5550000"}),
			[]Line{{1, []string{"姓名", "电话"}}, {3, []string{"张三", "13800000001"}}, {4, []string{"", "0932-5550000"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadTable(bytes.NewReader(c.data), "people.csv")
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, c.want)
			}
		})
	}
}

func TestReadTable_Refused(t *testing.T) {
	damaged := []byte("name\n平襄镇\n马\xe8\x90镇\n")
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"quote in a bare cell", []byte("a,b\nx,y\"z\n"), "第 2 行"},
		{"quote never closed", []byte("a,b\nc,d\n\"x,y\nz,u\n"), "从第 3 行开始的引号没有成对"},
		{"text after a quoted cell", []byte("a\n\"x\"y\n"), "第 2 行"},
		{"UTF-8 with a byte missing is not taken for GB18030", damaged, "第 3 行: 有损坏的字"},
		{"the same behind a mark", append([]byte("\xef\xbb\xbf"), damaged...), "第 3 行: 有损坏的字"},
		{"neither encoding", []byte("a\n\xff\xff\n"), "第 2 行: 不是 UTF-8 也不是 GB18030"},
		{"UTF-16", []byte("\xff\xfea\x00"), "UTF-16"},
		{"a picture", []byte("\x89PNG\r\n\x1a\n\x00\x00"), "不是 CSV 文本"},
		{"old or encrypted workbook", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "旧版 .xls"},
		{"archive that is no workbook", []byte("PK\x03\x04 and so on"), "不是能读的 .xlsx"},
		{"too large", bytes.Repeat([]byte("a"), maxTableBytes+1), "超过 16 MB"},
		{"too many lines", bytes.Repeat([]byte("a\n"), maxTableLines+1), fmt.Sprintf("第 %d 行: 超过 100000 行", maxTableLines+1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines, err := ReadTable(bytes.NewReader(c.data), "people.csv")
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "people.csv: ") {
				t.Errorf("%d lines, error %v, want %q", len(lines), err, c.want)
			}
		})
	}
}

// Whatever the file holds, reading it ends with lines that are no blank ones, in order, or with an error.
func FuzzReadTable(f *testing.F) {
	f.Add([]byte("code,name,kind\nPX,平襄镇,township\n"))
	f.Add([]byte("\xef\xbb\xbfa,\"b\nc\"\r\n\r\n,,\r\n"))
	f.Add(gb18030(f, "编码,名称\nPX,平襄镇\n"))
	f.Add([]byte("a\n\"b\n\xff\n"))
	f.Add(sheetFile(f, map[string]any{"A1": "编码", "B2": 1.5}))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := ReadTable(bytes.NewReader(data), "x")
		if err != nil && lines != nil {
			t.Fatalf("%d lines beside error %v", len(lines), err)
		}
		last := 0
		for _, line := range lines {
			if line.N <= last || strings.TrimSpace(strings.Join(line.Cells, "")) == "" {
				t.Fatalf("line %d %q after line %d", line.N, line.Cells, last)
			}
			last = line.N
		}
	})
}
