package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"

	"tongshishang/bot"
	"tongshishang/bot/web"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"
)

func serveCommand() *cobra.Command {
	var path string
	c := &cobra.Command{Use: "serve --config 文件", Short: "运行服务", Args: exactly(0)}
	configFlag(c, &path)
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, rules, err := loadConfig(path)
		if err != nil {
			return err
		}
		log := newLogger(cfg, os.Stderr)
		a, err := newApp(c.Context(), cfg, rules, bot.SystemClock, log)
		if err != nil {
			return err
		}
		l, err := (&net.ListenConfig{}).Listen(c.Context(), "tcp", cfg.Listen)
		if err != nil {
			return errors.Join(fmt.Errorf("listen: %w", err), a.close())
		}
		log.Info("serving", "address", l.Addr().String(), "channels", len(a.adapters), "version", version().Version)
		err = a.run(c.Context(), l, a.sender.Run, a.timers, a.profile)
		log.Info("stopped")
		return errors.Join(err, a.close())
	}
	return c
}

// run serves until the context ends. Then it takes no more requests, lets those on their way and the lanes finish, and stops the
// others, sender and timers as a rule, all within the grace time.
func (a *app) run(ctx context.Context, l net.Listener, others ...func(ctx context.Context)) error {
	work, abort := context.WithCancel(context.WithoutCancel(ctx)) // outlives ctx by the time it takes to drain
	defer abort()
	taking, stopTaking := context.WithCancel(work)
	defer stopTaking()
	var parts sync.WaitGroup
	parts.Go(func() { a.intake.Run(taking, work) })
	for _, other := range others {
		parts.Go(func() { other(taking) })
	}
	ending, cancel := a.grace(ctx)
	defer cancel()
	err := web.Serve(ctx, l, a.handler(), ending)
	stopTaking()
	drained := make(chan struct{})
	go func() { parts.Wait(); close(drained) }()
	select {
	case <-drained:
	case <-ending().Done():
		a.log.Warn("not everything finished in time; what was acknowledged is stored")
		abort()
		<-drained
	}
	return err
}

// grace is the one deadline of a stop: it begins to run when it is first asked for.
func (a *app) grace(ctx context.Context) (ending func() context.Context, cancel func()) {
	var stop []func()
	ending = sync.OnceValue(func() context.Context {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.cfg.ShutdownWithin)
		stop = append(stop, cancel)
		return end
	})
	return ending, func() {
		for _, c := range stop {
			c()
		}
	}
}

func (a *app) handler() http.Handler {
	site := web.Site{Ready: a.ready, Metrics: promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{}), Logger: a.log, Clock: a.now,
		Ledger: a.links.Ledgers(a.ledgerFile)}
	for _, c := range a.cfg.Channels {
		for _, r := range a.adapters[c.Name].Routes() {
			site.Channels = append(site.Channels, web.Route{Pattern: r.Pattern, Handler: r.Handler})
		}
	}
	return site.Handler()
}

// ready tells whether messages can be taken: database, schema and Redis answer.
func (a *app) ready(ctx context.Context) error {
	if err := a.store.CheckSchema(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if err := a.state.Ping(ctx); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

func (a *app) profile(ctx context.Context) {
	if a.cfg.Pprof.Listen == "" {
		return
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.cfg.Pprof.Listen)
	if err == nil {
		ending, cancel := a.grace(ctx)
		defer cancel()
		err = web.Serve(ctx, l, web.Profiles(), ending)
	}
	if err != nil {
		a.log.Error("pprof", "error", err)
	}
}
