package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/intake"
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
		collectLess()
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

// collectLess lets more garbage gather before it is collected: a message's is small and soon dead, and some dozens of MiB more
// spare a tenth of the processor. GOGC in the environment has the last word.
func collectLess() {
	const percent = 400
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// run serves until the context ends. Then it says on /readyz that it is leaving and goes on for as long as a load balancer needs to
// notice; after that it takes no more requests, lets those on their way, the lanes and the sender's calls finish, and stops the others,
// timers as a rule, all within the grace time.
func (a *app) run(ctx context.Context, l net.Listener, sender func(ctx, drain context.Context), others ...func(ctx context.Context)) error {
	work, abort := context.WithCancel(context.WithoutCancel(ctx)) // outlives ctx by the time it takes to drain
	defer abort()
	taking, stopTaking := context.WithCancel(work)
	defer stopTaking()
	var parts sync.WaitGroup
	parts.Go(func() { a.intake.Run(taking, work) })
	parts.Go(func() { sender(taking, work) })
	for _, other := range others {
		parts.Go(func() { other(taking) })
	}
	ending, cancel := a.grace(ctx)
	defer cancel()
	open, shut := a.drain(ctx)
	defer shut()
	err := web.Serve(open, l, a.handler(ctx.Done()), ending)
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

// drain is the context that requests are taken in: it ends drain_for after ctx.
func (a *app) drain(ctx context.Context) (open context.Context, shut func()) {
	open, cancel := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() {
		if a.cfg.DrainFor > 0 {
			a.log.Info("leaving: not ready any more, requests are still taken", "seconds", a.cfg.DrainFor.Seconds())
		}
		time.AfterFunc(a.cfg.DrainFor, cancel)
	})
	return open, func() { forget(); cancel() }
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

func (a *app) handler(leaving <-chan struct{}) http.Handler {
	site := web.Site{Ready: a.ready, Remark: a.remark, Metrics: promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{}), Logger: a.log, Clock: a.now,
		Ledger: a.links.Ledgers(a.ledgerFile), Leaving: leaving}
	for _, c := range a.cfg.Channels {
		for _, r := range a.adapters[c.Name].Routes() {
			site.Channels = append(site.Channels, web.Route{Pattern: r.Pattern, Handler: r.Handler})
		}
	}
	return site.Handler()
}

// ready tells whether messages can be taken and handled: database, schema and Redis answer, and what was taken goes on its way.
func (a *app) ready(ctx context.Context) error {
	return errors.Join(a.answering(ctx), a.flowing(a.intake.Health()))
}

// remark is what isn't as always, ready or not.
func (a *app) remark() string {
	h := a.intake.Health()
	if h.Spooled == 0 && h.Dead == 0 {
		return ""
	}
	return fmt.Sprintf("spool: %d messages wait, %d are set aside", h.Spooled, h.Dead)
}

func (a *app) answering(ctx context.Context) error {
	if err := a.store.CheckSchema(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if err := a.state.Ping(ctx); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

// flowing tells what is stuck, though everything may answer.
func (a *app) flowing(h intake.Health) error {
	limit := a.cfg.Intake.StuckAfter
	switch {
	case h.SpoolFull && h.Spooled > 0: // without one that waits messages go straight to the database
		return errors.New("spool: full, messages are refused")
	case h.Oldest > limit:
		return fmt.Errorf("intake: a message has waited for %v", h.Oldest.Round(time.Second))
	case h.SpoolStill > limit:
		return fmt.Errorf("spool: nothing has been moved to the database for %v", h.SpoolStill.Round(time.Second))
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
