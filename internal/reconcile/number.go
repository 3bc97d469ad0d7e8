package reconcile

import (
	"cmp"
	"math"
	"slices"
)

// numbers are how many sessions of a guest no record tells of, and the number of
// its last one that one does, of those that are forgotten.
type numbers struct{ unlogged, logged int }

// A forgottenKey names a guest of which only its numbers are kept.
type forgottenKey struct{ node, guest string }

// maxForgotten is of how many guests that don't run the numbers are kept, at
// least: a guest that isn't heard of for as many others begins anew with what
// Options.Numbers say. It is what a trail.Live keeps of them.
const maxForgotten = 1 << 16

// A place is where a run or session is among those of its guest: by when it began,
// as the log may be read long after witnesses showed it. But what is forgotten comes
// before all that was not known then. Those of the log are in its own order besides,
// as a clock may be set back: see rank.
type place struct {
	began int64
	id    uint64
}

func (p place) compare(o place) int {
	return cmp.Or(cmp.Compare(p.began, o.began), cmp.Compare(p.id, o.id))
}

func (p place) before(o place) bool { return p.compare(o) < 0 }

// first gives the earlier one of two places.
func (p place) first(o place) place {
	if o.before(p) {
		return o
	}
	return p
}

func (r *run) place() place { return place{max(r.first.by, r.floor), r.id} }

// place is that of the run that belongs to it, where a witness showed that earlier.
func (s *session) place() place {
	p := place{max(s.row.First.Millis, s.floor), s.row.ID}
	if s.run != nil {
		return p.first(s.run.place())
	}
	return p
}

// A rank is where something is in the order by which it is numbered: a session of
// the log by its number there, and a run that the log doesn't know behind the last
// session that is before it.
type rank struct {
	logged   int
	unlogged bool
	place    // of a run that the log doesn't know
}

func (r rank) compare(o rank) int {
	switch {
	case r.logged != o.logged:
		return cmp.Compare(r.logged, o.logged)
	case r.unlogged == o.unlogged:
		return r.place.compare(o.place)
	case r.unlogged:
		return 1
	}
	return -1
}

// rank gives the rank of a session by its number in the log, or of a run that the
// log doesn't know, for which that is 0.
func (g *guest) rank(p place, logged int) rank {
	if logged != 0 {
		return rank{logged: logged}
	}
	return rank{g.loggedBefore(p), true, p}
}

// A numbered is a run or session that is forgotten but for its number, or several that are
// next to each other.
type numbered struct {
	place
	row      uint64
	logged   int // its number in the log, the last one of several, 0 where the log knows none
	unlogged int // how many the log doesn't know
	shown    int // the number that was given out, 0 of several
}

// with makes one of two that are next to each other.
func (o numbered) with(next numbered) numbered {
	return numbered{place: o.first(next.place), logged: max(o.logged, next.logged), unlogged: o.unlogged + next.unlogged}
}

func (g *guest) rankOf(o numbered) rank { return g.rank(o.place, o.logged) }

// leave forgets a run or session but for its number.
func (g *guest) leave(o numbered) {
	g.floor = max(g.floor, o.began)
	g.numbered = append(g.numbered, o)
	g.count()
	g.dismiss()
}

// renumberForgotten gives other numbers to what is forgotten, where something is before it
// that was taken for another then.
func (d *Deriver) renumberForgotten(g *guest) {
	for i := range g.numbered {
		o := &g.numbered[i]
		n := g.number(o.place, o.logged)
		if o.shown == 0 || n == o.shown {
			continue
		}
		if o.shown = n; o.logged != 0 {
			d.left.Put(o.row, n-o.logged)
		}
		d.out.number(o.row, n)
	}
}

// unloggedBefore is how many sessions of the guest the log doesn't know that are
// before a place, which is behind those of the log up to a number.
func (g *guest) unloggedBefore(p place, logged int) int {
	n := g.unlogged
	for _, o := range g.numbered {
		if o.logged == 0 && o.before(p) || o.logged != 0 && o.logged <= logged {
			n += o.unlogged
		}
	}
	for _, r := range g.runs {
		if r.session == nil && r.place().before(p) {
			n++
		}
	}
	return n
}

