package reconcile

// ahead is a ring of the times of records that were read last. The trail of the log
// holds such records back until their order is certain; only when it has used one
// does the record's time count as a time that the log was read up to.
type ahead struct {
	times [aheadSize]reached
	from  int
	n     int
}

// reached is a time up to which the log of a node was read.
type reached struct {
	node *node
	at   int64
}

// aheadSize is more than the number of records that a trail holds back.
const aheadSize = 512

// read notes the time of a record that was read, and may be held back.
func (d *Deriver) read(n *node, at int64) {
	a := &d.ahead
	if a.n == aheadSize {
		d.used()
	}
	a.times[(a.from+a.n)%aheadSize] = reached{n, at}
	a.n++
}

// used notes that the trail of the log has used the oldest record of ahead.
func (d *Deriver) used() {
	a := &d.ahead
	first := a.times[a.from]
	a.from, a.n = (a.from+1)%aheadSize, a.n-1
	d.reach(first.node, first.at)
}

// caughtUp notes that it has used all of them.
func (d *Deriver) caughtUp() {
	for d.ahead.n > 0 {
		d.used()
	}
}

// reach notes up to when the log was read and used. Records overtake each other by a
// little, so the time only goes forward, unless the clock was set back: then the
// node's runs are judged anew.
func (d *Deriver) reach(n *node, at int64) {
	was := n.mark
	if n.mark = d.onward(n.mark, at); n.mark != was {
		n.moved = n.now
	}
	if n.mark < was {
		d.setBack(n)
	}
}

// setBack handles a clock that was set back: nothing that was seen before counts as
// later than what comes now.
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

// at notes the time on a node, as a fact that isn't from the log tells it. If that
// clock was set back, the log can't have been read up to a time still to come.
func (d *Deriver) at(n *node, now int64) {
	n.now = d.onward(n.now, now)
	n.moved = min(n.moved, n.now)
	if now < n.mark-d.window {
		d.reach(n, now)
	}
}

// onward gives the later of two times, or now if it is earlier than was by more than
// facts overtake each other, as the clock was set back then.
func (d *Deriver) onward(was, now int64) int64 {
	if now < was-d.window {
		return now
	}
	return max(was, now)
}
