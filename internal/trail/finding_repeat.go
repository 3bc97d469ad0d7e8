package trail

import (
	"fmt"
	"slices"
)

// repeat is what findings have in common that are told once, with a count.
type repeat struct {
	kind             FindingKind
	session          *Session
	node, uuid, name string
	what             string
}

// series is one finding of what many records say.
type series struct {
	finding *Finding
	by      *Sender
	pids    []uint32 // of senders
}

// once is of for what many records say: one finding, to which the others add.
func (f *finder) once(kind FindingKind, ev *Event, what string, count int) {
	uuid, name := ev.Guest()
	k := repeat{kind, ev.Session(), ev.Node, uuid, name, what}
	if f.onRepeat != nil {
		f.onRepeat(k, ev, count)
		return
	}
	s := f.repeats[k]
	if s == nil {
		s = &series{finding: f.of(kind, ev), by: senderOf(ev)}
		s.finding.Count = 0
		f.repeats[k] = s
	}
	s.add(ev.At, count, senderOf(ev).PID)
}

// late is what findings of late records have in common, senderKey what those of
// a sender's have.
const late = "late"

func senderKey(ev *Event) string {
	by := senderOf(ev)
	return fmt.Sprint(by.UID, " ", by.Exe)
}

// senderOf gives who sent an event's record, as far as that is known.
func senderOf(ev *Event) *Sender {
	if ev.Sender == nil {
		return &Sender{}
	}
	return ev.Sender
}

// add takes the next of the series.
func (s *series) add(at Moment, count int, pid uint32) {
	n := s.finding
	if n.Count > 0 {
		n.Until = at
		n.Proof = append(n.Proof[:min(1, len(n.Proof))], at)
	}
	n.Count += count
	if len(s.pids) <= maxNamed && !slices.Contains(s.pids, pid) {
		s.pids = append(s.pids, pid)
	}
}

// tell writes what the series says.
func (s *series) tell() {
	n := s.finding
	switch n.Kind {
	case OrderBroken:
		n.Text = counted(n.Count, "record", "came after records with higher serials")
	case UnknownSender:
		n.Text = counted(n.Count, "record", "sent by "+senderText(s.by, s.pids)+", no known hypervisor daemon")
	default:
		panic(fmt.Sprintf("trail: no finding of kind %s is told once", n.Kind))
	}
}
