package main

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/template"

	"tongshishang/bot"
	"tongshishang/config"
)

// What lies in a demo's folder besides the database: the configuration for the other commands, and the script that was played,
// by which the folder is known again.
const (
	demoConfig = "config.yaml"
	demoScript = "week.chat"
)

// demoConfigForm is the configuration file of the demo, from a config.Config.
//
//go:embed sample/config.yaml.tmpl
var demoConfigForm string

// demoFolder is where the demo keeps everything.
type demoFolder struct {
	path   string // absolute
	played bool   // the same week was played here, or begun
}

// openDemoFolder makes the folder, or a temporary one for an empty path. It refuses a folder that holds anything else than a
// demo of the same week.
func openDemoFolder(path string) (demoFolder, error) {
	if path == "" {
		dir, err := os.MkdirTemp("", "tongshishang-demo-")
		return demoFolder{path: dir}, err
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return demoFolder{}, err
	}
	if err := os.MkdirAll(path, 0o750); err != nil {
		return demoFolder{}, fmt.Errorf("demo folder: %w", err)
	}
	f := demoFolder{path: path}
	script, err := os.ReadFile(filepath.Join(path, demoScript))
	switch {
	case err == nil && bytes.Equal(script, sampleWeek):
		f.played = true
		return f, nil
	case err == nil:
		return f, fmt.Errorf("%s 里演的是另一个版本的一周,请换一个空文件夹", path)
	case !errors.Is(err, fs.ErrNotExist):
		return f, fmt.Errorf("demo folder: %w", err)
	}
	entries, err := os.ReadDir(path)
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%s 里有别的东西,不是演示留下的,请换一个空文件夹", path)
	}
	return f, err
}

// fill writes the configuration anew, since addresses change from run to run, and makes the database of a fresh folder: schema,
// the sample county's units, and the script's groups and people. The script comes last: a folder that has it is whole.
func (f demoFolder) fill(ctx context.Context, cfg *config.Config, week *script, now bot.Clock) error {
	if _, err := cfg.EnsureKeys(rand.Reader); err != nil {
		return err
	}
	form, err := template.New(demoConfig).Parse(demoConfigForm)
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(f.path, demoConfig), func(w io.Writer) error { return form.Execute(w, cfg) }); err != nil {
		return fmt.Errorf("demo configuration: %w", err)
	}
	if f.played {
		return nil
	}
	if err := cast(ctx, cfg, week, now); err != nil {
		return err
	}
	return writeFile(filepath.Join(f.path, demoScript), func(w io.Writer) error {
		_, err := w.Write(sampleWeek)
		return err
	})
}

func cast(ctx context.Context, cfg *config.Config, week *script, now bot.Clock) (err error) {
	s, err := connect(ctx, cfg, now, newLogger(cfg, os.Stderr), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if _, err := s.Migrate(ctx); err != nil {
		return err
	}
	if err := importSample(ctx, s); err != nil {
		return err
	}
	return castScript(ctx, s, week, cfg.Channels)
}
