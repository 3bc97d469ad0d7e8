package cli

import (
	"io"

	"github.com/virtaudit/virtaudit/auditlog"
)

const (
	batchBytes = 128 << 10 // how much text of picked lines goes into a batch
	batchLines = 512       // and how many lines
	batchCount = 4
)

// batch is some picked lines on their way from the goroutine that finds them
// to the one that makes a trail of them.
type batch struct {
	text  []byte
	lines [][]byte
}

func (b *batch) full(next int) bool {
	return len(b.lines) == cap(b.lines) || len(b.text) > 0 && len(b.text)+next > cap(b.text)
}

// add copies a line: what the scanner gives is valid until the next only.
func (b *batch) add(line []byte) {
	from := len(b.text)
	b.text = append(b.text, line...)
	b.lines = append(b.lines, b.text[from:len(b.text)])
}

// scan finds the picked lines of a stream in a goroutine of its own: most of
// the time goes into that, and none of it depends on what they say.
type scan struct {
	batches chan *batch
	spare   chan *batch
	// Of the whole stream, once batches is closed:
	stats auditlog.Stats
	err   error
}

func startScan(r io.Reader) *scan {
	s := &scan{batches: make(chan *batch, batchCount), spare: make(chan *batch, batchCount)}
	for range batchCount {
		s.spare <- &batch{text: make([]byte, 0, batchBytes), lines: make([][]byte, 0, batchLines)}
	}
	go s.run(auditlog.NewScanner(r))
	return s
}

// run is the goroutine. It ends with the stream.
func (s *scan) run(scanner *auditlog.Scanner) {
	defer close(s.batches)
	b := <-s.spare
	for line := range scanner.Lines() {
		if b.full(len(line)) {
			s.batches <- b
			b = <-s.spare
		}
		b.add(line)
	}
	s.batches <- b
	s.stats, s.err = scanner.Stats(), scanner.Err()
}

// reuse gives a batch back.
func (s *scan) reuse(b *batch) {
	b.text, b.lines = b.text[:0], b.lines[:0]
	if cap(b.text) > batchBytes { // a long line's
		b.text = make([]byte, 0, batchBytes)
	}
	s.spare <- b
}
