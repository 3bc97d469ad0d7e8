package trail

import (
	"cmp"
	"slices"
	"time"
)

// Certainty tells whether something was so at a moment.
type Certainty uint8

// The certainties. Unsure is where the log proves neither.
const (
	No Certainty = iota
	Unsure
	Yes
)

func (c Certainty) String() string { return [...]string{"no", "uncertain", "yes"}[c] }

// Doubt is why something is not certain.
type Doubt uint8

// The doubts.
const (
	NoDoubt        Doubt = iota
	BeginUnknown         // since when is not in the log
	EndUnknown           // it ended at some time before or after that moment
	OutcomeUnknown       // the log doesn't say whether it was got at all
	LogEnds              // no end is in the log, and nothing that is as late
	ClockSetBack         // it began at a later time than it ended
	Unwatched            // auditd did not write then
)

// String names a doubt for programs; that of NoDoubt is empty.
func (d Doubt) String() string {
	return [...]string{
		NoDoubt:        "",
		BeginUnknown:   "begin unknown",
		EndUnknown:     "end unknown",
		OutcomeUnknown: "outcome unknown",
		LogEnds:        "log ends",
		ClockSetBack:   "clock set back",
		Unwatched:      "unwatched",
	}[d]
}

// A Holder is a claim that held at a moment, or may have.
type Holder struct {
	Claim
	Certainty Certainty
	Doubt     Doubt
}

// HoldersAt gives the claims that held at some moment from first to last, or may
// have. ends are the last records of the nodes, as LastSeen gives them.
func HoldersAt(claims []Claim, first, last time.Time, ends map[string]Moment) []Holder {
	var holders []Holder
	for _, c := range claims {
		if certainty, doubt := c.At(first, last, ends[c.Session.Node]); certainty != No {
			holders = append(holders, Holder{c, certainty, doubt})
		}
	}
	return holders
}

// At tells whether a claim held at some moment from first to last, as far as a
// log tells, and if that is not certain, why. end is the last record of the
// session's node.
func (c *Claim) At(first, last time.Time, end Moment) (Certainty, Doubt) {
	from, to := first.UnixMilli(), last.UnixMilli()
	over := cmp.Or(c.To, c.Before) // by when it surely had ended
	ended := over != (Moment{})
	switch {
	case c.Attempt:
		return No, NoDoubt
	case ended && over.Millis < c.From.Millis:
		return c.withClockSetBack(from, to)
	case c.By != "" && c.From.Millis > to && c.Earliest != (Moment{}) && c.Earliest.Millis <= to:
		return Unsure, BeginUnknown
	case c.From.Millis > to, c.From == (Moment{}) && c.Earliest.Millis > to:
		return No, NoDoubt
	case ended && over.Millis <= from && c.From.Millis < from:
		return No, NoDoubt
	case c.Unproven:
		return Unsure, OutcomeUnknown
	case c.From == (Moment{}):
		return Unsure, BeginUnknown
	case c.Before != (Moment{}) && c.After.Millis < from:
		return Unsure, EndUnknown
	case !ended && end.Millis < from:
		return Unsure, LogEnds
	}
	return Yes, NoDoubt
}

// withClockSetBack is At for a claim that ended at an earlier time than it began:
// it may have held at each time that its session is known to have seen.
func (c *Claim) withClockSetBack(from, to int64) (Certainty, Doubt) {
	first, last := c.From.Millis, c.From.Millis
	for _, m := range [...]Moment{c.To, c.Before, c.Session.First, c.Session.Last, c.Session.End} {
		if m != (Moment{}) {
			first, last = min(first, m.Millis), max(last, m.Millis)
		}
	}
	if last < from || first > to {
		return No, NoDoubt
	}
	return Unsure, ClockSetBack
}

// LastSeen gives the last record of each node.
func (t *Trail) LastSeen() map[string]Moment {
	last := make(map[string]Moment, len(t.nodes))
	for _, n := range t.nodes {
		last[n.name] = n.last
	}
	return last
}

// MarkUnwatched makes holders uncertain where nobody wrote their node's log at
// some moment from first to last: what ended meanwhile is not in it.
func MarkUnwatched(holders []Holder, first, last time.Time, spans map[string][]Span) {
	for i := range holders {
		h := &holders[i]
		if h.Certainty == Yes && anyAt(spans[h.Session.Node], first, last) {
			h.Certainty, h.Doubt = Unsure, Unwatched
		}
	}
}

// anyAt tells whether some span has a moment from first to last.
func anyAt(spans []Span, first, last time.Time) bool {
	from, to := first.UnixMilli(), last.UnixMilli()
	return slices.ContainsFunc(spans, func(s Span) bool {
		return s.From.Millis < to && (s.To == (Moment{}) || s.To.Millis > from)
	})
}
