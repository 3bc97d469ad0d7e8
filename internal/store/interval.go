package store

import (
	"math"
	"math/bits"
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// An interval is the longest time that something may have lasted. lo is always if the
// beginning isn't known, and hi is forever if there is no end.
type interval struct {
	class  int
	lo, hi int64
}

const (
	always, forever = math.MinInt64, math.MaxInt64

	// classes is how many classes there are that have a width: an interval of class c
	// is shorter than 2^(narrowest+2c) milliseconds.
	classes   = 17
	narrowest = 14
	// lasting is the class of what goes on. irregular is the class of what has no
	// known beginning, or ended at an earlier time than it began, as a clock was set
	// back.
	lasting, irregular = 30, 31
)

// width is the length that intervals of a class don't reach.
func width(class int) int64 { return 1 << (narrowest + 2*class) }

// regular makes an interval with a known beginning.
func regular(lo, hi int64) interval {
	if hi == forever {
		return interval{lasting, lo, hi}
	}
	class := max(0, (bits.Len64(uint64(hi-lo))-narrowest+1)/2)
	if class >= classes { // longer than a thousand years: not a real time
		class = irregular
	}
	return interval{class, lo, hi}
}

// over is the time by which a session had surely ended, forever if it goes on.
func over(s *trail.Session) int64 {
	switch {
	case s.End != (trail.Moment{}):
		return s.End.Millis
	case s.EndBefore != (trail.Moment{}):
		return s.EndBefore.Millis
	case s.State == trail.Failed && s.Start != (trail.Moment{}):
		return s.Start.Millis
	}
	return forever
}

// sessionInterval is the interval by which trail.Filter selects sessions. It is only
// regular if everything that the session had lies within.
func sessionInterval(s *trail.Session) interval {
	lo, hi := s.First.Millis, over(s)
	switch {
	case !s.StartKnown():
		return interval{irregular, always, hi}
	case hi < lo:
		return interval{irregular, hi, lo}
	}
	i := regular(lo, hi)
	if holdsBeyond(s, lo, hi) {
		i.class = irregular
	}
	return i
}

// holdsBeyond tells whether a session had something at other times.
func holdsBeyond(s *trail.Session, lo, hi int64) bool {
	return slices.ContainsFunc(s.Holdings, func(h trail.Holding) bool {
		i := holdingInterval(s, &h)
		return i.lo < lo || i.hi > hi
	}) || slices.ContainsFunc(s.Steps, func(v trail.Step) bool {
		return v.From.Millis < lo || v.From.Millis > hi
	}) || slices.ContainsFunc(s.Permissions, func(p trail.Permission) bool {
		return p.From.Millis < lo || p.From.Millis > hi || p.To != (trail.Moment{}) && (p.To.Millis < lo || p.To.Millis > hi)
	})
}

// holdingInterval covers every time for which trail.Claim.At says yes, or that it isn't
// sure.
func holdingInterval(s *trail.Session, h *trail.Holding) interval {
	hi := holdingOver(s, h)
	lo := h.From.Millis
	switch {
	case h.From == (trail.Moment{}): // since its session began, where that tells
		if h.By != "" || h.To == (trail.Moment{}) || !s.StartKnown() || s.First.Millis > hi {
			return interval{irregular, always, hi}
		}
		lo = s.First.Millis
	case h.Earliest != (trail.Moment{}):
		lo = min(lo, h.Earliest.Millis)
	}
	if hi < max(lo, h.From.Millis) {
		return backwards(s, h)
	}
	return regular(lo, hi)
}

// holdingOver is the time by which a holding had surely ended.
func holdingOver(s *trail.Session, h *trail.Holding) int64 {
	switch {
	case h.To != (trail.Moment{}):
		return h.To.Millis
	case s.EndBefore != (trail.Moment{}):
		return s.EndBefore.Millis
	case h.Ended != "" && s.End != (trail.Moment{}):
		return s.End.Millis
	}
	return forever
}

// backwards is the interval of a holding that ended at an earlier time than it
// began: all times that its session is known to have seen.
func backwards(s *trail.Session, h *trail.Holding) interval {
	i := interval{class: irregular, lo: forever, hi: always}
	for _, m := range [...]trail.Moment{h.Earliest, h.From, h.Latest, h.To, s.First, s.Last, s.End, s.EndBefore} {
		if m != (trail.Moment{}) {
			i.lo, i.hi = min(i.lo, m.Millis), max(i.hi, m.Millis)
		}
	}
	return i
}
