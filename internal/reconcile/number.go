package reconcile

import (
	"cmp"
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
// as the log may be read long after witnesses showed it. But what is forgotten has
// its number for good, and so comes before all that was not known then.
type place struct {
	began     int64
	id        uint64
	forgotten uint64 // the fact by which it was, 0 of what isn't
}

func (p place) before(o place) bool {
	switch {
	case p.forgotten != 0 && o.id > p.forgotten:
		return true
	case o.forgotten != 0 && p.id > o.forgotten:
		return false
	}
	return cmp.Or(cmp.Compare(p.began, o.began), cmp.Compare(p.id, o.id)) < 0
}

func (r *run) place() place { return place{began: r.first.by, id: r.id} }

func (s *session) place() place { return place{began: s.row.First.Millis, id: s.row.ID} }

// over is a run or session that is forgotten but for its number.
type over struct {
	place
	logged int // its number in the log, 0 of a run that the log doesn't know
	shown  int // the number that was given out
}

// leave forgets a run or session but for its number.
func (g *guest) leave(p place, logged, shown int) {
	p.forgotten = g.node.deriver.seq
	g.over = append(g.over, over{p, logged, shown})
	g.count()
	g.dismiss()
}

// renumberOver gives other numbers to what is forgotten, where something is before it
// that was taken for another then.
func (d *Deriver) renumberOver(g *guest) {
	for i := range g.over {
		o := &g.over[i]
		n := o.logged + g.unloggedBefore(o.place)
		if o.logged == 0 {
			n = g.number(o.place)
		}
		if n == o.shown {
			continue
		}
		if o.shown = n; o.logged != 0 {
			d.left.put(o.id, n-o.logged)
		}
		d.out.number(o.id, n)
	}
}

// unloggedBefore is how many sessions of the guest before one the log doesn't
// know.
func (g *guest) unloggedBefore(p place) int {
	n := g.unlogged
	for _, o := range g.over {
		if o.logged == 0 && o.before(p) {
			n++
		}
	}
	for _, r := range g.runs {
		if r.session == nil && r.place().before(p) {
			n++
		}
	}
	return n
}

// loggedBefore is how many of them the log knows.
func (g *guest) loggedBefore(p place) int {
	n := max(g.logged, g.before)
	for _, o := range g.over {
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

// number is that of a session of the log.
func (s *session) number() int { return s.row.Number + s.guest.unloggedBefore(s.place()) }

// number is that of a run that the log doesn't know.
func (r *run) number() int { return r.guest.number(r.place()) }

func (g *guest) number(p place) int { return g.unloggedBefore(p) + g.loggedBefore(p) + 1 }

// isLast tells whether a place is behind all runs and sessions that are kept.
func (g *guest) isLast(p place) bool {
	return !slices.ContainsFunc(g.runs, func(r *run) bool { return p.before(r.place()) }) &&
		!slices.ContainsFunc(g.logs, func(s *session) bool { return p.before(s.place()) })
}

// maxNumbered is how many that are forgotten are kept by their number each, the last
// ones: a guest may have one that goes on for weeks, and thousands after it.
const maxNumbered = 256

// count keeps what is forgotten as a number alone, where all that is left of the
// guest comes later.
func (g *guest) count() {
	more := len(g.over) - maxNumbered
	g.over = slices.DeleteFunc(g.over, func(o over) bool {
		more--
		if more < 0 && !g.isFirst(o.place) {
			return false
		}
		if o.logged == 0 {
			g.unlogged++
		}
		g.logged = max(g.logged, o.logged)
		return true
	})
}

// isFirst tells whether a place is before all runs and sessions that are kept.
func (g *guest) isFirst(p place) bool {
	return !slices.ContainsFunc(g.runs, func(r *run) bool { return !p.before(r.place()) }) &&
		!slices.ContainsFunc(g.logs, func(s *session) bool { return !p.before(s.place()) })
}
