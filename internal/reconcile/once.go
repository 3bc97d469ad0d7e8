package reconcile

import "github.com/virtaudit/virtaudit/internal/trail"

// Several witnesses see the same change, and it is chance which one looks first. So
// each change has one event: the start of a run as the witness saw it that knows most
// of it, and what a process opens or closes only if no definition and no record tells
// the same.

// begun tells that the run began, by the first in the order of witnesses that saw
// the beginning in time.
func (j *judge) begun() {
	for _, ev := range j.run.starts {
		if ev != nil && ev.At.Millis <= j.run.first.by+j.window {
			j.tell(ev)
			return
		}
	}
}

// openings tells that a process opened or closed something, unless something of that
// name came or went then.
func (j *judge) openings(t *track) {
	for _, ev := range t.tells {
		if !j.namedAt(t, ev.Before.Millis, ev.At.Millis) {
			j.tell(ev)
		}
	}
}

// namedAt tells whether anything of that time is known by a name of what a process
// has open.
func (j *judge) namedAt(t *track, after, by int64) bool {
	for _, name := range t.names {
		for range j.claimsOf(name, after, by) {
			return true
		}
	}
	return false
}

// tell notes an event to be given out.
func (j *judge) tell(ev *trail.Event) { j.told[eventID(ev)] = ev }

func eventID(ev *trail.Event) trail.EventID { return trail.EventID{Fact: ev.Fact, Nth: ev.Nth} }

// giveTold gives out the events that are new since the run was last judged, and
// withdraws those that are no longer told.
func (j *judge) giveTold() {
	r := j.run
	now := make(map[trail.EventID]bool, len(j.told))
	for id, ev := range j.told {
		if now[id] = true; !r.telling[id] {
			j.out.event(ev)
			r.news = true
		}
	}
	for id := range r.telling {
		if !now[id] {
			j.out.events[id] = nil
		}
	}
	r.telling = now
}
