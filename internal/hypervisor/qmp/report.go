package qmp

import "time"

// A Report is what a Watcher has to tell of a socket.
type Report struct {
	Socket string
	Kind   ReportKind
	// To is when it was seen, and From when that wasn't so yet: a change lies
	// between the two. From is zero where nobody looked before.
	From, To time.Time
	// PID is that of Client.PID, of all but Taken and Failed.
	PID int

	Snapshot   *Snapshot  // of Found, Same and Changed
	Difference Difference // of Changed
	Events     []Event    // of Told
	Err        error      // of Gone, Silent, Taken and Failed
}

// ReportKind says what a Report is about.
type ReportKind string

// What is reported. While nothing happens, there is a Same for each poll, and
// of Silent, Taken and Failed only the first.
const (
	Found   ReportKind = "found"   // a guest: the first snapshot of it
	Same    ReportKind = "same"    // nothing has changed
	Changed ReportKind = "changed" // something has
	Told    ReportKind = "told"    // QEMU sent events
	Silent  ReportKind = "silent"  // QEMU doesn't answer any more; its events are awaited still
	Gone    ReportKind = "gone"    // the guest's QEMU closed the socket, or the socket is there no more
	Taken   ReportKind = "taken"   // somebody else has the socket
	Failed  ReportKind = "failed"  // nobody listens, or not in QMP
)
