package report

import (
	"io"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// Events writes events in the order in which they come: a line or an object
// each.
//
// # JSON lines
//
// The keys, as those of sessions are written:
//
//	time event                 of what no record tells (lost): of what proves it
//	node uuid name             empty where the event is the host's
//	session session_number     the session's start_event, and which of the guest's it is
//	type op reason             type is null where no record tells
//	kind id sub old            the resource, and what was there before
//	result                     success or failed; null where the record doesn't say
//	held                       of what was denied, whether the guest held it: yes, no, allowed, unknown
//	marks out_of_order
//	sender                     exe pid uid auid, of a record that a program sent
//	proof                      the events that prove it
//	records records_left_out   their lines, where they are asked for
//	by facts                   who showed it where no record tells, and the facts that prove it
//	time_after text            after what it was then, and what was told
//
// Missing where they say nothing: sub, old, held, marks, out_of_order, sender,
// records, records_left_out, by, facts, time_after, text.
func Events(w io.Writer, f Format, events []*trail.Event, o Options) error {
	switch f {
	case Text:
		return eventsText(w, events, o)
	case JSONL:
		return eventsJSON(w, events, o)
	case CSV:
		return eventsCSV(w, events, o)
	}
	_, err := ParseFormat(string(f))
	return err
}

// eventProof gives the records that prove an event.
func eventProof(ev *trail.Event) []trail.Moment {
	switch s := ev.Session(); {
	case ev.Op == trail.OpLost && ev.Type == 0 && s != nil && s.End == (trail.Moment{}):
		return moments(s.EndAfter, s.EndBefore)
	case ofHost(ev): // what the record before it shows, together with it
		return moments(ev.Before, ev.At)
	}
	if !recorded(ev.At) {
		return nil
	}
	return []trail.Moment{ev.At}
}

// ofHost tells whether an event is of the host and follows from the order of
// records, whatever these tell of.
func ofHost(ev *trail.Event) bool {
	switch ev.Op {
	case trail.OpAuditdBack:
		return ev.Type == 0
	case trail.OpBoot, trail.OpClockBack:
	default:
		return false
	}
	uuid, name := ev.Guest()
	return uuid == "" && name == "" && ev.Kind == ""
}
