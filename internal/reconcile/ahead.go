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
	switch {
	case at >= n.mark:
		n.mark = at
	case at < n.mark-d.window:
		n.mark = at
		d.touch(n.name)
	}
}
