package reconcile

import (
	"cmp"
	"math"
	"slices"
)

// numbers count the forgotten sessions of a guest: how many the log doesn't know, and
// the number of the last one that it does.
type numbers struct{ unlogged, logged int }

// A forgottenKey names a guest of which only the numbers are kept.
type forgottenKey struct{ node, guest string }

// maxForgotten is how many guests' numbers are kept at least after they stopped. When
// a guest comes back after so many others, it is numbered from Options.Numbers on. A
// trail.Live keeps as many.
const maxForgotten = 1 << 16

// A place is where a run or session stands among those of its guest: in the order in
// which they began, as the log may be read long after witnesses showed a run. What was
// forgotten stands before all that turns up later. Sessions of the log keep its own
// order, as a clock may be set back: see rank.
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

// place is that of the session's run, if a witness showed that earlier.
func (s *session) place() place {
	p := place{max(s.row.First.Millis, s.floor), s.row.ID}
	if s.run != nil {
		return p.first(s.run.place())
	}
	return p
}

// A rank is where something stands in the order in which it is numbered: a session of
// the log by its number there, and a run that the log doesn't know after the last
// session of the log that began before it.
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

// rank gives the rank of a session by its number in the log, or of a run that the log
// doesn't know, whose number there is 0.
func (g *guest) rank(p place, logged int) rank {
	if logged != 0 {
		return rank{logged: logged}
	}
	return rank{g.loggedBefore(p), true, p}
}

// A numbered is a forgotten run or session of which only the number is kept, or several
// of them that are next to each other.
type numbered struct {
	place
	row      uint64
	logged   int // the number in the log, of several that of the last; 0 if the log knows none
	unlogged int // how many the log doesn't know
	shown    int // the number that was given out; 0 of several
}

// with joins two that are next to each other.
func (o numbered) with(next numbered) numbered {
	return numbered{place: o.first(next.place), logged: max(o.logged, next.logged), unlogged: o.unlogged + next.unlogged}
}

func (g *guest) rankOf(o numbered) rank { return g.rank(o.place, o.logged) }

// leave keeps the number of a run or session that is forgotten.
func (g *guest) leave(o numbered) {
	g.floor = max(g.floor, o.began)
	g.numbered = append(g.numbered, o)
	g.count()
	g.dismiss()
}

// renumberForgotten gives new numbers to forgotten runs and sessions, if it turned out
// that there are more or fewer before them.
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

// loggedBefore is how many sessions of the log are before a run that it doesn't know:
// the number of the last one that began before the run.
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

// firstFrom is the earliest place among the sessions of the log from a number on. A run
// that the log doesn't know is before the session of that number if it is before all
// of these.
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

// number gives the number of a session of the log.
func (s *session) number() int { return s.guest.number(s.place(), s.row.Number) }

// number gives the number of a run that the log doesn't know.
func (r *run) number() int { return r.guest.number(r.place(), 0) }

// number gives the number of a session by its number in the log, or of a run that the
// log doesn't know, whose number there is 0.
func (g *guest) number(p place, logged int) int {
	if logged != 0 {
		return logged + g.unloggedBefore(g.firstFrom(logged), logged-1)
	}
	logged = g.loggedBefore(p)
	return logged + g.unloggedBefore(p, logged) + 1
}

// isLast tells whether a place is after all runs and sessions that are kept.
func (g *guest) isLast(p place) bool {
	return !slices.ContainsFunc(g.runs, func(r *run) bool { return p.before(r.place()) }) &&
		!slices.ContainsFunc(g.logs, func(s *session) bool { return p.before(s.place()) })
}

// isBeforeOthers tells whether a session began before another one of the log.
func (s *session) isBeforeOthers() bool {
	return slices.ContainsFunc(s.guest.logs, func(o *session) bool { return s.place().before(o.place()) })
}

// maxNumbered is how many forgotten runs and sessions of a guest are kept one by one.
// Kept runs may stand between them: a guest may have one that is thought to go on for
// weeks, and thousands of others since.
const maxNumbered = 256

// count adds those numbered that are before all that is kept to the guest's numbers,
// and joins some of the others if there are too many.
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

// kept gives the ranks of all runs and sessions that are kept. A run that is tied to a
// session has one of its own, as it may be untied.
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

// fold joins neighbours, the first ones first, as long as there are too many. Neighbours
// have no kept run or session between them.
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
