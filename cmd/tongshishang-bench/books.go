package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"tongshishang/bot/report"
)

// books is what the ledger and the statistics over many issues took.
type books struct {
	issues       int
	fill         time.Duration
	ledger       time.Duration // the program's own command, reading included
	ledgerPeak   int64         // its memory, bytes
	ledgerSize   int64
	excelize     time.Duration // the library's stream writer given the same cells, reading not included
	excelizePeak int64
	lean         time.Duration // a least possible writer given the same cells
	leanPeak     int64
	csv          time.Duration
	stats        time.Duration
	statsPeak    int64
}

// measureBooks fills a database with issues of this week and has the program write its ledger and statistics.
func (s *session) measureBooks(ctx context.Context) (err error) {
	url, err := s.database(ctx, "bench_books")
	if err != nil {
		return err
	}
	dir := filepath.Join(s.dir, "books")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	server, err := newServer(ctx, s.program, dir, url, s.redis, s.sink, s.units, &county{units: s.county.units, groups: 1, staff: 1})
	if err != nil {
		return err
	}
	db, err := openSQL(url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b := books{issues: s.issues}
	begin := now()
	week, err := report.ParseWeek("", begin)
	if err != nil {
		return err
	}
	// All were reported in the week that is printed, as far as it has come, so that all are in its ledger.
	if err := fill(ctx, db, 1000, s.issues, 0.99*begin.Sub(week.Start()).Hours()/24, begin); err != nil {
		return err
	}
	b.fill = since(begin)
	if err := b.write(ctx, s.program, server.config, dir); err != nil {
		return err
	}
	s.results.books = append(s.results.books, b)
	return nil
}

func (b *books) write(ctx context.Context, program, config, dir string) error {
	workbook, plain, other := filepath.Join(dir, "ledger.xlsx"), filepath.Join(dir, "ledger.csv"), filepath.Join(dir, "other.xlsx")
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var none time.Duration
	var unmeasured int64
	for _, c := range []struct {
		took *time.Duration
		peak *int64
		out  func([]byte) error // looks at what was printed
		args []string
	}{
		// First, so that what is compared afterwards doesn't wait for the database, which still puts away what it was filled with.
		{&b.csv, &unmeasured, nil, []string{program, "ledger", "--config", config, "--out", plain}},
		{&b.ledger, &b.ledgerPeak, nil, []string{program, "ledger", "--config", config, "--out", workbook}},
		{&b.stats, &b.statsPeak, b.checkStats, []string{program, "stats", "--config", config, "--json"}},
		{&none, &b.excelizePeak, func(out []byte) error { return b.checkRewrite(out, &b.excelize) }, []string{self, "rewrite", "excelize", plain, other}},
		{&none, &b.leanPeak, func(out []byte) error { return b.checkRewrite(out, &b.lean) }, []string{self, "rewrite", "lean", plain, other}},
	} {
		begin := now()
		out, peak, err := runWatched(exec.CommandContext(ctx, c.args[0], c.args[1:]...)) //nolint:gosec // our own programs
		if err != nil {
			return fmt.Errorf("%s: %w", c.args[1], err)
		}
		*c.took, *c.peak = since(begin), peak
		if c.out == nil {
			continue
		}
		if err := c.out(out); err != nil {
			return err
		}
	}
	info, err := os.Stat(workbook)
	if err != nil {
		return err
	}
	b.ledgerSize = info.Size()
	return nil
}

// runWatched runs a program and returns what it printed and the most memory it was seen with. It is looked at while it runs, because what
// the kernel tells at the end counts what this process had when it started it.
func runWatched(cmd *exec.Cmd) (printed []byte, peak int64, err error) {
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			return out.Bytes(), peak, err
		case <-look.C:
			if u, err := usageOf(cmd.Process.Pid); err == nil {
				peak = max(peak, u.peak)
			}
		}
	}
}

func (b *books) checkStats(printed []byte) error {
	var stats struct{ Issues int }
	if err := json.Unmarshal(printed, &stats); err != nil {
		return fmt.Errorf("statistics: %w", err)
	}
	if stats.Issues != b.issues {
		return fmt.Errorf("the statistics count %d issues of %d", stats.Issues, b.issues)
	}
	return nil
}

func (b *books) checkRewrite(printed []byte, took *time.Duration) error {
	rows, nanoseconds, _ := strings.Cut(string(printed), " ")
	if rows != strconv.Itoa(b.issues) {
		return fmt.Errorf("the ledger has %s matters of %d", rows, b.issues)
	}
	n, err := strconv.ParseInt(nanoseconds, 10, 64)
	if err != nil {
		return fmt.Errorf("rewrite: %w", err)
	}
	*took = time.Duration(n)
	return nil
}
