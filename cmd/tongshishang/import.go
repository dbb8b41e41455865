package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/member"
	"tongshishang/bot/report"
	"tongshishang/config"
	"tongshishang/store"

	"github.com/spf13/cobra"
)

// importing is what the command line of an import says.
type importing struct {
	config string
	file   string
	dryRun bool
	codes  string // where the binding codes go; empty: none are made
}

// errDryRun ends the transaction of a rehearsal.
var errDryRun = errors.New("dry run")

func importCommand() *cobra.Command {
	c := &cobra.Command{Use: "import units|members|places 文件 --config 文件 [--dry-run]", Short: "导入单位、人员、地名(CSV 或 XLSX)",
		Args: cobra.ArbitraryArgs, DisableFlagsInUseLine: true, FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true}, // of what can't be imported
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError(fmt.Sprintf("不能导入 %s,现在能导入 units、members 和 places;这样写:%s", args[0], c.UseLine()))
			}
			return usageError("没有写导入什么;这样写:" + c.UseLine())
		}}
	c.AddCommand(unitsCommand(), membersCommand(), placesCommand())
	return c
}

func unitsCommand() *cobra.Command {
	return importOf(&importing{}, &cobra.Command{Use: "units 文件 --config 文件 [--dry-run]",
		Short: "导入单位;表头 code,name,kind"}, importUnits)
}

func membersCommand() *cobra.Command {
	in := &importing{}
	c := importOf(in, &cobra.Command{Use: "members 文件 --config 文件 [--dry-run | --codes 文件.csv]",
		Short: "导入人员;表头 name,phone,sector,studio,role,units,channel,user"}, importMembers)
	c.Flags().StringVar(&in.codes, "codes", "", "给文件里还没有绑定账号的人发一次性绑定码,写到这个文件")
	return c
}

// importOf completes the command that imports one kind of table.
func importOf(in *importing, c *cobra.Command, run func(context.Context, io.Writer, importing) error) *cobra.Command {
	c.Args, c.DisableFlagsInUseLine = exactly(1), true
	configFlag(c, &in.config)
	c.Flags().BoolVar(&in.dryRun, "dry-run", false, "只检查并报告会有什么变化,不导入")
	c.RunE = func(c *cobra.Command, args []string) error {
		in.file = args[0]
		if in.dryRun && in.codes != "" {
			return usageError("--dry-run 不导入,也就不发绑定码;去掉 --codes 或 --dry-run")
		}
		return run(c.Context(), c.OutOrStdout(), *in)
	}
	return c
}

// operator is who the audit names for what is imported here.
func operator() bot.Person { return bot.Person{Name: "命令行"} }

func importUnits(ctx context.Context, out io.Writer, in importing) error {
	return in.work(ctx, func(_ *config.Config, _ *config.Rules, s *store.Store, lines []report.Line) error {
		var count member.Count
		err := in.write(ctx, s, func(tx *store.Tx) (err error) {
			count, err = member.ImportUnits(tx, lines, operator())
			return err
		})
		if err != nil {
			return in.failed(err)
		}
		return in.tell(out, "单位", count)
	})
}

func importMembers(ctx context.Context, out io.Writer, in importing) error {
	return in.work(ctx, func(cfg *config.Config, rules *config.Rules, s *store.Store, lines []report.Line) error {
		var count member.Count
		var unbound []bot.Person
		err := in.write(ctx, s, func(tx *store.Tx) (err error) {
			var people []bot.Person
			if count, people, err = member.ImportMembers(tx, lines, channelNames(cfg), operator()); err != nil {
				return err
			}
			unbound, err = member.Unbound(tx, people)
			return err
		})
		if err != nil {
			return in.failed(err)
		}
		if err := in.tell(out, "人员", count); err != nil {
			return err
		}
		switch {
		case in.codes != "":
			return handOut(ctx, out, s, unbound, in.codes, cfg, rules)
		case len(unbound) > 0:
			_, err = fmt.Fprintf(out, "其中 %d 人还没有绑定账号。导入时加上 --codes 绑定码.csv(同一文件可以再导入),就给每人一个一次性绑定码,由本人发“#绑定 绑定码”\n", len(unbound))
		}
		return err
	})
}

