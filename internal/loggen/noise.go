package loggen

import "bytes"

// background emits what a host logs while guests do nothing.
func (n *node) background() {
	switch {
	case !n.draining && n.chance(150):
		n.security()
	case n.chance(9000):
		n.daemonEvent(lineRotate)
	case n.chance(30000):
		n.restartDaemon()
	default:
		n.noise()
	}
}

// noise emits an event of no interest. Nearly all lines come from here, so it
// makes no copies.
func (n *node) noise() {
	set := &noises[noiseOrder[n.rng.IntN(len(noiseOrder))]]
	v := n.draw()
	n.next()
	n.buf = n.buf[:0]
	for i := range set.lines {
		t := &set.lines[i]
		n.buf = n.head(n.buf, t.typ)
		n.buf = t.appendTo(n.buf, &v, n.rng, n.raw())
		n.buf = append(n.buf, '\n')
	}
	n.writeNoise(len(set.lines))
}

// writeNoise writes the event in the buffer; at times others overtake all but
// its first line.
func (n *node) writeNoise(lines int) {
	if lines == 1 || !n.queue.room() || !n.chance(64) {
		n.queue.write(n.buf, lines, false)
		return
	}
	cut := bytes.IndexByte(n.buf, '\n') + 1
	n.queue.write(n.buf[:cut], 1, false)
	n.queue.hold(n.buf[cut:], lines-1, false, 1+n.rng.IntN(6), n.queue.maxWait())
}
