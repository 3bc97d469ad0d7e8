package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// The service may add records that are missing. One that came too late would say what
// is no longer true; the functions here tell when that is so.

// over tells whether the run is over, by what a witness or the log says. A record sent
// now would be taken for one of the guest's next run, or of one that never was.
func (j *judge) over() bool {
	return j.run.ended || j.log != nil && j.log.State != trail.Running
}

// again tells whether the guest was started again after this run.
func (j *judge) again() bool {
	r := j.run
	return slices.ContainsFunc(r.guest.runs, func(o *run) bool { return o.id > r.id }) ||
		slices.ContainsFunc(r.guest.logs, func(s *session) bool {
			return s != r.session && s.row.First.Millis > r.first.by
		})
}

// back tells whether a thing that was detached is there again, or, as far as the log
// knows, was never attached.
func (j *judge) back(t *track) bool {
	for id := range j.missing {
		if f := j.found[id]; f.Facts[0] == t.begin.fact && f.Resource == t.resource() {
			return true
		}
	}
	return slices.ContainsFunc(j.run.open, func(o *track) bool { return o.key == t.key })
}

// startWants gives the records of the run's start, without those of things that are
// gone by now.
func (j *judge) startWants() []fact.Wanted {
	r := j.run
	is := func(w *fact.Wanted) func(*track) bool {
		k := keyOf(w.Kind, w.ID, w.Sub)
		return func(t *track) bool { return t.key == k }
	}
	return slices.DeleteFunc(slices.Clone(r.wants), func(w fact.Wanted) bool {
		gone := slices.ContainsFunc(r.past, is(&w)) || r.settled.had(keyOf(w.Kind, w.ID, w.Sub))
		return gone && !slices.ContainsFunc(r.open, is(&w))
	})
}
