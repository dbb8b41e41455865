package main

import "time"

// now is the machine's clock: a benchmark measures nothing else.
func now() time.Time { return time.Now() }

// since is the time gone by, on the monotonic clock.
func since(begin time.Time) time.Duration { return now().Sub(begin) }
