//go:build linux

package main

import (
	"fmt"
	"time"
)

// plan is what to measure.
type plan struct {
	binary string // "" to build it
	out    string

	compare  []int64 // sizes for all programs
	linear   []int64 // sizes for virtaudit alone, ascending
	auvirt   []int64 // sizes for auvirt, ascending; given up where it does not end in time
	onlyVirt int64   // size of the log of VIRT records only

	service  []benchmark
	holdings int // in the store that is asked who held something
	page     []benchmark
	guests   int // in the store that the page shows

	runs    int           // of each program at a size
	timeout time.Duration // of one run
}

// A program that took so long is not run again over the same log.
const longRun = 10 * time.Second

// The aims are stated for these sizes.
const (
	aimSize         = 1 << 30
	aimOnlyVirtSize = 256 << 20
)

func fullPlan() plan {
	return plan{
		compare:  []int64{256 << 20, 1 << 30},
		linear:   []int64{64 << 20, 128 << 20, 256 << 20, 512 << 20, 1 << 30},
		auvirt:   []int64{64 << 20, 128 << 20, 256 << 20, 512 << 20, 1 << 30},
		onlyVirt: aimOnlyVirtSize,
		service:  serviceBenchmarks(10_000_000, 3),
		holdings: 10_000_000,
		page:     pageBenchmarks(pageGuests),
		guests:   pageGuests,
		runs:     7,
		timeout:  2 * time.Minute,
	}
}

// serviceBenchmarks measure the service.
func serviceBenchmarks(holdings, runs int) []benchmark {
	env := []string{fmt.Sprint("VIRTAUDIT_BENCH_HOLDINGS=", holdings)}
	return []benchmark{
		{pkg: agentPackage, pattern: "Writer/records/catching-up|Writer/observations|Replay", times: "1x", runs: runs},
		{pkg: agentPackage, pattern: "Answer", times: "200x", runs: 1},
		{pkg: storePackage, pattern: "Who/(page|whole)", times: "200x", runs: 1, env: env},
		{pkg: agentPackage, pattern: "Guests", times: "1x", runs: 1},
	}
}

func quickPlan() plan {
	return plan{
		compare:  []int64{32 << 20},
		linear:   []int64{8 << 20, 16 << 20, 32 << 20},
		auvirt:   []int64{1 << 20, 2 << 20},
		onlyVirt: 8 << 20,
		service:  serviceBenchmarks(100_000, 1)[:3], // the guests take more than a minute
		holdings: 100_000,
		page:     pageBenchmarks(100),
		guests:   100,
		runs:     3,
		timeout:  10 * time.Second,
	}
}
