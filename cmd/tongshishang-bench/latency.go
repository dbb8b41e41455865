package main

import (
	"slices"
	"time"
)

// latency is the distribution of the times that messages took.
type latency struct {
	messages       int
	p50, p99, p999 time.Duration
}

// within works out the distribution of the samples answered from begin to end after the load's start.
func within(samples []sample, begin, end time.Duration) latency {
	var took []time.Duration
	for _, s := range samples {
		if s.done >= begin && s.done < end {
			took = append(took, s.took)
		}
	}
	slices.Sort(took)
	return latency{messages: len(took), p50: quantile(took, 500), p99: quantile(took, 990), p999: quantile(took, 999)}
}

// quantile is the smallest value that so many thousandths of the sorted ones don't exceed.
func quantile(sorted []time.Duration, thousandths int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := (len(sorted)*thousandths + 999) / 1000
	return sorted[max(rank, 1)-1]
}
