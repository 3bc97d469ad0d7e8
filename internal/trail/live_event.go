package trail

import (
	"slices"

	"github.com/virtaudit/virtaudit/record"
)

// tell gives an event. One that may turn out to be another session's is given as
// a copy.
func (l *Live) tell(ev *Event) {
	row := ev.row()
	given := ev
	if ev.mayMove() || ev.Op == OpLate && ev.session == nil {
		given = l.copyEvent(ev, row)
	} else {
		given.place(row)
	}
	l.out.event(given)
	l.findEvent(given, row)
}

// row gives the session that an event is given as of, or nil.
func (e *Event) row() *liveSession {
	if s := e.Session(); s != nil {
		return s.live.as
	}
	return nil
}

// mayMove tells whether an event may turn out to be another session's: those of
// a start without op=start, and files that were opened for an interface.
func (e *Event) mayMove() bool {
	s := e.Session()
	if s == nil || s.live.over || e.Op == OpLost && e.Type == 0 {
		return false
	}
	return s.live.guest.starting == s || e.Type == record.VirtResource && e.Kind == netOpen
}

// copyEvent gives a copy of an event to give, and keeps the event.
func (l *Live) copyEvent(ev *Event, row *liveSession) *Event {
	ev.counted = ev.Count
	if ls := ev.liveSession(); ls != nil && ls.guest.starting == ls.session && ev.givenAs == nil {
		l.keep(ls, ev)
	}
	c := *ev
	c.place(row)
	ev.givenAs = row
	return &c
}

// keep keeps an event of a start that may turn out to be another session's.
func (l *Live) keep(ls *liveSession, ev *Event) {
	if len(ls.kept) == maxKept {
		l.trims.starts = append(l.trims.starts, ls)
	}
	ls.kept = append(ls.kept, ev)
}

func (e *Event) liveSession() *liveSession {
	if s := e.Session(); s != nil {
		return s.live
	}
	return nil
}

// place gives an event the session that it is told of, as it is given.
func (e *Event) place(row *liveSession) {
	e.givenAs = nil
	if row != nil {
		e.session, e.SessionID = row.given, row.id
	}
}

// tellGrown gives an event again that counts more records.
func (l *Live) tellGrown(ev *Event) {
	more := ev.Count - ev.counted
	if more == 0 {
		return
	}
	l.out.event(l.copyEvent(ev, nil))
	l.findGrown(ev, more)
}

// tellMoved gives the events again that turned out to be another session's.
func (l *Live) tellMoved() {
	for _, s := range l.finished {
		l.tellMovedOf(s.live)
	}
	for _, g := range l.guests {
		if was := g.live.starting; was != nil {
			l.tellMovedOf(was)
		}
		if g.live.starting = nil; g.starting != nil {
			g.live.starting = g.starting.live
			l.tellMovedOf(g.starting.live)
		}
		if g.open != nil {
			l.tellMovedOf(g.open.live)
		}
	}
}

func (l *Live) tellMovedOf(ls *liveSession) {
	if ls.session == nil { // over and forgotten
		return
	}
	for _, ev := range slices.Concat(ls.kept, ls.session.openedBy) {
		was, row := ev.givenAs, ev.row()
		if was == nil || was == row {
			continue
		}
		given := l.copyEvent(ev, row)
		l.out.event(given)
		l.unfindSeries(ev, was)
		was.crashes -= ev.crashes()
		l.findEvent(given, row)
	}
	if ls.guest.starting != ls.session {
		ls.kept = nil
	}
}
