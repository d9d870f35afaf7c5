package main

import (
	"slices"
	"time"
)

// latencies are measured times, in no order.
type latencies []time.Duration

// quantile returns the time that the share q of all stay within.
func (l latencies) quantile(q float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	sorted := slices.Clone(l)
	slices.Sort(sorted)
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
