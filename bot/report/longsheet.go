package report

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// longSheet is a sheet that may have a million rows. The library makes all of it but the rows below the heads. These are written
// here, byte for byte as the library would, in a quarter of its time, into a file of their own that joins the sheet when the
// workbook is packed.
type longSheet struct {
	*sheet
	file    *os.File
	out     *bufio.Writer // keeps its first error until it is flushed
	columns []string      // names: A, B …
	text    []byte
}

// longSheet begins a sheet of that kind; a workbook has at most one. Its rows are written by line.
func (w *workbook) longSheet(l layout) (*longSheet, error) {
	s, err := w.sheet(l)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "tongshishang-rows-*")
	if err != nil {
		return nil, fmt.Errorf("sheet %s: %w", l.name, err)
	}
	w.long = &longSheet{sheet: s, file: file, out: bufio.NewWriterSize(file, 1<<16)}
	for i := range l.heads {
		w.long.columns = append(w.long.columns, columnName(i))
	}
	return w.long, nil
}

// maxCell is how many characters go into a cell; the format holds 32,767 UTF-16 units.
const maxCell = 16_000

// line writes one row of texts that are clean already. An empty one is no cell at all: the row has the style that the cell
// would have, and a third of the ledger is empty.
func (s *longSheet) line(cells []string, isNumber func(i int) bool) error {
	number, style := strconv.Itoa(s.next), strconv.Itoa(s.book.styles.text)
	s.put(`<row r="`, number, `" s="`, style, `" customFormat="1">`)
	for i, text := range cells {
		if text == "" {
			continue
		}
		s.put(`<c r="`, s.columns[i], number, `" s="`, style, `"`)
		if !isNumber(i) {
			s.inline(text)
			continue
		}
		if _, err := strconv.Atoi(text); err != nil {
			return fmt.Errorf("row %d, column %d: %w", s.next, i+1, err)
		}
		s.put(`><v>`, text, `</v></c>`)
	}
	s.next++
	_, err := s.out.WriteString(`</row>`)
	return err
}

// inline writes the rest of a cell that holds a text.
func (s *longSheet) inline(text string) {
	if len(text) > maxCell {
		text = cut(text, maxCell)
	}
	s.put(` t="inlineStr"><is><t`)
	if strings.TrimSpace(text) != text {
		s.put(` xml:space="preserve"`)
	}
	s.text = append(appendXML(append(s.text[:0], '>'), text), `</t></is></c>`...)
	_, _ = s.out.Write(s.text)
}

func (s *longSheet) put(parts ...string) {
	for _, p := range parts {
		_, _ = s.out.WriteString(p)
	}
}

// appendXML appends a clean text as it stands between tags. An underscore that would begin one of the format's own escapes, such as
// _x0041_, is escaped itself.
func appendXML(b []byte, text string) []byte {
	for {
		i := strings.IndexAny(text, "&<>_")
		if i < 0 {
			return append(b, text...)
		}
		b = append(b, text[:i]...)
		switch {
		case text[i] == '&':
			b = append(b, "&amp;"...)
		case text[i] == '<':
			b = append(b, "&lt;"...)
		case text[i] == '>':
			b = append(b, "&gt;"...)
		case isEscape(text[i:]):
			b = append(b, "_x005F_"...)
		default:
			b = append(b, '_')
		}
		text = text[i+1:]
	}
}

// isEscape tells whether the text begins with an escape of the format: _xHHHH_.
func isEscape(text string) bool {
	if len(text) < 7 || text[1] != 'x' || text[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(text[2:6], 16, 16)
	return err == nil
}

// discard removes the file of the rows.
func (s *longSheet) discard() error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// pack is the packed workbook; on the way there the rows of the long sheet join it.
type pack struct {
	*zip.Writer
	long   *longSheet
	part   string // the long sheet's name in the package
	placed bool
}

// Create is the library's: it begins a part of the package.
func (p *pack) Create(name string) (io.Writer, error) {
	part, err := p.Writer.Create(name)
	if err != nil || p.long == nil || name != p.part {
		return part, err
	}
	return &joint{pack: p, part: part}, nil
}

// Close ends the package. It fails when the rows found no place, as they might not with another version of the library.
func (p *pack) Close() error {
	err := p.Writer.Close()
	if p.long != nil && !p.placed {
		err = errors.Join(err, errors.New("the rows of the long sheet have no place in "+p.part))
	}
	return err
}

// joint is where the rows go into the sheet: before the end of its data.
type joint struct {
	pack *pack
	part io.Writer
}

const endOfRows = "</sheetData>"

// Write gets the sheet from the library, which hands all of it over at once as long as it is short.
func (j *joint) Write(sheet []byte) (int, error) {
	end := bytes.Index(sheet, []byte(endOfRows))
	if end < 0 {
		return j.part.Write(sheet)
	}
	if _, err := j.part.Write(sheet[:end]); err != nil {
		return 0, err
	}
	if err := j.pack.long.copyTo(j.part); err != nil {
		return 0, err
	}
	j.pack.placed = true
	n, err := j.part.Write(sheet[end:])
	return end + n, err
}

func (s *longSheet) copyTo(out io.Writer) error {
	if err := s.out.Flush(); err != nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(out, s.file)
	return err
}
