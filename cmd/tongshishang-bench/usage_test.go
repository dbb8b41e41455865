package main

import (
	"os"
	"testing"
)

func TestCounter(t *testing.T) {
	text := []byte("VmRSS:\t  2048 kB\ntss_batch_messages_sum 1.2345e+06\ntss_batch_messages_count 77\n")
	for name, want := range map[string]int64{"VmRSS:": 2048, "tss_batch_messages_sum ": 1234500, "tss_batch_messages_count ": 77, "VmHWM:": 0} {
		if got := counter(text, name); got != want {
			t.Errorf("%s %d, want %d", name, got, want)
		}
	}
}

func TestUsageOf(t *testing.T) {
	u, err := usageOf(os.Getpid())
	if err != nil || u.rss < 1<<20 || u.peak < u.rss {
		t.Errorf("%+v %v", u, err)
	}
	if u, err := usageOf(0); err != nil || u != (usage{}) {
		t.Errorf("nobody: %+v %v", u, err)
	}
}
