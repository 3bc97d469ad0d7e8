package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// over tells whether the run is, by what a witness or the log says. A record of it
// that came now would be of the guest's next run, or of one that there never was.
func (j *judge) over() bool {
	return j.run.ended || j.log != nil && j.log.State != trail.Running
}

// again tells whether the guest was started again since.
func (j *judge) again() bool {
	r := j.run
	return slices.ContainsFunc(r.guest.runs, func(o *run) bool { return o.id > r.id }) ||
		slices.ContainsFunc(r.guest.logs, func(s *session) bool {
			return s != r.session && s.row.First.Millis > r.first.by
		})
}

// back tells whether a thing that went is there again, or never came as far as
// the log knows.
func (j *judge) back(t *track) bool {
	for id := range j.missing {
		if f := j.found[id]; f.Facts[0] == t.begin.fact && f.Resource == t.resource() {
			return true
		}
	}
	return slices.ContainsFunc(j.run.open, func(o *track) bool { return o.key == t.key })
}

// startWants gives the records of the run's start but those of what is gone.
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
