// Command tongshishang is the backend of a county's consultation groups: see the README. One file holds one command; app.go
// puts the parts together.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// run executes a command line and returns the exit code: 0 done, 1 failed, 2 wrong usage.
func run(ctx context.Context, args []string) int {
	root := rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "tongshishang: "+err.Error())
	var wrong usageError
	if errors.As(err, &wrong) || strings.HasPrefix(err.Error(), "unknown command") {
		fmt.Fprintln(os.Stderr, "tongshishang --help 列出全部命令")
		return 2
	}
	return 1
}

// usageError is a command line that doesn't fit; its exit code is 2.
type usageError string

func (e usageError) Error() string { return string(e) }

func rootCommand() *cobra.Command {
	root := &cobra.Command{Use: "tongshishang", Short: "通事商:微信群里说事,登记、交办、表决、评价,一周一本台账",
		SilenceErrors: true, SilenceUsage: true, CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(c *cobra.Command, _ []string) error {
			_ = c.Usage()
			return usageError("没有写命令")
		}}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError(err.Error()) })
	root.AddCommand(demoCommand(), serveCommand(), migrateCommand(), importCommand(), ledgerCommand(), statsCommand(), correctionsCommand(), learnCommand(),
		parseCommand(), topicsCommand(), doctorCommand(), backupCommand(), restoreCommand(), spoolCommand(), archiveCommand(), forgetCommand(),
		versionCommand())
	return root
}

// exactly refuses any other number of arguments as wrong usage.
func exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError(fmt.Sprintf("这样写:%s", c.UseLine()))
		}
		return nil
	}
}

// configFlag adds --config, which every command with a store needs.
func configFlag(c *cobra.Command, path *string) {
	c.Flags().StringVar(path, "config", "", "配置文件")
	c.PreRunE = func(*cobra.Command, []string) error {
		if *path == "" {
			return usageError("缺少 --config 配置文件")
		}
		return nil
	}
}
