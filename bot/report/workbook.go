package report

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbook is a workbook being written, sheet by sheet, each as a stream: rows go to a temporary file, not to memory.
type workbook struct {
	file   *excelize.File
	styles styles
	long   *longSheet // nil until it is begun
}

// styles are the ids of the cell styles.
type styles struct{ title, note, head, text int }

// newWorkbook makes a workbook with the sheets in order. The caller closes it.
func newWorkbook(names []string, title string, now time.Time) (*workbook, error) {
	w := &workbook{file: excelize.NewFile()}
	if err := w.prepare(names, title, now); err != nil {
		return nil, fmt.Errorf("prepare workbook: %w", err)
	}
	return w, nil
}

func (w *workbook) prepare(names []string, title string, now time.Time) error {
	for i, name := range names {
		if i == 0 {
			if err := w.file.SetSheetName("Sheet1", name); err != nil {
				return err
			}
			continue
		}
		if _, err := w.file.NewSheet(name); err != nil {
			return err
		}
	}
	created := now.UTC().Format(time.RFC3339)
	if err := w.file.SetDocProps(&excelize.DocProperties{Title: title, Creator: "通事商", LastModifiedBy: "通事商", Created: created, Modified: created}); err != nil {
		return err
	}
	return w.makeStyles()
}

func (w *workbook) makeStyles() error {
	border := []excelize.Border{{Type: "left", Color: "999999", Style: 1}, {Type: "right", Color: "999999", Style: 1},
		{Type: "top", Color: "999999", Style: 1}, {Type: "bottom", Color: "999999", Style: 1}}
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&w.styles.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 16}, Alignment: &excelize.Alignment{Vertical: "center"}}},
		{&w.styles.note, excelize.Style{Font: &excelize.Font{Size: 9, Color: "555555"}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
		{&w.styles.head, excelize.Style{Font: &excelize.Font{Bold: true, Size: 10}, Border: border,
			Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDEBF7"}},
			Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}},
		// Number format 49 is text: a cell stays what it is when somebody edits it.
		{&w.styles.text, excelize.Style{Font: &excelize.Font{Size: 10}, Border: border, NumFmt: 49,
			Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
	} {
		id, err := w.file.NewStyle(&s.style)
		if err != nil {
			return err
		}
		*s.id = id
	}
	return nil
}

// layout is how a sheet looks and prints.
type layout struct {
	name   string
	title  string
	note   string // under the title; empty for none
	heads  []string
	widths []float64 // a missing one is defaultWidth
	frozen int       // columns that stay when scrolling, and repeat on every page
	pages  int       // across; 0 is one
}

const defaultWidth = 12

// sheet is one sheet being written.
type sheet struct {
	book   *workbook
	layout layout
	stream *excelize.StreamWriter
	next   int // row
}

// sheet begins a sheet with its title row, note and head row. Its rows follow, then close.
func (w *workbook) sheet(l layout) (*sheet, error) {
	s := &sheet{book: w, layout: l, next: 1}
	if err := s.begin(); err != nil {
		return nil, fmt.Errorf("sheet %s: %w", l.name, err)
	}
	return s, nil
}

func (s *sheet) begin() error {
	if err := s.pageSetup(); err != nil {
		return err
	}
	var err error
	if s.stream, err = s.book.file.NewStreamWriter(s.layout.name); err != nil {
		return err
	}
	for i := range s.layout.heads {
		width := float64(defaultWidth)
		if i < len(s.layout.widths) {
			width = s.layout.widths[i]
		}
		if err := s.stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	corner, err := excelize.CoordinatesToCellName(s.layout.frozen+1, s.headRow()+1)
	if err != nil {
		return err
	}
	panes := &excelize.Panes{Freeze: true, XSplit: s.layout.frozen, YSplit: s.headRow(), TopLeftCell: corner, ActivePane: "bottomLeft"}
	if s.layout.frozen > 0 {
		panes.ActivePane = "bottomRight"
	}
	if err := s.stream.SetPanes(panes); err != nil {
		return err
	}
	return s.top()
}

// headRow is the number of the row with the heads.
func (s *sheet) headRow() int {
	if s.layout.note == "" {
		return 2
	}
	return 3
}

// pageSetup has to come before the stream, which writes part of it first: A4 landscape, head rows repeated, page numbers.
func (s *sheet) pageSetup() error {
	f, name := s.book.file, s.layout.name
	fit, size, across, down, orientation := true, 9, max(1, s.layout.pages), 0, "landscape"
	if err := f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	page := &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation, FitToWidth: &across, FitToHeight: &down}
	if err := f.SetPageLayout(name, page); err != nil {
		return err
	}
	side, top := 0.4, 0.6 // inches
	if err := f.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &top, Bottom: &top}); err != nil {
		return err
	}
	if err := f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&L&A&C第 &P 页 共 &N 页"}); err != nil {
		return err
	}
	refers := fmt.Sprintf("'%s'!$1:$%d", name, s.headRow())
	if s.layout.frozen > 0 {
		last, err := excelize.ColumnNumberToName(s.layout.frozen)
		if err != nil {
			return err
		}
		refers = fmt.Sprintf("'%s'!$A:$%s,%s", name, last, refers)
	}
	return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: refers, Scope: name})
}

