// Command tongshishang-bench measures the service against what the machine can do at all. It builds the real program, serves with
// it as a process of its own, sends it the talk of a county as the platforms would, and then checks that the tables hold exactly
// what was acknowledged. In the same run it measures raw receivers that only verify, append to a journal or insert the same bytes,
// so that results are ratios, which hold on any machine, and not only times.
//
// deploy/bench.sh starts MariaDB and Redis for it. Nothing of the service is replaced here; what is measured is the binary.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are the command line's.
type options struct {
	mysql, redis string
	mysqlPID     int
	program      string
	units        string
	out          string
	profiles     string
	measured     time.Duration
	rate         int
	soak         time.Duration
	short        bool
	kinds        bool
	pool         int
	scale        int
	issues       int
	parts        string
	groups       int
	people       int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "tongshishang-bench:", err)
		}
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 4 && args[0] == "receive" { // how the benchmark starts itself as a raw receiver
		return receive(ctx, args[1], args[2], args[3])
	}
	if len(args) == 4 && args[0] == "rewrite" { // and as a writer of workbooks
		return rewrite(args[1], args[2], args[3], out)
	}
	o, err := readOptions(args)
	if err != nil {
		return err
	}
	return o.run(ctx, out)
}

func readOptions(args []string) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("tongshishang-bench", flag.ContinueOnError)
	f.StringVar(&o.mysql, "mysql", os.Getenv("TSS_TEST_MYSQL_URL"), "MariaDB, mysql://user:password@host:port/, a user who may create databases")
	f.StringVar(&o.redis, "redis", os.Getenv("TSS_TEST_REDIS_URL"), "Redis, redis://host:port/0; it is flushed")
	f.IntVar(&o.mysqlPID, "mysql-pid", 0, "process id of MariaDB, for its share of processor and disk")
	f.StringVar(&o.program, "program", "", "the service's binary; built from ./cmd/tongshishang when empty")
	f.StringVar(&o.units, "units", "cmd/tongshishang/sample/units.csv", "units of the county, code,name,kind")
	f.StringVar(&o.out, "o", "", "file for the table, besides standard output")
	f.StringVar(&o.profiles, "profiles", "", "folder for profiles of the service under each load, 01-cpu.pprof …; taking them costs some speed")
	f.DurationVar(&o.measured, "measured", 10*time.Second, "measured time of each load")
	f.IntVar(&o.rate, "rate", 0, "also measure an open loop of so many messages a second on 64 connections")
	f.DurationVar(&o.soak, "soak", 0, "also send ordinary talk for so long and watch the service's memory")
	f.BoolVar(&o.short, "short", false, "everything once and briefly: that it works, not how fast")
	f.BoolVar(&o.kinds, "kinds", false, "also measure each kind of message alone")
	f.IntVar(&o.pool, "pool", 512, "MariaDB's buffer pool in MiB")
	f.IntVar(&o.scale, "scale", 0, "also compare with so many messages stored, and an issue for every 25")
	f.IntVar(&o.issues, "issues", 100_000, "issues of the ledger and the statistics; 0 leaves them out")
	f.StringVar(&o.parts, "parts", "raw,service,sqlite,scale,books", "which of raw, service, sqlite, scale, books to measure")
	f.IntVar(&o.groups, "groups", 300, "groups of the county")
	f.IntVar(&o.people, "people", 120_000, "residents of the county")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if o.mysql == "" || o.redis == "" {
		return nil, errors.New("-mysql and -redis are needed; deploy/bench.sh starts both")
	}
	if o.short {
		o.measured, o.groups, o.people, o.issues = time.Second, 46, 46_000, min(o.issues, 2000)
	}
	return o, nil
}
