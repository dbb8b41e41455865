package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
	"tongshishang/store"

	"github.com/spf13/cobra"
)

type archiveFlags struct {
	config, before, back, dir string
	list, dryRun              bool
}

func archiveCommand() *cobra.Command {
	var f archiveFlags
	c := &cobra.Command{Use: "archive --config 文件 [--before 2026-06 | --restore 2026-05 | --list] [--dir 文件夹] [--dry-run]",
		Short: "把过去月份的消息搬到文件里,或搬回来;服务不用停", Args: exactly(0)}
	configFlag(c, &f.config)
	c.Flags().StringVar(&f.before, "before", "", "搬走这个月以前的,如 2026-06;不写按配置的 archive.keep_months")
	c.Flags().StringVar(&f.back, "restore", "", "把一个月的消息搬回数据库,如 2026-05")
	c.Flags().BoolVar(&f.list, "list", false, "列出各月在数据库里和文件里的消息")
	c.Flags().StringVar(&f.dir, "dir", "", "归档文件夹;不写按配置的 archive.dir")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "只说会搬哪些,不搬")
	c.RunE = func(c *cobra.Command, _ []string) error { return runArchive(c, f) }
	return c
}

// check refuses flags that ask for two things at once.
func (f archiveFlags) check() error {
	out, back := f.before != "" || f.dryRun, f.back != ""
	if out && back || out && f.list || back && f.list {
		return usageError("--before(和 --dry-run)、--restore、--list 一次只写一样")
	}
	return nil
}

func runArchive(c *cobra.Command, f archiveFlags) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	d, err := openArchive(c, f.config, f.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.store.Close()) }()
	switch {
	case f.list:
		return d.list(c.Context(), c.OutOrStdout())
	case f.back != "":
		return d.back(c, f.back)
	}
	before, err := d.month(f.before, d.cfg.Archive.KeepMonths)
	if err != nil {
		return err
	}
	return d.out(c, before, f.dryRun)
}

// archiveDesk is what the commands that move or erase messages work with.
type archiveDesk struct {
	*store.Archive

	store    *store.Store
	cfg      *config.Config
	zone     *time.Location
	folder   string
	progress *progress
}

func openArchive(c *cobra.Command, path, dir string) (*archiveDesk, error) {
	cfg, _, s, err := openStore(c.Context(), path)
	if err != nil {
		return nil, err
	}
	zone, err := cfg.Location()
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	d := &archiveDesk{store: s, cfg: cfg, zone: zone, folder: archiveFolder(cfg, dir), progress: newProgress(c.ErrOrStderr())}
	d.Archive = store.NewArchive(s, store.ArchiveOptions{Folder: d.folder, Zone: zone, By: "命令行", Tell: d.tell})
	return d, nil
}

// archiveFolder is the folder of the flag, of the configuration, or that in data_dir.
func archiveFolder(cfg *config.Config, flag string) string {
	switch {
	case flag != "":
		return flag
	case cfg.Archive.Dir != "":
		return cfg.Archive.Dir
	}
	return filepath.Join(cfg.DataDir, "archive")
}

// month reads a month, or counts back from this one; the current month and later ones aren't past.
func (d *archiveDesk) month(text string, back int) (store.Month, error) {
	current := store.MonthOf(bot.SystemClock(), d.zone)
	if text == "" {
		return current.Add(-back), nil
	}
	m, err := store.ParseMonth(text, d.zone)
	if err != nil {
		return m, usageError(fmt.Sprintf("“%s”不是月份,写成 2026-06", text))
	}
	if current.Before(m) {
		return m, usageError(fmt.Sprintf("%s 以前的月份还没有过完,最晚写 %s", m, current))
	}
	return m, nil
}

func (d *archiveDesk) out(c *cobra.Command, before store.Month, dryRun bool) error {
	if dryRun {
		return d.wouldMove(c, before)
	}
	done, err := d.Out(c.Context(), before)
	d.progress.end()
	for _, a := range done {
		fmt.Fprintf(c.OutOrStdout(), "%s:%d 条消息已搬到 %s(%s)\n", a.Month, a.Rows, filepath.Join(d.folder, a.File), mib(a.Bytes))
	}
	if err != nil {
		return d.failed(err)
	}
	if len(done) == 0 {
		fmt.Fprintf(c.OutOrStdout(), "%s 以前没有要搬的消息\n", before)
	}
	return nil
}

