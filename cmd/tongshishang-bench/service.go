package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// open starts the service on fresh storage and sets the scene: a ballot in every group, and issues to endorse and accept.
func (s *session) open(ctx context.Context, database, redis, name string) (r *running, err error) {
	dir := filepath.Join(s.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	r = &running{session: s, told: newTally()}
	if r.server, err = newServer(ctx, s.program, dir, database, redis, s.sink, s.units, s.county); err != nil {
		return nil, err
	}
	if r.db, err = openSQL(database); err != nil {
		return nil, err
	}
	if err := r.server.start(ctx); err != nil {
		return nil, errors.Join(err, r.close())
	}
	if err := r.setScene(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("set the scene: %w", err), r.close())
	}
	return r, nil
}

func (r *running) close() error {
	var err error
	if r.server.process != nil {
		err = r.server.stop()
	}
	return errors.Join(err, r.db.Close())
}

func (r *running) target(name string) target {
	return target{name: name, address: r.server.address, pid: r.server.pid(), server: r.server}
}

func (r *running) setScene(ctx context.Context) error {
	if err := r.openBallots(ctx); err != nil {
		return err
	}
	l := load{profile: only("matters", kindMatter), connections: 64, measured: max(r.measured/2, 2*time.Second)}
	f, told, err := r.bench.measure(ctx, r.target("matters"), l)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "set the scene: %.0f matters a second\n", f.perSecond)
	r.told.add(told)
	return r.county.openIssues(ctx, r.db)
}

func (r *running) openBallots(ctx context.Context) (err error) {
	k := &connection{load: load{address: r.server.address}, begin: now(), speaker: newSpeaker(r.county, profile{}, 0), tally: newTally()}
	if k.wire, err = dial(ctx, k.address); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.wire.close()) }()
	for group := 0; group < r.county.groups; group += ballotEvery {
		u := r.county.unitOf(group)
		m := message{kind: kindQuery, channel: channelGroup, group: groupID(group), user: staffID(u.code, group/len(r.county.units)),
			text: ballotCommand, id: r.county.lastID.Add(1), at: now().Unix()}
		if err := k.say(&m, now()); err != nil {
			return err
		}
	}
	r.told.add(k.tally)
	return nil
}

// measure sends one load; with a prefix it has the service's profiles written at the same time, to files that begin with it.
func (r *running) measure(ctx context.Context, l load, prefix string) error {
	taken := make(chan error, 1)
	if prefix != "" {
		go func() { taken <- r.takeProfiles(ctx, l, prefix) }()
	} else {
		taken <- nil
	}
	f, told, err := r.bench.measure(ctx, r.target(l.profile.name), l)
	if err := errors.Join(err, <-taken); err != nil {
		return err
	}
	r.told.add(told)
	r.note(f)
	return nil
}

func (r *running) takeProfiles(ctx context.Context, l load, prefix string) error {
	time.Sleep(l.warm)
	seconds := max(int(l.measured.Seconds())-1, 1)
	for file, path := range map[string]string{"cpu.pprof": fmt.Sprintf("profile?seconds=%d", seconds), "allocs.pprof": "allocs", "goroutine.pprof": "goroutine"} {
		if err := r.server.profile(ctx, path, prefix+file); err != nil {
			return err
		}
	}
	return nil
}

// check compares everything the service told with what stands in the tables, and has the audit chain verified.
func (r *running) check(ctx context.Context) error {
	faults, err := r.told.faults(ctx, r.db, 0)
	if err != nil {
		return err
	}
	r.results.faults = append(r.results.faults, faults...)
	r.results.checked += r.told.accepted
	r.results.retried += r.told.retries
	if err := r.server.command(ctx, "doctor", "--skip-channels"); err != nil {
		r.results.faults = append(r.results.faults, err.Error())
	}
	return nil
}
