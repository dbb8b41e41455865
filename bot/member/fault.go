package member

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"tongshishang/bot/understand"
)

// Fault is one thing wrong with an imported file, in words for the person who has to mend it. It never holds a whole phone.
type Fault struct {
	Line   int    // of the file
	Column string // the head as the file writes it; empty when the fault is the whole line's
	Reason string
	Mend   string
}

// String is the fault on one line: 第 5 行“phone”列:不是电话号码;写 11 位手机号.
func (f Fault) String() string {
	column := ""
	if f.Column != "" {
		column = "“" + f.Column + "”列"
	}
	return fmt.Sprintf("第 %d 行%s:%s;%s", f.Line, column, f.Reason, f.Mend)
}

// Faults is everything wrong with a file. It is an error: a file is imported whole or not at all.
type Faults []Fault

// Error lists the faults, one a line, by line of the file.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return fmt.Sprintf("有 %d 处要改,什么也没有导入:\n%s", len(f), strings.Join(lines, "\n"))
}

// longestShown is how many characters of a wrong cell are shown: enough to find it.
const longestShown = 20

// show quotes a cell for a fault.
func show(cell string) string { return "“" + brief(cell) + "”" }

// brief is a cell on one line. A phone that slipped into the wrong column is masked like anywhere else; once more after
// the cut, which can leave of a row of digits too long for a phone just as many as a phone has.
func brief(cell string) string {
	masked, _ := understand.Mask(strings.Join(strings.Fields(cell), " "))
	if utf8.RuneCountInString(masked) > longestShown {
		masked, _ = understand.Mask(string([]rune(masked)[:longestShown]))
		masked += "…"
	}
	return masked
}
