package trail

import "slices"

// nodeGiven is what was given of a node.
type nodeGiven struct {
	last  Moment
	spans int  // that are over
	span  Span // the last of them
	off   Span // the one that isn't
}

// tellNode gives what changed of a node.
func (l *Live) tellNode(n *node) {
	n.changed = false
	was, now := n.given, nodeGiven{last: n.last, spans: len(n.unwatched)}
	if now.spans > 0 {
		now.span = n.unwatched[now.spans-1]
	}
	if n.off != (Moment{}) {
		now.off = n.offNow()
	}
	n.given = now
	if now.last != was.last {
		l.out.seen(n)
	}
	if now.spans == was.spans && now.span == was.span && now.off == was.off {
		return
	}
	spans := slices.Clone(n.unwatched)
	if was.off != (Span{}) {
		l.out.drop(unwatchedID(was.off)) // unless it is given again
	}
	if now.off != (Span{}) {
		spans = append(spans, now.off)
	}
	for _, off := range spans[max(0, was.spans-1):] {
		l.finder.auditdOff(n.name, off)
		for _, f := range l.finder.take() {
			f.ID = unwatchedID(off)
			l.out.finding(f)
		}
	}
	l.out.unwatched(n, spans)
}
