package reconcile

import "slices"

// over is a run or session that is forgotten but for its number.
type over struct {
	id     uint64
	number int // in the log, 0 of a run that the log doesn't know
}

// unloggedBefore is how many sessions of the guest before one the log doesn't
// know.
func (g *guest) unloggedBefore(id uint64) int {
	n := g.node.unlogged[g.key]
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
	n := max(g.node.logged[g.key], g.before)
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
			g.node.unlogged[g.key]++
		}
		g.node.logged[g.key] = max(g.node.logged[g.key], o.number)
		return true
	})
}
