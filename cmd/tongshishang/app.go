package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/advice"
	"tongshishang/bot/ballot"
	"tongshishang/bot/channel"
	"tongshishang/bot/command"
	"tongshishang/bot/intake"
	"tongshishang/bot/issue"
	"tongshishang/bot/pipeline"
	"tongshishang/bot/topic"
	"tongshishang/bot/web"
	"tongshishang/bot/workflow"
	"tongshishang/config"
	"tongshishang/store"
	"tongshishang/store/state"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// app is the service with all its parts.
type app struct {
	cfg       *config.Config
	rules     *config.Rules
	log       *slog.Logger
	now       bot.Clock
	store     *store.Store
	state     *state.State
	jobs      *state.Jobs
	wakes     chan store.Wake // deadlines to be scheduled, so that no lane waits for Redis
	gazetteer *gazetteer
	desk      *issue.Desk
	box       *ballot.Box
	links     *web.Links
	intake    *intake.Intake
	sender    *intake.Sender
	adviser   *advice.Adviser
	spool     *intake.Spool
	adapters  map[string]channel.Adapter
	registry  *prometheus.Registry
}

// loadConfig reads and checks the configuration and the rule packs, and makes the keys where none are configured.
func loadConfig(path string) (*config.Config, *config.Rules, error) {
	cfg, err := config.Load(path, os.Environ())
	if err != nil {
		return nil, nil, fmt.Errorf("配置有误:\n%w", err)
	}
	rules, err := config.LoadRules(cfg.RulesDir)
	if err != nil {
		return nil, nil, fmt.Errorf("规则包有误:\n%w", err)
	}
	if _, err := cfg.EnsureKeys(rand.Reader); err != nil {
		return nil, nil, fmt.Errorf("密钥:%w", err)
	}
	return cfg, rules, nil
}

// openStore is what commands use that work on the database without the service: configuration, rules, and a store whose schema
// is right. The caller closes the store.
func openStore(ctx context.Context, path string) (*config.Config, *config.Rules, *store.Store, error) {
	cfg, rules, err := loadConfig(path)
	if err != nil {
		return nil, nil, nil, err
	}
	s, err := connect(ctx, cfg, bot.SystemClock, newLogger(cfg, os.Stderr), nil)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := s.CheckSchema(ctx); err != nil {
		return nil, nil, nil, errors.Join(err, s.Close())
	}
	return cfg, rules, s, nil
}

func connect(ctx context.Context, cfg *config.Config, now bot.Clock, log *slog.Logger, committed func(context.Context, []store.Wake, bool)) (*store.Store, error) {
	keys, err := keyring(cfg)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, cfg.Database.URL.Reveal(), store.Options{Keys: keys, Clock: now, Logger: log, MaxOpen: cfg.Database.MaxOpenConns, Committed: committed})
}

func keyring(cfg *config.Config) (*store.Keyring, error) {
	var keys []store.Key
	for _, k := range cfg.Keys.Encryption {
		b, err := k.Key.Key()
		if err != nil {
			return nil, fmt.Errorf("keys.encryption %s: %w", k.ID, err)
		}
		keys = append(keys, store.Key{ID: k.ID, Bytes: b})
	}
	lookup, err := cfg.Keys.Lookup.Key()
	if err != nil {
		return nil, fmt.Errorf("keys.lookup: %w", err)
	}
	return store.NewKeyring(keys, lookup)
}

func newLogger(cfg *config.Config, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.Log.Level)) // config has checked it
	opt := &slog.HandlerOptions{Level: level}
	if cfg.Log.Format == "text" {
		return slog.New(web.WithRequest(slog.NewTextHandler(w, opt)))
	}
	return slog.New(web.WithRequest(slog.NewJSONHandler(w, opt)))
}

