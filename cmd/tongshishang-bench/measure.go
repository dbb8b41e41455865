package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// figures are what one load showed, each a message unless it says otherwise.
type figures struct {
	name        string
	connections int
	perSecond   float64
	latency     latency
	receiver    cost // the service or the raw receiver
	mysql       cost
	redis       cost
	client      cost // the benchmark itself
	rss         int64
	peak        int64
	batch       float64 // messages a transaction; 0 for a raw receiver
	statements  float64 // sent to MariaDB
	trips       float64 // to Redis
	others      float64 // share of the machine's processors that processes which aren't measured used
	byKind      map[string]float64
	refused     map[int]int
}

// cost is what a process spent on a message.
type cost struct {
	cpu     time.Duration
	written float64 // bytes
}

// reading is everything measured at one moment.
type reading struct {
	at                             time.Duration // after the load's begin
	receiver, mysql, redis, client usage
	work                           work
	transactions, batched          int64
	used, all                      time.Duration // processor time of the whole machine
}

// bench measures loads against a receiver.
type bench struct {
	county *county
	stores *stores // nil for embedded
}

// target is what is measured: the service, or a raw receiver when server is nil.
type target struct {
	name    string
	address string
	pid     int
	server  *server
}

// measure sends the load and reads all meters when the measured time begins and ends.
func (b *bench) measure(ctx context.Context, t target, l load) (figures, *tally, error) {
	l.address = t.address
	var readings []reading
	begin := now()
	told, err := l.run(ctx, b.county, func() error {
		r, err := b.read(ctx, t)
		r.at = since(begin)
		readings = append(readings, r)
		return err
	})
	if err != nil {
		return figures{}, nil, fmt.Errorf("%s, %d connections: %w", t.name, l.connections, err)
	}
	return compare(t.name, l.connections, readings[0], readings[1], told), told, nil
}

func (b *bench) read(ctx context.Context, t target) (reading, error) {
	var r reading
	var errs [6]error
	r.used, r.all, errs[5] = busy()
	r.receiver, errs[0] = usageOf(t.pid)
	r.client, errs[1] = usageOf(os.Getpid())
	if b.stores != nil {
		r.mysql, errs[2] = usageOf(b.stores.mysqlPID)
		r.redis, errs[3] = usageOf(b.stores.redisPID)
	}
	r.work, errs[4] = b.stores.work(context.WithoutCancel(ctx))
	if t.server == nil {
		return r, errors.Join(errs[:]...)
	}
	var err error
	r.transactions, r.batched, err = t.server.batches(context.WithoutCancel(ctx))
	return r, errors.Join(append(errs[:], err)...)
}

// compare works out the figures of what happened between two readings.
func compare(name string, connections int, a, z reading, told *tally) figures {
	f := figures{name: name, connections: connections, latency: within(told.samples, a.at, z.at), rss: z.receiver.rss, peak: z.receiver.peak,
		refused: told.refused, byKind: map[string]float64{}}
	n := float64(max(f.latency.messages, 1))
	f.perSecond = float64(f.latency.messages) / (z.at - a.at).Seconds()
	f.receiver, f.mysql = spent(a.receiver, z.receiver, n), spent(a.mysql, z.mysql, n)
	f.redis, f.client = spent(a.redis, z.redis, n), spent(a.client, z.client, n)
	f.statements, f.trips = float64(z.work.questions-a.work.questions)/n, float64(z.work.trips-a.work.trips)/n
	ours := n * float64(f.receiver.cpu+f.mysql.cpu+f.redis.cpu+f.client.cpu)
	if all := float64(z.all - a.all); all > 0 {
		f.others = max(0, (float64(z.used-a.used)-ours)/all)
	}
	for kind, is := range z.work.byKind {
		if more := is - a.work.byKind[kind]; more > 0 {
			f.byKind[kind] = float64(more) / n
		}
	}
	if commits := z.transactions - a.transactions; commits > 0 {
		f.batch = float64(z.batched-a.batched) / float64(commits)
	}
	return f
}

func spent(a, z usage, n float64) cost {
	return cost{time.Duration(float64(z.cpu-a.cpu) / n), float64(z.written-a.written) / n}
}

// raw starts a raw receiver with the sink, measures the load against it, and ends it.
func (b *bench) raw(ctx context.Context, name, sink, where string, l load) (f figures, err error) {
	self, err := os.Executable()
	if err != nil {
		return f, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return f, err
	}
	receiver := exec.Command(self, "receive", address, sink, where) //nolint:gosec,noctx // this program; ended below
	receiver.Stderr = os.Stderr
	receiver.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := receiver.Start(); err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, receiver.Process.Signal(syscall.SIGTERM), receiver.Wait()) }()
	if err := awaitHTTP(ctx, "http://"+address+"/readyz"); err != nil {
		return f, err
	}
	f, _, err = b.measure(ctx, target{name: name, address: address, pid: receiver.Process.Pid}, l)
	return f, err
}
