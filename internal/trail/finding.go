package trail

import (
	"cmp"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// A Finding is what somebody should look at: a failure, a gap, a conflict, a
// disagreement of records.
type Finding struct {
	Kind     FindingKind
	Severity Severity
	Node     string
	// UUID and Name are the guest's; empty in findings about a host.
	UUID, Name string
	// Session is the session that it is about, or nil; of a conflict, the one
	// that came last, and Others are those that were there.
	Session *Session
	Others  []*Session
	// At is when it was, or began; Until is when it ended, where it lasted.
	At, Until Moment
	// Resource is what it is about, where it is about one.
	Resource Resource
	// Count is how many records say the same; 1 or more.
	Count int
	// Text says in one sentence what was found.
	Text string
	// Proof are the records that prove it: the first and the last of many.
	Proof []Moment

	// ID names a finding of a Live, as long as facts have numbers: the same facts
	// give the same. SessionID and OtherIDs are those of its sessions.
	ID        string
	SessionID uint64
	OtherIDs  []uint64
	// By is the witness that the log is compared with, and Facts the observations
	// that prove it, of findings that no record alone could give.
	By    fact.Witness
	Facts []uint64
}

// Severity tells how much a finding matters.
type Severity uint8

// The severities. Info is what may well be meant so.
const (
	Info Severity = iota
	Warning
	Critical
)

// Severities are the names of all severities, the least first.
var Severities = []string{"info", "warning", "critical"}

func (s Severity) String() string { return Severities[s] }

// FindingKind is what a finding is of.
type FindingKind string

// The kinds of findings.
const (
	OperationFailed  FindingKind = "operation-failed"
	StopWithoutStart FindingKind = "stop-without-start"
	SessionLost      FindingKind = "session-lost"
	DetachedUnheld   FindingKind = "detach-without-attach"
	Conflict         FindingKind = "conflict"
	Shared           FindingKind = "shared"
	Denial           FindingKind = "denial"
	SeccompViolation FindingKind = "seccomp"
	Anomaly          FindingKind = "anomaly"
	RecordCut        FindingKind = "record-cut"
	RecordAmbiguous  FindingKind = "record-ambiguous"
	UnknownSender    FindingKind = "unknown-sender"
	OrderBroken      FindingKind = "order-broken"
	AuditdOff        FindingKind = "auditd-off"
	GuestDied        FindingKind = "guest-died"

	// These compare witnesses; only a service has more than the log.
	Unrecorded      FindingKind = "unrecorded"
	Unconfirmed     FindingKind = "unconfirmed"
	Undeclared      FindingKind = "undeclared"
	EmissionUnknown FindingKind = "emission-unknown"
	SourceUnwatched FindingKind = "source-unwatched"
)

// Lasting are the kinds of findings that go on as long as they have no Until. The
// others were at a moment.
var Lasting = []FindingKind{Conflict, Shared, AuditdOff, Undeclared, SourceUnwatched}

// FindingKinds are the kinds, with what each is in a few words.
var FindingKinds = []struct {
	Kind     FindingKind
	Severity Severity
	Doc      string
}{
	{OperationFailed, Warning, "a start, an attach or another operation failed"},
	{StopWithoutStart, Info, "a guest was stopped whose start is not in the log"},
	{SessionLost, Warning, "a session ended without a stop"},
	{DetachedUnheld, Warning, "a guest gave up what it is not known to have held"},
	{Conflict, Critical, "two running guests of a host held one device, TPM, input device or MAC"},
	{Shared, Info, "two running guests of a host held one disk"},
	{Denial, Warning, "a guest's process was denied something by its label (AVC)"},
	{SeccompViolation, Critical, "a guest's process made a system call that it may not"},
	{Anomaly, Critical, "a guest's process crashed, or did another thing that the kernel finds odd"},
	{GuestDied, Warning, "a guest's process ended by itself: killed, or dumped on purpose"},
	{RecordCut, Warning, "a record lost its end"},
	{RecordAmbiguous, Info, "a record can be read in more than one way"},
	{UnknownSender, Warning, "a record's sender is no known hypervisor daemon"},
	{OrderBroken, Warning, "records out of order, or the clock was set back"},
	{AuditdOff, Warning, "auditd did not write for a time"},
	{Unrecorded, Warning, "a change of a guest that no record tells of (serve)"},
	{Unconfirmed, Warning, "a record that the definition or the process contradicts (serve)"},
	{Undeclared, Warning, "a guest's process holds what no record and no definition names (serve)"},
	{EmissionUnknown, Warning, "whether a record that was to be added was sent is not known (serve)"},
	{SourceUnwatched, Info, "a source was not watched for a time (serve)"},
}

func severityOf(k FindingKind) Severity {
	for _, row := range FindingKinds {
		if row.Kind == k {
			return row.Severity
		}
	}
	return Warning
}

// Findings gives what is to be found in a trail's events and sessions, and the
// times in which nobody wrote it: all that it gave after End. They come by time.
func Findings(events []*Event, sessions []*Session, unwatched map[string][]Span) []*Finding {
	f := finder{repeats: map[repeat]*series{}, crashed: map[*Session]bool{}}
	for _, ev := range events {
		f.event(ev)
	}
	for _, s := range f.repeats {
		s.tell()
	}
	for _, s := range sessions {
		f.session(s)
	}
	f.conflicts(sessions)
	for node, spans := range unwatched {
		for _, off := range spans {
			f.auditdOff(node, off)
		}
	}
	SortFindings(f.found)
	return f.found
}

// finder collects findings.
type finder struct {
	found   []*Finding
	repeats map[repeat]*series
	crashed map[*Session]bool
	// onRepeat takes what a series is of, instead of repeats.
	onRepeat func(repeat, *Event, int)
	own      map[uint64]bool // the facts of records whose sender is known otherwise
}

// add begins a finding of a session, or of a host where that is nil.
func (f *finder) add(kind FindingKind, node string, s *Session, at Moment) *Finding {
	n := &Finding{Kind: kind, Severity: severityOf(kind), Node: node, At: at, Count: 1, Session: s}
	if s != nil {
		n.Node, n.UUID, n.Name = s.Node, s.UUID, s.Name
	}
	if at != (Moment{}) {
		n.Proof = []Moment{at}
	}
	f.found = append(f.found, n)
	return n
}

// of begins a finding that an event proves; of the guest by the name that it had
// then.
func (f *finder) of(kind FindingKind, ev *Event) *Finding {
	n := f.add(kind, ev.Node, ev.Session(), ev.At)
	n.UUID, n.Name = cmp.Or(ev.UUID, n.UUID), cmp.Or(ev.Name, n.Name)
	return n
}
