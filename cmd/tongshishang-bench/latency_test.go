package main

import (
	"testing"
	"time"
)

func TestWithin(t *testing.T) {
	var samples []sample
	for n := 1; n <= 1000; n++ { // the n-th is answered after n milliseconds, having taken as long
		samples = append(samples, sample{time.Duration(n) * time.Millisecond, time.Duration(n) * time.Millisecond})
	}
	all := within(samples, 0, time.Hour)
	if want := (latency{1000, 500 * time.Millisecond, 990 * time.Millisecond, 999 * time.Millisecond}); all != want {
		t.Errorf("all: %v, want %v", all, want)
	}
	few := within(samples, 11*time.Millisecond, 14*time.Millisecond) // 11, 12 and 13
	if want := (latency{3, 12 * time.Millisecond, 13 * time.Millisecond, 13 * time.Millisecond}); few != want {
		t.Errorf("few: %v, want %v", few, want)
	}
	if none := within(samples, time.Hour, 2*time.Hour); none != (latency{}) {
		t.Errorf("none: %v", none)
	}
}
