package member

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongshishang/bot/report"
)

// column is a column that a file may have, by the name that the program's page gives it.
type column struct {
	name     string
	aliases  []string // what county offices write instead
	required bool
}

func (c column) is(head string) bool {
	return strings.EqualFold(c.name, head) || slices.Contains(c.aliases, head)
}

// sheet is a file whose heads are understood, and what is wrong with its rows so far.
type sheet struct {
	heads   map[string]string // column name → head as the file writes it
	entries []entry
	faults  Faults
}

// entry is one row.
type entry struct {
	line  int
	cells map[string]string // by column name; a missing one is empty
}

// readSheet finds the columns by the first line. Heads may come in any order; a head that is unknown, missing or there twice is
// a fault, because guessing would put values into the wrong column.
func readSheet(lines []report.Line, columns []column) (*sheet, error) {
	if len(lines) == 0 {
		return nil, Faults{{Line: 1, Reason: "文件是空的", Mend: "第一行写表头:" + nameList(columns)}}
	}
	order, faults := readHeads(lines[0], columns)
	if len(lines) == 1 {
		faults = append(faults, Fault{Line: lines[0].N, Reason: "下面没有内容", Mend: "第一行写表头,从第二行起一行写一条"})
	}
	if len(faults) > 0 {
		return nil, faults
	}
	s := &sheet{heads: map[string]string{}}
	for i, name := range order {
		if name != "" {
			s.heads[name] = lines[0].Cells[i]
		}
	}
	for _, line := range lines[1:] {
		s.add(line, order)
	}
	return s, nil
}

// readHeads returns the name of the column at each place; empty under an empty head.
func readHeads(line report.Line, columns []column) (order []string, faults Faults) {
	for _, head := range line.Cells {
		at := slices.IndexFunc(columns, func(c column) bool { return c.is(head) })
		switch {
		case head == "":
			order = append(order, "")
		case at < 0:
			faults = append(faults, Fault{line.N, brief(head), "不认识的表头", "可以写:" + nameList(columns)})
			order = append(order, "")
		case slices.Contains(order, columns[at].name):
			faults = append(faults, Fault{line.N, brief(head), "这一列出现了两次", "只留一列"})
		default:
			order = append(order, columns[at].name)
		}
	}
	for _, c := range columns {
		if c.required && !slices.Contains(order, c.name) {
			faults = append(faults, Fault{line.N, c.name, "缺少这一列", "在表头里加上 " + c.names()})
		}
	}
	return order, faults
}

// add takes in a row; what stands under no head has no meaning and is a fault.
func (s *sheet) add(line report.Line, order []string) {
	e := entry{line: line.N, cells: make(map[string]string, len(order))}
	for i, cell := range line.Cells {
		if i < len(order) && order[i] != "" {
			e.cells[order[i]] = cell
		} else if cell != "" {
			s.faults = append(s.faults, Fault{line.N, "", fmt.Sprintf("第 %d 格%s上面没有表头", i+1, show(cell)), "删掉这一格,或检查是不是多了一个逗号"})
		}
	}
	s.entries = append(s.entries, e)
}

// fault notes what is wrong with a cell.
func (s *sheet) fault(e entry, column, reason, mend string) {
	head := s.heads[column]
	if head == "" {
		head = column
	}
	s.faults = append(s.faults, Fault{e.line, head, reason, mend})
}

// nameLimit is how many characters of a name, sector, studio or agency the store keeps.
const nameLimit = 64

// text reads a cell that is shown to people, tidied.
func (s *sheet) text(e entry, column string) string {
	text := tidy(e.cells[column])
	if n := utf8.RuneCountInString(text); n > nameLimit {
		s.fault(e, column, fmt.Sprintf("有 %d 个字,太长", n), fmt.Sprintf("写 %d 个字以内", nameLimit))
	}
	if text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
		s.fault(e, column, "以 "+text[:1]+" 开头,像是公式", "写公式算出来的字")
	}
	return text
}

// err is the faults in the order of the file, or nil.
func (s *sheet) err() error {
	if len(s.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(s.faults, func(a, b Fault) int { return a.Line - b.Line })
	return s.faults
}

// tidy joins what blanks and line breaks part: nothing between Chinese characters (a name of two is often padded to three: 张　三),
// one blank elsewhere. Invisible characters, which copies from web pages bring along, are dropped.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	var b strings.Builder
	var last rune
	for word := range strings.FieldsSeq(text) {
		first, _ := utf8.DecodeRuneInString(word)
		if last != 0 && !(unicode.Is(unicode.Han, last) && unicode.Is(unicode.Han, first)) {
			b.WriteByte(' ')
		}
		b.WriteString(word)
		last, _ = utf8.DecodeLastRuneInString(word)
	}
	return b.String()
}

func (c column) names() string { return strings.Join(append([]string{c.name}, c.aliases...), "/") }

func nameList(columns []column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.names()
	}
	return strings.Join(names, "、")
}
