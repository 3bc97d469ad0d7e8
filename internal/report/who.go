package report

import (
	"io"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// WhoInput is the answer to who held a resource.
type WhoInput struct {
	Asked   string // the resource, as it was asked for
	Kind    bool   // all of a kind was asked for
	Holders []trail.Holder
	// First and Last are the first and the last moment that was asked for; both
	// are zero where none was, and so are the holders' certainties.
	First, Last time.Time
	// Unknown are sessions whose start is not in the log, so that they may have
	// held it too.
	Unknown []*trail.Session
	// Near are resources that may be meant where nobody held this one.
	Near []trail.Resource
	// From and To are the first and the last time in the log.
	From, To trail.Moment
	// LastSeen is the last record of each node.
	LastSeen map[string]trail.Moment
}

func (in *WhoInput) at() bool { return !in.First.IsZero() }

// Who writes who held a resource: a row or an object for each time that a
// session held it, or tried to.
//
// # JSON lines
//
// The keys, as those of sessions are written:
//
//	resource                   kind id sub
//	node uuid name session session_number
//	from                       null where the log doesn't say: it was after
//	                           from_after, which may be null too, and before from_before
//	to                         null where it is held still, or the end is uncertain:
//	                           then it was after to_after and before to_before
//	ended_by                   stop, detach, update, snapshot, deny or lost
//	end_reason                 of the session, where that ended it
//	op                         what began it, or what failed: start, attach, ...
//	failed                     true of what failed; from and to are then its time
//	unproven                   true where the outcome is not in the log
//	certainty doubt            only of a moment that was asked for: yes, or uncertain and why
//	marks
//	proof                      the events that prove it
//	records records_left_out   their lines, where they are asked for
//	by facts                   who shows what no record tells, and the facts that prove it;
//	                           it began after from_after and before from_before
//
// Missing where they say nothing: sub, from_after, from_before, to_after,
// to_before, end_reason, failed, unproven, certainty, doubt, marks, records,
// records_left_out, by, facts. The sessions in WhoInput.Unknown are in text alone: a row
// for each would say that it is known to have held something.
func Who(w io.Writer, f Format, in WhoInput, o Options) error {
	switch f {
	case Text:
		return whoText(w, in, o)
	case JSONL:
		return whoJSON(w, in, o)
	case CSV:
		return whoCSV(w, in, o)
	}
	_, err := ParseFormat(string(f))
	return err
}

// whoEnd gives a claim's end: where that is uncertain, the bounds of it.
func whoEnd(h *trail.Holder) (to, after, before trail.Moment) {
	if h.To != (trail.Moment{}) {
		return h.To, trail.Moment{}, trail.Moment{}
	}
	return trail.Moment{}, h.After, h.Before
}

// endOfSession gives why a session ended whose end ended a claim.
func endOfSession(h *trail.Holder) string {
	if h.Ended == trail.ByStop || h.Ended == trail.ByLoss {
		return h.Session.EndReason
	}
	return ""
}
