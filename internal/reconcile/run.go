package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A run is one run of a guest as witnesses see it.
type run struct {
	id    uint64 // the sequence number of the first observation
	guest *guest

	name, virt string
	pid        int
	first      span  // when it began, or was first seen
	floor      int64 // the guest's, at that time
	last       int64 // when it was seen last
	by         int   // who saw it first
	views      [witnesses]view
	defined    int64 // when a hypervisor showed it first, 0 before

	open, past []*track // what it has, and had
	ranks      int      // the next rank of a track of the past
	values     []value
	latest     map[valueKey]uint64 // the last value of each kind and witness
	settled    *settled
	settleAt   int // from which length on more of it is settled
	balloon    balloon

	ended    bool
	gone     span
	goneBy   int
	told     bool // the hypervisor told that it stopped
	reason   string
	reasonBy int           // the witness that told the reason
	wants    []fact.Wanted // the records that its start should have
	endWants []fact.Wanted // the records that its end should have

	rival *run // a run of the guest in another process, when this one began

	reopened []reopening

	starts [witnesses]*trail.Event // the event of its start, as each witness saw it
	// telling are the events that were given out and may be withdrawn.
	telling map[trail.EventID]bool

	// asks are the witnesses who need to say that nothing has changed, for something
	// to be decided.
	asks [witnesses]bool

	session *session // the session of the log that it is tied to, if any
	shownAs uint64   // the ID under which its row was given out
	news    bool     // events of it were given out since then
	// dirty says that its row may have changed, unchecked that records of it may be
	// missing.
	dirty, unchecked bool
	due              int64 // up to when the log must be read for the next decision
	found            map[string]*trail.Finding
	missed           map[string]uint64 // the observations of findings that records are missing
	lacks            bool              // some of these records are still missing
	buried           bool              // it is forgotten
}

// A view is what one witness saw of a run last.
type view struct {
	seen        bool
	run, source string // what the witness calls the run, and the source that showed it
	look        span   // the last look; by is when it was
	partial     []string
	failed      bool  // since then it can't be looked at
	gone        bool  // the witness said that it is over
	looked      int64 // up to when the source saw no change
	up          int64 // since when the source is watched again
}

// shows tells whether the witness shows the run to go on, as far as it told.
func (v *view) shows() bool { return v.seen && !v.gone && !v.failed }

// covers tells whether the witness would have seen a thing of a kind.
func (v *view) covers(kind string) bool {
	return v.seen && !slices.Contains(v.partial, kind) && !slices.Contains(v.partial, everything)
}

const everything = "*"

// A balloon counts the changes of memory by the guest's balloon.
type balloon struct {
	count       int
	first, last span
	by          int
}

// shownStill tells whether a witness that showed the run hasn't said yet that it is
// over.
func (r *run) shownStill() bool {
	return slices.ContainsFunc(r.views[:], func(v view) bool { return v.seen && !v.gone })
}

// called tells whether an observation has the witness's name for this run.
func (r *run) called(o *fact.Observed, w int) bool {
	return o.Run != "" && r.views[w].run == o.Run && r.is(o, w)
}

// samePID tells whether an observation is of the run's process.
func (r *run) samePID(o *fact.Observed) bool { return r.pid != 0 && r.pid == o.PID }

// is tells whether an observation may be of this run.
func (r *run) is(o *fact.Observed, w int) bool {
	v := &r.views[w]
	sameRun := v.run != "" && o.Run != ""
	switch {
	case sameRun && v.run != o.Run:
		return false
	case sameRun:
		return o.PID == 0 || r.pid == 0 || o.PID == r.pid
	case o.What == fact.Gone && !v.seen:
		return false // it is of a run that is forgotten
	case r.ended && o.What != fact.Gone && o.To > r.gone.by:
		return false
	case o.PID != 0 && r.pid != 0:
		return o.PID == r.pid
	}
	return !r.ended
}

// finish ends a run. If several witnesses tell of its end, the earliest counts.
func (r *run) finish(at span, w int) {
	if r.ended && r.gone.by <= at.by {
		return
	}
	if r.ended { // the witness of the later end proves that it ran until then
		at.after = max(at.after, min(r.gone.after, at.by))
	}
	r.ended, r.gone, r.goneBy = true, at, w
	for _, o := range r.guest.runs {
		if o == r || o.rival == r {
			o.touch()
		}
	}
}

// touch has the run judged anew, as it or what it is compared with has changed.
func (r *run) touch() { r.dirty, r.unchecked = true, true }

// maxPast is how many things that a run no longer has are kept, and maxValues how many
// of its quantities.
const maxPast, maxValues = 1 << 14, 1 << 12

// drop moves things that are gone to the past.
func (r *run) drop(lost []*track) {
	r.open = slices.DeleteFunc(r.open, func(t *track) bool { return t.ended })
	for _, t := range lost {
		t.rank = r.ranks
		r.ranks++
		r.past = append(r.past, t)
	}
}

// tracks gives all tracks of the run, those of the past first.
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
