package store

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"
)

// cell is one value on its way from a table into a backup: nil, int64 or string.
type cell struct {
	kind  cellKind
	value any
}

// Scan implements sql.Scanner.
func (c *cell) Scan(v any) error {
	if c.kind == cellTime {
		var m moment
		if err := m.Scan(v); err != nil {
			return err
		}
		var err error
		c.value, err = m.Value()
		return err
	}
	switch x := v.(type) {
	case nil:
		c.value = nil
		return nil
	case int64:
		c.value = x
	case bool: // what SQLite's driver makes of a BOOLEAN column
		c.value = int64(0)
		if x {
			c.value = int64(1)
		}
	case string:
		c.value = x
	case []byte:
		c.value = string(x)
	default:
		return fmt.Errorf("a backup can't hold a %T", v)
	}
	if _, isInt := c.value.(int64); isInt != (c.kind == cellInt) { // SQLite takes any value in any column
		return fmt.Errorf("a %s column holds a %T", c.kind, v)
	}
	return nil
}

// appendRow writes a row as one line of JSON: an array in the order of the columns. It is written by hand so that the same row
// always has the same bytes, whatever a library thinks should be escaped, for the digests are taken of them.
func appendRow(b []byte, cells []cell) []byte {
	b = append(b, '[')
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		switch v := c.value.(type) {
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case string:
			b = appendText(b, v)
		default:
			b = append(b, "null"...)
		}
	}
	return append(b, ']', '\n')
}

// appendText writes a JSON string; bytes that aren't UTF-8, which JSON can't say, become {"base64":"…"}.
func appendText(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		b = append(b, `{"base64":"`...)
		b = base64.StdEncoding.AppendEncode(b, []byte(s))
		return append(b, `"}`...)
	}
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// parseRow reads a line of a backup into the values of an INSERT: nil, int64 or string.
func parseRow(line []byte, columns []backupColumn) ([]any, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber() // ids don't fit into a float
	var row []any
	if err := dec.Decode(&row); err != nil {
		return nil, fmt.Errorf("row: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("row: something follows it")
	}
	if len(row) != len(columns) {
		return nil, fmt.Errorf("row: %d values for %d columns", len(row), len(columns))
	}
	for i, c := range columns {
		if row[i] == nil {
			continue
		}
		var err error
		if row[i], err = parseCell(row[i], c.Kind); err != nil {
			return nil, fmt.Errorf("row: column %s: %w", c.Name, err)
		}
	}
	return row, nil
}

func parseCell(v any, kind cellKind) (any, error) {
	switch x := v.(type) {
	case json.Number:
		if kind == cellInt {
			return x.Int64()
		}
	case string:
		if kind == cellTime {
			_, err := time.Parse(momentLayout, x)
			return x, err
		}
		if kind == cellText {
			return x, nil
		}
	case map[string]any:
		if s, ok := x["base64"].(string); ok && kind == cellText {
			b, err := base64.StdEncoding.DecodeString(s)
			return string(b), err
		}
	}
	return nil, fmt.Errorf("not a %s", kind)
}
