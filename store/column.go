package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// moment is a time column: UTC with microseconds, NULL when zero. It is written as text of a fixed width, so that times compare as
// text in SQLite too.
type moment struct{ time.Time }

// momentLayout is what a time column is written as.
const momentLayout = "2006-01-02 15:04:05.000000"

func at(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	return moment{t.UTC().Truncate(time.Microsecond)}
}

// Value implements driver.Valuer.
func (m moment) Value() (driver.Value, error) {
	if m.IsZero() {
		return nil, nil
	}
	return m.UTC().Format(momentLayout), nil
}

// Scan implements sql.Scanner.
func (m *moment) Scan(v any) error {
	switch t := v.(type) {
	case nil:
		m.Time = time.Time{}
		return nil
	case time.Time:
		m.Time = t.UTC()
		return nil
	case string:
		return m.parse(t)
	case []byte:
		return m.parse(string(t))
	}
	return fmt.Errorf("time column: unexpected %T", v)
}

func (m *moment) parse(s string) error {
	t, err := time.Parse("2006-01-02 15:04:05.999999", s)
	if err != nil {
		return fmt.Errorf("time column: %w", err)
	}
	m.Time = t.UTC()
	return nil
}

// ref is a column that points to another row; 0 is NULL.
type ref int64

// Value implements driver.Valuer.
func (r ref) Value() (driver.Value, error) {
	if r == 0 {
		return nil, nil
	}
	return int64(r), nil
}

// Scan implements sql.Scanner.
func (r *ref) Scan(v any) error {
	switch n := v.(type) {
	case nil:
		*r = 0
	case int64:
		*r = ref(n)
	default:
		return fmt.Errorf("reference column: unexpected %T", v)
	}
	return nil
}

// optional is a text column that is NULL when empty.
type optional string

// Value implements driver.Valuer.
func (o optional) Value() (driver.Value, error) {
	if o == "" {
		return nil, nil
	}
	return string(o), nil
}

// Scan implements sql.Scanner.
func (o *optional) Scan(v any) error {
	switch s := v.(type) {
	case nil:
		*o = ""
	case string:
		*o = optional(s)
	case []byte:
		*o = optional(s)
	default:
		return fmt.Errorf("text column: unexpected %T", v)
	}
	return nil
}

// fit cuts s to n characters, so that a column's length is never a reason to lose a message.
func fit(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
