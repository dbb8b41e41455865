package main

import (
	"strings"
	"testing"
	"time"
)

// TestTargets holds made-up figures against the targets: 5,000 a second are half of 10,000 raw INSERTs, and courier would reach
// 650/29,400 of a raw receiver's 29,400, so that 5,000 are 7.7 times as many.
func TestTargets(t *testing.T) {
	r := &results{figures: []figures{
		{name: rawPlain, connections: 64, perSecond: 29_400},
		{name: rawSQL, connections: 64, perSecond: 10_000},
		{name: ordinaryRun, connections: 64, perSecond: 5_000, latency: latency{p99: 50 * time.Millisecond}, receiver: cost{cpu: 80}, mysql: cost{cpu: 20}},
		{name: oneHotGroup, connections: 64, perSecond: 2_000},
		{name: onlyChatter, connections: 64, statements: 0.8, trips: 0.1, batch: 20},
		{name: scaled, connections: 64, perSecond: 4_000, receiver: cost{cpu: 100}, mysql: cost{cpu: 26}},
	}}
	want := map[string]verdict{
		"ordinary talk, 64 connections":            {measured: "0.50 ×, 50.0 ms", met: true},
		"the same against courier, 64 connections": {measured: "7.7 ×", met: false},
		oneHotGroup: {measured: "0.40 ×", met: false},
		"statements and Redis trips a message, chatter": {measured: "0.80 and 0.10 in batches of 20", met: true}, // 16 a batch are 0.5 of 32
		"CPU a message with much stored":                {measured: "1.26 × (4000 against 5000 a second)", met: false},
	}
	got := r.targets()
	if len(got) != len(want) {
		t.Errorf("%d targets, want %d", len(got), len(want))
	}
	for _, v := range got {
		if w := want[v.what]; v.measured != w.measured || v.met != w.met {
			t.Errorf("%s: %s %v, want %s %v", v.what, v.measured, v.met, w.measured, w.met)
		}
	}
	if text := r.markdown(); !strings.Contains(text, "| one hot group | ≥ 0.5 × many groups | 0.40 × | no |") {
		t.Error(text)
	}
}

// TestCompare: 100 messages answered within the two seconds between the readings, out of 101.
func TestCompare(t *testing.T) {
	told := newTally()
	for n := range 101 {
		told.samples = append(told.samples, sample{done: time.Second + time.Duration(n)*20*time.Millisecond, took: time.Millisecond})
	}
	a := reading{at: time.Second, work: work{questions: 10, trips: 5, byKind: map[string]int64{"select": 7}}, transactions: 1, batched: 4}
	z := reading{at: 3 * time.Second, receiver: usage{cpu: time.Second, written: 500, rss: 7, peak: 9}, transactions: 6, batched: 104,
		used: 3 * time.Second, all: 4 * time.Second, // of which the receiver had one
		work: work{questions: 60, trips: 15, byKind: map[string]int64{"select": 27, "insert": 10}}}
	f := compare("x", 2, a, z, told)
	if f.latency.messages != 100 || f.perSecond != 50 || f.receiver.cpu != 10*time.Millisecond || f.receiver.written != 5 || f.statements != 0.5 ||
		f.trips != 0.1 || f.byKind["select"] != 0.2 || f.byKind["insert"] != 0.1 || f.batch != 20 || f.rss != 7 || f.peak != 9 || f.others != 0.5 {
		t.Errorf("%+v", f)
	}
}
