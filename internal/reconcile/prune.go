package reconcile

import (
	"cmp"
	"slices"
)

// silence is for how many milliseconds something is kept that is over where the
// log isn't read on.
const silence = 3600_000

// maxOver is how many runs are kept that are over, the last ones, and maxOverOfGuest
// how many of one guest. A log that is further behind than they go back tells of
// others as sessions of their own.
const maxOver, maxOverOfGuest = 1 << 12, 1 << 8

// maxUnseen is how many sessions of the log are kept that are over and that no
// witness showed yet, the last ones.
const maxUnseen = 1 << 10

// past tells whether nothing can come any more that belongs to what was over at a
// time: the log was read on from there, or isn't read on at all.
func (d *Deriver) past(n *node, at int64) bool {
	return n.mark >= at+2*d.window || n.now >= at+silence && n.now >= n.moved+silence
}

// prune forgets runs and sessions that are over. What they have in common is
// kept as long as the log only presumes that a session ended, as its row will
// then be given out anew.
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

// unseen tells whether no witness is to be expected to show a session of the log
// that is over: none lags behind by more than settleAfter, nor is waited for so long
// where there are too many such sessions.
func (d *Deriver) unseen(s *session, tooMany bool) bool {
	n, at := s.guest.node, min(sessionEnd(s.row), s.row.Last.Millis)
	return d.past(n, at) && (tooMany || !n.witnessed || n.mark >= at+d.settleAfter || n.now >= at+silence)
}

// countOver counts the runs that are over, and those of each guest.
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

// over tells whether a run is, for all who know of it but witnesses that lag
// behind.
func (r *run) over() bool { return r.ended && (r.session == nil || r.session.over) }

// done tells whether nothing is to be expected of a run that is over. One that a
// witness may show still, or of which records are missing, is kept as long as
// those would be sent.
func (d *Deriver) done(r *run) bool {
	n := r.guest.node
	if r.due <= n.mark || !d.past(n, r.gone.by) {
		return false
	}
	return !r.lacks && !r.shownStill() || max(n.mark, n.now) > r.gone.by+tooLate
}

// bury gives out a run for the last time.
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

// leave forgets a session of the log but for its number.
func (d *Deriver) leave(s *session) {
	o := numbered{place: s.place(), row: s.row.ID, logged: s.row.Number, shown: s.number()}
	if o.shown != o.logged {
		d.left.Put(o.row, o.shown-o.logged)
	}
	s.run = nil // which keeps its session
	d.forget(s)
	s.guest.leave(o)
}
