//go:build linux

package main

import "time"

// plan is what to measure.
type plan struct {
	binary string // "" to build it
	out    string

	compare  []int64 // sizes for all programs
	linear   []int64 // sizes for virtaudit alone, ascending
	auvirt   []int64 // sizes for auvirt, ascending; given up where it does not end in time
	onlyVirt int64   // size of the log of VIRT records only

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
		runs:     7,
		timeout:  2 * time.Minute,
	}
}

func quickPlan() plan {
	return plan{
		compare:  []int64{32 << 20},
		linear:   []int64{8 << 20, 16 << 20, 32 << 20},
		auvirt:   []int64{1 << 20, 2 << 20},
		onlyVirt: 8 << 20,
		runs:     3,
		timeout:  10 * time.Second,
	}
}
