package reconcile

import "github.com/virtaudit/virtaudit/internal/trail"

// Several witnesses see one change, and who looks first is chance. So what a
// process shows is told as an event only where no definition and no record tells
// the same, and a start as the one saw it that knows most of it.

// begun tells that the run began: the first in the order of witnesses tells it
// that saw it when the first one did.
func (j *judge) begun() {
	for _, ev := range j.run.starts {
		if ev != nil && ev.At.Millis <= j.run.first.by+j.window {
			j.tell(ev)
			return
		}
	}
}

// openings tell that a process opened and closed something, where nothing that
// came and went then is called so.
func (j *judge) openings(t *track) {
	for _, ev := range t.tells {
		if !j.namedAt(t, ev.Before.Millis, ev.At.Millis) {
			j.tell(ev)
		}
	}
}

// namedAt tells whether anything of a time is called as what a process has.
func (j *judge) namedAt(t *track, after, by int64) bool {
	for _, name := range t.names {
		for range j.claimsOf(name, after, by) {
			return true
		}
	}
	return false
}

// tell notes an event that is to be given out.
func (j *judge) tell(ev *trail.Event) { j.told[eventID(ev)] = ev }

func eventID(ev *trail.Event) trail.EventID { return trail.EventID{Fact: ev.Fact, Nth: ev.Nth} }

// giveTold gives out what is told now and wasn't, and takes back what was.
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
