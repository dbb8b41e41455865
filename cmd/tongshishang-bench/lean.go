package main

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
)

// leanParts are what a workbook of one sheet needs besides the sheet.
func leanParts() [][2]string {
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	const types, office = "http://schemas.openxmlformats.org/package/2006/", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	return [][2]string{
		{"[Content_Types].xml", head + `<Types xmlns="` + types + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + spreadsheet + `sheet.main+xml"/>` +
			`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + spreadsheet + `worksheet+xml"/></Types>`},
		{"_rels/.rels", head + `<Relationships xmlns="` + types + `relationships"><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", head + `<workbook xmlns="` + leanSpace + `" xmlns:r="` + office + `"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", head + `<Relationships xmlns="` + types + `relationships"><Relationship Id="rId1" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
	}
}

const leanSpace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

// leanWriter writes a workbook of one sheet with nothing but what its cells need, straight into the packed file: what a writer of
// our own could gain over the library's.
type leanWriter struct {
	pack  *zip.Writer
	sheet *bufio.Writer
	text  *strings.Replacer
	names []string // of the columns
	row   []byte
	rows  int
}

func newLeanWriter(out io.Writer, columns int) (*leanWriter, error) {
	w := &leanWriter{pack: zip.NewWriter(out), text: strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")}
	w.pack.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestSpeed) })
	for _, part := range leanParts() {
		file, err := w.pack.Create(part[0])
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(file, part[1]); err != nil {
			return nil, err
		}
	}
	for i := range columns {
		name := string(rune('A' + i%26))
		if i >= 26 {
			name = string(rune('A'+i/26-1)) + name
		}
		w.names = append(w.names, name)
	}
	file, err := w.pack.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, err
	}
	w.sheet = bufio.NewWriterSize(file, 1<<16)
	_, err = w.sheet.WriteString(`<worksheet xmlns="` + leanSpace + `"><sheetData>`)
	return w, err
}

// write adds a row; a nil cell is left out.
func (w *leanWriter) write(cells []any) error {
	w.rows++
	number := strconv.Itoa(w.rows)
	w.row = append(append(append(w.row[:0], `<row r="`...), number...), `">`...)
	for i, cell := range cells {
		if cell == nil {
			continue
		}
		w.row = append(append(append(append(w.row, `<c r="`...), w.names[i]...), number...), '"')
		switch c := cell.(type) {
		case int:
			w.row = append(strconv.AppendInt(append(w.row, `><v>`...), int64(c), 10), `</v></c>`...)
		case string:
			w.row = append(append(append(w.row, ` t="inlineStr"><is><t xml:space="preserve">`...), w.text.Replace(c)...), `</t></is></c>`...)
		}
	}
	_, err := w.sheet.Write(append(w.row, `</row>`...))
	return err
}

func (w *leanWriter) close() error {
	_, err := w.sheet.WriteString(`</sheetData></worksheet>`)
	return errors.Join(err, w.sheet.Flush(), w.pack.Close())
}

// leanFile is a lean workbook in a file.
type leanFile struct {
	*leanWriter
	file *os.File
}

func newLeanFile(path string, columns int) (*leanFile, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w, err := newLeanWriter(file, columns)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &leanFile{w, file}, nil
}

func (f *leanFile) close() error { return errors.Join(f.leanWriter.close(), f.file.Close()) }
