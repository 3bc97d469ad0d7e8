package trail

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/recent"
)

// liveGuest is what a Live knows of a guest.
type liveGuest struct {
	touched  bool
	starting *liveSession // that was starting when it was given
	presumed []*Event     // losses that were given and may be taken back
	losses   []*Event     // that follow now if no more records come
}

// liveSession is what a Live knows of a session.
type liveSession struct {
	guest   *guest
	session *Session
	id      uint64
	// as is the session that this one is given as part of, mostly itself, and
	// given how it was given last.
	as    *liveSession
	given *Session
	over  bool
	rank  int // its place among what a boot ends

	crashes  int      // events of its process's
	kept     []*Event // of a session that starts, as they may be another's
	findings map[string]*Finding
	series   *recent.Map[repeat, *liveSeries]
	tenures  []placed
	number   *numbered
}

// maxKept is how many events of a start are kept, but for those since the last
// trim. Of more, those behind them stay with the session that they were first
// thought to be of.
const maxKept = 4096

// finish takes a session whose end is known.
func (l *Live) finish(s *Session) {
	ls := s.live
	ls.over, ls.as, s.ended = true, ls, true
	l.give(ls, s)
}

// give takes a session as it is to be given.
func (l *Live) give(ls *liveSession, s *Session) {
	ls.id, ls.given = s.ID, s
	l.rows = append(l.rows, ls)
	l.out.session(s)
}

// end drops all that is no more needed of a session that is over.
func (ls *liveSession) end() {
	s := ls.given
	s.live, s.openedBy = nil, nil
	*ls = liveSession{id: ls.id, as: ls, over: true}
}

// look gives what a guest has open as it would be if no more records came: with
// what began as part of the running session, where it would be that. What is
// given as a session of its own is never made part of another afterwards.
func (l *Live) look(g *guest) {
	lg := g.live
	open, losses := l.peek.end(g)
	if s := g.starting; s != nil && g.open != nil {
		s.live.as = g.open.live // unless it is given itself
	}
	for _, s := range open {
		ls := g.open.liveOf(s)
		if ls == nil {
			ls = g.starting.liveOf(s)
		}
		ls.as = ls
		l.give(ls, s)
	}
	if s := g.open; s != nil && len(s.openedBy) > 2*smallSession {
		l.trims.opened[s.live] = true
	}
	lg.losses = losses
	for _, old := range lg.presumed {
		if !slices.ContainsFunc(losses, func(ev *Event) bool { return ev.id() == old.id() }) {
			l.out.withdraw(old.id())
		}
	}
}

// liveOf gives what is known of the session that another one is a copy of.
func (s *Session) liveOf(copied *Session) *liveSession {
	if s == nil || s.ID != copied.ID {
		return nil
	}
	return s.live
}

// presume gives the losses that follow if no more records come. Those that don't
// follow any more were taken back before: one of another guest may be in such a
// one's place.
func (l *Live) presume(lg *liveGuest) {
	for _, ev := range lg.losses {
		if !slices.ContainsFunc(lg.presumed, ev.sameLoss) {
			l.out.event(ev)
		}
	}
	lg.presumed, lg.losses = lg.losses, nil
}

// sameLoss tells whether an event tells the same loss of the same session.
func (e *Event) sameLoss(o *Event) bool {
	return e.id() == o.id() && e.SessionID == o.SessionID && e.Order == o.Order && e.At == o.At && e.Reason == o.Reason
}

func (e *Event) id() EventID { return EventID{e.Fact, e.Nth} }