// titleColumns is how many columns a title or note spreads over at most.
const titleColumns = 12

func (s *sheet) top() error {
	if err := s.banner(s.layout.title, s.book.styles.title, 28); err != nil {
		return err
	}
	if s.layout.note != "" {
		lines := 1 + strings.Count(s.layout.note, "\n")
		if err := s.banner(s.layout.note, s.book.styles.note, float64(14*lines)); err != nil {
			return err
		}
	}
	return s.write(s.book.styles.head, texts(s.layout.heads))
}

// banner writes a text over several columns.
func (s *sheet) banner(text string, style int, height float64) error {
	if across := min(len(s.layout.heads), titleColumns); across > 1 {
		last, err := excelize.CoordinatesToCellName(across, s.next)
		if err != nil {
			return err
		}
		if err := s.stream.MergeCell(fmt.Sprintf("A%d", s.next), last); err != nil {
			return err
		}
	}
	return s.write(style, []any{clean(text)}, excelize.RowOpts{Height: height})
}

func (s *sheet) write(style int, cells []any, opts ...excelize.RowOpts) error {
	opt := excelize.RowOpts{}
	if len(opts) > 0 {
		opt = opts[0]
	}
	opt.StyleID = style
	if err := s.stream.SetRow(fmt.Sprintf("A%d", s.next), cells, opt); err != nil {
		return fmt.Errorf("row %d: %w", s.next, err)
	}
	s.next++
	return nil
}

// row writes one row. Texts are always written as texts, whatever they begin with; numbers are int or int64.
func (s *sheet) row(cells ...any) error {
	for i, c := range cells {
		if text, ok := c.(string); ok {
			cells[i] = clean(text)
		}
	}
	return s.write(s.book.styles.text, cells)
}

// close ends the sheet.
func (s *sheet) close() error {
	if err := s.stream.Flush(); err != nil {
		return fmt.Errorf("sheet %s: %w", s.layout.name, err)
	}
	return nil
}

// writeTo packs the workbook straight into out. Left to itself the library packs it in memory first, which at a million rows is
// most of what it needs; and the quickest packing is enough for texts that repeat themselves as these do.
func (w *workbook) writeTo(out io.Writer) error {
	p := &pack{Writer: zip.NewWriter(out), long: w.long}
	p.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestSpeed) })
	if w.long != nil {
		at, err := w.file.GetSheetIndex(w.long.layout.name)
		if err != nil {
			return fmt.Errorf("write workbook: %w", err)
		}
		p.part = fmt.Sprintf("xl/worksheets/sheet%d.xml", at+1) // the library numbers them in the order they are made
	}
	w.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return p })
	if _, err := w.file.WriteTo(out); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// close gives back what the workbook holds on disk.
func (w *workbook) close() error {
	err := w.file.Close()
	if w.long != nil {
		err = errors.Join(err, w.long.discard())
	}
	return err
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, t := range list {
		out[i] = clean(t)
	}
	return out
}
