package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// match finds, for each thing that is defined, the holding of the log that it is: one
// that began with it, or else one that ended with it, or else the nearest in time.
// What comes later doesn't change a match.
func (j *judge) match() {
	row := j.row
	j.pairs, j.rows, j.matched = map[*track]int{}, map[*track]int{}, make([]bool, len(row.Holdings))
	places := map[key][]claim{}
	for i := range row.Holdings {
		h := &row.Holdings[i]
		k := keyOf(h.Kind, h.ID, h.Sub)
		places[k] = append(places[k], claimOf(h, i))
	}
	j.places = timelines(places)
	declared := slices.DeleteFunc(slices.Clone(j.run.tracks()), func(t *track) bool { return !t.declared() })
	for _, may := range []func(*track, *trail.Holding) bool{j.sameBegin, j.sameEnd, anyTime} {
		for _, t := range declared {
			j.pair(t, may)
		}
	}
	j.swapEnds(declared)
}

// sameBegin, sameEnd and anyTime tell whether a holding may be a track's.
func (j *judge) sameBegin(t *track, h *trail.Holding) bool {
	return outside(heldFrom(h), t.begin.after, t.begin.by) <= j.window && !j.movedAt(t, heldTo(h))
}

// movedAt tells whether, while a thing goes on, the log has one holding of it that ends
// and another that begins: an interface that moved to another bridge.
func (j *judge) movedAt(t *track, at int64) bool {
	if at == forever || t.until() <= at+j.window {
		return false
	}
	return slices.ContainsFunc(j.places[t.key].between(at-j.window, at+j.window), func(c claim) bool {
		return c.from >= at-j.window && !c.endOnly
	})
}

func (j *judge) sameEnd(t *track, h *trail.Holding) bool {
	return t.ended && endedByRecord(h) && outside(heldTo(h), t.end.after, t.end.by) <= j.window
}

func anyTime(*track, *trail.Holding) bool { return true }

// pair finds the holding of the log that is nearest to a track, among those that may
// allows.
func (j *judge) pair(t *track, may func(*track, *trail.Holding) bool) {
	if _, paired := j.pairs[t]; paired {
		return
	}
	best, least := -1, int64(forever)
	from, to := t.interval()
	for _, c := range j.places[t.key].between(from-j.window, add(to, j.window)) {
		i, h := c.holding, &j.row.Holdings[c.holding]
		if j.matched[i] || !may(t, h) {
			continue
		}
		if cost, ok := j.apart(t, h); ok && cost < least {
			best, least = i, cost
		}
	}
	if best >= 0 {
		j.pairs[t], j.rows[t], j.matched[best] = best, best, true
	}
}

// swapEnds mends the ends of equal things: a record doesn't tell which of them was
// detached. If the log ended one that witnesses show to go on, and not one that they
// show to have ended then, the end is given to the latter.
func (j *judge) swapEnds(declared []*track) {
	j.ends = map[*track]trail.Holding{}
	all := map[key][]claim{}
	for i, t := range declared {
		if t.ended {
			all[t.key] = append(all[t.key], claim{from: min(t.end.after, t.end.by), to: t.end.by, holding: i})
		}
	}
	ended := timelines(all)
	for _, t := range declared {
		place, paired := j.pairs[t]
		if !paired {
			continue
		}
		h := &j.row.Holdings[place]
		for endedByRecord(h) && !j.sameEnd(t, h) {
			to := heldTo(h)
			near := ended[t.key].between(to-j.window, to+j.window)
			i := slices.IndexFunc(near, func(c claim) bool { return j.lacksEnd(declared[c.holding], to) })
			if i < 0 {
				break
			}
			j.handEnd(h, declared[near[i].holding])
		}
	}
}

// lacksEnd tells whether a thing ended at a time, and its holding didn't.
func (j *judge) lacksEnd(t *track, at int64) bool {
	if outside(at, t.end.after, t.end.by) > j.window {
		return false
	}
	if place, paired := j.pairs[t]; paired {
		return !j.sameEnd(t, &j.row.Holdings[place])
	}
	_, has := j.ends[t]
	return !has
}

