package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A run is one run of a guest as witnesses see it.
type run struct {
	id    uint64 // the number of the first observation
	guest *guest

	name, virt string
	pid        int
	first      span  // when it began, or was first seen
	floor      int64 // of the guest, then
	last       int64
	by         int // who saw it first
	views      [witnesses]view
	defined    int64 // when a hypervisor showed it first, 0 before

	open, past []*track
	ranks      int // of those that are gone
	values     []value
	latest     map[valueKey]uint64 // the last of them
	settled    *settled
	settleAt   int // how long it must be for more to be settled
	balloon    balloon

	ended    bool
	gone     span
	goneBy   int
	told     bool // the hypervisor told that it stopped
	reason   string
	wants    []fact.Wanted // of its start
	endWants []fact.Wanted

	rival *run // in another process, when it began

	reopened []reopening // the last ones

	starts [witnesses]*trail.Event // that it began, as each of them saw
	// telling are the events given out that may be taken back.
	telling map[trail.EventID]bool

	// asks are the witnesses whose word is needed that nothing has changed.
	asks [witnesses]bool

	session *session // of the log, that it belongs to
	shownAs uint64   // the ID under which its row was given out
	news    bool     // events of it were, since then
	// dirty tells that its row may be another, unchecked that records of it may
	// be missing.
	dirty, unchecked bool
	due              int64 // the log must be read up to then for something to be decided
	found            map[string]*trail.Finding
	missed           map[string]uint64 // findings whose records were missed, with their observation
	lacks            bool              // some of these are missing still
	buried           bool
}

// A view is what one witness saw of a run last.
type view struct {
	seen        bool
	run, source string
	look        span // the last look; by is when it was
	partial     []string
	failed      bool  // it can't be looked at since
	gone        bool  // it is over, as that witness shows
	looked      int64 // up to when the source saw no other change
	up          int64 // since when that is watched again
}

// shows tells whether the witness shows the run for all that it told.
func (v *view) shows() bool { return v.seen && !v.gone && !v.failed }

// covers tells whether the witness would have seen a thing of that kind.
func (v *view) covers(kind string) bool {
	return v.seen && !slices.Contains(v.partial, kind) && !slices.Contains(v.partial, everything)
}

const everything = "*"

// balloon is what was told of the guest's balloon.
type balloon struct {
	count       int
	first, last span
	by          int
}

// shownStill tells whether a witness didn't say yet that a run is over which is.
func (r *run) shownStill() bool {
	return slices.ContainsFunc(r.views[:], func(v view) bool { return v.seen && !v.gone })
}

// called tells whether an observation is of what the witness calls this run.
func (r *run) called(o *fact.Observed, w int) bool {
	return o.Run != "" && r.views[w].run == o.Run && r.is(o, w)
}

// samePID tells whether an observation is of the process that the run has.
func (r *run) samePID(o *fact.Observed) bool { return r.pid != 0 && r.pid == o.PID }

// is tells whether an observation is of this run.
func (r *run) is(o *fact.Observed, w int) bool {
	v := &r.views[w]
	sameRun := v.run != "" && o.Run != ""
	switch {
	case sameRun && v.run != o.Run:
		return false
	case sameRun:
		return o.PID == 0 || r.pid == 0 || o.PID == r.pid
	case o.What == fact.Gone && !v.seen:
		return false // it is of one that is forgotten
	case r.ended && o.What != fact.Gone && o.To > r.gone.by:
		return false
	case o.PID != 0 && r.pid != 0:
		return o.PID == r.pid
	}
	return !r.ended
}

// finish ends a run. Of several that tell, the earliest end is the proven one.
func (r *run) finish(at span, w int) {
	if r.ended && r.gone.by <= at.by {
		return
	}
	if r.ended { // what was there before proves still that it ran
		at.after = max(at.after, min(r.gone.after, at.by))
	}
	r.ended, r.gone, r.goneBy = true, at, w
	for _, o := range r.guest.runs {
		if o == r || o.rival == r {
			o.touch()
		}
	}
}

// touch notes that something of the run, or of what it is held against, is new.
func (r *run) touch() { r.dirty, r.unchecked = true, true }

// maxPast is how many things that a run has no more are kept of it, the last
// ones; maxValues is that of its quantities.
const maxPast, maxValues = 1 << 14, 1 << 12

// drop moves things that are gone to those of the past.
func (r *run) drop(lost []*track) {
	r.open = slices.DeleteFunc(r.open, func(t *track) bool { return t.ended })
	for _, t := range lost {
		t.rank = r.ranks
		r.ranks++
		r.past = append(r.past, t)
	}
}

// tracks are all of the run, those of the past first.
func (r *run) tracks() []*track {
	return append(r.past[:len(r.past):len(r.past)], r.open...)
}

func (r *run) setValue(v value) {
	r.values = append(r.values, v)
	if r.latest == nil {
		r.latest = map[valueKey]uint64{}
	}
	r.latest[valueKey{v.kind, v.by}] = v.n
}

// lastValue gives the last quantity of a kind, as one witness saw it.
func (r *run) lastValue(kind string, w int) (uint64, bool) {
	n, ok := r.latest[valueKey{kind, w}]
	return n, ok
}
