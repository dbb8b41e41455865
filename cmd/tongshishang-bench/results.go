package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The names of what is measured.
const (
	rawPlain    = "raw: verifies and answers, plain"
	rawSafe     = "raw: verifies and answers, AES"
	rawJournal  = "raw: synced journal, groups"
	rawSQL      = "raw: multi-row INSERTs, plain SQL"
	rawGORM     = "raw: multi-row INSERTs, GORM"
	rawSQLite   = "raw: multi-row INSERTs, SQLite"
	ordinaryRun = "ordinary talk"
	oneHotGroup = "one hot group"
	onlyChatter = "chatter only"
	embedded    = "ordinary talk, SQLite and embedded Redis"
	soaked      = "ordinary talk, long"
	scaled      = "ordinary talk, much stored"
)

// results are all that a run found out.
type results struct {
	machine []string
	figures []figures
	books   []books
	faults  []string
	checked int // messages compared with the tables
	retried int
}

func (r *results) find(name string, connections int) (figures, bool) {
	i := slices.IndexFunc(r.figures, func(f figures) bool { return f.name == name && f.connections == connections })
	if i < 0 {
		return figures{}, false
	}
	return r.figures[i], true
}

// markdown is the report.
func (r *results) markdown() string {
	var b strings.Builder
	b.WriteString("# Benchmark\n\n")
	for _, line := range r.machine {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	b.WriteString("\n## Targets\n\n| what | target | measured | met |\n| --- | --- | --- | --- |\n")
	for _, t := range r.targets() {
		met := "no"
		if t.met {
			met = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", t.what, t.wanted, t.measured, met)
	}
	b.WriteString("\n## Loads\n\nClosed loop. CPU, bytes, statements and trips are a message's; others is the share of all cores that\nprocesses not measured took meanwhile: where it isn't near nothing, times are worth little and only CPU and counts hold.\n\n" +
		"| load | connections | msg/s | p50 | p99 | p99.9 | CPU receiver + MariaDB + Redis (client) | RSS, peak | written receiver + MariaDB | statements | Redis trips | batch | others |\n" +
		"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, f := range r.figures {
		fmt.Fprintf(&b, "| %s | %d | %.0f | %s | %s | %s | %s + %s + %s (%s) | %s, %s | %.0f + %.0f B | %.2f | %.3f | %.1f | %.0f %% |\n", f.name, f.connections, f.perSecond,
			ms(f.latency.p50), ms(f.latency.p99), ms(f.latency.p999), us(f.receiver.cpu), us(f.mysql.cpu), us(f.redis.cpu), us(f.client.cpu),
			mib(f.rss), mib(f.peak), f.receiver.written, f.mysql.written, f.statements, f.trips, f.batch, 100*f.others)
	}
	r.writeStatements(&b)
	r.writeBooks(&b)
	fmt.Fprintf(&b, "\n## Tables\n\n%d messages acknowledged, %d of them delivered twice: ", r.checked, r.retried)
	if len(r.faults) == 0 {
		b.WriteString("stored and handled once each, answers the same, votes, endorsements, events and audit chain as told.\n")
	}
	for _, f := range r.faults {
		fmt.Fprintf(&b, "\n- FAULT %s", f)
	}
	return b.String()
}

// writeStatements lists what MariaDB was sent, most frequent first.
func (r *results) writeStatements(b *strings.Builder) {
	b.WriteString("\n## Statements a message\n\n")
	for _, f := range r.figures {
		if f.batch == 0 || len(f.byKind) == 0 {
			continue
		}
		var kinds []string
		for kind, n := range f.byKind {
			if kind != "Questions" && n >= 0.002 {
				kinds = append(kinds, kind)
			}
		}
		slices.SortFunc(kinds, func(a, z string) int {
			return int(1e6 * (f.byKind[z] - f.byKind[a]))
		})
		fmt.Fprintf(b, "- %s, %d connections:", f.name, f.connections)
		for _, kind := range kinds {
			fmt.Fprintf(b, " %s %.3f", kind, f.byKind[kind])
		}
		if len(f.refused) > 0 {
			fmt.Fprintf(b, "; refused %v", f.refused)
		}
		b.WriteString("\n")
	}
}

func (r *results) writeBooks(b *strings.Builder) {
	for _, k := range r.books {
		fmt.Fprintf(b, "\n## Books over %d issues\n\n- ledger: %s, %s of memory, file %s; CSV %s\n- excelize's stream writer, same cells: %s, %s; a least possible writer: %s, %s\n- statistics: %s, %s\n",
			k.issues, seconds(k.ledger), mib(k.ledgerPeak), mib(k.ledgerSize), seconds(k.csv), seconds(k.excelize), mib(k.excelizePeak), seconds(k.lean), mib(k.leanPeak), seconds(k.stats), mib(k.statsPeak))
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) }
func us(d time.Duration) string { return fmt.Sprintf("%.0f µs", float64(d)/float64(time.Microsecond)) }
func mib(n int64) string        { return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20)) }

// readMachine says where the figures come from.
func readMachine(ctx context.Context, s *stores) ([]string, error) {
	kernel, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return nil, err
	}
	cpu, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return nil, err
	}
	model := ""
	for line := range strings.Lines(string(cpu)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	var version, flush, pool, synced string
	err = s.mysql.QueryRowContext(ctx, "SELECT VERSION(), @@innodb_flush_log_at_trx_commit, @@innodb_buffer_pool_size DIV 1048576, @@sync_binlog").Scan(&version, &flush, &pool, &synced)
	if err != nil {
		return nil, fmt.Errorf("settings of MariaDB: %w", err)
	}
	info, err := s.redis.Info(ctx, "server").Result()
	if err != nil {
		return nil, fmt.Errorf("settings of Redis: %w", err)
	}
	redis := ""
	for line := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(line, "redis_version:"); ok {
			redis = strings.TrimSpace(v)
		}
	}
	return []string{
		fmt.Sprintf("%s, %d cores shared by load generator, service, MariaDB and Redis; Linux %s; %s", model, runtime.NumCPU(), strings.TrimSpace(string(kernel)), runtime.Version()),
		fmt.Sprintf("MariaDB %s, innodb_flush_log_at_trx_commit=%s, buffer pool %s MiB; Redis %s without persistence", version, flush, pool, redis),
		now().UTC().Format("2006-01-02 15:04 MST"),
	}, nil
}
