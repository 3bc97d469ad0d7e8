package report

import (
	"cmp"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// auvirtLine is one line of the report: an event, or what it began.
type auvirtLine struct {
	kind             string // the first column of all events
	node, uuid, name string
	at               trail.Moment // of the record that it is of
	typ              record.Type  // of that record; 0 where any will do
	period           auvirtPeriod
	columns          []string // behind the period
	proof            [3]trail.Moment
	denied           auvirtDenial // of an AVC
	counts           auvirtCount
	failed           bool // the record says that the operation failed
	session          bool // belongs to the report of sessions
	sessionOnly      bool // and to that alone: no record tells of it
	place            int  // among the events
}

// auvirtCount is what a line adds to in the summary.
type auvirtCount uint8

const (
	notCounted auvirtCount = iota
	aStart
	aStop
	anAssignment
	anAVC
	anAnomaly

	auvirtCounts
)

// The kinds of events that auvirt knew.
const (
	auvirtStart    = "start"
	auvirtStop     = "stop"
	auvirtResource = "resrc"
	auvirtAVC      = "avc"
	auvirtAnomaly  = "anom"
)

// unknown stands where the log doesn't say who or what.
const unknown = "?"

// guest names the line's guest: by its uuid where it has no name.
func (l *auvirtLine) guest() string {
	switch {
	case l.name != "":
		return visible(l.name)
	case l.uuid != "":
		return "uuid " + visible(l.uuid)
	}
	return unknown
}

// of begins a line of a session.
func (a *auvirt) of(s *trail.Session, kind string, at trail.Moment) auvirtLine {
	return auvirtLine{
		kind: kind, node: s.Node, uuid: s.UUID, name: s.Name, at: at,
		period: auvirtPeriod{from: at},
	}
}

// event takes what the sessions don't tell: what is of a moment, and what is of
// no session.
func (a *auvirt) event(ev *trail.Event, place int) {
	switch ev.Op {
	case trail.OpStop:
		a.control(ev, auvirtStop, aStop)
	case trail.OpStart:
		if ev.Session() == nil {
			a.control(ev, auvirtStart, aStart)
		}
	case trail.OpLost:
		l := a.atOnce(ev, trail.OpLost, ev.Reason)
		l.place = place
		a.add(l)
	case trail.OpDenied:
		a.denied(ev)
	case trail.OpCrash, trail.OpAnomaly, trail.OpSeccomp:
		a.anomaly(ev)
	case trail.OpLabel:
		a.label(ev)
	default:
		a.other(ev)
	}
}

// other takes a record of a guest that auvirt didn't know: that of a container's
// first process, of a migration; and a change of a resource of nobody that is
// known.
func (a *auvirt) other(ev *trail.Event) {
	switch {
	case ev.Type == record.VirtResource && ev.Session() == nil:
		l := a.atOnce(ev, auvirtResource)
		l.columns = []string{visibleOr(ev.Kind), visibleOr(ev.Op), visibleOr(cmp.Or(ev.ID, ev.Old))}
		l.columns = append(l.columns, marked(ev.Marks, ev.Result)...)
		a.add(l)
	case ev.Type.Virt() && ev.Type != record.VirtResource:
		l := a.atOnce(ev, cmp.Or(ev.Op, ev.Type.String()), ev.Reason)
		l.columns = append(l.columns, marked(ev.Marks, ev.Result)...)
		a.add(l)
	}
}

// control makes the line of a start or a stop.
func (a *auvirt) control(ev *trail.Event, kind string, counts auvirtCount) {
	l := a.atOnce(ev, kind, ev.Reason)
	l.columns = append(l.columns, marked(ev.Marks, ev.Result)...)
	l.counts, l.session = counts, kind == auvirtStart
	a.add(l)
}

// atOnce makes the line of an event that has no duration. A column without text
// is left out.
func (a *auvirt) atOnce(ev *trail.Event, kind string, columns ...string) auvirtLine {
	l := auvirtLine{kind: kind, node: ev.Node, at: ev.At, typ: ev.Type, proof: [...]trail.Moment{2: ev.At}}
	l.uuid, l.name = ev.Guest()
	l.period = auvirtPeriod{from: ev.At, instant: true}
	if l.failed = ev.Result == record.Failed && ev.Type.Virt(); l.failed {
		l.period.word = wordFailed
	}
	for _, c := range columns {
		if c != "" {
			l.columns = append(l.columns, visible(c))
		}
	}
	return l
}

// marked tells what is wrong with a record, as a column of its own.
func marked(m record.Marks, r record.Result) []string {
	switch {
	case m&record.Cut != 0 && r == record.Unknown:
		return []string{"cut, outcome unknown"}
	case m&record.Cut != 0:
		return []string{"cut"}
	}
	return nil
}

// label takes note of a label that a guest's denials will have.
func (a *auvirt) label(ev *trail.Event) {
	if s := ev.Session(); s != nil && ev.Sub != "dac" && ev.Result != record.Failed {
		a.labels[s] = ev.At
	}
}

// denied makes the line of an AVC. What proves whose it is is the label that was
// in force.
func (a *auvirt) denied(ev *trail.Event) {
	l := a.atOnce(ev, auvirtAVC)
	l.columns = []string{visibleOr(ev.ID)}
	l.denied = auvirtDenial{ev.ID, ev.Reason}
	l.proof[0] = a.labels[ev.Session()]
	l.counts = anAVC
	a.add(l)
}

// anomaly makes the line of what the kernel finds odd of a guest's process. The
// start tells its pid.
func (a *auvirt) anomaly(ev *trail.Event) {
	l := a.atOnce(ev, auvirtAnomaly)
	if s := ev.Session(); s != nil {
		l.proof[0] = s.Start
	}
	if ev.Op == trail.OpSeccomp {
		l.columns = []string{"seccomp", "syscall " + visible(ev.ID)}
	}
	if ev.Reason != "" {
		l.columns = append(l.columns, visible(ev.Reason))
	}
	l.counts = anAnomaly
	a.add(l)
}