// work reads the table and opens the store for do.
func (in importing) work(ctx context.Context, do func(*config.Config, *config.Rules, *store.Store, []report.Line) error) (err error) {
	lines, err := readTable(in.file)
	if err != nil {
		return err
	}
	cfg, rules, s, err := openStore(ctx, in.config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return do(cfg, rules, s, lines)
}

func readTable(path string) (lines []report.Line, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("打不开要导入的文件: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return report.ReadTable(file, filepath.Base(path))
}

// write runs do in one transaction, which a rehearsal takes back.
func (in importing) write(ctx context.Context, s *store.Store, do func(*store.Tx) error) error {
	err := s.Write(ctx, func(tx *store.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		if in.dryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}

func (in importing) failed(err error) error {
	return fmt.Errorf("导入 %s: %w", filepath.Base(in.file), err)
}

func (in importing) tell(out io.Writer, what string, count member.Count) error {
	if in.dryRun {
		what = "只检查,没有导入。" + what
	}
	_, err := fmt.Fprintf(out, "%s:%s\n", what, count)
	return err
}

func channelNames(cfg *config.Config) []string {
	names := make([]string, len(cfg.Channels))
	for i, c := range cfg.Channels {
		names[i] = c.Name
	}
	return names
}

// handOut makes a binding code for each of the people and writes them to the file, a row a person: name, what the person acts
// as, code, and when the code ends. Only the file's owner may read it. It is opened first, so that no code is made, and none
// handed out earlier ended, that can't be written down.
func handOut(ctx context.Context, out io.Writer, s *store.Store, people []bot.Person, path string, cfg *config.Config, rules *config.Rules) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".codes-*.csv") // mode 0600
	if err != nil {
		return codesFailed(path, err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // it is still there only if it couldn't be finished
	zone, err := cfg.Location()
	if err != nil {
		return errors.Join(codesFailed(path, err), file.Close())
	}
	rows, err := makeCodes(ctx, s, people, rules.Conduct.BindCodeLife, zone)
	if err == nil {
		// The byte order mark makes Excel read the file as UTF-8.
		_, err = file.WriteString("\ufeff")
		err = errors.Join(err, csv.NewWriter(file).WriteAll(rows))
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return codesFailed(path, err)
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return codesFailed(path, err)
	}
	_, err = fmt.Fprintf(out, "%d 个绑定码写在 %s,以前发给这些人的作废;每个只能用一次,单独交给本人\n", len(people), path)
	return err
}

func codesFailed(path string, err error) error {
	return fmt.Errorf("人员已导入,绑定码没有写成 %s,再导入一次就有: %w", path, err)
}

// makeCodes returns the rows of the file, head first.
func makeCodes(ctx context.Context, s *store.Store, people []bot.Person, life time.Duration, zone *time.Location) ([][]string, error) {
	var rows [][]string
	err := s.Write(ctx, func(tx *store.Tx) error {
		units, err := tx.Units()
		if err != nil {
			return err
		}
		names := map[int64]string{}
		for _, u := range units {
			names[u.ID] = u.Name
		}
		codes, err := member.NewCodes(tx, people, life)
		if err != nil {
			return err
		}
		rows = [][]string{{"姓名", "单位和角色", "绑定码", "有效期至"}}
		for _, c := range codes {
			rows = append(rows, []string{c.Person.Name, duties(c.Person, names), c.Code, c.Expires.In(zone).Format("2006-01-02 15:04")})
		}
		return nil
	})
	return rows, err
}

// duties names what somebody acts as, and where: 平襄镇 政协委员、住建局.
func duties(p bot.Person, units map[int64]string) string {
	var all []string
	for _, r := range p.Roles {
		if r.Agency != "" {
			all = append(all, r.Agency)
		} else {
			all = append(all, strings.TrimSpace(units[r.UnitID]+" "+r.Name.Label()))
		}
	}
	return strings.Join(all, "、")
}
