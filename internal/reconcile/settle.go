package reconcile

import "github.com/virtaudit/virtaudit/internal/trail"

// What a run had once is settled when it is over for long and decided: it is
// judged no more, so that a guest's long life costs no more than what it had of
// late. Nothing that comes in time changes what is settled. What does, by a look
// that goes back further, or a log that was written late, is judged as if the rest
// had never been.

// settleAfter is how many milliseconds the log must be read past what is settled.
// It is more than witnesses lag behind; of that of which a record is missing it is
// tooLate, as long as the record may come.
const settleAfter = 600_000

// settleFrom is with how many things, or quantities, of the past a run is settled
// for the first time, and again when what is left has doubled.
const settleFrom = 64

// settleRuns settles those that have a long past.
func (d *Deriver) settleRuns() {
	for _, r := range d.runs {
		if n := r.length(); n >= max(r.settleAt, d.settleFrom) {
			d.settle(r)
			r.settleAt = 2 * r.length()
		}
	}
}

// length is how much of a run is judged.
func (r *run) length() int {
	n := len(r.past) + len(r.values)
	if s := r.session; s != nil {
		n += len(s.row.Holdings)
		if r.settled.of(s) {
			n -= len(r.settled.places)
		}
	}
	return n
}

// A settling is what is settled of a run at once.
type settling struct {
	*judge
	past   *settled
	tracks map[*track]bool
	places []settledHolding
	gone   map[int]bool        // places in what was judged
	of     map[*track][]string // findings
	kept   map[key][]*track    // tracks that are not settled
	mixed  map[key]bool        // some of these may be matched otherwise
}

// settle settles what can be of a run.
func (d *Deriver) settle(r *run) {
	if !d.settles(r) {
		return
	}
	j := d.judge(r)
	j.give()
	s := settling{
		judge: j, past: r.settled, tracks: map[*track]bool{}, gone: map[int]bool{},
		of: map[*track][]string{}, kept: map[key][]*track{}, mixed: map[key]bool{},
	}
	for id, t := range j.foundOf {
		s.of[t] = append(s.of[t], id)
	}
	s.choose()
	s.take()
	r.touch()
}

// choose finds the tracks that are settled. Where the log mixed up equal things,
// none of them is before all can be.
func (s *settling) choose() {
	for again := true; again; {
		clear(s.tracks)
		for _, t := range s.run.past {
			if !s.mixed[t.key] && s.can(t) {
				s.tracks[t] = true
			}
		}
		clear(s.kept)
		again = false
		for _, t := range s.run.tracks() {
			if s.tracks[t] || !t.declared() {
				continue
			}
			s.kept[t.key] = append(s.kept[t.key], t)
			if !s.mixed[t.key] && !s.clean(t) {
				s.mixed[t.key], again = true, true
			}
		}
	}
}

// clean tells whether a thing began and ended as its record says, or the log has
// none that is called so: it will be matched as it is now.
func (s *settling) clean(t *track) bool {
	place, paired := s.pairs[t]
	if !paired {
		return s.judge.places[t.key] == nil
	}
	h := &s.log.Holdings[place]
	if !t.ended {
		return s.sameBegin(t, h) && !endedByRecord(h)
	}
	return s.sameBegin(t, h) && s.sameEnd(t, h)
}

// settles tells whether all that a run's witnesses could tell of a time that is
// long past was told: their sources are watched, and have been for a while.
func (d *Deriver) settles(r *run) bool {
	n := r.guest.node
	for w := range r.views {
		v := &r.views[w]
		if v.seen && (d.down.get(sourceKey{n.name, v.source}) != 0 || v.up+d.settleAfter > n.mark) {
			return false
		}
	}
	return true
}

// old tells whether the log was read that far past a time.
func (s *settling) old(at, by int64) bool { return at != forever && at+by <= s.node.mark }

// can tells whether a track is settled: it ended, and what it is part of did.
func (s *settling) can(t *track) bool {
	after := s.settleAfter
	if len(s.of[t]) > 0 && len(t.wants)+len(t.endWants) > 0 {
		after = max(after, tooLate)
	}
	if !s.old(t.end.by, after) || t.old != nil && !s.tracks[t.old] && !t.old.settled {
		return false
	}
	if _, swapped := s.ends[t]; swapped {
		return false
	}
	if place, paired := s.pairs[t]; paired {
		h := &s.log.Holdings[place]
		if h.Ended != "" && !s.old(heldTo(h), after) {
			return false
		}
	}
	for _, i := range s.spares(t) {
		if !s.old(heldTo(&s.log.Holdings[i]), after) {
			return false
		}
	}
	return true
}

// mayBeKept tells whether a holding may be of something that isn't settled.
func (s *settling) mayBeKept(h *trail.Holding) bool {
	k := keyOf(h.Kind, h.ID, h.Sub)
	if s.mixed[k] {
		return true
	}
	for _, t := range s.kept[k] {
		from, to := t.interval()
		if heldFrom(h) <= add(to, s.window) && add(heldTo(h), s.window) >= from {
			return true
		}
	}
	return false
}
