package cli

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/virtaudit/virtaudit/internal/input"
)

// progressAfter is how long a command reads before it shows how far it is.
const progressAfter = time.Second

// progress shows on a terminal how far a long reading has come. The nil one
// shows nothing.
type progress struct {
	out   io.Writer
	total int64 // bytes; 0 where it isn't known
	read  atomic.Int64
	shown atomic.Bool
	stop  chan struct{}
	ended chan struct{}
}

// newProgress begins to watch; it gives nil where nobody looks.
func newProgress(out io.Writer, sources []*input.Source) *progress {
	if _, ok := terminalOf(out); !ok {
		return nil
	}
	p := &progress{out: out, total: totalSize(sources), stop: make(chan struct{}), ended: make(chan struct{})}
	go p.run()
	return p
}

func totalSize(sources []*input.Source) int64 {
	var total int64
	for _, s := range sources {
		if s.Size < 0 {
			return 0
		}
		total += s.Size
	}
	return total
}

func (p *progress) run() {
	defer close(p.ended)
	select {
	case <-p.stop:
		return
	case <-time.After(progressAfter):
	}
	tick := time.NewTicker(progressAfter / 5)
	defer tick.Stop()
	for {
		p.show()
		select {
		case <-p.stop:
			return
		case <-tick.C:
		}
	}
}

func (p *progress) show() {
	p.shown.Store(true)
	mib := p.read.Load() >> 20
	if p.total > 0 && p.read.Load() <= p.total {
		fmt.Fprintf(p.out, "\rreading: %d of %d MiB, %d %%\x1b[K", mib, p.total>>20, 100*p.read.Load()/p.total)
		return
	}
	fmt.Fprintf(p.out, "\rreading: %d MiB\x1b[K", mib)
}

// clear makes room for another line on standard error.
func (p *progress) clear() {
	if p != nil && p.shown.Load() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// done ends the showing.
func (p *progress) done() {
	if p == nil {
		return
	}
	close(p.stop)
	<-p.ended
	p.clear()
}

// watch counts what is read of a stream.
func (p *progress) watch(r io.Reader) io.Reader {
	if p == nil {
		return r
	}
	return &watchedReader{r, p}
}

// watchFile is watch for a file that is read at offsets.
func (p *progress) watchFile(f io.ReaderAt) io.ReaderAt {
	if p == nil {
		return f
	}
	return &watchedFile{f, p}
}

type watchedFile struct {
	io.ReaderAt
	progress *progress
}

func (w *watchedFile) ReadAt(b []byte, at int64) (int, error) {
	n, err := w.ReaderAt.ReadAt(b, at)
	w.progress.read.Add(int64(n))
	return n, err
}

type watchedReader struct {
	io.Reader
	progress *progress
}

func (w *watchedReader) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	w.progress.read.Add(int64(n))
	return n, err
}