// loggedBefore is how many the log knows that are before a run which it doesn't:
// up to the last one of them, whatever the clock was at others.
func (g *guest) loggedBefore(p place) int {
	n := max(g.logged, g.before)
	for _, o := range g.numbered {
		if o.before(p) {
			n = max(n, o.logged)
		}
	}
	for _, s := range g.logs {
		if s.place().before(p) {
			n = max(n, s.row.Number)
		}
	}
	return n
}

// firstFrom is the first place of the sessions of the log from a number on: what the
// log doesn't know is before that session where it is before all of these.
func (g *guest) firstFrom(logged int) place {
	p := place{math.MaxInt64, math.MaxUint64}
	for _, o := range g.numbered {
		if o.logged >= logged {
			p = p.first(o.place)
		}
	}
	for _, s := range g.logs {
		if s.row.Number >= logged {
			p = p.first(s.place())
		}
	}
	return p
}

// number is that of a session of the log.
func (s *session) number() int { return s.guest.number(s.place(), s.row.Number) }

// number is that of a run that the log doesn't know.
func (r *run) number() int { return r.guest.number(r.place(), 0) }

// number is that of a session by its number in the log, or of a run that the log
// doesn't know, for which that is 0.
func (g *guest) number(p place, logged int) int {
	if logged != 0 {
		return logged + g.unloggedBefore(g.firstFrom(logged), logged-1)
	}
	logged = g.loggedBefore(p)
	return logged + g.unloggedBefore(p, logged) + 1
}

// isLast tells whether a place is behind all runs and sessions that are kept.
func (g *guest) isLast(p place) bool {
	return !slices.ContainsFunc(g.runs, func(r *run) bool { return p.before(r.place()) }) &&
		!slices.ContainsFunc(g.logs, func(s *session) bool { return p.before(s.place()) })
}

// isBeforeOthers tells whether a session is before one of the log, by when they began.
func (s *session) isBeforeOthers() bool {
	return slices.ContainsFunc(s.guest.logs, func(o *session) bool { return s.place().before(o.place()) })
}

// maxNumbered is how many that are forgotten are kept by their number each, the last
// ones: a guest may have one that goes on for weeks, and thousands after it.
const maxNumbered = 256

// count keeps what is forgotten as a number alone, where all that is left of the
// guest comes later, and makes one of the first ones where there are too many.
func (g *guest) count() {
	kept, ranks := g.kept(), map[place]rank{}
	for _, o := range g.numbered {
		ranks[o.place] = g.rankOf(o)
	}
	slices.SortFunc(g.numbered, func(a, b numbered) int { return ranks[a.place].compare(ranks[b.place]) })
	n := slices.IndexFunc(g.numbered, func(o numbered) bool {
		return slices.ContainsFunc(kept, func(k rank) bool { return k.compare(ranks[o.place]) < 0 })
	})
	if n < 0 {
		n = len(g.numbered)
	}
	for _, o := range g.numbered[:n] {
		g.unlogged += o.unlogged
		g.logged = max(g.logged, o.logged)
	}
	g.numbered = slices.Delete(g.numbered, 0, n)
	g.fold(kept)
}

// kept are the ranks of all runs and sessions that are kept: of a run that belongs to
// a session also its own, as that may change.
func (g *guest) kept() []rank {
	var all []rank
	for _, r := range g.runs {
		all = append(all, g.rank(r.place(), 0))
	}
	for _, s := range g.logs {
		all = append(all, g.rank(s.place(), s.row.Number))
	}
	return all
}

// fold makes one of the first that are forgotten, in order, where there are too many
// and none that is kept is between them.
func (g *guest) fold(kept []rank) {
	for i := 0; len(g.numbered) > maxNumbered && i+1 < len(g.numbered); {
		a, b := g.rankOf(g.numbered[i]), g.rankOf(g.numbered[i+1])
		if slices.ContainsFunc(kept, func(k rank) bool { return a.compare(k) < 0 && k.compare(b) < 0 }) {
			i++
			continue
		}
		g.numbered[i] = g.numbered[i].with(g.numbered[i+1])
		g.numbered = slices.Delete(g.numbered, i+1, i+2)
	}
}
