package main

import (
	"fmt"
	"os"

	"tongshishang/bot"

	"github.com/spf13/cobra"
)

func migrateCommand() *cobra.Command {
	var path string
	var status bool
	c := &cobra.Command{Use: "migrate --config 文件 [--status]", Short: "把数据库结构更新到本程序的版本", Args: exactly(0)}
	configFlag(c, &path)
	c.Flags().BoolVar(&status, "status", false, "只列出各版本,不更新")
	c.RunE = func(c *cobra.Command, _ []string) (err error) {
		cfg, _, err := loadConfig(path)
		if err != nil {
			return err
		}
		s, err := connect(c.Context(), cfg, bot.SystemClock, newLogger(cfg, os.Stderr), nil)
		if err != nil {
			return err
		}
		defer func() {
			if closing := s.Close(); err == nil {
				err = closing
			}
		}()
		if !status {
			steps, err := s.Migrate(c.Context())
			if err != nil {
				return err
			}
			for _, st := range steps {
				fmt.Fprintf(c.OutOrStdout(), "已更新 %s\n", st.File)
			}
			fmt.Fprintln(c.OutOrStdout(), "数据库结构是最新的")
			return nil
		}
		steps, err := s.SchemaSteps(c.Context())
		if err != nil {
			return err
		}
		for _, st := range steps {
			mark := "未更新"
			if st.Applied {
				mark = "已更新"
			}
			fmt.Fprintf(c.OutOrStdout(), "%s  %s\n", mark, st.File)
		}
		return nil
	}
	return c
}
