package main

import (
	"fmt"
	"time"
)

// verdict is one target of the project and what became of it.
type verdict struct {
	what, wanted, measured string
	met                    bool
}

// What nyaruka/courier 26.3 and a raw receiver reached together on another machine of two cores, in messages a second at 16 and at
// 64 connections: courier in its best case on PostgreSQL. Scaled by the raw receiver here they tell what courier would reach.
const (
	courier16, courier64 = 660, 650
	raw16, raw64         = 24_000, 29_400
)

// targets holds the figures against the targets; what wasn't measured is left out.
func (r *results) targets() []verdict {
	var list []verdict
	list = append(list, r.ordinary(64, 50*time.Millisecond, 10, float64(courier64)/raw64)...)
	list = append(list, r.ordinary(16, 25*time.Millisecond, 6, float64(courier16)/raw16)...)
	many, ok := r.find(ordinaryRun, 64)
	if hot, measured := r.find(oneHotGroup, 64); ok && measured {
		ratio := hot.perSecond / many.perSecond
		list = append(list, verdict{oneHotGroup, "≥ 0.5 × many groups", fmt.Sprintf("%.2f ×", ratio), ratio >= 0.5})
	}
	if f, ok := r.find("commands and votes", 64); ok {
		list = append(list, verdict{"commands and votes only", "≥ 1,500 a second, p99 ≤ 100 ms", fmt.Sprintf("%.0f, %s", f.perSecond, ms(f.latency.p99)),
			f.perSecond >= 1500 && f.latency.p99 <= 100*time.Millisecond})
	}
	if f, ok := r.find(onlyChatter, 64); ok {
		list = append(list, verdict{"statements and Redis trips a message, chatter", "≤ 0.5 and ≤ 0.5 in batches of 32",
			fmt.Sprintf("%.2f and %.2f in batches of %.0f", f.statements, f.trips, f.batch), f.statements*f.batch <= 16 && f.trips*f.batch <= 16})
	}
	if f, ok := r.find(soaked, 64); ok {
		list = append(list, verdict{"memory of the service under long load", "≤ 120 MiB", mib(f.peak), f.peak <= 120<<20})
	}
	raw, ok := r.find(rawSQLite, 64)
	if f, measured := r.find(embedded, 64); ok && measured {
		ratio := f.perSecond / raw.perSecond
		list = append(list, verdict{embedded, "≥ 0.5 × raw inserts", fmt.Sprintf("%.2f ×", ratio), ratio >= 0.5})
	}
	if f, measured := r.find(scaled, 64); measured && many.perSecond > 0 {
		ratio := float64(f.work()) / float64(many.work())
		list = append(list, verdict{"CPU a message with much stored", "≤ 1.25 × an empty database", fmt.Sprintf("%.2f × (%.0f against %.0f a second)", ratio,
			f.perSecond, many.perSecond), ratio <= 1.25})
	}
	return append(list, r.bookTargets()...)
}

// work is the processor time that service and stores spend on a message.
func (f *figures) work() time.Duration { return f.receiver.cpu + f.mysql.cpu + f.redis.cpu }

// bookTargets are set for a million issues; over fewer they are only a hint.
func (r *results) bookTargets() []verdict {
	var list []verdict
	for _, b := range r.books {
		ratio := b.ledger.Seconds() / b.excelize.Seconds()
		list = append(list, verdict{fmt.Sprintf("weekly ledger over %d issues", b.issues), "≤ 1.2 × excelize's stream writer, ≤ 350 MiB",
			fmt.Sprintf("%.2f ×, %s", ratio, mib(b.ledgerPeak)), ratio <= 1.2 && b.ledgerPeak <= 350<<20},
			verdict{fmt.Sprintf("statistics over %d issues", b.issues), "≤ 3 s", seconds(b.stats), b.stats <= 3*time.Second})
	}
	return list
}

// ordinary are the targets of ordinary talk: against raw inserts, and against courier, which reaches a known part of a raw receiver.
func (r *results) ordinary(connections int, slowest time.Duration, times, courier float64) []verdict {
	f, ok := r.find(ordinaryRun, connections)
	if !ok {
		return nil
	}
	var list []verdict
	if raw, ok := r.find(rawSQL, connections); ok {
		ratio := f.perSecond / raw.perSecond
		list = append(list, verdict{fmt.Sprintf("ordinary talk, %d connections", connections), fmt.Sprintf("≥ 0.5 × raw INSERTs, p99 ≤ %s", slowest),
			fmt.Sprintf("%.2f ×, %s", ratio, ms(f.latency.p99)), ratio >= 0.5 && f.latency.p99 <= slowest})
	}
	if raw, ok := r.find(rawPlain, connections); ok {
		ratio := f.perSecond / (courier * raw.perSecond)
		list = append(list, verdict{fmt.Sprintf("the same against courier, %d connections", connections), fmt.Sprintf("≥ %.0f ×", times),
			fmt.Sprintf("%.1f ×", ratio), ratio >= times})
	}
	return list
}
