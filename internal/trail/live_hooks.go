package trail

import "slices"

// What a trail tells the Live that it is part of while it uses records.

// mark is the place of the loss of a session, where facts have numbers: by the
// fact that shows it.
type mark struct {
	fact, order uint64
	nth         int
}

// beforeIt and behindIt are the Nth of a loss that stands before the first event
// of its moment, or behind a crash.
const beforeIt, behindIt = -1, 1

// mark gives the place of a loss that a record shows.
func (e *entry) mark() mark {
	switch n := e.node; {
	case e.order == 0:
		return mark{}
	case n.told.order != 0 && n.toldAt == e.rec.Stamp:
		return mark{e.fact, n.told.order, n.told.nth}
	}
	return mark{e.fact, e.order, beforeIt}
}

// crashMark is mark for a crash.
func (e *entry) crashMark() mark {
	m := e.mark()
	if m.order == e.order && e.told == 0 {
		m.nth = behindIt
	}
	return m
}

// bootMark is the place of a session's loss to a boot, among those of others.
func (s *Session) bootMark(b boot) mark {
	if s.live != nil {
		b.by.nth = s.live.rank
	}
	return b.by
}

// arrived loses the sessions that a boot surely ended: the next record of their
// guests would, but it may never come.
func (l *Live) arrived(n *node) {
	if n.booted < len(n.boots) {
		n.booted, n.settled = len(n.boots), false
		l.rank(n)
	}
	if n.booted == 0 || n.settled || !n.boots[n.booted-1].proven {
		return
	}
	n.settled = true
	for _, g := range n.sortedGuests() {
		l.trail.settle(g)
	}
}

// rank gives the sessions that a boot ends, for all that is known, their places
// behind each other.
func (l *Live) rank(n *node) {
	var lost []*Session
	for _, g := range n.sortedGuests() {
		l.trail.touched(g)
		if s := g.open; s != nil && s.boots == n.booted-1 { // no boot before this one
			lost = append(lost, s)
		}
	}
	slices.SortStableFunc(lost, compareGuests)
	for i, s := range lost {
		s.live.rank = beforeIt - len(lost) + i
	}
}

// orderBits are those of an order that count the records that were overtaken by
// one fact: fewer than the window holds.
const orderBits = 10

// use notes that a record is used, and gives it its order: that is by the
// highest fact so far, and behind that by those which it overtook. So it depends
// on what is near a record alone.
func (l *Live) use(e *entry) {
	n := e.node
	if !n.changed {
		n.changed = true
		l.nodes = append(l.nodes, n)
	}
	if n.overtaken++; e.fact > n.highest {
		n.highest, n.overtaken = e.fact, 0
	}
	e.order = n.highest<<orderBits | min(n.overtaken, 1<<orderBits-1)
}

// note takes an event of a record.
func (l *Live) note(e *entry, ev *Event) {
	ev.Fact, ev.Nth, ev.Order = e.fact, e.told, e.order
	e.told++
	if n := e.node; n.told.order == 0 || n.toldAt != ev.At {
		n.toldAt, n.told = ev.At, mark{ev.Fact, ev.Order, beforeIt}
		if ev.Op == OpCrash {
			n.told.nth = behindIt
		}
	}
	l.pending = append(l.pending, ev)
}

// lost takes the event of a loss.
func (l *Live) lost(ev *Event) {
	l.pending = append(l.pending, ev)
}

// grew notes that an event counts one record more.
func (l *Live) grew(ev *Event) {
	if !slices.Contains(l.grown, ev) {
		l.grown = append(l.grown, ev)
	}
}

// begin takes a session that begins.
func (l *Live) begin(g *guest, s *Session) {
	s.Boot += l.boots[s.Node]
	s.live = &liveSession{guest: g, session: s}
	s.live.as = s.live
}

// touched notes that a guest may not be what it was.
func (t *Trail) touched(g *guest) {
	if t.owner == nil || g.live != nil && g.live.touched {
		return
	}
	if g.live == nil {
		g.live = &liveGuest{}
	}
	g.live.touched = true
	t.owner.guests = append(t.owner.guests, g)
}

// beganWith tells a session that its first record is one of those by which files
// were opened, and which are handed over to it.
func (s *Session) beganWith(openedBy []*Event, fact uint64) {
	for _, ev := range openedBy {
		if ev.Fact == fact && fact != 0 {
			s.ID, s.begun = fact, mark{fact, ev.Order, beforeIt}
		}
	}
}
