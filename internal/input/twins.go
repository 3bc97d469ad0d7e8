package input

import "bytes"

const (
	maxHeldLines = 1024
	maxHeldBytes = 4 << 20
	twinText     = 256 // less than what the kernel's log leaves of a text
)

// twins drops the second copy of a record. While no auditd runs, the kernel
// sends each record to its multicast group and writes it to its own log, and
// journald reads both, in no certain order. Of the two, the one from the
// multicast group is the better: it is never cut.
//
// To find them, lines are held back until maxHeldLines have come after them.
// Their order stays: a record stands where its first copy stood.
type twins struct {
	held  []heldLine
	byKey map[twinKey]int // the number of the latest held line with that key
	first int             // the number of held[0]
	bytes int
}

type heldLine struct {
	key  twinKey
	line auditLine
}

// A twinKey is the same for the copies of a record: its event, and enough of
// the text to tell it from the event's other records. The type is no part of
// it, as it may be a name or a number.
type twinKey struct{ host, stamp, text string }

// add holds a line back and gives those whose time has come.
func (t *twins) add(l auditLine, out *bytes.Buffer) {
	if t.byKey == nil {
		t.byKey = make(map[twinKey]int)
	}
	key := twinKey{l.host, l.stamp, l.text[:min(len(l.text), twinText)]}
	if n, ok := t.byKey[key]; !ok || !t.merge(&t.held[n-t.first].line, l) {
		t.byKey[key] = t.first + len(t.held)
		t.held = append(t.held, heldLine{key, l})
		t.bytes += len(l.text)
	}
	for len(t.held) > maxHeldLines || t.bytes > maxHeldBytes {
		t.release(out)
	}
}

// merge tells whether l is another copy of a held line, and keeps the better.
func (t *twins) merge(held *auditLine, l auditLine) bool {
	switch {
	case l.copied && held.copied:
		return l.text == held.text
	case l.copied:
		return true
	case held.copied:
		t.bytes += len(l.text) - len(held.text)
		*held = l
		return true
	}
	return false // two records of an event that begin alike
}

// release gives the oldest line.
func (t *twins) release(out *bytes.Buffer) {
	h := t.held[0]
	if t.byKey[h.key] == t.first {
		delete(t.byKey, h.key)
	}
	t.held[0] = heldLine{} // the array lives on for a while
	t.held = t.held[1:]
	t.first++
	t.bytes -= len(h.line.text)
	out.WriteString(h.line.String())
}

func (t *twins) flush(out *bytes.Buffer) {
	for len(t.held) > 0 {
		t.release(out)
	}
}
