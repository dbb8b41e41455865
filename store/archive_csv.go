package store

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Archives are CSV as RFC 4180 has it: CRLF behind every record, a field with commas, quotes or line ends in quotes. The standard
// library's reader turns CRLF inside a field into LF, and what comes back in must be what went out to the byte.

// mostRecord is how large a record may be; the longest texts the database takes are far below it.
const mostRecord = 64 << 20

// appendRecord writes one record.
func appendRecord(b []byte, fields []string) []byte {
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		if !strings.ContainsAny(f, "\",\r\n") && strings.TrimSpace(f) == f {
			b = append(b, f...)
			continue
		}
		b = append(b, '"')
		b = append(b, strings.ReplaceAll(f, `"`, `""`)...)
		b = append(b, '"')
	}
	return append(b, '\r', '\n')
}

// csvReader reads what appendRecord wrote, and refuses what isn't RFC 4180.
type csvReader struct {
	r    *bufio.Reader
	line int // on which the record read last begins, from 1
	ends int // line ends so far
	size int // of the record read last
}

func newCSVReader(r io.Reader) *csvReader { return &csvReader{r: bufio.NewReaderSize(r, 64<<10)} }

// record returns the next record; io.EOF says that the file ended after the last.
func (c *csvReader) record() ([]string, error) {
	c.line = c.ends + 1
	text, err := c.text()
	c.size = len(text)
	if err != nil {
		return nil, err
	}
	return splitRecord(string(text))
}

// text reads to the first line end that isn't in quotes: one with an even number of quotes before it.
func (c *csvReader) text() ([]byte, error) {
	var text []byte
	quotes := 0
	for {
		chunk, err := c.r.ReadSlice('\n')
		text = append(text, chunk...)
		quotes += bytes.Count(chunk, []byte{'"'})
		switch {
		case errors.Is(err, io.EOF) && len(text) > 0:
			return nil, errors.New("the file ends in the middle of a row")
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(text) > mostRecord:
			return nil, errors.New("a row without an end")
		case err != nil:
			continue
		}
		c.ends++
		if quotes%2 == 0 {
			return text, nil
		}
	}
}

// splitRecord takes a record, which ends with a line end, apart.
func splitRecord(text string) (fields []string, err error) {
	for {
		field, rest, err := cutField(text)
		if err != nil {
			return nil, err
		}
		fields = append(fields, field)
		if rest == "\r\n" {
			return fields, nil
		}
		if rest[0] != ',' {
			return nil, fmt.Errorf("unexpected %q behind field %d", rest[0], len(fields))
		}
		text = rest[1:]
	}
}

// cutField takes the first field off; what is left begins with what ended it.
func cutField(text string) (field, rest string, err error) {
	if text[0] != '"' {
		i := strings.IndexAny(text, ",\"\r\n")
		return text[:i], text[i:], nil
	}
	var b strings.Builder
	for text = text[1:]; ; text = rest[1:] {
		before, after, ok := strings.Cut(text, `"`)
		if !ok {
			return "", "", errors.New("a quote without its other one")
		}
		b.WriteString(before)
		if rest = after; rest[0] != '"' {
			return b.String(), rest, nil
		}
		b.WriteByte('"')
	}
}
