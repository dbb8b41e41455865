package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tongshishang/bot/report"

	"github.com/xuri/excelize/v2"
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
	var written, counted []byte
	for _, c := range []struct {
		took *time.Duration
		peak *int64
		out  *[]byte
		args []string
	}{
		{&b.ledger, &b.ledgerPeak, nil, []string{program, "ledger", "--config", config, "--out", workbook}},
		{&b.csv, nil, nil, []string{program, "ledger", "--config", config, "--out", plain}},
		{&b.stats, &b.statsPeak, &counted, []string{program, "stats", "--config", config, "--json"}},
		{nil, &b.excelizePeak, &written, []string{self, "rewrite", plain, other}},
	} {
		begin := now()
		cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...) //nolint:gosec // our own programs
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("%s: %w", c.args[1], err)
		}
		if c.took != nil {
			*c.took = since(begin)
		}
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok && c.peak != nil {
			*c.peak = usage.Maxrss << 10
		}
		if c.out != nil {
			*c.out = out
		}
	}
	var stats struct{ Issues int }
	if err := json.Unmarshal(counted, &stats); err != nil {
		return fmt.Errorf("statistics: %w", err)
	}
	if stats.Issues != b.issues {
		return fmt.Errorf("the statistics count %d issues of %d", stats.Issues, b.issues)
	}
	rows, took, _ := strings.Cut(string(written), " ")
	if rows != strconv.Itoa(b.issues) {
		return fmt.Errorf("the ledger has %s matters of %d", rows, b.issues)
	}
	nanoseconds, err := strconv.ParseInt(took, 10, 64)
	if err != nil {
		return fmt.Errorf("rewrite: %w", err)
	}
	b.excelize = time.Duration(nanoseconds)
	info, err := os.Stat(workbook)
	if err != nil {
		return err
	}
	b.ledgerSize = info.Size()
	return nil
}

// rewrite writes the cells of a CSV file into a workbook by the library's stream writer and prints how many matters
// there were and how many nanoseconds the writer took. It runs as a process of its own, so that its memory can be told.
func rewrite(from, to string, out io.Writer) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	file := excelize.NewFile()
	stream, err := file.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	rows, took, err := copyRows(csv.NewReader(in), stream)
	if err != nil {
		return err
	}
	begin := now()
	if err := errors.Join(stream.Flush(), file.SaveAs(to), file.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprint(out, rows-1, " ", int64(took+since(begin))) // the heads are no matter
	return err
}

// copyRows returns how many rows there were and how long the writer took.
func copyRows(in *csv.Reader, stream *excelize.StreamWriter) (rows int, took time.Duration, err error) {
	in.ReuseRecord = true
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, took, nil
		}
		if err != nil {
			return rows, took, err
		}
		rows++
		begin := now()
		cells := make([]any, len(record))
		for i, text := range record {
			cells[i] = text
		}
		if err := stream.SetRow("A"+strconv.Itoa(rows), cells); err != nil {
			return rows, took, err
		}
		took += since(begin)
	}
}
