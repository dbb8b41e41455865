package store

import (
	"cmp"
	"fmt"
	"slices"

	"tongshishang/bot"

	"gorm.io/gorm"
)

// LedgerNeeds is what a ledger wants besides the issues' own columns.
type LedgerNeeds struct {
	Verbs  []string // of events
	Phones bool     // open the reporters' phones: the caller has checked that the reader may see them
}

// LedgerPage reads the matters that the refs name, in their order: three queries for a page of any size, which the caller
// keeps to some hundreds. A matter that is gone is left out.
func (t *Tx) LedgerPage(refs []LedgerRef, needs LedgerNeeds) ([]LedgerMatter, error) {
	page := make([]LedgerMatter, len(refs))
	ids := make([]int64, len(refs))
	known := make(map[int64]*LedgerMatter, len(refs))
	for i, r := range refs {
		page[i].Why, ids[i], known[r.ID] = r.Why, r.ID, &page[i]
	}
	if err := t.ledgerIssues(ids, needs.Phones, known); err != nil {
		return nil, fmt.Errorf("page of the ledger: %w", err)
	}
	if err := t.ledgerEvents(ids, needs.Verbs, known); err != nil {
		return nil, fmt.Errorf("events of the ledger: %w", err)
	}
	if err := t.ledgerRatings(ids, known); err != nil {
		return nil, fmt.Errorf("ratings of the ledger: %w", err)
	}
	return slices.DeleteFunc(page, func(m LedgerMatter) bool { return m.Issue.ID == 0 }), nil
}

// eachRow runs a query and calls row after each of its rows has been scanned into the targets. The books are read by it,
// because GORM's own scanning of a row costs more than the database's work for it.
func eachRow(query *gorm.DB, targets []any, row func() error) error {
	rows, err := query.Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // what matters is told by Err
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if err := row(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// ledgerColumns are the columns that a row of the ledger is made of, in the order of ledgerRow.targets.
const ledgerColumns = "i.id, i.unit_id, i.number, i.seq, i.kind, i.category, i.subcategory, i.difficulty, i.status, i.content, i.contact, i.place," +
	" i.place_id, i.urgent, i.source, i.reporter_name, i.supporters, i.agency, i.helpers, i.handler_name, i.method, i.result, i.solved, i.satisfaction," +
	" i.reopened, i.returned, i.extended, i.reason, i.reported_at, i.assigned_at, i.signed_at, i.resolved_at, i.closed_at, i.rated_at, i.due_at, i.due_rule," +
	" i.updated_at, u.name, p.name, p.phone, m.name, g.number"

// ledgerRow is an issue with the names it refers to.
type ledgerRow struct {
	issueRow
	unit, reporter, phone string
	member, mergedInto    optional
}

func (r *ledgerRow) targets() []any {
	return []any{&r.ID, &r.UnitID, &r.Number, &r.Seq, &r.Kind, &r.Category, &r.Subcategory, &r.Difficulty, &r.Status, &r.Content, &r.Contact, &r.Place,
		&r.PlaceID, &r.Urgent, &r.Source, &r.ReporterName, &r.Supporters, &r.Agency, &r.Helpers, &r.HandlerName, &r.Method, &r.Result, &r.Solved, &r.Satisfaction,
		&r.Reopened, &r.Returned, &r.Extended, &r.Reason, &r.ReportedAt, &r.AssignedAt, &r.SignedAt, &r.ResolvedAt, &r.ClosedAt, &r.RatedAt, &r.DueAt, &r.DueRule,
		&r.UpdatedAt, &r.unit, &r.reporter, &r.phone, &r.member, &r.mergedInto}
}

func (t *Tx) ledgerIssues(ids []int64, phones bool, known map[int64]*LedgerMatter) error {
	q := t.query().Table("issues i").Select(ledgerColumns).Joins("JOIN units u ON u.id = i.unit_id").Joins("JOIN people p ON p.id = i.reporter_id").
		Joins("LEFT JOIN people m ON m.id = i.member_id").Joins("LEFT JOIN issues g ON g.id = i.merged_into").Where("i.id IN ?", ids)
	var r ledgerRow
	return eachRow(q, r.targets(), func() error {
		m := known[r.ID]
		m.Issue, m.Unit, m.Reporter, m.Member, m.MergedInto = r.issue(), r.unit, r.reporter, string(r.member), string(r.mergedInto)
		if !phones {
			return nil
		}
		var err error
		if m.Phone, err = t.s.keys.Open(fieldPhone, cmp.Or(r.Contact, r.phone)); err != nil {
			return fmt.Errorf("phone of %s: %w", r.Number, err)
		}
		return nil
	})
}

func (t *Tx) ledgerEvents(ids []int64, verbs []string, known map[int64]*LedgerMatter) error {
	q := t.query().Table("issue_events").Select("issue_id, verb, note, created_at").Where("issue_id IN ? AND verb IN ?", ids, verbs).Order("issue_id, seq")
	var r eventRow
	return eachRow(q, []any{&r.IssueID, &r.Verb, &r.Note, &r.CreatedAt}, func() error {
		m := known[r.IssueID]
		m.Events = append(m.Events, bot.Event{IssueID: r.IssueID, Verb: r.Verb, Text: r.Note, At: r.CreatedAt.Time})
		return nil
	})
}

func (t *Tx) ledgerRatings(ids []int64, known map[int64]*LedgerMatter) error {
	q := t.query().Table("ratings r").Select("r.issue_id, p.name, r.created_at").Joins("JOIN people p ON p.id = r.person_id").
		Where("r.issue_id IN ?", ids).Order("r.issue_id, r.created_at, r.id")
	var issue int64
	var name string
	var rated moment
	return eachRow(q, []any{&issue, &name, &rated}, func() error {
		m := known[issue]
		m.Raters++
		m.RatedBy, m.RatedAt = name, rated.Time
		return nil
	})
}
