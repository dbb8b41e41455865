package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/report"
	"tongshishang/bot/web"
	"tongshishang/config"
	"tongshishang/store"

	"github.com/spf13/cobra"
)

type ledgerFlags struct{ config, week, unit, edition, out, lockedBy string }

func ledgerCommand() *cobra.Command {
	var f ledgerFlags
	c := &cobra.Command{Use: "ledger --config 文件 --out 台账.xlsx|.csv [--week 2026-W47] [--unit 平襄镇] [--edition internal|public]",
		Short: "导出一周的台账", Args: exactly(0)}
	configFlag(c, &f.config)
	c.Flags().StringVar(&f.week, "week", "", "周次,如 2026-W47、上周;不写是本周")
	c.Flags().StringVar(&f.unit, "unit", "", "只要一个乡镇或社区,写名称或编码")
	c.Flags().StringVar(&f.edition, "edition", "", "internal 内部版,public 公开版;不写是内部版")
	c.Flags().StringVar(&f.out, "out", "", "写到哪个文件,.xlsx 或 .csv")
	c.Flags().StringVar(&f.lockedBy, "lock", "", "签发并锁定这一周,写签发人;以后的改动进下一周的更正单")
	c.RunE = func(c *cobra.Command, _ []string) error { return exportLedger(c, f) }
	return c
}

func exportLedger(c *cobra.Command, f ledgerFlags) (err error) {
	ext := strings.ToLower(filepath.Ext(f.out))
	if ext != ".xlsx" && ext != ".csv" {
		return usageError("--out 要写一个 .xlsx 或 .csv 文件")
	}
	edition, err := report.ParseEdition(f.edition)
	if err != nil {
		return usageError(bot.Refusal(err).Text)
	}
	week, err := report.ParseWeek(f.week, bot.SystemClock())
	if err != nil {
		return usageError(bot.Refusal(err).Text)
	}
	cfg, rules, s, err := openStore(c.Context(), f.config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	unit, err := findUnit(c, s, f.unit)
	if err != nil {
		return err
	}
	req := report.Request{County: cfg.County.Name, Week: week, Unit: unit, Edition: edition}
	if f.lockedBy != "" {
		snapshot, err := report.Lock(c.Context(), s, rules, bot.SystemClock(), week, unit, bot.Person{Name: f.lockedBy})
		if refusal := bot.Refusal(err); refusal != nil {
			return errors.New(refusal.Text)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(c.OutOrStdout(), "%s 已锁定,摘要 %s\n", week, snapshot.Digest)
	}
	write := report.Ledger
	if ext == ".csv" {
		write = report.LedgerCSV
	}
	err = writeFile(f.out, func(w io.Writer) error { return write(c.Context(), s, rules, bot.SystemClock(), req, w) })
	if err == nil {
		fmt.Fprintln(c.OutOrStdout(), f.out)
	}
	return err
}

// writeFile makes a file whole or not at all: it is written beside its place and then moved there.
func writeFile(path string, write func(io.Writer) error) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tongshishang-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	if err := errors.Join(write(tmp), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// findUnit finds a unit by name or code; an empty word is the whole county.
func findUnit(c *cobra.Command, s *store.Store, word string) (*bot.Unit, error) {
	if word == "" {
		return nil, nil //nolint:nilnil // no unit is the whole county
	}
	var units []bot.Unit
	err := s.Read(c.Context(), func(tx *store.Tx) error {
		var err error
		units, err = tx.Units()
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, u := range units {
		if u.Name == word || strings.EqualFold(u.Code, word) {
			return &units[i], nil
		}
	}
	return nil, usageError(fmt.Sprintf("没有“%s”这个乡镇或社区", word))
}

// ledgerLink is the link of #台账.
func (a *app) ledgerLink(week, unit string, edition report.Edition) string {
	return a.links.Ledger(web.LedgerLink{Week: week, Unit: unit, Edition: string(edition)})
}

// ledgerFile makes the workbook that a signed link opens.
func (a *app) ledgerFile(r *http.Request, to web.LedgerLink) (string, []byte, error) {
	week, err := report.ParseWeek(to.Week, a.now())
	if err != nil {
		return "", nil, err
	}
	req := report.Request{County: a.cfg.County.Name, Week: week, Edition: report.Edition(to.Edition)}
	if to.Unit != "" {
		if req.Unit, err = a.unit(r, to.Unit); err != nil {
			return "", nil, err
		}
	}
	var file bytes.Buffer
	if err := report.Ledger(r.Context(), a.store, a.rules, a.now(), req, &file); err != nil {
		a.log.Error("ledger", "week", to.Week, "error", err)
		return "", nil, err
	}
	return fmt.Sprintf("台账-%s%s.xlsx", to.Week, to.Unit), file.Bytes(), nil
}

func (a *app) unit(r *http.Request, code string) (*bot.Unit, error) {
	var found *bot.Unit
	err := a.store.Read(r.Context(), func(tx *store.Tx) error {
		units, err := tx.Units()
		for i := range units {
			if units[i].Code == code {
				found = &units[i]
			}
		}
		return err
	})
	if found == nil && err == nil {
		err = fmt.Errorf("unit %s: %w", code, store.ErrNotFound)
	}
	return found, err
}

// dayIn reads a date as midnight in the configured zone.
func dayIn(cfg *config.Config, text string) (time.Time, error) {
	zone, err := cfg.Location()
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return time.Time{}, usageError(fmt.Sprintf("“%s”不是日期,写成 2026-11-16", text))
	}
	return t, nil
}
