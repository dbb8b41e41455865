package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"tongshishang/bot/report"
)

// show plays, writes the ledger, sums up, and serves on unless it is to end.
func (d *demo) show(ctx context.Context, exit bool) error {
	if err := d.perform(ctx); err != nil {
		return err
	}
	ledger := filepath.Join(d.dir, "台账-"+demoWeek+".xlsx")
	if err := d.writeLedger(ctx, ledger); err != nil {
		return err
	}
	stats, err := report.Stats(ctx, d.app.store, d.rules, d.clock.Now(), time.Time{}, time.Time{}, nil)
	if err != nil {
		return err
	}
	d.paper.summary(stats, ledger, filepath.Join(d.dir, demoConfig))
	if exit {
		return nil
	}
	d.clock.free()
	close(d.released)
	d.paper.note("还在 " + d.cfg.PublicURL + " 接收消息,按 Ctrl-C 结束")
	d.watch(ctx)
	return nil
}

// perform plays the script and prints what is said and sent.
func (d *demo) perform(ctx context.Context) error {
	for _, st := range d.player.script.steps {
		d.clock.set(st.at)
		if err := d.step(ctx, st); err != nil {
			return fmt.Errorf("sample week, line %d: %w", st.line, err)
		}
		if err := d.settle(ctx); err != nil {
			return fmt.Errorf("sample week, after line %d: %w", st.line, err)
		}
		d.printSent(st.at)
	}
	return nil
}

// step plays one step; the checks of the script are for tests.
func (d *demo) step(ctx context.Context, st step) error {
	switch st.kind {
	case stepSay:
		answer, err := d.player.say(ctx, st)
		if err == nil {
			d.paper.said(st, answer)
		}
		return err
	case stepAgain:
		answer, err := d.player.again(ctx, st.label)
		if err == nil {
			d.paper.again(st, d.player.said[st.label].st, answer)
		}
		return err
	case stepSweep, stepSent, stepIssue, stepCount, stepDoubtful:
		return nil // what is due is done after every step
	}
	return errors.New("the demo can't do this step")
}

func (d *demo) printSent(at time.Time) {
	for _, m := range d.platform.take() {
		d.paper.sent(at, d.addressee(m), m.text)
	}
}

func (d *demo) writeLedger(ctx context.Context, path string) error {
	week, err := report.ParseWeek(demoWeek, d.clock.Now())
	if err != nil {
		return err
	}
	req := report.Request{County: d.cfg.County.Name, Week: week, Edition: report.Internal}
	return writeFile(path, func(w io.Writer) error { return report.Ledger(ctx, d.app.store, d.rules, d.clock.Now(), req, w) })
}

// watchEvery is how soon what the bot sends after the week is printed.
const watchEvery = 500 * time.Millisecond

// watch prints what the bot sends on its own until the context ends.
func (d *demo) watch(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			d.printSent(d.clock.Now())
		}
	}
}
