package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"tongshishang/store"

	"github.com/spf13/cobra"
)

type forgetFlags struct {
	config, before, dir string
	dryRun              bool
}

func forgetCommand() *cobra.Command {
	var f forgetFlags
	c := &cobra.Command{Use: "forget --config 文件 [--before 2024-01] [--dir 文件夹] [--dry-run]",
		Short: "抹去超过保存期限的个人信息,数据库和归档文件里的都抹", Args: exactly(0)}
	configFlag(c, &f.config)
	c.Flags().StringVar(&f.before, "before", "", "抹去这个月以前的,如 2024-01;不写按配置的 archive.forget_months")
	c.Flags().StringVar(&f.dir, "dir", "", "归档文件夹;不写按配置的 archive.dir")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "只数会抹去多少,不抹")
	c.RunE = func(c *cobra.Command, _ []string) error { return runForget(c, f) }
	return c
}

func runForget(c *cobra.Command, f forgetFlags) (err error) {
	d, err := openArchive(c, f.config, f.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.store.Close()) }()
	if f.before == "" && d.cfg.Archive.ForgetMonths == 0 {
		return errors.New("没有设保存期限:在配置里写 archive.forget_months,或用 --before 指出月份")
	}
	before, err := d.month(f.before, d.cfg.Archive.ForgetMonths)
	if err != nil {
		return err
	}
	done, err := d.Forget(c.Context(), before, f.dryRun)
	d.progress.end()
	tellForgotten(c, d, before, &done, f.dryRun)
	return d.failed(err)
}

func tellForgotten(c *cobra.Command, d *archiveDesk, before store.Month, done *store.Forgotten, dryRun bool) {
	verb := "已抹去"
	if dryRun {
		verb = "会抹去"
	}
	fmt.Fprintf(c.OutOrStdout(), "%s %s 以前的个人信息:消息 %d 条,事项里的电话 %d 个,归档文件 %d 个\n", verb, before, done.Messages, done.Issues, len(done.Files))
	for _, a := range done.Files {
		fmt.Fprintf(c.OutOrStdout(), "  %s\n", filepath.Join(d.folder, a.File))
	}
}
