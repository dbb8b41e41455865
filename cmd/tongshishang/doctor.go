package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"tongshishang/bot"
	"tongshishang/config"
	"tongshishang/store"
	"tongshishang/store/state"

	"github.com/spf13/cobra"
)

func doctorCommand() *cobra.Command {
	var path string
	var local bool
	c := &cobra.Command{Use: "doctor --config 文件", Short: "检查配置、数据库、Redis、时钟、表结构、审计链、模型、暂存、服务、渠道", Args: exactly(0)}
	configFlag(c, &path)
	c.Flags().BoolVar(&local, "skip-channels", false, "不试渠道的接口地址")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if failed := examine(c.Context(), path, local, c.OutOrStdout()); failed > 0 {
			return fmt.Errorf("%d 项检查没有通过", failed)
		}
		return nil
	}
	return c
}

// check is one line of the doctor: what was found, or what is wrong.
type check struct {
	name string
	run  func(ctx context.Context) (found string, err error)
}

// examine runs the checks and returns how many failed. What needs the database isn't tried without it.
func examine(ctx context.Context, path string, local bool, w io.Writer) (failed int) {
	report := func(name, found string, err error) {
		if err != nil {
			failed++
			fmt.Fprintf(w, "✗ %s:%v\n", name, err)
			return
		}
		fmt.Fprintf(w, "✓ %s:%s\n", name, found)
	}
	cfg, _, err := loadConfig(path)
	report("配置", path, err)
	if err != nil {
		return failed
	}
	s, err := connect(ctx, cfg, bot.SystemClock, newLogger(cfg, os.Stderr), nil)
	report("数据库", "能连上", err)
	if err == nil {
		defer func() { _ = s.Close() }() // read only
		for _, c := range databaseChecks(s) {
			found, err := c.run(ctx)
			report(c.name, found, err)
		}
	}
	others := []check{
		{"Redis", func(ctx context.Context) (string, error) { return checkRedis(ctx, cfg) }},
		{"模型", func(context.Context) (string, error) { return checkModel(cfg) }},
		{"暂存", func(context.Context) (string, error) { return checkSpool(cfg) }},
		{"服务", func(ctx context.Context) (string, error) { return checkService(ctx, cfg) }},
	}
	if !local {
		others = append(others, channelChecks(cfg)...)
	}
	for _, c := range others {
		found, err := c.run(ctx)
		report(c.name, found, err)
	}
	return failed
}

func databaseChecks(s *store.Store) []check {
	return []check{
		{"表结构", func(ctx context.Context) (string, error) { return "与程序一致", s.CheckSchema(ctx) }},
		{"时钟", func(ctx context.Context) (string, error) { return checkClock(ctx, s) }},
		{"审计链", func(ctx context.Context) (string, error) { return checkAudit(ctx, s) }},
		{"发件箱", func(ctx context.Context) (string, error) { return checkOutbox(ctx, s) }},
		{"待处理消息", func(ctx context.Context) (string, error) { return checkMessages(ctx, s) }},
	}
}

// mostSkew is how far the database's clock may be from this machine's.
const mostSkew = 5 * time.Second

func checkClock(ctx context.Context, s *store.Store) (string, error) {
	there, err := s.DatabaseTime(ctx)
	if err != nil {
		return "", err
	}
	skew := time.Since(there).Round(time.Millisecond)
	if skew.Abs() > mostSkew {
		return "", fmt.Errorf("本机与数据库相差 %v,请校时", skew)
	}
	return fmt.Sprintf("与数据库相差 %v", skew), nil
}

func checkAudit(ctx context.Context, s *store.Store) (found string, err error) {
	err = s.Read(ctx, func(tx *store.Tx) error {
		n, faults, err := tx.VerifyAudit()
		if err != nil {
			return err
		}
		for _, f := range faults {
			err = errors.Join(err, fmt.Errorf("链 %d 第 %d 条 %s", f.Chain, f.Seq, f.Reason))
		}
		found = fmt.Sprintf("%d 条完整", n)
		return err
	})
	return found, err
}

func checkOutbox(ctx context.Context, s *store.Store) (found string, err error) {
	err = s.Read(ctx, func(tx *store.Tx) error {
		channels, err := tx.OutboxHealth()
		if err != nil {
			return err
		}
		var h store.OutboxHealth
		for _, c := range channels {
			h.Pending, h.Dead = h.Pending+c.Pending, h.Dead+c.Dead
		}
		found = fmt.Sprintf("待发 %d 条", h.Pending)
		dead, err := tx.DeadLetters(5)
		for _, d := range dead {
			err = errors.Join(err, fmt.Errorf("%s 发不出去(%s,%s)", d.Channel, d.At.Format(time.DateTime), d.Error))
		}
		if len(dead) > 0 {
			err = fmt.Errorf("共 %d 条发不出去:%w", h.Dead, err)
		}
		return err
	})
	return found, err
}

func checkMessages(ctx context.Context, s *store.Store) (found string, err error) {
	err = s.Read(ctx, func(tx *store.Tx) error {
		deferred, dead, err := tx.MessageHealth()
		if err == nil && dead > 0 {
			err = fmt.Errorf("%d 条消息多次处理失败,请看日志", dead)
		}
		found = fmt.Sprintf("%d 条", deferred)
		return err
	})
	return found, err
}

func checkRedis(ctx context.Context, cfg *config.Config) (string, error) {
	if cfg.Redis.URL.Reveal() == state.Embedded {
		return "内嵌", nil
	}
	s, err := state.Open(ctx, cfg.Redis.URL.Reveal(), state.Options{Clock: bot.SystemClock, Logger: newLogger(cfg, io.Discard)})
	if err != nil {
		return "", err
	}
	return "能连上", s.Close()
}

// checkService asks the service of this configuration, when it runs on this machine, how it stands.
func checkService(ctx context.Context, cfg *config.Config) (string, error) {
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(r)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return "没有在运行", nil
	}
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	line := printable(strings.TrimSpace(string(said)))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s 没有就绪(%d):%s", cfg.Listen, resp.StatusCode, line)
	}
	return line, err
}

// channelChecks try the addresses that messages are sent to; whether a secret is right shows only with a message.
func channelChecks(cfg *config.Config) []check {
	var checks []check
	for _, ch := range cfg.Channels {
		address := ch.APIURL
		if ch.Kind == config.KindOfficialAccount {
			address = ch.APIBase
		}
		checks = append(checks, check{"渠道 " + ch.Name, func(ctx context.Context) (string, error) { return dial(ctx, address) }})
	}
	return checks
}

func dial(ctx context.Context, address string) (string, error) {
	if address == "" {
		return "没有 api_url,只收不发", nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	conn, err := (&net.Dialer{Timeout: 3 * time.Second}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return "", err
	}
	return "能连上 " + u.Host, conn.Close()
}
