package reconcile

import (
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// match finds the holding of the log for each thing that is defined: that which
// began with it, otherwise that which ended with it, otherwise the nearest one.
// Which it is doesn't hang on what else comes later.
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

// sameBegin, sameEnd and anyTime tell which holdings may be a track's.
func (j *judge) sameBegin(t *track, h *trail.Holding) bool {
	return outside(heldFrom(h), t.begin.after, t.begin.by) <= j.window && !j.movedAt(t, heldTo(h))
}

// movedAt tells whether a thing goes on where the log has a holding of its name
// that ends and another that begins: an interface that moved to another bridge.
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

// pair finds the holding of the log that is nearest to a track, of those that may
// be its.
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

// swapEnds gives the ends that the log has of things that didn't end then to equal
// ones that did: records don't tell which of them went, and one of another may be
// missing.
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

// lacksEnd tells whether a thing ended at a time, and the log doesn't have that.
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

// handEnd gives the end of a holding to a thing, and its holding's in exchange.
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

// spare tells whether the log has another holding of the same name at a time,
// which is nothing else's: what was detached and attached at once, such as an
// interface that moved to another bridge, is two holdings and one thing.
func (j *judge) spare(t *track, at int64) bool {
	for _, c := range j.places[t.key].between(at-j.window, at+j.window) {
		if !j.matched[c.holding] && c.from-j.window <= at && add(c.to, j.window) >= at && !c.tooLate(t.until()) {
			return true
		}
	}
	return false
}

// apart tells by how much a thing and a holding differ in time, if they may be
// the same.
func (j *judge) apart(t *track, h *trail.Holding) (int64, bool) {
	from, to := heldFrom(h), heldTo(h)
	begin, end := t.interval()
	if j.run.ended { // not before it began, as the clock was set back
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

// spares gives the log's other holdings of what a thing is: those of the times
// before it was detached and attached at once, or after.
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

// unlike is what it costs that one has ended and the other hasn't: more than a
// difference of days.
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

// heldFrom is since when a holding of the log holds, 0 if that isn't known.
func heldFrom(h *trail.Holding) int64 { return h.From.Millis }

// heldTo is up to when it did at the latest.
func heldTo(h *trail.Holding) int64 {
	if h.To == (trail.Moment{}) {
		return forever
	}
	return h.To.Millis
}

// claims notes under which names things were declared, and when.
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
