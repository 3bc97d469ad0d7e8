package report

import (
	"io"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// Findings writes findings in the order in which they come: a row or an object
// each.
//
// # JSON lines
//
// The keys, as those of sessions are written:
//
//	kind severity           info, warning or critical
//	node uuid name          uuid and name are empty where it is about a host
//	session session_number  the session's start_event, and which of the guest's it is
//	time until              until is null where it didn't last, or lasts
//	resource                kind id sub; null where it is about none
//	count                   of the records that say the same
//	others                  of a conflict: the guests that were there, each with uuid,
//	                        name, session and session_number
//	text
//	proof                   the events that prove it
//	records                 their lines, where they are asked for, and in
//	records_left_out        how many more there are
//	by facts                the witness that the log was compared with, and the
//	                        facts that prove it; missing of what records alone prove
func Findings(w io.Writer, f Format, findings []*trail.Finding, o Options) error {
	switch f {
	case Text:
		return findingsText(w, findings, o)
	case JSONL:
		return findingsJSON(w, findings, o)
	case CSV:
		return findingsCSV(w, findings, o)
	}
	_, err := ParseFormat(string(f))
	return err
}
