package qmp

import (
	"bytes"
	"io"
	"time"
)

// How much of what a peer says is decoded: so many lines at once, and one more
// each time that a pause has passed. A line counts once for each paceLine bytes.
const (
	paceBurst = 4096
	pacePause = time.Millisecond
	paceLine  = 1 << 10
	// paceRead is how much is read at a time when there is more: 32 MiB a second.
	paceRead = 32 << 10
)

// pace bounds what a peer's flood costs.
//
// QEMU keeps in its memory what isn't read, without a limit, and most of the
// events that a guest can cause have none either. So all that a QEMU could say is
// read, more than 100,000 events a second, though not decoded. What is more, or isn't
// written as QEMU writes, stays in the socket until its turn comes.
type pace struct {
	stream io.Reader
	left   int       // lines; less than none after a long one
	filled time.Time // up to when
}

func newPace(r io.Reader) *pace { return &pace{stream: r, left: paceBurst, filled: time.Now()} }

// Read reads from the stream.
func (p *pace) Read(b []byte) (int, error) {
	if !p.hasLeft() {
		p.rest()
		b = b[:min(len(b), paceRead)]
	}
	return p.stream.Read(b)
}

// take tells whether a line may be decoded at once.
func (p *pace) take(text []byte) bool {
	if !p.hasLeft() {
		return false
	}
	p.left -= 1 + len(text)/paceLine
	return true
}

// give gives back what a line took. Answers are as many as questions.
func (p *pace) give(text []byte) { p.left = min(p.left+1+len(text)/paceLine, paceBurst) }

func (p *pace) rest() { time.Sleep(pacePause) }

// hasLeft fills what is left when there is none.
func (p *pace) hasLeft() bool {
	if p.left > 0 {
		return true
	}
	more := time.Since(p.filled) / pacePause
	p.filled = p.filled.Add(more * pacePause)
	p.left = int(min(time.Duration(p.left)+more, paceBurst))
	return p.left > 0
}

// looksLikeEvent tells whether a line begins as events do, and only they.
func looksLikeEvent(text []byte) bool {
	return bytes.HasPrefix(text, []byte(`{"timestamp":`)) || bytes.HasPrefix(text, []byte(`{"event":`))
}
