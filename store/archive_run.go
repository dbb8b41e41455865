package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm/clause"
)

// archiveLease is how long a run that was killed keeps others out. A living one renews it with every step.
const archiveLease = 30 * time.Second

// ArchiveBusyError says that another run is moving or erasing messages, or was killed a moment ago.
type ArchiveBusyError struct{ Until time.Time } // when the other's lease ends unless it is renewed

// Error implements error.
func (e *ArchiveBusyError) Error() string {
	return "another archive run is at work on this database, or was killed and keeps its place until " + e.Until.Format(time.RFC3339)
}

type archiveRunRow struct {
	ID         int   `gorm:"primaryKey;autoIncrement:false"`
	Run        int64 // an id of its own
	LeaseUntil moment
}

func (archiveRunRow) TableName() string { return "archive_runs" }

// archiveRun is the right to move and erase messages. All of them are kept apart by one row, whatever months they are about.
type archiveRun struct {
	s  *Store
	id int64
}

// startRun takes the right, from a run whose lease is over too.
func (s *Store) startRun(ctx context.Context) (*archiveRun, error) {
	r := &archiveRun{s: s, id: s.ids.next()}
	err := s.Write(ctx, func(t *Tx) error {
		row, err := t.lockedRun()
		if errors.Is(err, ErrNotFound) {
			return t.write().Create(&archiveRunRow{ID: 1, Run: r.id, LeaseUntil: at(t.Now().Add(archiveLease))}).Error
		}
		if err != nil {
			return err
		}
		if row.LeaseUntil.After(t.Now()) {
			return &ArchiveBusyError{Until: row.LeaseUntil.Time}
		}
		return t.renewRun(r.id)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (t *Tx) lockedRun() (archiveRunRow, error) {
	var row archiveRunRow
	err := t.query().Clauses(clause.Locking{Strength: t.s.dialect.lockClause}).Take(&row, 1).Error
	return row, found(err)
}

func (t *Tx) renewRun(run int64) error {
	return t.write().Model(&archiveRunRow{ID: 1}).Updates(map[string]any{"run": run, "lease_until": at(t.Now().Add(archiveLease))}).Error
}

// step runs fn in a transaction that holds the run's row: one that was taken for dead can't change anything any more, and two
// never work on the same rows.
func (r *archiveRun) step(ctx context.Context, fn func(*Tx) error) error {
	return r.s.Write(ctx, func(t *Tx) error {
		row, err := t.lockedRun()
		if err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("archive run: %w", err)
		}
		if row.Run != r.id {
			return &ArchiveBusyError{Until: row.LeaseUntil.Time}
		}
		if err := t.renewRun(r.id); err != nil {
			return fmt.Errorf("archive run: %w", err)
		}
		return fn(t)
	})
}

// renew keeps the right while something long is done that changes no row.
func (r *archiveRun) renew(ctx context.Context) error {
	return r.step(ctx, func(*Tx) error { return nil })
}

// end gives the right back, also when the context is over.
func (r *archiveRun) end(ctx context.Context) error {
	err := r.s.Write(context.WithoutCancel(ctx), func(t *Tx) error {
		return t.write().Where("run = ?", r.id).Delete(&archiveRunRow{}, 1).Error
	})
	return wrap("end archive run", err)
}

// exclusively runs fn as the only run.
func (a *Archive) exclusively(ctx context.Context, fn func(*archiveRun) error) error {
	run, err := a.s.startRun(ctx)
	if err != nil {
		return err
	}
	return errors.Join(fn(run), run.end(ctx))
}
