package trail

import "github.com/virtaudit/virtaudit/record"

// A Span is a time in which nobody wrote the log: what happened then is not in
// it. To is zero where it lasts.
type Span struct{ From, To Moment }

// maxSpans is how many of them are kept of a node, the first ones.
const maxSpans = 1 << 16

// Unwatched gives for each node when its auditd did not write, in order.
func (t *Trail) Unwatched() map[string][]Span {
	all := map[string][]Span{}
	for _, n := range t.nodes {
		spans := n.unwatched
		if n.off != (Moment{}) {
			spans = append(spans[:len(spans):len(spans)], Span{From: n.off})
		}
		if len(spans) > 0 {
			all[n.name] = spans
		}
	}
	return all
}

// auditd takes what auditd says of its own beginning and end. One that begins
// without having ended was gone for some time since the last record.
func (n *node) auditd(r *record.Record) {
	switch r.Type {
	case record.DaemonEnd, record.DaemonAbort:
		if n.off == (Moment{}) {
			n.off = r.Stamp
		}
	case record.DaemonStart:
		if back := n.back; back != (Moment{}) {
			n.back = Moment{}
			if r.Stamp.Millis < back.Millis+lateStart {
				return
			}
		}
		if n.off == (Moment{}) {
			n.off = n.wrote
		}
		if n.off != (Moment{}) {
			n.on(r.Stamp)
		}
	}
}

// lateStart is by how many milliseconds auditd's word that it began may come
// behind the first records that it wrote.
const lateStart = 60_000

// writes notes that auditd wrote a record of the kernel's.
func (n *node) writes(at Moment) {
	if n.off != (Moment{}) {
		n.on(at)
		n.back = at
	}
	n.wrote = at
}

func (n *node) on(at Moment) {
	if len(n.unwatched) < maxSpans {
		n.unwatched = append(n.unwatched, Span{n.off, at})
	}
	n.off = Moment{}
}
