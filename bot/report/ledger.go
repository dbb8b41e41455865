package report

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
	"tongshishang/store"
)

// Request is which ledger is wanted.
type Request struct {
	County  string // 通渭县, for the title
	Week    Week
	Unit    *bot.Unit // nil is the whole county
	Edition Edition
	// Link gives the address where the messages of a matter can be read, by its number; nil prints no links. Only the internal
	// edition carries them.
	Link func(number string) string
}

// Ledger writes the week's ledger as a workbook of nine sheets. The caller has checked that the reader may have the edition.
// A week that is signed off is printed as it was locked; any other as the matters stand now.
func Ledger(ctx context.Context, s *store.Store, rules *config.Rules, now time.Time, req Request, out io.Writer) error {
	return s.Read(ctx, func(tx *store.Tx) (err error) {
		p, err := newPrinting(tx, rules, now, req)
		if err != nil {
			return fmt.Errorf("ledger of %s: %w", req.Week, err)
		}
		defer func() { err = errors.Join(err, p.workbook.close()) }()
		if err := p.run(ctx); err != nil {
			return fmt.Errorf("ledger of %s: %w", req.Week, err)
		}
		return p.workbook.writeTo(out)
	})
}

// LedgerCSV writes 台账明细 alone: a head row and one row a matter, UTF-8 with a byte order mark, so that spreadsheets read it
// as UTF-8. A cell that a spreadsheet would take for a formula gets an apostrophe in front.
func LedgerCSV(ctx context.Context, s *store.Store, rules *config.Rules, now time.Time, req Request, out io.Writer) error {
	err := s.Read(ctx, func(tx *store.Tx) error {
		b := newBook(rules, now)
		src, err := openSource(tx, b, req.Week, req.Unit)
		if err != nil {
			return err
		}
		return writeCSV(ctx, b, src, req.Edition, out)
	})
	if err != nil {
		return fmt.Errorf("ledger of %s: %w", req.Week, err)
	}
	return nil
}

func writeCSV(ctx context.Context, b *book, src *source, edition Edition, out io.Writer) error {
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	w.UseCRLF = true
	if err := w.Write(heads()); err != nil {
		return err
	}
	n := 0
	var cells []string
	err := src.rows(ctx, func(r *row) error {
		n++
		cells = b.print(r, n, edition, cells)
		for i := range cells {
			cells[i] = guard(cells[i])
		}
		return w.Write(cells)
	})
	if err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

func heads() []string {
	list := make([]string, len(columns))
	for i := range columns {
		list[i] = columns[i].head
	}
	return list
}

// title is the heading of the cover: county, name and week.
func (p *printing) title() string {
	r := strings.NewReplacer("{county}", p.req.County, "{week}", p.req.Week.Title())
	return r.Replace(p.book.pack.Title)
}

// scope says in words what the ledger covers.
func (p *printing) scope() string {
	if p.req.Unit == nil {
		return "全县"
	}
	return p.req.Unit.Name
}
