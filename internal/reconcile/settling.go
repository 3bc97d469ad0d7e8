package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// take settles what can be.
func (s *settling) take() {
	for i := range s.judged {
		h := &s.log.Holdings[i]
		if !s.matched[i] && endedByRecord(h) && s.old(heldTo(h), s.settleAfter) && !s.mayBeKept(h) {
			s.place(i)
		}
	}
	kept := s.run.past[:0]
	for _, t := range s.run.past {
		if s.tracks[t] {
			s.track(t)
		} else {
			kept = append(kept, t)
		}
	}
	clear(s.run.past[len(kept):])
	s.run.past = kept
	s.tellings()
	s.values()
	if s.run.session != nil {
		s.past.settle(s.run.session, s.judged, s.places)
	}
	s.past.bound()
}

// place settles a holding of the row.
func (s *settling) place(i int) {
	if s.gone[i] {
		return
	}
	s.gone[i] = true
	h := s.row.Holdings[i]
	if i >= len(s.judged) {
		s.past.others = append(s.past.others, h)
	} else {
		s.places = append(s.places, settledHolding{s.judged[i], provenBy(&s.log.Holdings[i]), h})
	}
	if h.By == fact.Proc {
		return
	}
	for _, name := range alias(nil, keyOf(h.Kind, h.ID, h.Sub).id) {
		s.named(name, h.To.Millis)
	}
}

// named notes up to when something was called so.
func (s *settling) named(name string, to int64) {
	s.past.named.put(name, max(s.past.named.get(name), to))
}

// track settles a track.
func (s *settling) track(t *track) {
	t.settled, t.old = true, nil
	s.past.keys.put(t.key, true)
	for _, i := range s.spares(t) {
		s.place(i)
	}
	for _, i := range s.shownBy[t] {
		s.place(i)
	}
	for _, name := range t.names {
		if t.declared() {
			s.named(name, t.end.by)
			continue
		}
		s.past.opened.put(name, s.past.opened.get(name).with(gap{t.begin.after, t.end.by}))
	}
	slices.Sort(s.of[t])
	for _, id := range s.of[t] {
		s.finding(id)
	}
}

// finding settles a finding.
func (s *settling) finding(id string) {
	s.past.found = append(s.past.found, s.found[id])
	delete(s.run.found, id)
	delete(s.run.missed, id)
}

// tellings settles the events that things told which are open still.
func (s *settling) tellings() {
	for _, t := range s.run.tracks() {
		for len(t.tells) > 0 && s.old(t.tells[0].At.Millis, s.settleAfter) {
			t.tells = t.tells[1:]
		}
	}
	told := s.run.telling
	s.run.telling = map[trail.EventID]bool{}
	for _, t := range s.run.tracks() {
		for _, ev := range t.tells {
			if id := eventID(ev); told[id] {
				s.run.telling[id] = true
			}
		}
	}
	for _, ev := range s.run.starts {
		if ev != nil && told[eventID(ev)] {
			s.run.telling[eventID(ev)] = true
		}
	}
}

// values settles quantities, in their order.
func (s *settling) values() {
	n := 0
	for n < len(s.run.values) && s.old(s.run.values[n].at.by, s.valueAfter(n)) {
		if step, added := s.steps[n]; added {
			s.past.steps = append(s.past.steps, step)
		}
		if id := s.valueFound[n]; id != "" {
			s.finding(id)
		}
		n++
	}
	s.run.values = append([]value(nil), s.run.values[n:]...)
}

func (s *settling) valueAfter(n int) int64 {
	if s.valueFound[n] != "" && len(s.run.values[n].wants) > 0 {
		return max(s.settleAfter, tooLate)
	}
	return s.settleAfter
}
