package store

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"tongshishang/bot"

	"gorm.io/gorm"
)

// Span is a stretch of time [From, To), in one unit or, with Unit 0, in the whole county.
type Span struct {
	From, To time.Time
	Unit     int64
}

// Inclusion is why a matter stands in a ledger (rule book, section 1); several reasons may hold.
type Inclusion uint8

// The reasons: reported in the span, status changed in it, still open at its end.
const (
	InReported Inclusion = 1 << iota
	InChanged
	InOpen
)

// LedgerRef names a matter of a ledger and why it is there.
type LedgerRef struct {
	ID  int64
	Why Inclusion
}

// LedgerMatter is everything the columns of one ledger row are made of. Of the issue only what is printed is filled, of the
// events verb, text and time.
type LedgerMatter struct {
	Issue      bot.Issue
	Why        Inclusion
	Unit       string      // its name
	Reporter   string      // the name in the register, where the chat showed none
	Phone      string      // the reporter's, opened only when asked for
	Member     string      // 联系委员
	MergedInto string      // the number of the matter it was merged into
	Events     []bot.Event // with the verbs asked for, oldest first
	Raters     int         // people who answered a follow-up, ever
	RatedBy    string      // the last of them
	RatedAt    time.Time
}

// openStatuses are the statuses in which a matter still waits for somebody.
func openStatuses() []string {
	var open []string
	for _, s := range bot.Statuses() {
		if s.IsOpen() {
			open = append(open, string(s))
		}
	}
	return open
}

// ofUnit narrows a query on the issues i to the span's unit.
func (sp Span) ofUnit(where string, args ...any) (string, []any) {
	if sp.Unit == 0 {
		return where, args
	}
	return where + " AND i.unit_id = ?", append(args, sp.Unit)
}

// LedgerRefs lists the matters of the span's ledger by id, which is the order they were registered in: those reported in the
// span, those whose status changed in it, and those still open at its end. What was open at a past end is told by the events
// since: the status that the first later change left. Only ids are held in memory, 16 bytes a matter and reason. The folding
// is done here and not by the database, which would look every matter up among the events.
func (t *Tx) LedgerRefs(span Span) ([]LedgerRef, error) {
	moved, err := t.firstMoves(span)
	if err != nil {
		return nil, err
	}
	var refs []LedgerRef
	for id, m := range moved {
		if m.open {
			refs = append(refs, LedgerRef{ID: id, Why: InOpen})
		}
	}
	from, to := at(span.From), at(span.To)
	add := func(why Inclusion, skip map[int64]firstMove, q *gorm.DB, where string, args ...any) error {
		where, args = span.ofUnit(where, args...)
		var id int64
		return eachRow(q.Where(where, args...), []any{&id}, func() error {
			if _, ok := skip[id]; !ok {
				refs = append(refs, LedgerRef{ID: id, Why: why})
			}
			return nil
		})
	}
	issues := func() *gorm.DB { return t.query().Table("issues i").Select("i.id") }
	err = errors.Join(
		add(InReported, nil, issues(), "i.reported_at >= ? AND i.reported_at < ?", from, to),
		add(InChanged, nil, span.eventsIn(t.query()).Select("e.issue_id"),
			"e.created_at >= ? AND e.created_at < ? AND e.from_status <> '' AND e.from_status <> e.to_status", from, to),
		add(InOpen, moved, issues(), "i.status IN ? AND i.reported_at < ?", openStatuses(), to))
	if err != nil {
		return nil, fmt.Errorf("matters of the ledger: %w", err)
	}
	return foldRefs(refs), nil
}

// eventsIn is a query on the events e, with their issues i only where these tell the unit.
func (sp Span) eventsIn(db *gorm.DB) *gorm.DB {
	q := db.Table("issue_events e")
	if sp.Unit != 0 {
		q = q.Joins("JOIN issues i ON i.id = e.issue_id")
	}
	return q
}

// firstMove is the first change of a matter's status after a span.
type firstMove struct {
	seq  int32
	open bool // the matter was reported before the span's end and open until this change
}

// firstMoves tells of each matter whose status changed after the span how it stood at the end of the span. There are none
// while the span isn't over.
func (t *Tx) firstMoves(span Span) (map[int64]firstMove, error) {
	first := map[int64]firstMove{}
	where, args := span.ofUnit("e.created_at >= ? AND e.from_status <> e.to_status", at(span.To))
	q := t.query().Table("issue_events e").Select("e.issue_id, e.seq, e.from_status IN ? AND i.reported_at < ?", openStatuses(), at(span.To)).
		Joins("JOIN issues i ON i.id = e.issue_id").Where(where, args...)
	var id int64
	var m firstMove
	err := eachRow(q, []any{&id, &m.seq, &m.open}, func() error {
		if known, ok := first[id]; !ok || m.seq < known.seq {
			first[id] = m
		}
		return nil
	})
	return first, wrap("moves after the ledger", err)
}

// foldRefs sorts by id and makes one of the refs that name the same matter.
func foldRefs(refs []LedgerRef) []LedgerRef {
	slices.SortFunc(refs, func(a, b LedgerRef) int { return cmp.Compare(a.ID, b.ID) })
	out := refs[:0]
	for _, r := range refs {
		if n := len(out); n > 0 && out[n-1].ID == r.ID {
			out[n-1].Why |= r.Why
			continue
		}
		out = append(out, r)
	}
	return out
}
