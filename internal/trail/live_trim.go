package trail

import "slices"

// A Live tells at any time what follows from its records, and what it told may be
// another thing with the next one. For that it remembers what may still change,
// which is all, as records may come late by any number. So it forgets something
// from time to time; were that when it is asked, what it tells in the end would
// hang on how often that was. It is when the numbers of facts pass a multiple of
// trimEvery: then it brings up to date what it tells, and forgets by that alone.

// trimEvery is how many facts are between two trims, and by how many a record may come
// late and still change what it would have changed in its place.
const trimEvery = 1024

// trims are what the next trim looks at: what differs since the last one, whatever
// it was in between.
type trims struct {
	at     uint64 // the last trim's fact, by trimEvery
	series map[*liveSeries]bool
	starts []*liveSession        // that have too many events
	opened map[*liveSession]bool // that opened too many files
	shifts map[*liveSession]*shift
	places map[*livePlace]bool
}

// shift is what a session held at the last trim, and holds now.
type shift struct{ was, now []placed }

func newTrims() trims {
	return trims{
		series: map[*liveSeries]bool{}, opened: map[*liveSession]bool{},
		shifts: map[*liveSession]*shift{}, places: map[*livePlace]bool{},
	}
}

// note notes that a session holds other things.
func (t *trims) note(ls *liveSession, was, now []placed) {
	if t.shifts[ls] == nil {
		t.shifts[ls] = &shift{was: was}
	}
	t.shifts[ls].now = now
}

// trim forgets what is beyond the bounds.
func (l *Live) trim() {
	l.collect()
	for ls, s := range l.trims.shifts {
		if ls.over || !slices.EqualFunc(s.was, s.now, placed.same) {
			s.mark()
		}
	}
	for p := range l.trims.places {
		l.trimPlace(p)
	}
	for s := range l.trims.series {
		if len(s.open) > maxOpen {
			s.settle(maxOpen)
		}
		if s.row != nil && s.row.series != nil {
			s.row.series.Age()
		}
	}
	for _, ls := range l.trims.starts {
		ls.kept = ls.kept[:min(len(ls.kept), maxKept)]
	}
	for ls := range l.trims.opened {
		ls.trimOpened()
	}
	l.counts.trim(l.trims.at * trimEvery)
	l.series.Age()
	was := l.trims
	l.trims = newTrims()
	l.trims.at = was.at
	for p := range was.places {
		if p.unrest {
			l.trims.places[p] = true
		}
	}
	for _, n := range l.trail.nodes {
		n.trimmed, n.trimmedBoot = n.used, n.boot+l.boots[n.name]
	}
}

// trimOpened forgets by which events files were opened that are never handed over:
// all but the last ones, of a session that runs.
func (ls *liveSession) trimOpened() {
	if s := ls.session; s != nil && ls.guest.open == s && len(s.openedBy) > 2*smallSession {
		s.openedBy = slices.Clone(s.openedBy[len(s.openedBy)-smallSession:])
	}
}

// mark notes at all places that somebody came or went.
func (s *shift) mark() {
	for _, p := range slices.Concat(s.was, s.now) {
		p.at.moved = true
	}
}

// trimPlace settles a place where somebody came or went, where that is worth it,
// and forgets an empty one that the next trim need not look at again.
func (l *Live) trimPlace(p *livePlace) {
	n := len(p.tenures)
	if (p.moved || p.unrest) && (n < fewTenures || n >= p.next || !slices.ContainsFunc(p.tenures, liveTenure.goesOn)) {
		p.settle(l.out, l.settledUpTo(p))
		p.next = 2 * len(p.tenures)
	}
	p.unrest, p.moved = p.moved, false
	if len(p.tenures) == 0 && !p.unrest {
		delete(l.places, p.place)
	}
}

// settledUpTo gives the serial up to which all of a place was used at the last trim:
// what comes late, but by no more than trimEvery facts, is behind it.
func (l *Live) settledUpTo(p *livePlace) uint64 {
	switch n := l.trail.nodes[p.node]; {
	case n.trimmedBoot > p.boot:
		return maxSerial
	case n.trimmedBoot == p.boot:
		return n.trimmed
	}
	return 0
}
