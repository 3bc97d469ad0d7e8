package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// take settles all items that don't stay.
func (s *settling) take() {
	for _, it := range s.items {
		switch {
		case it.stays:
		case it.track != nil:
			s.track(it.track)
		default:
			s.past.rows[edgeOf(&s.log.Holdings[it.place])] = s.rowAt(it.place)
		}
	}
	s.run.past = slices.DeleteFunc(s.run.past, func(t *track) bool { return !s.of[t].stays })
}

// rowAt gives the holding at a place in the row, to be settled.
func (s *settling) rowAt(place int) settledRow {
	return settledRow{as: stateOf(&s.log.Holdings[place]), row: s.row.Holdings[place]}
}

// track settles a track.
func (s *settling) track(t *track) {
	done := settledTrack{track: t}
	for _, i := range s.shownBy[t] {
		switch {
		case i < len(s.judged):
			done.edges = append(done.edges, edgeOf(&s.log.Holdings[i]))
			done.rows = append(done.rows, s.rowAt(i))
		case i >= len(s.judged)+s.lent:
			done.others = append(done.others, s.row.Holdings[i])
		}
	}
	for _, ev := range t.tells {
		if id := eventID(ev); s.run.telling[id] {
			delete(s.run.telling, id)
			done.told = append(done.told, id)
		}
	}
	slices.Sort(s.found[t])
	for _, id := range s.found[t] {
		done.found = append(done.found, s.finding(id))
	}
	s.past.tracks = append(s.past.tracks, done)
}

// finding takes a finding out of the run's.
func (s *settling) finding(id string) *trail.Finding {
	f := s.run.found[id]
	delete(s.run.found, id)
	delete(s.run.missed, id)
	return f
}

// values settles the first quantities, at most n, as long as may allows.
func (s *settling) values(n int, may func(int) bool) {
	done := 0
	for done < n && may(done) {
		v := settledValue{value: s.run.values[done]}
		if step, added := s.steps[done]; added {
			v.steps = []trail.Step{step}
		}
		if id := s.valueFound[done]; id != "" {
			v.found = []*trail.Finding{s.finding(id)}
		}
		s.past.values = append(s.past.values, v)
		done++
	}
	s.run.values = slices.Clone(s.run.values[done:])
}

// valueMayGo tells whether a quantity was seen long ago, and no record of it can be
// asked for.
func (s *settling) valueMayGo(n int) bool {
	v := &s.run.values[n]
	return s.old(v.at.by) && (s.valueFound[n] == "" || len(v.wants) == 0)
}

// tooMuch tells whether a run's past is longer than maxPast and maxValues allow.
func (r *run) tooMuch() bool {
	return len(r.past)+len(r.settled.tracks) > maxPast || len(r.values)+len(r.settled.values) > maxValues
}

// shed finishes the oldest of a run's past, where there is too much of it: what was said
// of that is said for good.
func (d *Deriver) shed(r *run) {
	s, p := d.settling(r), r.settled
	tracks := excess(len(r.past)+len(p.tracks), maxPast)
	values := excess(len(r.values)+len(p.values), maxValues)
	for _, it := range s.items {
		it.stays = true
	}
	for _, t := range r.past[:max(tracks-len(p.tracks), 0)] {
		s.of[t].stays = false
	}
	s.take()
	s.values(max(values-len(p.values), 0), func(int) bool { return true })
	p.finish(tracks, values)
	r.touch()
}

// excess is how many are to go. Where n exceeds most it is a quarter of that more, so
// that not every new one makes another go.
func excess(n, most int) int {
	if n <= most {
		return 0
	}
	return n - most + most/4
}
