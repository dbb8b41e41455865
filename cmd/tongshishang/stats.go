package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/report"
	"tongshishang/config"

	"github.com/spf13/cobra"
)

type statsFlags struct {
	config, from, to, unit string
	json                   bool
}

func statsCommand() *cobra.Command {
	var f statsFlags
	c := &cobra.Command{Use: "stats --config 文件 [--from 日期 --to 日期] [--unit 平襄镇] [--json]", Short: "件数和各种率", Args: exactly(0)}
	configFlag(c, &f.config)
	c.Flags().StringVar(&f.from, "from", "", "从哪天起,2026-11-16;不写是从头")
	c.Flags().StringVar(&f.to, "to", "", "到哪天止(含这天);不写是到现在")
	c.Flags().StringVar(&f.unit, "unit", "", "只要一个乡镇或社区,写名称或编码")
	c.Flags().BoolVar(&f.json, "json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, _ []string) error { return printStats(c, f) }
	return c
}

func printStats(c *cobra.Command, f statsFlags) (err error) {
	cfg, rules, s, err := openStore(c.Context(), f.config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	from, to, err := f.period(cfg)
	if err != nil {
		return err
	}
	unit, err := findUnit(c, s, f.unit)
	if err != nil {
		return err
	}
	st, err := report.Stats(c.Context(), s, rules, bot.SystemClock(), from, to, unit)
	if err != nil {
		return err
	}
	if f.json {
		enc := json.NewEncoder(c.OutOrStdout())
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(st)
	}
	writeStats(c.OutOrStdout(), st, rules)
	return nil
}

// period reads the days; the last one counts whole.
func (f statsFlags) period(cfg *config.Config) (from, to time.Time, err error) {
	if f.from != "" {
		if from, err = dayIn(cfg, f.from); err != nil {
			return from, to, err
		}
	}
	if f.to != "" {
		if to, err = dayIn(cfg, f.to); err != nil {
			return from, to, err
		}
		to = to.AddDate(0, 0, 1)
	}
	if !to.IsZero() && !from.Before(to) {
		return from, to, usageError("--from 要早于 --to")
	}
	return from, to, nil
}

func writeStats(w io.Writer, st *report.Statistics, rules *config.Rules) {
	fmt.Fprintf(w, "消息 %d  事项 %d  附议 %d  表决 %d  选票 %d  办结 %d\n", st.Messages, st.Issues, st.Endorsements, st.Ballots, st.Votes, st.Closed)
	for _, part := range []struct {
		name   string
		counts map[string]int64
	}{{"状态", st.ByStatus}, {"分类", st.ByCategory}} {
		fmt.Fprintln(w, part.name)
		for _, name := range slices.Sorted(maps.Keys(part.counts)) {
			fmt.Fprintf(w, "  %s %d\n", name, part.counts[name])
		}
	}
	fmt.Fprintln(w, "比率")
	for _, rule := range rules.Rates.Rates {
		r := st.Rates[rule.Name]
		percent := "样本不足"
		if r.Percent != nil {
			percent = *r.Percent + "%"
		}
		fmt.Fprintf(w, "  %s %v/%v %s\n", rule.Name, r.Numerator, r.Denominator, percent)
	}
}
