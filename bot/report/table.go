package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Line is one row of a table: where it stands in its file, and its cells as a person sees them, without blanks around them.
type Line struct {
	N     int // line of the CSV file or row of the sheet that it begins on; 1 is the first
	Cells []string
}

// What a table may be at most. A county's people and matters are a fraction of this; the bounds keep a mistaken or hostile file
// from filling the memory.
const (
	maxTableBytes = 16 << 20
	maxSheetBytes = 128 << 20 // a workbook unpacked
	maxTableLines = 100_000
)

// ReadTable reads a CSV file (UTF-8 with or without byte order mark, or GB18030, which Excel and WPS write in China) or the first
// sheet of an XLSX workbook; the content tells which. Blank lines are left out. The name is only for the errors, which are in
// words for the person who has to mend the file and name the line.
func ReadTable(r io.Reader, name string) ([]Line, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxTableBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s 读不出来: %w", name, err)
	}
	var lines []Line
	switch {
	case len(data) > maxTableBytes:
		err = fmt.Errorf("文件超过 %d MB;分成几个文件导入", maxTableBytes>>20)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		lines, err = readSheet(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		err = errors.New("是旧版 .xls 或加了密码的工作簿;去掉密码,另存为 .xlsx 或 CSV UTF-8")
	default:
		lines, err = readCSV(data)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return lines, nil
}

func readCSV(data []byte) ([]Line, error) {
	text, err := decodeText(data)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1 // missing and surplus cells are told to the person by column, which csv can't
	var lines []Line
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, csvFault(err)
		}
		n, _ := r.FieldPos(0)
		if lines, err = appendLine(lines, n, cells); err != nil {
			return nil, err
		}
	}
}

// csvFault says what is wrong with the quotes, the only thing that csv objects to.
func csvFault(err error) error {
	var fault *csv.ParseError
	if !errors.As(err, &fault) {
		return fmt.Errorf("CSV 读不出来: %w", err)
	}
	if errors.Is(fault.Err, csv.ErrQuote) && fault.StartLine != fault.Line {
		return fmt.Errorf("第 %d 行: 从第 %d 行开始的引号没有成对;格子里的引号要写成两个 \"\"", fault.Line, fault.StartLine)
	}
	return fmt.Errorf("第 %d 行: 引号没有成对;格子里有引号的,整格用引号括起来,里面的引号写成两个 \"\"", fault.StartLine)
}

// decodeText brings the bytes to UTF-8 without byte order mark.
func decodeText(data []byte) (string, error) {
	text, marked := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return "", errors.New("是 UTF-16 编码;另存为 CSV UTF-8 或 .xlsx")
	case bytes.IndexByte(text, 0) >= 0:
		return "", errors.New("不是 CSV 文本;要 CSV 或 .xlsx")
	case utf8.Valid(text):
		return string(text), nil
	case marked || isDamagedUTF8(text):
		return "", fmt.Errorf("第 %d 行: 有损坏的字;重新另存为 CSV UTF-8", lineOf(string(bytes.ToValidUTF8(text, []byte("\uFFFD")))))
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
	if err != nil {
		return "", fmt.Errorf("不是 UTF-8 也不是 GB18030: %w", err)
	}
	if n := lineOf(string(decoded)); n > 0 {
		return "", fmt.Errorf("第 %d 行: 不是 UTF-8 也不是 GB18030;另存为 CSV UTF-8", n)
	}
	return string(decoded), nil
}

// isDamagedUTF8 tells UTF-8 with a few broken bytes, which must not be taken for GB18030 and turned into other characters, from
// GB18030: that hardly ever looks like UTF-8's three-byte sequences.
func isDamagedUTF8(text []byte) bool {
	whole, broken := 0, 0
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1:
			broken++
		case size >= 3:
			whole++
		}
		text = text[size:]
	}
	return whole > broken
}

// lineOf is the line of the first replacement character, 0 when there is none.
func lineOf(text string) int {
	at := strings.IndexRune(text, utf8.RuneError)
	if at < 0 {
		return 0
	}
	return 1 + strings.Count(text[:at], "\n")
}

func readSheet(data []byte) (lines []Line, err error) {
	file, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxSheetBytes, UnzipXMLSizeLimit: maxSheetBytes})
	if err != nil {
		return nil, fmt.Errorf("不是能读的 .xlsx 工作簿;在 Excel 或 WPS 里重新另存为 .xlsx: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sheets := file.GetSheetList()
	if len(sheets) == 0 {
		return nil, errors.New("工作簿里没有工作表")
	}
	rows, err := file.Rows(sheets[0])
	if err != nil {
		return nil, fmt.Errorf("工作表“%s”读不出来: %w", sheets[0], err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, fmt.Errorf("第 %d 行: 读不出来: %w", n, err)
		}
		if lines, err = appendLine(lines, n, cells); err != nil {
			return nil, err
		}
	}
	if err := rows.Error(); err != nil {
		return nil, fmt.Errorf("工作表“%s”读不出来: %w", sheets[0], err)
	}
	return lines, nil
}

// appendLine adds the row unless it is blank.
func appendLine(lines []Line, n int, cells []string) ([]Line, error) {
	blank := true
	for i, c := range cells {
		cells[i] = strings.TrimSpace(c)
		blank = blank && cells[i] == ""
	}
	if blank {
		return lines, nil
	}
	if len(lines) == maxTableLines {
		return nil, fmt.Errorf("第 %d 行: 超过 %d 行;分成几个文件导入", n, maxTableLines)
	}
	return append(lines, Line{N: n, Cells: cells}), nil
}
