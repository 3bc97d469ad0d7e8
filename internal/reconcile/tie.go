package reconcile

import (
	"cmp"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// tie ties runs and sessions of the log: each run to the best that no run before
// it has. It is done anew whenever one of them changes, so that it doesn't matter
// in which order they came. It tells whether anything is tied otherwise now.
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

// nearer tells whether a session is rather that of a run than an earlier one: by
// the process, otherwise by when it began.
func (s *session) nearer(o *session, r *run) bool {
	if a, b := s.samePID(r), o.samePID(r); a != b {
		return a
	}
	return s.apart(r) <= o.apart(r)
}

// apart is by how much a session's begin differs from a run's.
func (s *session) apart(r *run) int64 {
	return outside(cmp.Or(s.row.Start.Millis, s.row.First.Millis), r.first.after, r.first.by)
}

// fits tells whether a run may be that of a session of the log.
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
	// Where the process is the same one, the clock was set on since. Where an end is
	// before the beginning, it was set back.
	if r.first.after != 0 && l.Start != (trail.Moment{}) && l.Start.Millis < r.first.after-window && !s.samePID(r) {
		return false
	}
	ended := max(sessionEnd(l), cmp.Or(l.Start.Millis, l.First.Millis))
	gone := max(r.gone.by, r.first.by)
	return (!r.ended || l.First.Millis <= gone+window) && ended >= r.first.after && ended >= r.first.by-window
}

// sessionEnd is when a session ended, at the latest.
func sessionEnd(l *trail.Session) int64 {
	switch {
	case l.End != (trail.Moment{}):
		return l.End.Millis
	case l.EndBefore != (trail.Moment{}):
		return l.EndBefore.Millis
	}
	return forever
}
