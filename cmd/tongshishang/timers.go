package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tongshishang/bot/ballot"
	"tongshishang/bot/issue"
	"tongshishang/store"
	"tongshishang/store/state"
)

// The sweep finds in SQL what no job came for; jobs come on the minute, so it may be slow. Messages that were acknowledged by an
// instance and not yet handled are due 15 s later, and when it has died another has to see to them within 30 s of that.
const (
	sweepEvery  = 30 * time.Second
	retryEvery  = 5 * time.Second
	lapseEvery  = time.Hour
	adviseEvery = 10 * time.Second
	sweepPage   = 200
)

// jobHandlers answer the wakes of transactions.
func (a *app) jobHandlers() map[string]state.Handler {
	return map[string]state.Handler{
		issue.Wake:  a.tickIssue,
		ballot.Wake: a.closeBallot,
	}
}

func (a *app) periodic() map[string]state.Periodic {
	return map[string]state.Periodic{
		"sweep":  {Interval: sweepEvery, Run: a.sweep},
		"advise": {Interval: adviseEvery, Run: a.adviser.Run},
		"lapse":  {Interval: lapseEvery, Run: a.lapse},
		"retry":  {Interval: retryEvery, Run: func(ctx context.Context) error { _, err := a.intake.Retry(ctx); return err }},
	}
}

// mostWakes is how many deadlines may wait to be scheduled; those beyond it are left to the sweep.
const mostWakes = 1024

// schedule hands the deadlines of committed transactions to the jobs.
func (a *app) schedule(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case w := <-a.wakes:
			if err := a.jobs.Schedule(ctx, w.Kind, w.ID, w.At); err != nil && ctx.Err() == nil {
				a.log.Warn("deadline not scheduled; the sweep will find it", "kind", w.Kind, "id", w.ID, "error", err)
			}
		}
	}
}

// timers runs the jobs and what is periodic until the context ends.
func (a *app) timers(ctx context.Context) {
	var scheduling sync.WaitGroup
	defer scheduling.Wait()
	scheduling.Go(func() { a.schedule(ctx) })
	scheduling.Go(func() { a.gazetteer.follow(ctx) })
	if err := a.jobs.Run(ctx, a.jobHandlers(), a.periodic()); err != nil {
		a.log.Error("timers stopped", "error", err)
	}
}

func (a *app) tickIssue(ctx context.Context, id int64) error {
	return a.store.Write(ctx, func(tx *store.Tx) error { return a.desk.Tick(tx, id) })
}

func (a *app) closeBallot(ctx context.Context, id int64) error {
	return a.store.Write(ctx, func(tx *store.Tx) error { return a.box.Close(tx, id) })
}

// sweep does everything that is due by SQL: deadlines of issues and ends of ballots. One that fails doesn't keep the others.
func (a *app) sweep(ctx context.Context) error {
	issues, ballots, err := a.due(ctx)
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	var faults []error
	for _, id := range issues {
		faults = append(faults, a.tickIssue(ctx, id))
	}
	for _, id := range ballots {
		faults = append(faults, a.closeBallot(ctx, id))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

func (a *app) due(ctx context.Context) (issues, ballots []int64, err error) {
	err = a.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		if issues, err = tx.DueIssues(tx.Now(), sweepPage); err != nil {
			return err
		}
		ballots, err = tx.DueBallots(tx.Now(), sweepPage)
		return err
	})
	return issues, ballots, err
}

// lapse empties the clerk's lists of what is too old, a page a transaction.
func (a *app) lapse(ctx context.Context) error {
	for gone := 1; gone > 0; {
		err := a.store.Write(ctx, func(tx *store.Tx) (err error) {
			gone, err = a.desk.Lapse(tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("lapse: %w", err)
		}
	}
	return nil
}
