package trail

import "github.com/virtaudit/virtaudit/record"

const (
	// windowSize is how many records are kept back for those that come late.
	windowSize = 256
	// ahead and behind are by how many milliseconds the stamp of a record may
	// be later or earlier than that of one with a higher serial, for it to have
	// been overtaken by that one and not to be of another boot. Clocks that are
	// wrong after a boot are wrong by years.
	ahead, behind = 1000, 24 * 3600 * 1000
	// bootBehind is behind for a SYSTEM_BOOT: one that was overtaken is one of
	// the boot's first records, and so are those that overtook it.
	bootBehind = 60_000
	// lowRun is how many records in a row must have lower serials than those
	// before them, and rising ones, to prove a new boot when the clock went
	// back too.
	lowRun = 3
)

// entry is a record in the window.
type entry struct {
	rec  record.Record
	line []byte // what rec was parsed from, where the trail parsed it
	node *node
	boot int
	// late tells that it came after records that follow it were used.
	late bool
}

// window holds the last records, in the order of (node, boot, serial).
type window struct {
	entries [windowSize]*entry // a ring
	from, n int
}

func (w *window) at(i int) **entry { return &w.entries[(w.from+i)%windowSize] }

// next takes the oldest entry out when the window is full, for its memory to
// be used again. In the beginning it makes new ones.
func (w *window) next() (e *entry, full bool) {
	if w.n < windowSize {
		return &entry{}, false
	}
	return w.pop(), true
}

func (w *window) pop() *entry {
	e := *w.at(0)
	w.from = (w.from + 1) % windowSize
	w.n--
	return e
}

// push puts an entry behind the others; or, where entries of its node and boot
// have higher serials, before these.
func (w *window) push(e *entry) {
	at := w.n
	for i := w.n - 1; i >= 0 && !e.late; i-- {
		o := *w.at(i)
		if o.node != e.node || o.rec.Type.Daemon() {
			continue
		}
		if o.boot != e.boot || o.rec.Stamp.Serial <= e.rec.Stamp.Serial {
			break
		}
		at = i
	}
	w.n++
	for i := w.n - 1; i > at; i-- {
		*w.at(i) = *w.at(i - 1)
	}
	*w.at(at) = e
}

// place finds a record's boot and whether it comes too late.
func (w *window) place(n *node, e *entry) {
	s := e.rec.Stamp
	e.node, e.late = n, false
	if e.rec.Type.Daemon() { // numbered by auditd, not by the kernel
		e.boot = n.boot
		return
	}
	sinceTop := s.Millis - n.top.Millis
	switch {
	case s.Serial > n.top.Serial || s == n.top:
		n.top = s
		n.low = lowRecords{}
	case sinceTop > ahead:
		n.newBoot(s)
	case s.Serial > n.used && sinceTop >= -behindOf(e.rec.Type): // it finds its place
	case e.rec.Type == record.SystemBoot:
		n.newBoot(s)
	case n.low.add(s.Serial):
		n.newBoot(s)
		w.reclaim(n)
	default:
		e.late = true
	}
	e.boot = n.boot
}

// reclaim gives the node's last records, which were taken for late ones before
// there were enough of them, to the boot that they prove.
func (w *window) reclaim(n *node) {
	left := lowRun - 1
	for i := w.n - 1; i >= 0 && left > 0; i-- {
		if e := *w.at(i); e.node == n && e.late {
			e.late, e.boot = false, n.boot
			left--
		}
	}
}

func behindOf(t record.Type) int64 {
	if t == record.SystemBoot {
		return bootBehind
	}
	return behind
}

// newBoot notes that the node's serials begin anew.
func (n *node) newBoot(s Moment) {
	n.boot++
	n.top, n.used = s, 0
	n.low = lowRecords{}
}

// lowRecords counts records in a row that are too late, by rising serials.
type lowRecords struct {
	count int
	last  uint64
}

func (l *lowRecords) add(serial uint64) bool {
	if serial < l.last {
		l.count = 0
	}
	l.count++
	l.last = serial
	return l.count >= lowRun
}
