package trail

import (
	"github.com/virtaudit/virtaudit/internal/recent"
	"github.com/virtaudit/virtaudit/record"
)

// node is a host, by the name that its records or its reader give it.
type node struct {
	name   string
	guests map[string]*guest // by uuid; only those with a session that is open
	byPID  map[uint64]*guest
	byMCS  map[mcs]*guest

	// Where the records stand that come in (see place).
	boot      int
	stretches []stretch // of each boot; the last is the present one
	top       Moment    // the highest serial of this boot
	before    Moment    // the highest before that
	used      uint64    // the highest serial of this boot that left the window
	suspects  int       // records in a row that may be of another boot
	suspicion int       // which suspicion that is, the first or a later one
	suspected Moment    // the last of them

	// Where the records stand that left the window.
	reached   int    // the last boot that was reached
	boots     []boot // what ended all sessions before
	announced bool   // this boot's SYSTEM_BOOT has been seen
	quiet     bool   // no guest was heard of since the last of boots

	last Moment // the latest record

	wrote     Moment // the last record of the kernel's that came in order
	off       Moment // since when auditd doesn't write, or zero
	offBy     uint64 // the fact that shows it
	back      Moment // when it was seen to write again before it said so
	unwatched []Span

	// What is kept for Events.
	names          *recent.Map[string, string] // of guests, by uuid
	events, losses []*Event
	seen           Moment // the last record
	clock          Moment // the last record that a program sent
	lateEvent      *Event
	lateBoot       int

	// What is kept for a Live.
	changed            bool   // since the last Delta
	highest, overtaken uint64 // the highest fact, and the records behind it
	told               mark   // the first event of the last record's moment,
	toldAt             Moment
	booted             int  // how many boots were noted
	settled            bool // the last of them has ended what it surely ends
	given              nodeGiven
	trimmed            uint64 // the highest serial that was used at the last trim
	trimmedBoot        int    // and its boot
}

// boot is a boot of a node.
type boot struct {
	at Moment
	// proven tells that the serials began anew. Without that, it is only a
	// SYSTEM_BOOT, which others than the init system can send.
	proven bool
	by     mark
}

func newNode(name string) *node {
	return &node{
		name: name, guests: map[string]*guest{}, byPID: map[uint64]*guest{}, byMCS: map[mcs]*guest{},
		names: recent.New[string, string](maxPast),
	}
}

// arrive notes the boot that a record belongs to.
func (n *node) arrive(e *entry) {
	if earlier(n.last, e.rec.Stamp) {
		n.last = e.rec.Stamp
	}
	if e.late || e.rec.Type.Daemon() || e.rec.Stamp.Serial > maxSerial {
		return
	}
	n.stretches[e.boot].remember(e.rec.Stamp)
	before := n.wrote
	n.writes(e.rec.Stamp)
	isBoot := e.rec.Type == record.SystemBoot
	switch {
	case e.boot > n.reached:
		n.reached = e.boot
		n.bootedSince(before)
		n.addBoot(boot{e.rec.Stamp, true, e.mark()})
		n.announced = isBoot
	case isBoot && !n.announced && n.reached > 0: // of the boot just found
		n.announced = true
	case isBoot:
		n.bootedSince(before)
		n.addBoot(boot{e.rec.Stamp, false, e.mark()})
	}
	if e.boot == n.boot {
		n.used = max(n.used, e.rec.Stamp.Serial)
	}
}

// addBoot notes a boot. One that follows another with no guest heard of
// between them only adds to the proof.
func (n *node) addBoot(b boot) {
	if n.quiet {
		last := &n.boots[len(n.boots)-1]
		last.proven = last.proven || b.proven
		return
	}
	n.boots = append(n.boots, b)
	n.quiet = true
}