// newApp puts the service together. The schema must be right and the units of the configured groups known.
func newApp(ctx context.Context, cfg *config.Config, rules *config.Rules, now bot.Clock, log *slog.Logger) (*app, error) {
	a := &app{cfg: cfg, rules: rules, log: log, now: now, registry: prometheus.NewRegistry(), wakes: make(chan store.Wake, mostWakes)}
	a.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.registry.MustRegister(a.gauges()...)
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

func (a *app) open(ctx context.Context) error {
	var err error
	if a.store, err = connect(ctx, a.cfg, a.now, a.log, a.committed); err != nil {
		return err
	}
	if err := a.store.CheckSchema(ctx); err != nil {
		return err
	}
	if err := a.store.ContinueIDs(ctx); err != nil {
		return err
	}
	if err := a.bindGroups(ctx); err != nil {
		return err
	}
	state.RedirectLibraryLog(a.log)
	if a.state, err = state.Open(ctx, a.cfg.Redis.URL.Reveal(), state.Options{Clock: a.now, Logger: a.log}); err != nil {
		return fmt.Errorf("open redis: %w", err)
	}
	a.jobs = state.NewJobs(a.state)
	if err := a.wire(ctx); err != nil {
		return err
	}
	a.adapters, err = newAdapters(a)
	return err
}

// wire makes the way of a message: intake, pipeline and what it works with.
func (a *app) wire(ctx context.Context) error {
	zone, err := a.cfg.Location()
	if err != nil {
		return err
	}
	flow, err := workflow.New(a.rules.Workflow, workflow.NewCalendar(a.rules.Calendar, zone))
	if err != nil {
		return err
	}
	topics, err := topic.New()
	if err != nil {
		return err
	}
	linkKey, err := a.cfg.Keys.Links.Key()
	if err != nil {
		return fmt.Errorf("keys.links: %w", err)
	}
	model, version, err := countyModel(a.cfg)
	if err != nil {
		return err
	}
	if a.cfg.Understand.Model != "" {
		a.log.Info("the county's own model", "file", a.cfg.Understand.Model, "version", version)
	}
	if a.gazetteer, err = openGazetteer(ctx, a.store, a.rules, model, a.log); err != nil {
		return err
	}
	reader := a.gazetteer.reader
	a.links = web.NewLinks(linkKey, a.cfg.PublicURL, time.Duration(a.rules.Ledger.LinkHours)*time.Hour, a.now)
	a.desk = issue.New(a.rules, flow, zone, a.cfg.County.Code)
	a.box = ballot.NewBox(ballot.New(a.rules.Ballots, zone), a.rules)
	table, err := command.NewTable(a.rules.Texts.Render, commands(a, reader, topics, zone))
	if err != nil {
		return err
	}
	line := pipeline.New(pipeline.Parts{Rules: a.rules, County: a.cfg.County.Name, Zone: zone, Reader: reader, Topics: topics, Commands: table,
		Desk: a.desk, Box: a.box, State: a.state, Logger: a.log})
	if err := a.openSpool(); err != nil {
		return err
	}
	a.adviser = a.newAdviser(zone)
	stats := intake.NewMetrics(a.registry)
	in, out := a.cfg.Intake, a.cfg.Outbox
	a.intake = intake.New(a.store, line.Work, intake.Options{AnswerWithin: in.AnswerWithin, Batch: in.Batch, Writers: in.Writers, Queue: in.Queue,
		LaneQueue: in.LaneQueue, Spool: a.spool, MaxAttempts: out.Attempts, Sorry: a.rules.Texts.Render("busy", map[string]string{"id": ""})}, a.now, a.log, stats)
	a.sender = intake.NewSender(a.store, a.send, intake.SenderOptions{Workers: out.Workers, PerChannel: out.PerChannel, Poll: out.Poll, Attempts: out.Attempts, Backoff: out.BackoffBase,
		MaxBackoff: out.BackoffMax, Timeout: out.Timeout}, a.now, a.log, stats)
	return nil
}

func spoolPath(cfg *config.Config) string { return filepath.Join(cfg.DataDir, "spool.db") }

// openSpool opens the place on the local disk where messages wait while the database is away.
func (a *app) openSpool() error {
	if a.cfg.Intake.SpoolMiB == 0 {
		return nil
	}
	keys, err := keyring(a.cfg)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(a.cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("data_dir: %w", err)
	}
	a.spool, err = intake.OpenSpool(spoolPath(a.cfg), keys, int64(a.cfg.Intake.SpoolMiB)<<20)
	return err
}

// bindGroups makes the groups of the configuration belong to their units.
func (a *app) bindGroups(ctx context.Context) error {
	return a.store.Write(ctx, func(tx *store.Tx) error {
		units, err := tx.Units()
		if err != nil {
			return err
		}
		byName := map[string]bot.Unit{}
		for _, u := range units {
			byName[u.Name], byName[u.Code] = u, u
		}
		for i, g := range a.cfg.Groups {
			u, ok := byName[g.Unit]
			if !ok {
				a.log.Warn("a configured group names a unit that isn't imported yet; its matters can't be registered", "key", fmt.Sprintf("groups.%d.unit", i), "unit", g.Unit)
				continue
			}
			changed, err := tx.BindGroup(g.Channel, g.ID, u.ID)
			if err != nil || !changed {
				if err != nil {
					return err
				}
				continue
			}
			err = tx.Audit(store.Change{Unit: u.ID, Actor: "configuration", Action: "bind", Subject: "group", After: map[string]string{"channel": g.Channel, "group": g.ID, "unit": u.Name}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// committed passes on what a transaction left to be done: deadlines to the jobs, outgoing messages to the sender.
func (a *app) committed(_ context.Context, wakes []store.Wake, posted bool) {
	if posted && a.sender != nil {
		a.sender.Wake()
	}
	for _, w := range wakes {
		select {
		case a.wakes <- w:
		default: // the sweep will find it
		}
	}
}

func (a *app) close() error {
	var err error
	if a.spool != nil {
		err = a.spool.Close()
	}
	if a.state != nil {
		err = errors.Join(err, a.state.Close())
	}
	if a.store != nil {
		err = errors.Join(err, a.store.Close())
	}
	return err
}
