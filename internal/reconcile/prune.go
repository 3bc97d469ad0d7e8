package reconcile

import (
	"cmp"
	"slices"
)

// silence is for how many milliseconds something that is over is kept if the log isn't
// read on.
const silence = 3600_000

// maxOver is how many runs that are over are kept, and maxOverOfGuest how many of one
// guest. If the log is further behind than they go back, what it tells of older runs
// becomes sessions of their own.
const maxOver, maxOverOfGuest = 1 << 12, 1 << 8

// maxUnseen is how many sessions of the log are kept that are over and that no witness
// has shown yet.
const maxUnseen = 1 << 10

// past tells whether nothing more is to be expected of what was over at a time: the log
// was read well past it, or isn't read on at all.
func (d *Deriver) past(n *node, at int64) bool {
	return n.mark >= at+2*d.window || n.now >= at+silence && n.now >= n.moved+silence
}

// prune forgets runs and sessions that are over. As long as the log only presumes that
// a session ended, it is kept together with its run, since its row may be given out
// again.
func (d *Deriver) prune() {
	over := d.countOver()
	d.runs = slices.DeleteFunc(d.runs, func(r *run) bool {
		if !r.over() || over <= maxOver && r.guest.ended <= maxOverOfGuest && !d.done(r) {
			return false
		}
		over--
		r.guest.ended--
		d.bury(r)
		return true
	})
	slices.SortFunc(d.ended, func(a, b *session) int { return cmp.Compare(a.row.ID, b.row.ID) })
	kept, more := d.ended[:0], len(d.ended)-maxUnseen
	for _, s := range d.ended {
		switch {
		case d.sessions[s.row.ID] != s || !s.over:
		case s.run == nil && (more > 0 || !s.followed()) && d.unseen(s, more > 0):
			d.leave(s)
		default:
			kept = append(kept, s)
			continue
		}
		more--
	}
	d.ended = kept
}

// unseen tells whether a session of the log that is over need not wait any longer for a
// witness to show it. Witnesses lag behind by settleAfter at most; if there are too many
// such sessions they are not waited for.
func (d *Deriver) unseen(s *session, tooMany bool) bool {
	n, at := s.guest.node, min(sessionEnd(s.row), s.row.Last.Millis)
	return d.past(n, at) && (tooMany || !n.witnessed || n.mark >= at+d.settleAfter || n.now >= at+silence)
}

// countOver counts the runs that are over, in all and of each guest.
func (d *Deriver) countOver() int {
	for _, r := range d.runs {
		r.guest.ended = 0
	}
	n := 0
	for _, r := range d.runs {
		if r.over() {
			r.guest.ended++
			n++
		}
	}
	return n
}

// over tells whether a run is over, as the log says too, where it knows the run.
func (r *run) over() bool { return r.ended && (r.session == nil || r.session.over) }

// done tells whether nothing more is to be expected of a run that is over. If a witness
// may still show it, or records of it are missing, it is kept for as long as these could
// be sent.
func (d *Deriver) done(r *run) bool {
	n := r.guest.node
	if r.due <= n.mark || !d.past(n, r.gone.by) {
		return false
	}
	return !r.lacks && !r.shownStill() || max(n.mark, n.now) > r.gone.by+tooLate
}

// bury gives out a run for the last time, and forgets it.
func (d *Deriver) bury(r *run) {
	d.judge(r).give()
	r.buried, r.rival = true, nil // which would keep its own
	g := r.guest
	g.runs = slices.DeleteFunc(g.runs, func(o *run) bool { return o == r })
	if s := r.session; s != nil {
		d.leave(s)
		return
	}
	g.leave(numbered{place: r.place(), row: r.id, unlogged: 1, shown: r.number()})
}

// leave forgets a session of the log, and keeps its number.
func (d *Deriver) leave(s *session) {
	o := numbered{place: s.place(), row: s.row.ID, logged: s.row.Number, shown: s.number()}
	if o.shown != o.logged {
		d.left.Put(o.row, o.shown-o.logged)
	}
	s.run = nil // which keeps its session
	d.forget(s)
	s.guest.leave(o)
}
