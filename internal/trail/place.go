package trail

import (
	"bytes"

	"github.com/virtaudit/virtaudit/record"
)

// Where a record belongs is told by its serial, which the kernel counts from
// boot to boot. Three things look alike when a serial is lower than one before:
//
//   - lines that overtook each other, by a little. The time tells nothing then:
//     an event inside a long system call has the time of the call's beginning;
//   - a line that comes much too late, or again, as from copies of one log;
//   - a boot.
//
// So a boot is taken for one when more than a lower serial says so: a
// SYSTEM_BOOT, a serial far below the last with a later time, half a minute
// without a record before it, or two records in a row whose times don't fit
// their serials. Until the second comes, the first is a suspect.

const (
	// ahead is by how many milliseconds a record may be later than one with a
	// higher serial without raising suspicion.
	ahead = 1000
	// pause is after how many milliseconds without a record a lower serial is
	// that of another boot.
	pause = 30_000
	// near is how much lower a serial may be for its record, later by more
	// than that, to have been overtaken and not to be of another boot.
	near = 64
	// bootBehind is by how many milliseconds a SYSTEM_BOOT may be earlier than
	// a record with a higher serial that overtook it: both are then among the
	// first of their boot.
	bootBehind = 20_000
	// maxSeen is of how many records of a boot, the last ones, it is known that
	// they were used: so much later may a copy of one come and be known for one.
	// seenBoots is of how many boots.
	maxSeen, seenBoots = 1 << 16, 8
	// maxSerial is the highest serial: the kernel counts in 32 bits.
	maxSerial = 1<<32 - 1
	// outlier is by how much a serial may rise at once to be believed before
	// another one confirms it.
	outlier = 1 << 20
)

// place finds a record's boot, and whether it comes too late. It reports false
// for one that was there before.
func (w *window) place(n *node, e *entry) bool {
	s := e.rec.Stamp
	e.node, e.late, e.suspect, e.boot, e.sum = n, false, -1, n.boot, 0
	if e.rec.Type.Daemon() || s.Serial > maxSerial { // not numbered by the kernel
		return true
	}
	if n.stretches == nil {
		n.beginBoot(s)
	}
	switch {
	case s == n.top:
		return !w.repeated(e)
	case n.rises(e) && !n.past(s):
		n.rise(s)
	case n.repeated(s) || w.repeated(e):
		return false
	case n.rises(e):
		n.rise(s)
	default:
		w.placeLower(n, e)
	}
	e.boot = n.boot
	return true
}

// rises tells whether a serial is the highest so far. Equal ones of different
// times can't be, unless of two boots; what isn't a boot's own record is taken
// for what some other writer numbers badly.
func (n *node) rises(e *entry) bool {
	s := e.rec.Stamp.Serial
	return s > n.top.Serial || s == n.top.Serial && e.rec.Type != record.SystemBoot
}

// rise takes a record with the highest serial so far.
func (n *node) rise(s Moment) {
	n.before, n.top = n.top, s
	n.absolve()
	n.current().cover(s.Millis)
}

// placeLower places a record whose serial is lower than one before.
func (w *window) placeLower(n *node, e *entry) {
	s := e.rec.Stamp
	later := s.Millis - n.top.Millis
	switch {
	case n.top.Serial-n.before.Serial > outlier && s.Serial > n.before.Serial && n.before != (Moment{}):
		n.top = s // the higher one was no kernel's
		n.current().cover(s.Millis)
	case e.rec.Type == record.SystemBoot && (later > ahead || later < -bootBehind || n.top.Serial-s.Serial > near):
		n.beginBoot(s)
	case later > ahead, s.Millis < n.current().first-bootBehind:
		w.suspect(n, e)
	case s.Serial > n.used:
		n.current().cover(s.Millis)
	default:
		e.late = true
	}
}

// suspect takes a record whose time doesn't fit its serial. With the one before
// it, or if its serial is far from the last, it proves a boot.
func (w *window) suspect(n *node, e *entry) {
	s := e.rec.Stamp
	again := n.suspects > 0 && s.Serial > n.suspected.Serial && s.Millis >= n.suspected.Millis-ahead
	far := s.Millis > n.top.Millis && (n.top.Serial-s.Serial > near || s.Millis > n.current().last+pause)
	n.suspects, n.suspected = n.suspects+1, s
	if !again && !far {
		e.suspect, e.late = n.suspicion, s.Serial <= n.used
		return
	}
	n.beginBoot(s)
	w.clear(n)
}

// clear gives the suspects to the boot that they were of.
func (w *window) clear(n *node) {
	for i := 0; i < w.n; i++ {
		o := *w.at(i)
		if o.node != n || o.suspect != n.suspicion {
			continue
		}
		w.remove(i)
		i--
		o.boot, o.late, o.suspect = n.boot, false, -1
		n.current().cover(o.rec.Stamp.Millis)
		if o.rec.Stamp.Serial > n.top.Serial {
			n.top = o.rec.Stamp
		}
		w.push(o)
	}
	n.absolve()
}

// absolve ends the suspicion that a boot has begun.
func (n *node) absolve() {
	if n.suspects > 0 {
		n.suspects = 0
		n.suspicion++
	}
}

// beginBoot notes that the node's serials begin anew.
func (n *node) beginBoot(s Moment) {
	if n.stretches != nil {
		n.boot++
	}
	n.stretches = append(n.stretches, stretch{first: s.Millis, last: s.Millis})
	if old := len(n.stretches) - 1 - seenBoots; old >= 0 {
		n.stretches[old].seen = nil
	}
	n.before, n.top, n.used = Moment{}, s, 0
}

func (n *node) current() *stretch { return &n.stretches[len(n.stretches)-1] }

// past tells whether a record with a new highest serial has a time from before
// this boot: as when a log is given twice.
func (n *node) past(s Moment) bool {
	return s.Millis < n.current().first && len(n.stretches) > 1
}

// repeated tells whether a record was used before, in this boot or another.
func (n *node) repeated(s Moment) bool {
	for i := max(0, len(n.stretches)-1-seenBoots); i < len(n.stretches); i++ {
		b := &n.stretches[i]
		if s.Millis >= b.first && s.Millis <= b.last && b.has(s) {
			return true
		}
	}
	return false
}

// repeated tells whether the window holds the record already: the same event
// with the same text, whatever node= or enrichment stands around it.
func (w *window) repeated(e *entry) bool {
	for i := w.n - 1; i >= 0; i-- {
		o := *w.at(i)
		if o.node != e.node || o.rec.Stamp != e.rec.Stamp || o.rec.Type != e.rec.Type {
			continue
		}
		if o.hash() == e.hash() && o.rec.Result == e.rec.Result && bytes.Equal(o.rec.AppendMessage(nil), e.rec.AppendMessage(nil)) {
			return true
		}
	}
	return false
}
