package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// The log may end a session that in truth goes on, as a witness shows: by a forged
// stop, or by a boot that never was. What it then records of the same run belongs,
// to the log, to another session. That session keeps its row, but what is recorded
// in it must not be reported as missing from the run.

// maxFollowing is how many such sessions count for a run.
const maxFollowing = 16

// following gives the sessions of the log that belong to the run besides its own:
// those after it whose start is not known and that no other run is tied to.
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

// followed tells whether a session is one of a run's following ones.
func (s *session) followed() bool {
	return slices.ContainsFunc(s.guest.runs, func(r *run) bool { return slices.Contains(r.following(), s) })
}

// follow adds what the following sessions hold to what the run is compared with.
// What they end ends in the run's session, as if the log had not ended that.
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

// lastOpen gives the last holding of the same resource that no record ended, or nil.
func (j *judge) lastOpen(like *trail.Holding) *trail.Holding {
	for i := range slices.Backward(j.log.Holdings) {
		h := &j.log.Holdings[i]
		if !endedByRecord(h) && h.Kind == like.Kind && h.ID == like.ID && h.Sub == like.Sub {
			return h
		}
	}
	return nil
}
