package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/member"
	"tongshishang/bot/report"
	"tongshishang/config"
	"tongshishang/store"
)

// stage is the whole program set up to play a script on: store, Redis, endpoints, a stand-in for the platforms, and a clock that
// the script sets. Sender and timers don't run by themselves: the player calls them where the script says, so that the same
// script always plays the same.
type stage struct {
	app      *app
	player   *player
	clock    *playClock
	platform *platform
	listener net.Listener
	log      *slog.Logger
	stop     context.CancelFunc
	done     chan error
	// released is closed when sender and timers are to run by themselves; nil is never.
	released chan struct{}
}

// castScript fills the database with what the script needs: its groups' units must be there; its people come with accounts on
// every channel.
func castScript(ctx context.Context, s *store.Store, script *script, channels []config.Channel) error {
	return s.Write(ctx, func(tx *store.Tx) error {
		units, err := tx.Units()
		if err != nil {
			return err
		}
		byName := map[string]int64{}
		for _, u := range units {
			byName[u.Name] = u.ID
		}
		for _, g := range script.groups {
			if g.unit == "-" {
				continue
			}
			if byName[g.unit] == 0 {
				return fmt.Errorf("group %s: no unit %q", g.name, g.unit)
			}
			if _, err := tx.BindGroup(g.channel, g.id, byName[g.unit]); err != nil {
				return err
			}
		}
		for i, p := range script.people {
			if err := castPerson(tx, p, i, byName, channels); err != nil {
				return err
			}
		}
		return nil
	})
}

func castPerson(tx *store.Tx, p scriptPerson, n int, units map[string]int64, channels []config.Channel) error {
	person := bot.Person{Name: p.name}
	for _, unit := range p.units {
		role := bot.Role{Name: bot.RoleName(p.role)}
		if role.Name == bot.RoleHandler {
			role.Agency = unit
		} else if role.UnitID = units[unit]; role.UnitID == 0 {
			return fmt.Errorf("person %s: no unit %q", p.name, unit)
		}
		person.Roles = append(person.Roles, role)
	}
	if len(p.units) == 0 && p.role != "resident" {
		person.Roles = append(person.Roles, bot.Role{Name: bot.RoleName(p.role)})
	}
	id, _, err := tx.SaveMember(store.Member{Person: person, Phone: fmt.Sprintf("1380000%04d", n+1)})
	if err != nil || p.unbound {
		return err
	}
	for _, c := range channels {
		if _, err := tx.BindAccount(store.AccountKey{Channel: c.Name, ExtID: accountID(c.Name, p.name)}, id); err != nil {
			return err
		}
	}
	return nil
}

// start puts the program on a listener; without sender and timers until it is released.
func (st *stage) start(ctx context.Context, cfg *config.Config, rules *config.Rules) error {
	a, err := newApp(ctx, cfg, rules, st.clock.Now, st.log)
	if err != nil {
		return err
	}
	st.app = a
	running, stop := context.WithCancel(ctx)
	st.stop, st.done = stop, make(chan error, 1)
	go func() {
		sender := func(ctx, drain context.Context) {
			if st.isReleased(ctx) {
				a.sender.Run(ctx, drain)
			}
		}
		timers := func(ctx context.Context) {
			if st.isReleased(ctx) {
				a.timers(ctx)
			}
		}
		st.done <- a.run(running, st.listener, sender, timers)
	}()
	return nil
}

// isReleased waits until the program is left to itself; false when it ends before.
func (st *stage) isReleased(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-st.released:
		return true
	}
}

// newCode makes a binding code for somebody of the script, as the console would.
func (st *stage) newCode(ctx context.Context, name string) error {
	return st.app.store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.PersonByName(name)
		if err != nil {
			return err
		}
		codes, err := member.NewCodes(tx, []bot.Person{*p}, st.app.rules.Conduct.BindCodeLife)
		if err == nil {
			st.player.code = codes[0].Code
		}
		return err
	})
}

// importPlace imports a row of places as the command line would, from beside the running program.
func (st *stage) importPlace(ctx context.Context, row string) error {
	lines, err := report.ReadTable(strings.NewReader("code,name,kind,unit,parent,aliases\n"+row+"\n"), "script")
	if err != nil {
		return err
	}
	return st.app.store.Write(ctx, func(tx *store.Tx) error {
		_, err := member.ImportPlaces(tx, lines, operator())
		return err
	})
}

// settle does what is due by the clock and sends what waits, as timers and sender would.
func (st *stage) settle(ctx context.Context) error {
	if err := errors.Join(st.app.gazetteer.refresh(ctx), st.app.sweep(ctx)); err != nil {
		return err
	}
	for {
		if n, err := st.app.sender.Once(ctx); n == 0 || err != nil {
			return err
		}
	}
}

// addressee is a delivery's place as scripts write it: a group's name, or channel and person.
func (st *stage) addressee(d delivery) string {
	for _, g := range st.player.script.groups {
		if g.id == d.group {
			return g.name
		}
	}
	for channel := range st.player.channels {
		for _, s := range st.player.script.steps {
			if s.speaker != "" && accountID(channel, s.speaker) == d.user {
				return channel + " " + s.speaker
			}
		}
		for _, p := range st.player.script.people {
			if accountID(channel, p.name) == d.user {
				return channel + " " + p.name
			}
		}
	}
	return strings.TrimSpace(d.group + d.user)
}

// sampleAccount is the channel of sampleConfig that is the official account.
const sampleAccount = "gz"

// sampleConfig is a configuration for scripts: one official account, one OneBot 11 and one OneBot 12 channel, all talking to the
// stand-in platform. Its secrets are no secrets.
func sampleConfig(dir, api string) *config.Config {
	cfg := config.Default()
	cfg.DataDir = dir
	cfg.Database.URL = config.Secret("sqlite://" + filepath.Join(dir, "tongshishang.db"))
	cfg.Redis.URL = "embedded:"
	cfg.Log = config.Log{Level: "warn", Format: "text"}
	cfg.PublicURL = "http://127.0.0.1:8080"
	cfg.Channels = []config.Channel{
		{Name: sampleAccount, Kind: config.KindOfficialAccount, AppID: "wx0123456789abcdef", AppSecret: "demo-secret", Token: "tsstoken",
			EncodingAESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", Mode: config.ModeSafe, APIBase: api},
		{Name: "qun", Kind: config.KindOneBot11, Secret: "tsssecret", AccessToken: "demo-token", APIURL: api},
		{Name: "qun12", Kind: config.KindOneBot12, AccessToken: "demo-token", APIURL: api},
	}
	return cfg
}

// shortly is how long a script waits for the program to stop.
const shortly = 15 * time.Second

// end stops the program and waits for it.
func (st *stage) end() error {
	st.stop()
	select {
	case err := <-st.done:
		if err != nil {
			return err
		}
		return st.app.close()
	case <-time.After(shortly):
		return fmt.Errorf("the program didn't stop within %v", shortly)
	}
}
