package report

import (
	"github.com/virtaudit/virtaudit/internal/trail"
)

// how tells how a claim ended, or what came of it.
func how(h *trail.Holder) (string, style) {
	switch {
	case h.Attempt:
		return howTried(h), red
	case h.Session.State == trail.Starting && h.Op != trail.OpAllow:
		text := "asked for: the outcome is not in the log"
		if h.Session.EndReason != "" {
			text += "; " + h.Session.EndReason
		}
		return text, cyan
	case h.Unproven:
		text, _ := howEnded(h)
		return "unproven, as the record of it was cut; " + text, yellow
	}
	return howEnded(h)
}

// howTried tells of an operation that failed. What a failed detach leaves, is
// held on: that is another claim.
func howTried(h *trail.Holder) string {
	op := oneWord(h.Op)
	switch {
	case h.Session.State == trail.Failed:
		return "never held: " + startFailed
	case h.Unproven:
		return op + ": the outcome is not in the log, as the record was cut"
	}
	switch h.Op {
	case "attach", "start", "open", trail.OpAllow:
		return "never held: " + op + " failed"
	}
	return op + " failed"
}

// endWords are the ends that need no more words.
var endWords = map[trail.Ended]string{
	trail.ByDetach:   "detached",
	trail.ByUpdate:   "ended by an update",
	trail.BySnapshot: "replaced by a snapshot",
	trail.ByCgroup:   "denied again",
}

func howEnded(h *trail.Holder) (string, style) {
	switch {
	case h.Ended == trail.ByStop && endOfSession(h) == "":
		return "stopped", plain
	case h.Ended == trail.ByStop:
		return "stopped: " + listed(endOfSession(h)), plain
	case h.Ended == trail.ByLoss:
		return "session lost: " + escaped(endOfSession(h)), yellow
	case h.Ended == trail.ByUpdate && isQuantity(h.Resource.Kind):
		return "changed", plain
	case h.Ended != "":
		return endWords[h.Ended], plain
	case h.Session.State == trail.Failed: // of a device rule
		return "allowed until the " + startFailed, plain
	case h.Op == trail.OpAllow:
		return "allowed still: no end in the log", green
	}
	return "held still: no end in the log", green
}

// doubt tells why it is not certain that a claim held at a moment.
func (v *whoView) doubt(h *trail.Holder) string {
	switch h.Doubt {
	case trail.BeginUnknown:
		return "since when is not in the log"
	case trail.EndUnknown:
		return "when it ended is not in the log"
	case trail.OutcomeUnknown:
		return "the outcome is not in the log"
	case trail.LogEnds:
		return "the last record of guests is of " + v.time(v.LastSeen[h.Session.Node])
	case trail.ClockSetBack:
		return "the clock was set back meanwhile"
	case trail.Unwatched:
		return "nobody wrote or read the log then"
	}
	return ""
}

// from gives a claim's beginning, or after and before what it was.
func (v *whoView) from(h *trail.Holder, between string) string {
	from, after, before := began(h)
	switch {
	case before == (trail.Moment{}):
		return v.time(from)
	case after != (trail.Moment{}):
		return v.between("after ", after, between+"before ", before)
	}
	return "before " + v.time(before)
}

// to gives a claim's end, or after and before what it was.
func (v *whoView) to(h *trail.Holder, between string) string {
	to, after, before := whoEnd(h)
	switch {
	case h.Attempt:
		return none
	case before != (trail.Moment{}):
		return v.between("after ", after, between+"before ", before)
	}
	return v.time(to)
}

// between tells of two moments in words.
func (v *whoView) between(first string, after trail.Moment, second string, before trail.Moment) string {
	from, to := v.bounds(after, before)
	return first + from + second + to
}

// span tells in words from when to when a claim was.
func (v *whoView) span(h *trail.Holder) string {
	from := v.from(h, "")
	if _, after, before := began(h); after != (trail.Moment{}) {
		from = v.between("between ", after, " and ", before)
	}
	to, after, before := whoEnd(h)
	switch {
	case h.Attempt:
		return "at " + from
	case before != (trail.Moment{}):
		return "from " + from + " to " + v.between("between ", after, " and ", before)
	case to == (trail.Moment{}):
		return "since " + from
	}
	return "from " + from + " to " + v.time(to)
}

// whoResource names a resource, or gives a quantity.
func whoResource(r trail.Resource) string {
	if text, ok := amount(r.Kind, r.ID); ok {
		return text
	}
	return resource{kind: r.Kind, id: r.ID, sub: r.Sub}.name()
}
