package reconcile

import (
	"cmp"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// tie ties each run of the guest to the session of the log that fits it best and that no
// earlier run has. It is done anew whenever a run or session changes, so the order in
// which they turned up doesn't matter. It tells whether any tie has changed.
func (g *guest) tie(window int64) bool {
	before := make([]*session, len(g.runs))
	for i, r := range g.runs {
		before[i], r.session = r.session, nil
	}
	for _, s := range g.logs {
		s.run = nil
	}
	for _, r := range g.runs {
		var best *session
		for _, s := range g.logs {
			if s.run == nil && s.fits(r, window) && (best == nil || s.nearer(best, r)) {
				best = s
			}
		}
		if best != nil {
			best.run, best.shown, r.session = r, 0, best
		}
	}
	for i, r := range g.runs {
		if r.session != before[i] {
			return true
		}
	}
	return false
}

func (s *session) samePID(r *run) bool {
	return s.row.PID != 0 && s.row.PID == uint64(r.pid)
}

// nearer tells whether a session fits a run better than an earlier session o does: by
// the process, or else by when it began.
func (s *session) nearer(o *session, r *run) bool {
	if a, b := s.samePID(r), o.samePID(r); a != b {
		return a
	}
	return s.apart(r) <= o.apart(r)
}

// apart is by how much the beginnings of a session and a run differ.
func (s *session) apart(r *run) int64 {
	return outside(cmp.Or(s.row.Start.Millis, s.row.First.Millis), r.first.after, r.first.by)
}

// fits tells whether a run may be that of the session.
func (s *session) fits(r *run, window int64) bool {
	l := s.row
	switch l.State {
	case trail.Starting:
		return false
	case trail.Failed:
		return r.ended && l.First.Millis <= r.gone.by+window && l.Last.Millis >= cmp.Or(r.first.after, r.first.by)-window
	}
	if l.PID != 0 && r.pid != 0 && l.PID != uint64(r.pid) {
		return false
	}
	// A session that began before the run can only be the run's if the process is the
	// same; the clock was set forward then. An end before the beginning means that the
	// clock was set back.
	if r.first.after != 0 && l.Start != (trail.Moment{}) && l.Start.Millis < r.first.after-window && !s.samePID(r) {
		return false
	}
	ended := max(sessionEnd(l), cmp.Or(l.Start.Millis, l.First.Millis))
	gone := max(r.gone.by, r.first.by)
	return (!r.ended || l.First.Millis <= gone+window) && ended >= r.first.after && ended >= r.first.by-window
}

// sessionEnd is when a session ended at the latest, forever if it didn't.
func sessionEnd(l *trail.Session) int64 {
	switch {
	case l.End != (trail.Moment{}):
		return l.End.Millis
	case l.EndBefore != (trail.Moment{}):
		return l.EndBefore.Millis
	}
	return forever
}
