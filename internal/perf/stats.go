//go:build linux

package main

import (
	"math"
	"slices"
	"time"
)

// sample is what one run of a program took.
type sample struct {
	wall, cpu time.Duration
	rss       int64 // peak, bytes
}

// median takes each quantity by itself.
func median(samples []sample) sample {
	return sample{
		wall: middle(samples, func(s sample) time.Duration { return s.wall }),
		cpu:  middle(samples, func(s sample) time.Duration { return s.cpu }),
		rss:  middle(samples, func(s sample) int64 { return s.rss }),
	}
}

// middle of an even number is the lower of the two.
func middle[T time.Duration | int64](samples []sample, get func(sample) T) T {
	if len(samples) == 0 {
		return 0
	}
	values := make([]T, len(samples))
	for i, s := range samples {
		values[i] = get(s)
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

// ratio is a/b, and not a number where nothing was measured.
func ratio(a, b time.Duration) float64 {
	if a <= 0 || b <= 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}

// point is the time a program took at a size.
type point struct {
	size int64
	cpu  time.Duration
}

// growth is the exponent e of time ~ size^e between two points.
func growth(a, b point) float64 {
	if a.size <= 0 || b.size <= a.size || a.cpu <= 0 || b.cpu <= 0 {
		return math.NaN()
	}
	return math.Log(float64(b.cpu)/float64(a.cpu)) / math.Log(float64(b.size)/float64(a.size))
}

// extrapolate continues the growth of the last two points to a size.
func extrapolate(points []point, size int64) (time.Duration, float64) {
	if len(points) < 2 {
		return 0, math.NaN()
	}
	last := points[len(points)-1]
	e := growth(points[len(points)-2], last)
	if math.IsNaN(e) {
		return 0, e
	}
	return time.Duration(float64(last.cpu) * math.Pow(float64(size)/float64(last.size), e)), e
}

// dearer is how much more a byte costs at the largest size than at the
// smallest: 1 is linear, less is better than that.
func dearer(points []point) float64 {
	if len(points) == 0 || points[0].cpu == 0 {
		return math.NaN()
	}
	perByte := func(p point) float64 { return float64(p.cpu) / float64(p.size) }
	return perByte(points[len(points)-1]) / perByte(points[0])
}
