package reconcile

// ahead are the last times that the log was seen to be read up to, while records
// from before may be kept back for their order.
type ahead struct {
	times [aheadSize]reached
	from  int
	n     int
}

// reached is a time that the log of a node was read up to.
type reached struct {
	node *node
	at   int64
}

// aheadSize is more than a trail keeps back.
const aheadSize = 512

// read notes that a record of some time was read.
func (d *Deriver) read(n *node, at int64) {
	a := &d.ahead
	if a.n == aheadSize {
		d.used()
	}
	a.times[(a.from+a.n)%aheadSize] = reached{n, at}
	a.n++
}

// used takes that the trail of the log used what was read first.
func (d *Deriver) used() {
	a := &d.ahead
	first := a.times[a.from]
	a.from, a.n = (a.from+1)%aheadSize, a.n-1
	d.reach(first.node, first.at)
}

// caughtUp takes that it used all.
func (d *Deriver) caughtUp() {
	for d.ahead.n > 0 {
		d.used()
	}
}

// reach notes up to when the log was read, and used. Records overtake each other
// by a little; where the clock was set back all is to be judged anew.
func (d *Deriver) reach(n *node, at int64) {
	was := n.mark
	if n.mark = d.onward(n.mark, at); n.mark != was {
		n.moved = n.now
	}
	if n.mark < was {
		d.setBack(n)
	}
}

// setBack takes that the clock of a node was: what was seen by then is no later
// than what comes.
func (d *Deriver) setBack(n *node) {
	for _, r := range d.runs {
		if r.guest.node != n {
			continue
		}
		for w := range r.views {
			v := &r.views[w]
			v.look.after, v.look.by, v.looked = min(v.look.after, n.mark), min(v.look.by, n.mark), min(v.looked, n.mark)
		}
		for _, t := range r.open {
			t.shown.by = min(t.shown.by, n.mark)
		}
		r.touch()
	}
}

// at notes what time it is by the clock of a node, as a fact says that isn't of
// the log. Where that was set back, the log wasn't read to a time that is to come.
func (d *Deriver) at(n *node, now int64) {
	n.now = d.onward(n.now, now)
	n.moved = min(n.moved, n.now)
	if now < n.mark-d.window {
		d.reach(n, now)
	}
}

// onward gives the later of two times, or the second where it is earlier than the
// first by more than facts overtake each other.
func (d *Deriver) onward(was, now int64) int64 {
	if now < was-d.window {
		return now
	}
	return max(was, now)
}
