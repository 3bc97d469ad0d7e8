package cli

import (
	"io"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/record"
)

// Most of the time of reading goes into finding the picked lines, and that
// doesn't depend on what they say. So it runs in goroutines beside the one that
// makes a trail of them: one for a stream, several for a file (scanFile), which
// parse the lines too.

const (
	batchBytes = 128 << 10 // how much text of picked lines goes into a batch
	batchLines = 512       // and how many lines
	batchCount = 4
)

// batch is some picked lines of a stream, in order.
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

// reset empties the batch, and gives up a long line's memory.
func (b *batch) reset() {
	b.text, b.lines = b.text[:0], b.lines[:0]
	if cap(b.text) > batchBytes {
		b.text = make([]byte, 0, batchBytes)
	}
}

// use is what becomes of each picked line and its record, nil where it holds
// none. The line is valid until use returns. The record stands alone, and may
// be changed for another.
type use func(line []byte, r *record.Record)

// scanStream hands the picked lines of a stream on, in order.
func scanStream(r io.Reader, use use) (auditlog.Stats, error) {
	scanner := auditlog.NewScanner(r)
	batches, spare := make(chan *batch, batchCount), make(chan *batch, batchCount)
	for range batchCount {
		spare <- &batch{text: make([]byte, 0, batchBytes), lines: make([][]byte, 0, batchLines)}
	}
	go fillBatches(scanner, batches, spare)
	var rec record.Record
	for b := range batches {
		for _, line := range b.lines {
			if rec.ParseCopy(line) == nil {
				use(line, &rec)
			} else {
				use(line, nil)
			}
		}
		b.reset()
		spare <- b
	}
	return scanner.Stats(), scanner.Err()
}

// fillBatches ends with the stream.
func fillBatches(scanner *auditlog.Scanner, batches chan<- *batch, spare <-chan *batch) {
	defer close(batches)
	b := <-spare
	for line := range scanner.Lines() {
		if b.full(len(line)) {
			batches <- b
			b = <-spare
		}
		b.add(line)
	}
	batches <- b
}
