package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Month is a calendar month in the county's time zone.
type Month struct{ first time.Time }

const monthLayout = "2006-01"

// MonthOf is the month that a moment lies in.
func MonthOf(t time.Time, zone *time.Location) Month {
	local := t.In(zone)
	return Month{time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, zone)}
}

// ParseMonth reads 2026-05.
func ParseMonth(text string, zone *time.Location) (Month, error) {
	first, err := time.ParseInLocation(monthLayout, text, zone)
	if err != nil {
		return Month{}, fmt.Errorf("month: %w", err)
	}
	return Month{first}, nil
}

// String is the month as 2026-05.
func (m Month) String() string { return m.first.Format(monthLayout) }

// Add is the month n months later, or earlier when n is negative.
func (m Month) Add(n int) Month { return Month{m.first.AddDate(0, n, 0)} }

// From is the month's first moment.
func (m Month) From() time.Time { return m.first }

// To is the first moment after the month.
func (m Month) To() time.Time { return m.Add(1).first }

// Holds tells whether a moment lies in the month.
func (m Month) Holds(t time.Time) bool { return !t.Before(m.From()) && t.Before(m.To()) }

// Before tells whether the month is an earlier one.
func (m Month) Before(other Month) bool { return m.first.Before(other.first) }

// MonthCount is how many messages of a month are in the database.
type MonthCount struct {
	Month   Month
	Rows    int64 // handled: these can be moved out
	Waiting int64 // not handled yet, or given up: these stay

	first, last int64 // ids of those that can be moved
}

// surveyPage is how many rows one statement of a walk through all messages reads.
const surveyPage = 20_000

// Months counts the messages in the database by the month they were received in, earliest first. It walks the whole table by its
// key, in pages: ids grow with time only as far as the clocks of all instances agree, and a second index on every message
// would cost each of them more than this walk costs once a month.
func (a *Archive) Months(ctx context.Context) ([]MonthCount, error) {
	s := survey{zone: a.zone, months: map[string]*MonthCount{}}
	for {
		read, err := s.page(ctx, a.s)
		if err != nil {
			return nil, fmt.Errorf("count months: %w", err)
		}
		a.told(ArchiveStep{Doing: ArchiveCounting, Rows: s.rows})
		if read < surveyPage {
			break
		}
	}
	out := make([]MonthCount, 0, len(s.months))
	for _, name := range slices.Sorted(maps.Keys(s.months)) {
		out = append(out, *s.months[name])
	}
	return out, nil
}

// survey is a walk through the messages; month is that of the row before, since neighbours mostly share it.
type survey struct {
	zone   *time.Location
	months map[string]*MonthCount
	month  *MonthCount
	last   int64 // id
	rows   int64
}

func (s *survey) page(ctx context.Context, store *Store) (read int, err error) {
	err = store.Read(ctx, func(t *Tx) error {
		rows, err := t.query().Table("messages").Select("id, received_at, state").Where("id > ?", s.last).Order("id").Limit(surveyPage).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for ; rows.Next(); read++ {
			var received moment
			var state string
			if err := rows.Scan(&s.last, &received, &state); err != nil {
				return err
			}
			s.count(s.last, received.Time, MessageState(state))
		}
		return rows.Err()
	})
	s.rows += int64(read)
	return read, err
}

func (s *survey) count(id int64, received time.Time, state MessageState) {
	if s.month == nil || !s.month.Month.Holds(received) {
		month := MonthOf(received, s.zone)
		if s.month = s.months[month.String()]; s.month == nil {
			s.month = &MonthCount{Month: month}
			s.months[month.String()] = s.month
		}
	}
	if state != MessageHandled {
		s.month.Waiting++
		return
	}
	if s.month.Rows == 0 {
		s.month.first = id
	}
	s.month.last = id
	s.month.Rows++
}
