package trail

import (
	"hash/maphash"

	"github.com/virtaudit/virtaudit/record"
)

const (
	// windowSize and windowBytes are how many records are kept back for those
	// that come late, and how much text.
	windowSize, windowBytes = 256, 8 << 20
	// keptBytes and keptFields are up to how much text and how many fields the
	// memory of a record is used again.
	keptBytes, keptFields = 4 << 10, 64
)

// entry is a record in the window.
type entry struct {
	rec  record.Record
	size int // of its text
	node *node
	boot int
	// fact is the number of its fact, order that of its events, and told how many
	// it has. All are 0 where facts have no numbers.
	fact, order uint64
	told        int
	// late tells that it came after records that follow it were used.
	late bool
	// suspect is the number of its node's suspicion that this record may be of
	// another boot than it seems, or -1 (see place).
	suspect int
	// sum is a hash of the message, where it was asked for; 0 otherwise.
	sum uint64
}

var hashSeed = maphash.MakeSeed()

// hash gives equal messages the same number.
func (e *entry) hash() uint64 {
	if e.sum == 0 {
		e.sum = max(1, maphash.Bytes(hashSeed, e.rec.AppendMessage(nil)))
	}
	return e.sum
}

// large tells whether a record takes so much memory that it is better given up.
func (e *entry) large() bool {
	fields := 0
	for s := record.Kernel; s <= record.Auditd; s++ {
		fields += len(e.rec.Fields(s))
	}
	return e.size > keptBytes || fields > keptFields
}

// window holds the last records, in the order of (node, boot, serial).
type window struct {
	entries [windowSize]*entry // a ring
	from, n int
	bytes   int // of the entries' texts
}

func (w *window) at(i int) **entry { return &w.entries[(w.from+i)%windowSize] }

// full tells whether the oldest entry must go before another comes.
func (w *window) full() bool { return w.n == windowSize || w.n > 0 && w.bytes > windowBytes }

// pop takes the oldest entry out.
func (w *window) pop() *entry { return w.remove(0) }

func (w *window) remove(i int) *entry {
	e := *w.at(i)
	for ; i > 0; i-- {
		*w.at(i) = *w.at(i - 1)
	}
	*w.at(0) = nil // not to keep what is used up
	w.from = (w.from + 1) % windowSize
	w.n--
	w.bytes -= e.size
	return e
}

// push puts an entry behind the others; or, where entries of its node and boot
// have higher serials, before these. auditd's own records stay where they came:
// their serials are no kernel's.
func (w *window) push(e *entry) {
	at := w.n
	for i := w.n - 1; i >= 0 && !e.late && !e.rec.Type.Daemon(); i-- {
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
	w.bytes += e.size
	for i := w.n - 1; i > at; i-- {
		*w.at(i) = *w.at(i - 1)
	}
	*w.at(at) = e
}
