package report

import (
	"bufio"
	"bytes"
	"runtime"
)

// blockRows is how many rows are made at a time.
const blockRows = 1024

// inBlocks writes n rows that are made by several goroutines, in order. For
// each goroutine worker gives a function that writes the rows from one to
// another, which may keep what it needs for itself.
func inBlocks(out *bufio.Writer, n int, worker func() func(w *bufio.Writer, from, to int)) {
	if n <= blockRows {
		worker()(out, 0, n)
		return
	}
	workers := runtime.GOMAXPROCS(0)
	blocks := (n + blockRows - 1) / blockRows
	lanes := make([]lane, workers) // block b comes from lane b % workers
	for i := range lanes {
		lanes[i] = newLane()
		go lanes[i].work(worker(), i, workers, n)
	}
	for b := range blocks {
		l := lanes[b%workers]
		buf := <-l.made
		out.Write(buf.Bytes())
		buf.Reset()
		l.spare <- buf
	}
}

// lane is one goroutine's blocks. It has its own memory, so that it need not
// wait for blocks behind its next.
type lane struct{ spare, made chan *bytes.Buffer }

func newLane() lane {
	const ahead = 2
	l := lane{make(chan *bytes.Buffer, ahead), make(chan *bytes.Buffer, ahead)}
	for range ahead {
		l.spare <- &bytes.Buffer{}
	}
	return l
}

// work makes every step-th block from first on.
func (l lane) work(write func(w *bufio.Writer, from, to int), first, step, n int) {
	for from := first * blockRows; from < n; from += step * blockRows {
		buf := <-l.spare
		w := bufio.NewWriter(buf)
		write(w, from, min(n, from+blockRows))
		w.Flush()
		l.made <- buf
	}
}
