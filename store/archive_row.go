package store

import (
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// archiveColumn is a column of messages as it stands in an archive.
type archiveColumn struct {
	name string
	kind cellKind
	null bool // may be NULL
}

// archiveColumns is every column of messages, those that people look at first.
func archiveColumns() []archiveColumn {
	return []archiveColumn{
		{"id", cellInt, false}, {"received_at", cellTime, false}, {"sent_at", cellTime, false}, {"channel", cellText, false},
		{"conversation_id", cellInt, false}, {"sender", cellText, false}, {"sender_name", cellText, false}, {"kind", cellText, false},
		{"intent", cellText, false}, {"body", cellText, false}, {"answer", cellText, true}, {"quote_id", cellText, false},
		{"event", cellText, false}, {"event_key", cellText, false}, {"state", cellText, false}, {"handled_at", cellTime, true},
		{"attempts", cellInt, false}, {"error", cellText, false}, {"ext_id", cellText, false}, {"dedup_key", cellText, false},
		{"payload", cellText, true}, {"sealed", cellText, true},
	}
}

// keptColumns are those that stay in the database, in archived_messages.
func keptColumns() []string {
	return []string{"id", "dedup_key", "conversation_id", "kind", "sent_at", "answer"}
}

// personal tells which columns are emptied when the time that personal data is kept for is over. What is left of the text is masked.
func (c archiveColumn) personal() bool {
	return slices.Contains([]string{"sealed", "payload", "sender_name"}, c.name)
}

// blank is what an emptied column holds.
func (c archiveColumn) blank() any {
	if c.null {
		return nil
	}
	return ""
}

// checkColumn is the last of each row: the CRC-32 of the row, so that a damaged one can be named by its line.
const checkColumn = "crc32"

func namesOf(columns []archiveColumn) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

func cellsOf(columns []archiveColumn) []cell {
	cells := make([]cell, len(columns))
	for i, c := range columns {
		cells[i].kind = c.kind
	}
	return cells
}

// checksum covers every value of the row, in the form in which a backup has it.
func checksum(cells []cell) string {
	return fmt.Sprintf("%08x", crc32.ChecksumIEEE(appendRow(nil, cells)))
}

// archiveFields writes a row's values as the fields of a record.
func archiveFields(columns []archiveColumn, cells []cell) []string {
	fields := make([]string, 0, len(cells)+1)
	for i, c := range cells {
		switch v := c.value.(type) {
		case int64:
			fields = append(fields, strconv.FormatInt(v, 10))
		case string:
			fields = append(fields, archiveText(columns[i], v))
		default: // NULL is an empty field
			fields = append(fields, "")
		}
	}
	return append(fields, checksum(cells))
}

const base64Mark = "base64:"

// archiveText writes a text so that a spreadsheet never takes it for a formula and nothing is lost: an apostrophe goes before
// what a formula begins with (OWASP, CSV injection), before an apostrophe, and stands alone for a text that is empty where NULL
// could be. Bytes that are no text, or hold a NUL that most readers stop at, become '…base64.
func archiveText(c archiveColumn, s string) string {
	switch {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return "'" + base64Mark + base64.StdEncoding.EncodeToString([]byte(s))
	case isGuarded(s), c.null && s == "":
		return "'" + s
	}
	return s
}

func isGuarded(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune("'=+-@\t\r\n\uff1d\uff0b\uff0d\uff20", first)
}

var errNotWritten = errors.New("was never written like this")

// parseArchiveText is the way back. What archiveText writes otherwise is refused.
func parseArchiveText(c archiveColumn, field string) (any, error) {
	if c.null && field == "" {
		return nil, nil
	}
	text, guarded := strings.CutPrefix(field, "'")
	if encoded, ok := strings.CutPrefix(text, base64Mark); guarded && ok {
		b, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err != nil {
			return nil, err
		}
		text = string(b)
	}
	if archiveText(c, text) != field {
		return nil, errNotWritten
	}
	return text, nil
}

func parseArchiveCell(c archiveColumn, field string) (any, error) {
	switch c.kind {
	case cellInt:
		return strconv.ParseInt(field, 10, 64)
	case cellTime:
		if c.null && field == "" {
			return nil, nil
		}
		_, err := time.Parse(momentLayout, field)
		return field, err
	default:
		return parseArchiveText(c, field)
	}
}

// parseArchiveRow reads a record into cells and holds them against their checksum.
func parseArchiveRow(columns []archiveColumn, fields []string, cells []cell) error {
	if len(fields) != len(columns)+1 {
		return fmt.Errorf("%d fields instead of %d", len(fields), len(columns)+1)
	}
	for i, c := range columns {
		v, err := parseArchiveCell(c, fields[i])
		if err != nil {
			return fmt.Errorf("column %s: %w", c.name, err)
		}
		cells[i] = cell{kind: c.kind, value: v}
	}
	if checksum(cells) != fields[len(columns)] {
		return errors.New("the row isn't the one that was written: its checksum differs")
	}
	return nil
}

// parseArchiveHead finds the columns that the head names.
func parseArchiveHead(fields []string) ([]archiveColumn, error) {
	if len(fields) == 0 || fields[len(fields)-1] != checkColumn {
		return nil, errors.New("the head isn't that of an archive")
	}
	known := archiveColumns()
	var columns []archiveColumn
	for _, name := range fields[:len(fields)-1] {
		i := slices.IndexFunc(known, func(c archiveColumn) bool { return c.name == name })
		if i < 0 {
			return nil, fmt.Errorf("the head has a column %q that this program doesn't know", name)
		}
		columns = append(columns, known[i])
		known = slices.Delete(known, i, i+1) // a second of the name is a stranger
	}
	for _, name := range append(keptColumns(), "received_at") {
		if !slices.Contains(fields, name) {
			return nil, fmt.Errorf("the head lacks the column %s", name)
		}
	}
	return columns, nil
}
