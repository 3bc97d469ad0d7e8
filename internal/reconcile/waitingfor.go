package reconcile

import "slices"

// WaitingFor tells whether something can be decided once a source, that of a
// Tick, has looked again and nothing changed: whether what the log says, or that
// the run is over, is contradicted.
func (d *Deriver) WaitingFor(source string) bool {
	d.flush()
	return slices.ContainsFunc(d.runs, func(r *run) bool { return r.asksFor(source) })
}

// asksFor tells whether the run needs a source's word.
func (r *run) asksFor(source string) bool {
	for w := range r.views {
		if r.asks[w] && r.views[w].source == source {
			return true
		}
	}
	return false
}

// showsPast tells whether a witness is known to see the run past a time as it saw
// it last, and notes that its word is needed otherwise.
func (j *judge) showsPast(w int, at int64) bool {
	v := &j.run.views[w]
	switch {
	case !v.seen:
		return false
	case v.look.after > at:
		return true
	case v.failed || v.gone || j.run.ended:
		return false
	case v.looked > at:
		return true
	}
	j.asks[w] = true
	return false
}

// thereAt tells whether a thing is known to be there past a time.
func (j *judge) thereAt(t *track, at int64) bool {
	if t.shown.by > at {
		return true
	}
	for w, has := range t.has {
		if has && !t.ended && j.showsPast(w, at) {
			return true
		}
	}
	return false
}

// outlived notes whose word is needed that a run is over which they show still.
func (j *judge) outlived() {
	for w := range j.run.views {
		if j.run.ended && j.run.views[w].shows() {
			j.asks[w] = true
		}
	}
}
