package loggen

import "math"

// maxHeld is how many events of a node can be late at a time.
const maxHeld = 2

// held is the end of an event that other events overtake.
type held struct {
	text     []byte
	lines    int
	pick     bool  // one of the lines is a picked record
	dueLines int64 // goes out when its node has written so many lines
	duePicks int64 // or so many picked records
}

// queue writes the lines of one node and lets some come late. That a line is
// overtaken by at most late picked records is seen to here: a held text has
// one picked record at most, and can wait for one more held text.
type queue struct {
	out          *output
	late         int
	held         []held
	lines, picks int64
}

// write writes lines with one picked record or none.
func (q *queue) write(text []byte, lines int, pick bool) {
	q.release()
	q.put(text, lines, pick)
}

func (q *queue) put(text []byte, lines int, pick bool) {
	q.out.write(text, lines)
	q.lines += int64(lines)
	if pick {
		q.picks++
	}
}

// room says whether one more text can be held.
func (q *queue) room() bool {
	return len(q.held) < min(maxHeld, q.late)
}

// maxWait is how many picked records may be written before a held text is due.
func (q *queue) maxWait() int {
	return q.late - min(maxHeld, q.late) + 1
}

// hold keeps a copy of the text until that many lines or picked records have
// been written. A negative number of lines is no limit.
func (q *queue) hold(text []byte, lines int, pick bool, waitLines, waitPicks int) {
	h := held{text: append([]byte(nil), text...), lines: lines, pick: pick}
	h.duePicks = q.picks + int64(waitPicks)
	h.dueLines = q.lines + int64(waitLines)
	if waitLines < 0 {
		h.dueLines = math.MaxInt64
	}
	q.held = append(q.held, h)
}

// release writes what is due.
func (q *queue) release() {
	for i := 0; i < len(q.held); {
		h := q.held[i]
		if q.picks < h.duePicks && q.lines < h.dueLines {
			i++
			continue
		}
		q.held = append(q.held[:i], q.held[i+1:]...)
		q.put(h.text, h.lines, h.pick)
		i = 0
	}
}

// flush writes all that is held.
func (q *queue) flush() {
	for _, h := range q.held {
		q.put(h.text, h.lines, h.pick)
	}
	q.held = q.held[:0]
}
