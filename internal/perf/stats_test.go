//go:build linux

package main

import (
	"math"
	"testing"
	"time"
)

func TestMedianTakesEachQuantityByItself(t *testing.T) {
	samples := []sample{
		{wall: 3 * time.Second, cpu: 1 * time.Second, rss: 20},
		{wall: 1 * time.Second, cpu: 9 * time.Second, rss: 30},
		{wall: 2 * time.Second, cpu: 2 * time.Second, rss: 10},
	}
	if got, want := median(samples), (sample{2 * time.Second, 2 * time.Second, 20}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := median(samples[:2]).wall, time.Second; got != want {
		t.Errorf("of two: got %v, want the lower, %v", got, want)
	}
	if got := median(nil); got != (sample{}) {
		t.Errorf("of none: %v", got)
	}
}

func TestRatio(t *testing.T) {
	if got := ratio(3*time.Second, 2*time.Second); got != 1.5 {
		t.Errorf("got %v", got)
	}
	for _, pair := range [][2]time.Duration{{0, 1}, {1, 0}, {0, 0}} {
		if got := ratio(pair[0], pair[1]); !math.IsNaN(got) {
			t.Errorf("ratio(%v) = %v", pair, got)
		}
	}
}

func TestExtrapolate(t *testing.T) {
	square := []point{{1 << 20, time.Second}, {2 << 20, 4 * time.Second}, {4 << 20, 16 * time.Second}}
	cpu, exponent := extrapolate(square, 16<<20)
	if math.Abs(exponent-2) > 1e-9 || math.Abs(cpu.Seconds()-256) > 1e-6 {
		t.Errorf("got %v and %v", cpu, exponent)
	}
	if cpu, _ := extrapolate(square, 4<<20); cpu != 16*time.Second {
		t.Errorf("to the last size: %v", cpu)
	}
	for _, few := range [][]point{nil, square[:1], {{2, 1}, {1, 1}}, {{1, 0}, {2, 1}}} {
		if _, exponent := extrapolate(few, 8); !math.IsNaN(exponent) {
			t.Errorf("%v: exponent %v", few, exponent)
		}
	}
}

func TestSpread(t *testing.T) {
	if got := dearer([]point{{100, 100}, {200, 300}, {400, 440}}); math.Abs(got-1.1) > 1e-9 {
		t.Errorf("got %v", got)
	}
	if got := dearer(nil); !math.IsNaN(got) {
		t.Errorf("of nothing: %v", got)
	}
}
