package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/understand"
	"tongshishang/bot/understand/corpus"
	"tongshishang/bot/understand/learn"
	grouptalk "tongshishang/bot/understand/train/talk"
	"tongshishang/config"
	"tongshishang/store"

	"github.com/spf13/cobra"
)

type learnFlags struct {
	config, out string
	force       bool
}

func learnCommand() *cobra.Command {
	var f learnFlags
	c := &cobra.Command{Use: "learn --config 文件 [--out 文件.bin] [--force]", Short: "照工作人员更正过的,给本县做一个模型,并和现在用的比一比", Args: exactly(0),
		Long: `在自带的模型上,照工作人员的更正再学一遍,写成本县自己的模型文件。
更正和自带的说法各留出五分之一不学,用来比较以前和现在;比以前差就不写,除非加 --force。
写了文件什么也不会变:把它写进配置的 understand.model,重启服务才用上;去掉这一项就回到自带的。`}
	configFlag(c, &f.config)
	c.Flags().StringVar(&f.out, "out", "", "写到这个文件;不写就在 data_dir 里按日期起名")
	c.Flags().BoolVar(&f.force, "force", false, "比以前差也写")
	c.RunE = func(c *cobra.Command, _ []string) error { return runLearn(c, f) }
	return c
}

func runLearn(c *cobra.Command, f learnFlags) (err error) {
	cfg, rules, s, err := openStore(c.Context(), f.config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	zone, err := cfg.Location()
	if err != nil {
		return err
	}
	today := bot.SystemClock().In(zone).Format(time.DateOnly)
	l := lessons{store: s, cfg: cfg, rules: rules, version: fmt.Sprintf("%s %s", cfg.County.Code, today)}
	file, worse, err := l.learn(c.Context(), c.OutOrStdout())
	if err != nil {
		return err
	}
	if worse && !f.force {
		return errors.New("比以前差,没有写;确实要写就加 --force")
	}
	if f.out == "" {
		f.out = freeName(filepath.Join(cfg.DataDir, "model-"+today))
	}
	if err := writeFile(f.out, func(w io.Writer) error { _, err := w.Write(file); return err }); err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "已写 %s。要用它,在配置里写上这两行再重启服务;去掉就回到以前的:\nunderstand:\n  model: %s\n", f.out, f.out)
	return nil
}

// freeName adds a number to a name that is taken.
func freeName(stem string) string {
	name := stem + ".bin"
	for n := 2; ; n++ {
		if _, err := os.Stat(name); err != nil {
			return name
		}
		name = fmt.Sprintf("%s-%d.bin", stem, n)
	}
}

// lessons makes a county's model of what its clerks have corrected.
type lessons struct {
	store   *store.Store
	cfg     *config.Config
	rules   *config.Rules
	version string
}

// learn returns the model's file, having printed how it compares with the one in use, and whether it is worse.
func (l lessons) learn(ctx context.Context, w io.Writer) (file []byte, worse bool, err error) {
	var corrections []corpus.Line
	if err := eachLine(ctx, l.store, func(c corpus.Line) error { corrections = append(corrections, c); return nil }); err != nil {
		return nil, false, err
	}
	known, err := grouptalk.Lines()
	if err != nil {
		return nil, false, err
	}
	learnt, held, knownHeld := halves(corrections, known)
	if len(learnt) == 0 {
		return nil, false, errors.New("还没有更正可学:工作人员用 #分类、#类型、#不是诉求、#登记、#忽略 更正过的才算")
	}
	fmt.Fprintf(w, "更正 %d 条,学 %d 条,留出 %d 条;自带的说法 %d 条,留出 %d 条\n", len(corrections), len(learnt), len(held), len(known), len(knownHeld))
	inUse, _, err := countyModel(l.cfg)
	if err != nil {
		return nil, false, err
	}
	before, err := l.reader(ctx, inUse)
	if err != nil {
		return nil, false, err
	}
	if file, err = learn.Fit(understand.BaseModel(), before, corrections, known, learn.Usual(), l.version); err != nil {
		return nil, false, err
	}
	after, err := l.reader(ctx, file)
	if err != nil {
		return nil, false, err
	}
	printFit(w, learn.Compare(before, after, learn.Set{Name: "学过的更正", Lines: learnt}))
	c := learn.Compare(before, after, learn.Set{Name: "留出的更正", Lines: held}, learn.Set{Name: "留出的说法", Lines: knownHeld})
	printComparison(w, c)
	return file, c.IsWorse(), nil
}

// halves are the corrections that are learnt, and what is held back of both kinds of lines.
func halves(corrections, known []corpus.Line) (learnt, held, knownHeld []corpus.Line) {
	for _, c := range corrections {
		if learn.IsHeld(c) {
			held = append(held, c)
		} else {
			learnt = append(learnt, c)
		}
	}
	for _, k := range known {
		if learn.IsHeld(k) {
			knownHeld = append(knownHeld, k)
		}
	}
	return learnt, held, knownHeld
}

// reader is one that knows the county's places, with a model.
func (l lessons) reader(ctx context.Context, file []byte) (*understand.Reader, error) {
	g, err := openGazetteer(ctx, l.store, l.rules, file, newLogger(l.cfg, io.Discard))
	if err != nil {
		return nil, err
	}
	return g.reader, nil
}

// mostListed is how many lines of each kind are printed.
const mostListed = 20

func printFit(w io.Writer, c *learn.Comparison) {
	for _, s := range c.Scores {
		fmt.Fprintf(w, "%s,%s:%d 条,读对 %d → %d\n", s.Set, s.Question, s.Lines, s.Before, s.After)
	}
	printChanges(w, "学过的更正里现在读对了的", c.Better)
}

func printComparison(w io.Writer, c *learn.Comparison) {
	for _, s := range c.Scores {
		verdict := ""
		if s.IsWorse() {
			verdict = ",比以前差"
		}
		fmt.Fprintf(w, "%s,%s:%d 条,读对 %d → %d(多对 %d,多错 %d)%s\n", s.Set, s.Question, s.Lines, s.Before, s.After, s.Won, s.Lost, verdict)
	}
	printChanges(w, "现在读对了的", c.Better)
	printChanges(w, "现在读错了的", c.Worse)
}

func printChanges(w io.Writer, title string, changes []learn.Change) {
	if len(changes) == 0 {
		return
	}
	fmt.Fprintf(w, "%s %d 条:\n", title, len(changes))
	for _, c := range changes[:min(len(changes), mostListed)] {
		fmt.Fprintf(w, "  %s | 应为 %s %s | %s → %s\n", printable(c.Text), c.Intent, c.Category, c.Before, c.After)
	}
}
