package trail

import (
	"fmt"
	"slices"

	"github.com/virtaudit/virtaudit/record"
)

// The IDs of findings begin with what they are made of, and sort as Findings
// gives those of one moment: e of an event, s of a session, t of tenures, u of
// what was unwatched. Behind that they have the fact or the session.

// eventFindingID names a finding of an event, each kind at the place that
// finder.event has it at.
func eventFindingID(kind FindingKind, fact uint64, nth int, once bool) string {
	place := 1
	switch kind {
	case OrderBroken:
		if place = 5; once {
			place = 0
		}
	case RecordCut, RecordAmbiguous:
		place = 2
	case GuestDied:
		place = 3
	case UnknownSender:
		place = 4
	}
	return fmt.Sprintf("e-%016x-%x-%d-%s", fact, nth, place, kind)
}

// sessionFindingID names a finding of a session; what was given up unheld, by
// the fact that shows it.
func sessionFindingID(n *Finding, end uint64) string {
	if n.Session.ID == 0 {
		return ""
	}
	return fmt.Sprintf("s-%016x-%016x-%s", n.Session.ID, end, n.Kind)
}

// conflictID names the finding of an overlap that a fact began.
func conflictID(fact uint64) string {
	if fact == 0 {
		return ""
	}
	return fmt.Sprintf("t-%016x", fact)
}

// unwatchedID names the finding of a time in which auditd did not write.
func unwatchedID(off Span) string { return fmt.Sprintf("u-%016x", off.fact) }

// findEvent finds what an event shows that is given as of that session.
func (l *Live) findEvent(ev *Event, row *liveSession) {
	f := &l.finder
	if row != nil {
		f.crashed[row.given] = row.crashes > 0
		row.crashes += ev.crashes()
	}
	l.finding = row
	f.event(ev)
	for _, n := range f.take() {
		n.ID = eventFindingID(n.Kind, ev.Fact, ev.Nth, false)
		n.SessionID = ev.SessionID
		l.out.finding(n)
	}
}

// crashes gives 1 for the event of a crash.
func (e *Event) crashes() int {
	if e.Op == OpCrash && e.Type == record.AnomAbend {
		return 1
	}
	return 0
}

// take gives what was found since the last call.
func (f *finder) take() []*Finding {
	found := f.found
	f.found = f.found[:0]
	return found
}

// findSession finds what a session shows as it is given, and drops what it
// doesn't show any more.
func (l *Live) findSession(ls *liveSession) {
	l.finder.session(ls.given)
	found := l.finder.take()
	if len(found)+len(ls.findings) == 0 {
		return
	}
	was := ls.findings
	ls.findings = make(map[string]*Finding, len(found))
	for _, n := range found {
		n.SessionID = ls.id
		ls.findings[n.ID] = n
	}
	l.out.replace(was, ls.findings, found)
}

// same tells whether a finding of the same ID says the same.
func (n *Finding) same(o *Finding) bool {
	return n.Text == o.Text && n.At == o.At && n.Until == o.Until && n.Name == o.Name && n.UUID == o.UUID &&
		n.Severity == o.Severity && n.Count == o.Count && n.SessionID == o.SessionID && n.Resource == o.Resource &&
		slices.Equal(n.OtherIDs, o.OtherIDs) && slices.Equal(n.Proof, o.Proof)
}
