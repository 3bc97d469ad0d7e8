package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// Where the log ends a session that a witness shows to go on, by a forged stop or
// a boot that there was not, what it tells of the run after that is a session of
// its own to it. Its row stays that; but what is recorded there isn't missing.

// maxFollowing is how many of these sessions count for a run, the first ones.
const maxFollowing = 16

// following gives the sessions of the log that are of a run after the one that it
// belongs to: no start of theirs is known, and no other run is theirs.
func (r *run) following() []*session {
	s := r.session
	if s == nil || !s.over || s.row.State == trail.Failed {
		return nil
	}
	var all []*session
	for _, o := range r.guest.logs {
		switch {
		case o.row.ID <= s.row.ID:
			continue
		case o.run != nil, o.row.StartKnown(), o.row.State == trail.Starting, o.row.PID != 0 && o.row.PID != uint64(r.pid):
			return all
		case r.ended && o.row.First.Millis > r.gone.by, len(all) == maxFollowing:
			return all
		}
		all = append(all, o)
	}
	return all
}

// followed tells whether a session counts for a run that another one is of.
func (s *session) followed() bool {
	return slices.ContainsFunc(s.guest.runs, func(r *run) bool { return slices.Contains(r.following(), s) })
}

// follow adds what such sessions have to what the run is held against: what they
// end ends there, as it would have if the log had not ended the session.
func (j *judge) follow() {
	for _, s := range j.run.following() {
		j.log.Attempts = slices.Concat(j.log.Attempts, s.row.Attempts)
		j.log.Steps = slices.Concat(j.log.Steps, s.row.Steps)
		for i := range s.row.Holdings {
			h := &s.row.Holdings[i]
			if open := j.lastOpen(h); h.From == (trail.Moment{}) && open != nil {
				copyEnd(open, h)
				continue
			}
			j.log.Holdings = append(j.log.Holdings, *h)
			j.lent++
		}
	}
}

// lastOpen gives the last holding of a key that no record ended, or nil.
func (j *judge) lastOpen(like *trail.Holding) *trail.Holding {
	for i := range slices.Backward(j.log.Holdings) {
		h := &j.log.Holdings[i]
		if !endedByRecord(h) && h.Kind == like.Kind && h.ID == like.ID && h.Sub == like.Sub {
			return h
		}
	}
	return nil
}
