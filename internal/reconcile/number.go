package reconcile

import "slices"

// numbers are how many sessions of a guest no record tells of, and the number of
// its last one that one does, of those that are forgotten.
type numbers struct{ unlogged, logged int }

// A forgottenKey names a guest of which only its numbers are kept.
type forgottenKey struct{ node, guest string }

// maxForgotten is of how many guests that don't run the numbers are kept, at
// least: a guest that isn't heard of for as many others begins anew with what
// Options.Numbers say. It is what a trail.Live keeps of them.
const maxForgotten = 1 << 16

// over is a run or session that is forgotten but for its number.
type over struct {
	id     uint64
	number int // in the log, 0 of a run that the log doesn't know
}

// unloggedBefore is how many sessions of the guest before one the log doesn't
// know.
func (g *guest) unloggedBefore(id uint64) int {
	n := g.unlogged
	for _, o := range g.over {
		if o.number == 0 && o.id < id {
			n++
		}
	}
	for _, r := range g.runs {
		if r.session == nil && r.id < id {
			n++
		}
	}
	return n
}

// loggedBefore is how many of them the log knows.
func (g *guest) loggedBefore(id uint64) int {
	n := max(g.logged, g.before)
	for _, o := range g.over {
		if o.id < id {
			n = max(n, o.number)
		}
	}
	for _, s := range g.logs {
		if s.row.ID < id {
			n = max(n, s.row.Number)
		}
	}
	return n
}

// number is that of a run that the log doesn't know.
func (r *run) number() int {
	return r.guest.unloggedBefore(r.id) + r.guest.loggedBefore(r.id) + 1
}

// count keeps what is forgotten as a number alone, where all that is left of the
// guest came later.
func (g *guest) count() {
	first := uint64(forever)
	for _, r := range g.runs {
		first = min(first, r.id)
	}
	for _, s := range g.logs {
		first = min(first, s.row.ID)
	}
	g.over = slices.DeleteFunc(g.over, func(o over) bool {
		if o.id >= first {
			return false
		}
		if o.number == 0 {
			g.unlogged++
		}
		g.logged = max(g.logged, o.number)
		return true
	})
}