func (d *archiveDesk) wouldMove(c *cobra.Command, before store.Month) error {
	months, err := d.Months(c.Context())
	d.progress.end()
	if err != nil {
		return err
	}
	var rows int64
	for _, m := range months {
		if m.Rows > 0 && m.Month.Before(before) {
			rows += m.Rows
			fmt.Fprintf(c.OutOrStdout(), "%s:%d 条%s\n", m.Month, m.Rows, waiting(m.Waiting))
		}
	}
	fmt.Fprintf(c.OutOrStdout(), "%s 以前共 %d 条会搬到 %s;这次没有搬\n", before, rows, d.folder)
	return nil
}

// waiting says how many messages of a month stay because they aren't handled; nothing when there are none.
func waiting(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(",另有 %d 条没有办完,留着", n)
}

func (d *archiveDesk) back(c *cobra.Command, text string) error {
	m, err := store.ParseMonth(text, d.zone)
	if err != nil {
		return usageError(fmt.Sprintf("“%s”不是月份,写成 2026-05", text))
	}
	done, err := d.Back(c.Context(), m)
	d.progress.end()
	for _, a := range done {
		fmt.Fprintf(c.OutOrStdout(), "%s:%d 条消息已从 %s 搬回数据库,逐行核对过;文件不再有用,可以删掉\n", a.Month, a.Rows, a.File)
	}
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%s 没有归档", m)
	}
	return d.failed(err)
}

// failed says what to do about a run that was refused or broke off.
func (d *archiveDesk) failed(err error) error {
	hint := "再运行一次同样的命令,会接着做完"
	busy, isBusy := errors.AsType[*store.ArchiveBusyError](err)
	switch {
	case err == nil:
		return nil
	case isBusy:
		hint = "另一个归档、搬回或抹除正在进行,或者刚被强行中断:" + busy.Until.In(d.zone).Format(time.TimeOnly) + " 以后再运行"
	case errors.Is(err, store.ErrArchiveDamaged):
		hint = "文件不是当初写的那一份,什么都没有搬:从备份里找回原来的文件"
	case errors.Is(err, os.ErrNotExist):
		hint = "归档文件不在文件夹里:放回去,或用 --dir 指出在哪里"
	case errors.Is(err, store.ErrReturnUnfinished):
		hint = "上次搬回没有做完:先用 --restore 把那个月搬完"
	case errors.Is(err, store.ErrArchiveStale):
		hint = "归档时这条消息被改过,没有动它:先用 --restore 把这个月搬回来,再归档"
	}
	return fmt.Errorf("没有做完:%s\n%w", hint, err)
}

func (d *archiveDesk) list(ctx context.Context, w io.Writer) error {
	months, err := d.Months(ctx)
	d.progress.end()
	if err != nil {
		return err
	}
	files, err := d.List(ctx)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, m := range months {
		fmt.Fprintf(t, "%s\t数据库\t%d 条%s\n", m.Month, m.Rows, waiting(m.Waiting))
	}
	for _, a := range files {
		fmt.Fprintf(t, "%s\t%s\t%d 条\t%s\t%s\tsha256 %s\n", a.Month, stateLabel(a), a.Rows, mib(a.Bytes), a.File, a.SHA256)
	}
	return t.Flush()
}

func stateLabel(a store.Archived) string {
	switch {
	case a.State == store.ArchiveLeaving:
		return "正在搬出"
	case a.State == store.ArchiveComingBack:
		return "正在搬回"
	case !a.ErasedAt.IsZero():
		return "文件(个人信息已抹去)"
	}
	return "文件"
}

func mib(bytes int64) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

// tell shows how far a run has come.
func (d *archiveDesk) tell(s store.ArchiveStep) {
	label := map[store.ArchiveDoing]string{store.ArchiveCounting: "清点", store.ArchiveWriting: "写文件", store.ArchiveChecking: "读回核对",
		store.ArchiveMoving: "搬出", store.ArchiveReturning: "搬回", store.ArchiveErasing: "抹去"}[s.Doing]
	of := ""
	if s.Of > 0 {
		of = fmt.Sprintf("/%d", s.Of)
	}
	d.progress.show(fmt.Sprintf("%s %s %d%s 条", label, s.File, s.Rows, of))
}
