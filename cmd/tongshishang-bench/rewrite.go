package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

// sheetWriter is a writer of workbooks that the ledger's is compared with.
type sheetWriter interface {
	write(cells []any) error
	close() error
}

// rewrite writes the cells of a ledger in CSV into a workbook, by the library's stream writer (excelize) or the least possible
// one (lean), and prints how many matters there were and how many nanoseconds the writer took. It runs as a process of its own,
// so that its memory can be told.
func rewrite(by, from, to string, out io.Writer) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	lines := csv.NewReader(in)
	lines.ReuseRecord = true
	heads, err := lines.Read()
	if err != nil {
		return err
	}
	begin := now()
	w, err := newSheetWriter(by, to, len(heads))
	if err != nil {
		return err
	}
	took := since(begin)
	rows, writing, err := copyRows(lines, w)
	if err != nil {
		return err
	}
	begin = now()
	if err := w.close(); err != nil {
		return err
	}
	_, err = fmt.Fprint(out, rows, " ", int64(took+writing+since(begin)))
	return err
}

func newSheetWriter(by, to string, columns int) (sheetWriter, error) {
	if by == "lean" {
		return newLeanFile(to, columns)
	}
	return newLibraryFile(to)
}

// copyRows returns how many rows there were and how long the writer took. The cells are those of the ledger: an empty one is
// none, a count is a number.
func copyRows(in *csv.Reader, w sheetWriter) (rows int, took time.Duration, err error) {
	const serial, supporters = 0, 12 // the columns that are counts
	var cells []any
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, took, nil
		}
		if err != nil {
			return rows, took, err
		}
		cells = cells[:0]
		for i, text := range record {
			n, err := strconv.Atoi(text)
			switch {
			case text == "":
				cells = append(cells, nil)
			case err == nil && (i == serial || i == supporters):
				cells = append(cells, n)
			default:
				cells = append(cells, text)
			}
		}
		rows++
		begin := now()
		if err := w.write(cells); err != nil {
			return rows, took, err
		}
		took += since(begin)
	}
}

// libraryFile is a workbook of one sheet by the library's stream writer, as its documentation shows it.
type libraryFile struct {
	path   string
	file   *excelize.File
	stream *excelize.StreamWriter
	rows   int
}

func newLibraryFile(path string) (*libraryFile, error) {
	file := excelize.NewFile()
	stream, err := file.NewStreamWriter("Sheet1")
	return &libraryFile{path: path, file: file, stream: stream}, err
}

func (f *libraryFile) write(cells []any) error {
	f.rows++
	return f.stream.SetRow("A"+strconv.Itoa(f.rows), cells)
}

func (f *libraryFile) close() error {
	return errors.Join(f.stream.Flush(), f.file.SaveAs(f.path), f.file.Close())
}
