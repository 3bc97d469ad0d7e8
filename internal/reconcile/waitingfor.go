package reconcile

import "slices"

// WaitingFor tells whether a decision waits for a source to look again, even if it finds
// nothing changed: a Tick of that source must be kept then. The question is whether the
// source contradicts the log, or that a run is over.
func (d *Deriver) WaitingFor(source string) bool {
	d.flush()
	return slices.ContainsFunc(d.runs, func(r *run) bool { return r.asksFor(source) })
}

// asksFor tells whether a decision about the run waits for a source.
func (r *run) asksFor(source string) bool {
	for w := range r.views {
		if r.asks[w] && r.views[w].source == source {
			return true
		}
	}
	return false
}

// showsPast tells whether a witness is known to have seen the run after a time, as it saw
// it last. If that may still come, it notes that the witness is waited for.
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

// thereAt tells whether a thing is known to have been there after a time.
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

// outlived notes that witnesses who still show a run that is over are waited for.
func (j *judge) outlived() {
	for w := range j.run.views {
		if j.run.ended && j.run.views[w].shows() {
			j.asks[w] = true
		}
	}
}
