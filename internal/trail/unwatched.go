package trail

import "github.com/virtaudit/virtaudit/record"

// A Span is a time in which nobody wrote the log: what happened then is not in
// it. To is zero where it lasts.
type Span struct {
	From, To Moment
	// Said tells that auditd said that it ended; otherwise it was gone for some
	// time between two records.
	Said bool
	// Booted tells that the host booted meanwhile.
	Booted bool

	fact uint64 // that shows it
}

// maxSpans is how many of them are kept of a node, the first ones.
const maxSpans = 1 << 16

// Unwatched gives for each node when its auditd did not write, in order.
func (t *Trail) Unwatched() map[string][]Span {
	all := map[string][]Span{}
	for _, n := range t.nodes {
		spans := n.unwatched
		if n.off != (Moment{}) {
			spans = append(spans[:len(spans):len(spans)], n.offNow())
		}
		if len(spans) > 0 {
			all[n.name] = spans
		}
	}
	return all
}

// offNow is the time in which auditd doesn't write now.
func (n *node) offNow() Span { return Span{From: n.off, Said: true, fact: n.offBy} }

// auditd takes what auditd says of its own beginning and end. One that begins
// without having ended was gone for some time since the last record.
func (n *node) auditd(e *entry) {
	r := &e.rec
	switch r.Type {
	case record.DaemonEnd, record.DaemonAbort:
		if n.off == (Moment{}) {
			n.off, n.offBy = r.Stamp, e.fact
		}
		n.back = Moment{}
	case record.DaemonStart:
		if back := n.back; back != (Moment{}) {
			n.back = Moment{}
			if r.Stamp.Millis < back.Millis+lateStart {
				return
			}
		}
		said := n.off != (Moment{})
		if !said {
			n.off, n.offBy = n.wrote, e.fact
		}
		if n.off != (Moment{}) {
			n.on(r.Stamp, said)
		}
	}
}

// lateStart is by how many milliseconds auditd's word that it began may come
// behind the first records that it wrote.
const lateStart = 60_000

// writes notes that auditd wrote a record of the kernel's.
func (n *node) writes(at Moment) {
	if n.off != (Moment{}) {
		n.on(at, true)
		n.back = at
	}
	n.wrote = at
}

// bootedSince tells the last span that the host booted in it, if the last record
// before the boot is not behind its beginning.
func (n *node) bootedSince(last Moment) {
	if i := len(n.unwatched) - 1; i >= 0 && n.unwatched[i].Said && last.Millis <= n.unwatched[i].From.Millis {
		n.unwatched[i].Booted = true
	}
}

func (n *node) on(at Moment, said bool) {
	if len(n.unwatched) < maxSpans {
		n.unwatched = append(n.unwatched, Span{From: n.off, To: at, Said: said, fact: n.offBy})
	}
	n.off = Moment{}
}