// handEnd exchanges the end of a holding and that of a track's holding.
func (j *judge) handEnd(h *trail.Holding, t *track) {
	end := *h
	var other trail.Holding
	if place, paired := j.pairs[t]; paired {
		own := &j.row.Holdings[place]
		other = *own
		copyEnd(own, &end)
	} else {
		j.ends[t] = end
	}
	copyEnd(h, &other)
}

// spare tells whether the log has another holding of the same key at a time that no
// other track has. What was detached and attached at once, such as an interface that
// moved to another bridge, is two holdings and one thing.
func (j *judge) spare(t *track, at int64) bool {
	for _, c := range j.places[t.key].between(at-j.window, at+j.window) {
		if !j.matched[c.holding] && c.from-j.window <= at && add(c.to, j.window) >= at && !c.tooLate(t.until()) {
			return true
		}
	}
	return false
}

// apart tells by how much a thing and a holding differ in time; ok is false if they
// can't be the same.
func (j *judge) apart(t *track, h *trail.Holding) (int64, bool) {
	from, to := heldFrom(h), heldTo(h)
	begin, end := t.interval()
	if j.run.ended { // but not before it began, where the clock was set back
		end = max(min(end, j.run.gone.by), t.begin.by)
	}
	to = max(to, from)
	if from > add(end, j.window) || add(to, j.window) < begin {
		return 0, false
	}
	if claimOf(h, 0).tooLate(end) {
		return 0, false
	}
	cost := int64(0)
	if from != 0 && begin != 0 {
		cost += outside(from, begin, t.begin.by)
	}
	switch byRecord := endedByRecord(h); {
	case t.ended && byRecord:
		cost += outside(to, t.end.after, t.end.by)
	case t.ended != byRecord:
		cost += unlike
	}
	return cost, true
}

// endedByRecord tells whether a record says that a holding ended before its
// session did.
func endedByRecord(h *trail.Holding) bool {
	return h.Ended != "" && h.Ended != trail.ByStop && h.Ended != trail.ByLoss
}

// spares gives the other holdings that the log has of a thing, where it was detached
// and attached at once: see spare.
func (j *judge) spares(t *track) []int {
	place, paired := j.pairs[t]
	if !paired {
		return nil
	}
	var all []int
	own := &j.log.Holdings[place]
	for _, c := range j.places[t.key].between(t.begin.by-j.window, t.shown.by) {
		i, h := c.holding, &j.log.Holdings[c.holding]
		apart := !c.tooLate(t.until()) && (heldTo(h) <= heldFrom(own) || heldFrom(h) >= heldTo(own))
		if !j.matched[i] && apart && heldFrom(h) <= t.shown.by && heldTo(h) >= t.begin.by-j.window {
			all = append(all, i)
		}
	}
	return all
}

// unlike is what it costs if only one of thing and holding has ended: more than any
// real difference in time.
const unlike = 1 << 40

// outside is how far a time is from a span.
func outside(at, after, by int64) int64 {
	return max(after-at, at-by, 0)
}

// add adds to a time that may be forever.
func add(at, n int64) int64 {
	if at == forever {
		return at
	}
	return at + n
}

// heldFrom is when a holding of the log began, 0 if that isn't known.
func heldFrom(h *trail.Holding) int64 { return h.From.Millis }

// heldTo is when it ended at the latest, forever if it didn't.
func heldTo(h *trail.Holding) int64 {
	if h.To == (trail.Moment{}) {
		return forever
	}
	return h.To.Millis
}

// claims notes under which names things were held or defined, and when.
func (j *judge) claims() {
	names := map[string][]claim{}
	for i := range j.row.Holdings {
		h := &j.row.Holdings[i]
		k := keyOf(h.Kind, h.ID, h.Sub)
		for _, name := range alias(nil, k.id) {
			names[name] = append(names[name], claimOf(h, i))
		}
	}
	for _, t := range j.run.tracks() {
		if !t.declared() {
			continue
		}
		from, to := t.interval()
		spares := j.spares(t)
		for _, name := range t.names {
			names[name] = append(names[name], claim{from: from, to: to, holding: j.rows[t]})
			for _, i := range spares {
				h := &j.row.Holdings[i]
				names[name] = append(names[name], claimOf(h, i))
			}
		}
	}
	j.names = timelines(names)
}
