package report

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
	"tongshishang/store"
)

// Edition is for whom a ledger is printed.
type Edition string

// The editions. The public one shows of residents only what the ledger pack's masks leave; whatever isn't Internal is printed
// as public, so that a forgotten choice shows nothing.
const (
	Internal Edition = "internal"
	Public   Edition = "public"
)

// ParseEdition reads internal or public; an empty text is internal. The error is a *bot.Error.
func ParseEdition(text string) (Edition, error) {
	switch e := Edition(text); e {
	case "":
		return Internal, nil
	case Internal, Public:
		return e, nil
	}
	return "", bot.Refuse(bot.CodeBadValue, "没有“%s”这一版,写 internal 或 public", text)
}

func (e Edition) label(labels config.EditionLabels) string {
	if e == Internal {
		return labels.Internal
	}
	return labels.Public
}

// row is one matter as it is printed, and as a signed-off week keeps it.
type row struct {
	Why        store.Inclusion `json:"why"`
	Changed    time.Time       `json:"changed"` // when the matter last changed
	Due        time.Time       `json:"due,omitzero"`
	Supervised int             `json:"supervised,omitempty"`
	Cells      []string        `json:"cells"`            // of the internal edition, the phone masked, without serial number
	Masked     map[int]string  `json:"masked,omitempty"` // what the public edition shows instead, by column
	Hot        *HotTopic       `json:"hot,omitempty"`    // of a signed-off week: the topic on its cover that this matter leads

	n     int // in the snapshot
	issue int64
	phone string // the whole phone, for the internal edition
}

// rows makes the rows of a page of matters.
func (b *book) rows(page []store.LedgerMatter) []row {
	rows := make([]row, len(page))
	for i := range page {
		rows[i] = b.row(&page[i])
	}
	return rows
}

// row makes the cells of a matter.
func (b *book) row(m *store.LedgerMatter) row {
	r := row{Why: m.Why, Changed: m.Issue.UpdatedAt.UTC(), Due: m.Issue.DueAt.UTC(), Supervised: supervisions(m),
		Cells: make([]string, len(columns)), issue: m.Issue.ID}
	for i := range columns {
		c := &columns[i]
		r.Cells[i] = clean(c.value(b, m))
		if c.public == nil {
			continue
		}
		if public := clean(c.public(b, m)); public != r.Cells[i] {
			if r.Masked == nil {
				r.Masked = map[int]string{}
			}
			r.Masked[i] = public
		}
	}
	if m.Issue.Kind != bot.IssueReport {
		r.phone = clean(m.Phone)
	}
	return r
}

// print writes the row's texts for the edition, as number n of its sheet, into out.
func (b *book) print(r *row, n int, edition Edition, out []string) []string {
	out = append(out[:0], r.Cells...)
	out[colSerial] = strconv.Itoa(n)
	out[colNotes] = b.remarks(r)
	switch {
	case edition != Internal:
		for i, text := range r.Masked {
			out[i] = text
		}
	case r.phone != "":
		out[colPhone] = r.phone
	}
	return out
}

// remarks puts why the matter is listed, in the pack's words, before the other remarks.
func (b *book) remarks(r *row) string {
	var list []string
	for _, w := range []struct {
		why  store.Inclusion
		text string
	}{{store.InReported, b.pack.Counts.Reported}, {store.InChanged, b.pack.Counts.Changed}, {store.InOpen, b.pack.Counts.Open}} {
		if r.Why&w.why != 0 {
			list = append(list, w.text)
		}
	}
	if text := r.Cells[colNotes]; text != "" {
		list = append(list, text)
	}
	return strings.Join(list, ";")
}

// show is one cell in the edition, the phone masked.
func (r *row) show(column int, edition Edition) string {
	if text, ok := r.Masked[column]; ok && edition != Internal {
		return text
	}
	return r.Cells[column]
}

// locked turns a row into what the snapshot keeps.
func (r *row) locked(n int) (store.SnapshotRow, error) {
	cells, err := json.Marshal(r)
	if err != nil {
		return store.SnapshotRow{}, fmt.Errorf("lock row %d: %w", n, err)
	}
	return store.SnapshotRow{N: n, Issue: r.issue, Cells: cells, Phone: r.phone}, nil
}

// unlock reads a row of a snapshot. One of an older table of columns is an error, not a shifted print.
func unlock(s store.SnapshotRow) (row, error) {
	var r row
	if err := json.Unmarshal(s.Cells, &r); err != nil {
		return row{}, fmt.Errorf("locked row %d: %w", s.N, err)
	}
	if len(r.Cells) != len(columns) {
		return row{}, fmt.Errorf("locked row %d has %d cells, not %d", s.N, len(r.Cells), len(columns))
	}
	r.n, r.issue, r.phone = s.N, s.Issue, s.Phone
	return r, nil
}
