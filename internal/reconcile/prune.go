package reconcile

import "slices"

// silence is for how many milliseconds something is kept that is over where the
// log isn't read.
const silence = 3600_000

// past tells whether nothing can come any more that belongs to what was over at a
// time.
func (d *Deriver) past(n *node, at int64) bool {
	return n.mark >= at+2*d.window || n.now >= at+silence
}

// prune forgets runs and sessions that are over. What they have in common is
// kept as long as the log doesn't know that a session ended, as its row would
// then be given out anew.
func (d *Deriver) prune() {
	d.runs = slices.DeleteFunc(d.runs, func(r *run) bool {
		over := r.ended && r.due > r.guest.node.mark && d.past(r.guest.node, r.gone.by) && (r.session == nil || r.session.over)
		if over {
			d.bury(r)
		}
		return over
	})
	kept := d.ended[:0]
	for _, s := range d.ended {
		switch {
		case d.sessions[s.row.ID] != s || !s.over:
		case s.run == nil && d.past(s.guest.node, min(sessionEnd(s.row), s.row.Last.Millis)):
			d.leave(s)
		default:
			kept = append(kept, s)
		}
	}
	d.ended = kept
}

// bury gives out a run for the last time.
func (d *Deriver) bury(r *run) {
	d.judge(r).give()
	r.buried = true
	for _, ev := range d.fresh {
		if ev.run == r {
			ev.SessionID = r.sessionID()
			d.out.event(ev.Event)
		}
	}
	d.fresh = slices.DeleteFunc(d.fresh, func(ev freshEvent) bool { return ev.run == r })
	g := r.guest
	g.runs = slices.DeleteFunc(g.runs, func(o *run) bool { return o == r })
	if s := r.session; s != nil {
		s.run = nil
		d.leave(s)
	} else {
		g.over = append(g.over, over{id: r.id})
		g.count()
	}
	if g.idle() {
		delete(g.node.guests, g.key)
	}
}

// leave forgets a session of the log but for its number.
func (d *Deriver) leave(s *session) {
	s.guest.over = append(s.guest.over, over{s.row.ID, s.row.Number})
	d.forget(s)
	s.guest.count()
}
