package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"tongshishang/config"

	"github.com/spf13/cobra"
)

// sampleWeek is the talk of the demo: Monday to Sunday of the week 2026-W47, always the same, so that its dates come out alike.
//
//go:embed sample/week.chat
var sampleWeek []byte

// demoWeek is the week that sampleWeek plays in.
const demoWeek = "2026-W47"

type demoFlags struct {
	data, listen string
	chosen       bool // the address was asked for, so no other will do
	exit         bool
}

func demoCommand() *cobra.Command {
	var f demoFlags
	c := &cobra.Command{Use: "demo [--data 文件夹] [--listen 地址] [--exit]", Short: "不用服务器、不用配置:演一周群里的事,出一本台账", Args: exactly(0)}
	c.Flags().StringVar(&f.data, "data", "", "资料放在哪个文件夹;不写是新的临时文件夹")
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8080", "在哪里接收消息;不写而被占用时换一个空的")
	c.Flags().BoolVar(&f.exit, "exit", false, "演完就结束;不写则继续运行到 Ctrl-C")
	c.RunE = func(c *cobra.Command, _ []string) error {
		f.chosen = c.Flags().Changed("listen")
		return runDemo(c.Context(), f, c.OutOrStdout())
	}
	return c
}

// demo is the sample week on its stage, printed as it goes.
type demo struct {
	*stage
	cfg   *config.Config
	rules *config.Rules
	dir   string
	paper *transcript
}

// runDemo plays the week and goes on serving until the context ends. Ending in the middle of the week is no error.
func runDemo(ctx context.Context, f demoFlags, out io.Writer) (err error) {
	zone, err := time.LoadLocation(config.Default().Timezone)
	if err != nil {
		return err
	}
	week, err := readScript(bytes.NewReader(sampleWeek), zone)
	if err != nil {
		return fmt.Errorf("sample week: %w", err)
	}
	platform := newPlatform()
	defer platform.server.Close()
	l, err := demoListener(ctx, f)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // the server has closed it, unless it never began
	d := &demo{paper: newTranscript(out, week, zone)}
	if d.rules, err = config.LoadRules(""); err != nil {
		return err
	}
	d.stage = &stage{clock: &playClock{now: week.steps[0].at}, platform: platform, listener: l, released: make(chan struct{})}
	if err := d.furnish(ctx, f.data, week); err != nil {
		return err
	}
	if err := d.start(ctx, d.cfg, d.rules); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	d.player = newPlayer(week, d.cfg, "http://"+l.Addr().String(), d.clock)
	err = d.show(ctx, f.exit)
	if ctx.Err() != nil {
		d.paper.note("停下了,资料还在 " + d.dir)
		return nil
	}
	return err
}

// demoListener listens where it is told, or on a free port when nobody chose and the usual one is taken.
func demoListener(ctx context.Context, f demoFlags) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil && !f.chosen {
		l, err = (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("不能在 %s 接收消息:%w", f.listen, err)
	}
	return l, nil
}

// furnish prepares the folder, the configuration and the database.
func (d *demo) furnish(ctx context.Context, dir string, week *script) error {
	folder, err := openDemoFolder(dir)
	if err != nil {
		return err
	}
	d.dir = folder.path
	d.cfg = sampleConfig(d.dir, d.platform.server.URL)
	d.cfg.Listen = d.listener.Addr().String()
	d.cfg.PublicURL = "http://" + d.cfg.Listen
	d.log = newLogger(d.cfg, os.Stderr)
	d.paper.note(fmt.Sprintf("资料在 %s,消息从 %s 进来", d.dir, d.cfg.PublicURL))
	if folder.played {
		d.paper.note("这个文件夹里已经演过:同样的消息再送一遍,回话照旧,不会多记一件")
	}
	return folder.fill(ctx, d.cfg, week, d.clock.Now)
}
