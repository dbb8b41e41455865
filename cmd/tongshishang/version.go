package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// build is what the binary is made of.
type build struct {
	Version string
	Commit  string
	Go      string
}

func version() build {
	b := build{Version: "(devel)", Commit: "unknown", Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Commit = s.Value
		}
	}
	return b
}

func versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "版本", Args: exactly(0), RunE: func(c *cobra.Command, _ []string) error {
		b := version()
		_, err := fmt.Fprintf(c.OutOrStdout(), "tongshishang %s\ncommit %s\n%s\n", b.Version, b.Commit, b.Go)
		return err
	}}
}
