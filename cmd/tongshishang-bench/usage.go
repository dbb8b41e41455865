package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used since it began, from proc(5).
type usage struct {
	cpu     time.Duration
	rss     int64 // bytes, now
	peak    int64 // bytes, the most so far
	written int64 // bytes given to the disk, as far as the kernel tells; 0 when it doesn't
}

// The kernel counts processor time in hundredths of a second on every platform Go runs on.
const tick = 10 * time.Millisecond

// usageOf reads what the process has used; pid 0 is a process nobody named and has used nothing.
func usageOf(pid int) (usage, error) {
	if pid == 0 {
		return usage{}, nil
	}
	dir := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return usage{}, fmt.Errorf("usage of process %d: %w", pid, err)
	}
	// The name, in parentheses, may hold anything; utime and stime are the 12th and 13th fields after it.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	user, _ := strconv.ParseInt(string(fields[11]), 10, 64)
	system, _ := strconv.ParseInt(string(fields[12]), 10, 64)
	u := usage{cpu: time.Duration(user+system) * tick}
	status, err := os.ReadFile(dir + "/status")
	if err != nil {
		return usage{}, fmt.Errorf("usage of process %d: %w", pid, err)
	}
	u.rss, u.peak = 1024*counter(status, "VmRSS:"), 1024*counter(status, "VmHWM:")
	if io, err := os.ReadFile(dir + "/io"); err == nil { // another user's is closed to us
		u.written = counter(io, "write_bytes:")
	}
	return u, nil
}

// busy is the processor time that all processes of the machine have used, and the time there was, on all cores together.
func busy() (used, all time.Duration, err error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, fmt.Errorf("usage of the machine: %w", err)
	}
	line, _, _ := bytes.Cut(stat, []byte("\n"))
	for i, field := range bytes.Fields(line)[1:] { // user nice system idle iowait irq softirq steal
		n, _ := strconv.ParseInt(string(field), 10, 64)
		if i >= 8 { // what guests used is counted in user already
			break
		}
		all += time.Duration(n) * tick
		if i != 3 && i != 4 {
			used += time.Duration(n) * tick
		}
	}
	return used, all, nil
}

// counter is the number that follows the name at the start of a line; 0 when there is none.
func counter(text []byte, name string) int64 {
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			if fields := strings.Fields(rest); len(fields) > 0 {
				n, _ := strconv.ParseFloat(fields[0], 64) // metrics are written as 1.2e+06
				return int64(n)
			}
		}
	}
	return 0
}
