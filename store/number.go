package store

import (
	"fmt"
	"slices"
)

// numbers are the sequences that a transaction has taken numbers from. The first number of each is taken from the table, which
// locks it; further ones are counted here, and the table is brought up to date at the end.
type numbers struct {
	held map[string]*sequence
	uses []string // which sequences gave a number, in order
}

type sequence struct {
	before int64 // the value when the transaction first took a number
	stored int64 // the value in the table
	taken  int64 // numbers given since
}

func (n *numbers) mark() int { return len(n.uses) }

// undo takes back the numbers given since the mark.
func (n *numbers) undo(mark int) {
	for _, name := range n.uses[mark:] {
		n.held[name].taken--
	}
	n.uses = n.uses[:mark]
}

// sequenceRow is how far a sequence has come.
type sequenceRow struct {
	Name  string `gorm:"primaryKey"`
	Value int64
}

func (sequenceRow) TableName() string { return "sequences" }

// HoldNumbers locks the sequences, of those that exist, in one statement and in the one order, for numbers to be taken later.
func (t *Tx) HoldNumbers(names []string) error {
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	names = slices.Compact(names)
	args := make([]any, len(names))
	for i, name := range names {
		args[i] = name
	}
	rows, err := selectRows[sequenceRow](t, "WHERE name IN ("+marks(len(args))+") ORDER BY name"+t.s.dialect.forUpdate, args...)
	if err != nil {
		return fmt.Errorf("hold sequences: %w", err)
	}
	for _, r := range rows {
		t.numbers.hold(r.Name, &sequence{before: r.Value, stored: r.Value})
	}
	return nil
}

func (n *numbers) hold(name string, s *sequence) {
	if n.held == nil {
		n.held = map[string]*sequence{}
	}
	n.held[name] = s
}

// NextNumber takes the next number of a sequence, 1 first. The sequence stays locked until the transaction ends, so there are
// no gaps and no number is given twice.
func (t *Tx) NextNumber(name string) (int64, error) {
	if t.readOnly {
		return 0, errReadOnly
	}
	n := &t.numbers
	s := n.held[name]
	if s == nil {
		stored, err := t.s.dialect.nextNumber(t.db, name)
		if err != nil {
			return 0, fmt.Errorf("sequence %s: %w", name, err)
		}
		s = &sequence{before: stored - 1, stored: stored}
		n.hold(name, s)
	}
	s.taken++
	n.uses = append(n.uses, name)
	return s.before + s.taken, nil
}

// flushNumbers brings the table up to date where more or fewer numbers were used than were taken from it.
func (t *Tx) flushNumbers() error {
	var rows []sequenceRow
	for name, s := range t.numbers.held {
		if value := s.before + s.taken; value != s.stored {
			rows = append(rows, sequenceRow{Name: name, Value: value})
		}
	}
	if err := writeRows(t, "sequences", rows, t.s.dialect.upsert("name", "value")); err != nil {
		return err
	}
	for _, r := range rows {
		if r.Value > 0 {
			continue
		}
		if err := t.db.Exec("DELETE FROM sequences WHERE name = ?", r.Name).Error; err != nil { // nobody had taken a number
			return fmt.Errorf("sequences: %w", err)
		}
	}
	return nil
}
