package report

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
	"tongshishang/store"
)

// The sheets, in the order of the ledger pack's names.
const (
	sheetCover = iota
	sheetDetail
	sheetUnits
	sheetAgencies
	sheetCategories
	sheetOverdue
	sheetBallots
	sheetMembers
	sheetCorrections
)

// printing is one workbook on its way. The rows of 台账明细 pass once; everything counted is counted on the way.
type printing struct {
	req        Request
	printed    time.Time
	tx         *store.Tx
	book       *book
	source     *source
	workbook   *workbook
	figures    []figure
	units      *summary
	agencies   *summary
	categories *summary
	held       []bool // which of the figures are true of the row being counted
	rows       int
	hot        HotList // on the cover
}

func newPrinting(tx *store.Tx, rules *config.Rules, now time.Time, req Request) (*printing, error) {
	p := &printing{req: req, printed: now, tx: tx, book: newBook(rules, now), figures: figures(&rules.Ledger)}
	var err error
	if p.source, err = openSource(tx, p.book, req.Week, req.Unit); err != nil {
		return nil, err
	}
	names, err := unitNames(tx, req.Unit)
	if err != nil {
		return nil, err
	}
	p.held = make([]bool, len(p.figures))
	p.units = newSummary(p.figures, &rules.Rates, names)
	p.agencies = newSummary(p.figures, &rules.Rates, nil)
	p.categories = newSummary(p.figures, &rules.Rates, rules.Categories.Names())
	p.workbook, err = newWorkbook(rules.Ledger.Sheets, p.title(), now)
	return p, err
}

func unitNames(tx *store.Tx, only *bot.Unit) ([]string, error) {
	if only != nil {
		return []string{only.Name}, nil
	}
	units, err := tx.Units()
	if err != nil {
		return nil, err
	}
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.Name
	}
	return names, nil
}

// run writes the sheets: 台账明细 and 逾期与督办 together, then what was counted on the way, the cover last because it tells
// the sums.
func (p *printing) run(ctx context.Context) error {
	if err := p.detail(ctx); err != nil {
		return err
	}
	for _, s := range []struct {
		sheet   int
		by      string
		summary *summary
	}{{sheetUnits, columns[colUnit].head, p.units}, {sheetAgencies, columns[colAgency].head, p.agencies}, {sheetCategories, "一级分类", p.categories}} {
		if err := p.summarySheet(s.sheet, s.by, s.summary); err != nil {
			return err
		}
	}
	if err := p.ballotSheet(ctx); err != nil {
		return err
	}
	if err := p.memberSheet(); err != nil {
		return err
	}
	if err := p.correctionSheet(ctx); err != nil {
		return err
	}
	if err := p.readHot(); err != nil {
		return err
	}
	return p.cover()
}

func (p *printing) sheetName(i int) string { return p.book.pack.Sheets[i] }

// heading stands over a sheet on paper: the ledger's title, the unit when it is only one's, the sheet's name.
func (p *printing) heading(sheet int) string {
	if p.req.Unit != nil {
		return p.title() + " " + p.req.Unit.Name + " " + p.sheetName(sheet)
	}
	return p.title() + " " + p.sheetName(sheet)
}

// pagesAcross is over how many pages side by side 台账明细 is spread: on fewer, its 32 columns can't be read on paper.
const pagesAcross = 3

func (p *printing) detail(ctx context.Context) error {
	widths := make([]float64, len(columns))
	for i := range columns {
		widths[i] = columns[i].width
	}
	detail, err := p.workbook.longSheet(layout{name: p.sheetName(sheetDetail), title: p.heading(sheetDetail), heads: heads(), widths: widths,
		frozen: 2, pages: pagesAcross})
	if err != nil {
		return err
	}
	late, err := p.overdueSheet()
	if err != nil {
		return err
	}
	var cells []string
	lateRows := 0
	err = p.source.rows(ctx, func(r *row) error {
		p.count(r)
		cells = p.book.print(r, p.rows, p.req.Edition, cells)
		if err := p.link(detail.sheet, cells[colNumber]); err != nil {
			return err
		}
		if err := detail.line(cells, func(i int) bool { return columns[i].number }); err != nil {
			return err
		}
		if !p.book.isLate(r) && !isSupervised(r) {
			return nil
		}
		lateRows++
		return p.overdueRow(late, lateRows, r, cells)
	})
	if err != nil {
		return err
	}
	if err := late.close(); err != nil {
		return err
	}
	if err := p.filter(detail.sheet); err != nil {
		return err
	}
	return detail.close()
}

// maxLinks bounds the links of a workbook: the library looks through all of them for each new one, and the format holds 65,530.
const maxLinks = 5000

// link makes the content cell of the next row open the matter's messages.
func (p *printing) link(s *sheet, number string) error {
	if p.req.Link == nil || p.req.Edition != Internal || p.rows > maxLinks {
		return nil
	}
	cell := fmt.Sprintf("%s%d", columnName(colContent), s.next)
	return p.workbook.file.SetCellHyperLink(s.layout.name, cell, p.req.Link(number), "External")
}

// filter puts filter buttons on the heads, for whoever wants to count the summaries again.
func (p *printing) filter(s *sheet) error {
	area := fmt.Sprintf("A%d:%s%d", s.headRow(), columnName(len(columns)-1), max(s.next-1, s.headRow()))
	return p.workbook.file.AutoFilter(s.layout.name, area, nil)
}

// columnName is the letter of a column counted from 0: A, B … AF.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// The words for matters without a handling unit or category.
const (
	noAgency   = "(未交办)"
	noCategory = "(未分类)"
)

// count adds a row to the three summaries.
func (p *printing) count(r *row) {
	p.rows++
	if r.Hot != nil {
		p.hot.Topics = append(p.hot.Topics, *r.Hot)
	}
	for i, f := range p.figures {
		p.held[i] = f.holds(p.book, r)
	}
	p.units.add(r.Cells[colUnit], p.held)
	p.agencies.add(orElse(r.Cells[colAgency], noAgency), p.held)
	first, _, _ := strings.Cut(r.Cells[colCategory], "/")
	p.categories.add(orElse(first, noCategory), p.held)
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
