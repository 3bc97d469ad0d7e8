package cli

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/virtaudit/virtaudit/auditlog"
)

const (
	chunkSize   = 256 << 10
	chunkCount  = 4 // in memory at a time
	scanWorkers = 2
	probeSize   = 4 << 10 // how much is read at once to find a line's end
)

// chunk is the lines of a file that begin in one stretch of it.
type chunk struct {
	from  int64
	text  []byte
	lines [][]byte // the picked ones, parts of text
	stats auditlog.Stats
	err   error
	// rest tells that from here on the file is read as a stream: this is its
	// last chunk, or a line is too long for one.
	rest bool
}

// fileScan is a file that several goroutines read, chunk by chunk.
type fileScan struct {
	file io.ReaderAt
	size int64

	mu   sync.Mutex
	next int64 // the number of the next chunk to read
	stop bool

	spare chan *chunk
	ready [chunkCount]chan *chunk // chunk n comes through ready[n % chunkCount]
}

// scanFile is scanStream for a file of that size; what was appended to it since
// is read too.
func scanFile(file io.ReaderAt, size int64, use func(line []byte)) (auditlog.Stats, error) {
	f := &fileScan{file: file, size: size, spare: make(chan *chunk, chunkCount)}
	for i := range f.ready {
		f.ready[i] = make(chan *chunk, 1)
		f.spare <- &chunk{}
	}
	var workers sync.WaitGroup
	for range scanWorkers {
		workers.Go(f.work)
	}
	defer workers.Wait()
	defer f.end()
	return f.inOrder(use)
}

// inOrder hands on the lines of the chunks in the order of the file.
func (f *fileScan) inOrder(use func(line []byte)) (total auditlog.Stats, err error) {
	for n := range f.chunks() {
		c := <-f.ready[n%chunkCount]
		if c.err != nil {
			return total, c.err
		}
		if c.rest {
			rest := io.NewSectionReader(f.file, c.from, 1<<62-c.from)
			stats, err := scanStream(rest, use)
			total.Add(stats)
			return total, err
		}
		for _, line := range c.lines {
			use(line)
		}
		total.Add(c.stats)
		f.spare <- c
	}
	return total, nil
}

func (f *fileScan) chunks() int64 { return max(1, (f.size+chunkSize-1)/chunkSize) }

// end lets the workers go, wherever they are.
func (f *fileScan) end() {
	f.mu.Lock()
	f.stop = true
	f.mu.Unlock()
	close(f.spare)
}

// work reads chunks until there are no more. Who has memory for a chunk takes
// the next number: so the chunks in memory are always the next ones in order,
// and none of them waits for one that has no memory.
func (f *fileScan) work() {
	for c := range f.spare {
		n, ok := f.take()
		if !ok {
			return
		}
		f.read(c, n)
		f.ready[n%chunkCount] <- c
	}
}

func (f *fileScan) take() (int64, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.next
	f.next++
	return n, !f.stop && n < f.chunks()
}

// read reads the lines that begin in chunk n, and finds the picked ones.
func (f *fileScan) read(c *chunk, n int64) {
	*c = chunk{text: c.text[:0], lines: c.lines[:0]}
	from, found, err := f.lineStart(n * chunkSize)
	if !found { // all of it belongs to a line that began before
		c.err = err
		return
	}
	to, found, err := f.lineStart((n + 1) * chunkSize)
	c.from, c.err, c.rest = from, err, !found
	if !c.rest && err == nil {
		c.err = c.readText(f.file, to)
	}
	scanner := auditlog.ScanBytes(c.text)
	for line := range scanner.Lines() {
		c.lines = append(c.lines, line)
	}
	c.stats = scanner.Stats()
}

// readText reads up to the offset, or less where the file was cut short.
func (c *chunk) readText(file io.ReaderAt, to int64) error {
	if size := int(to - c.from); size > cap(c.text) {
		c.text = make([]byte, size)
	}
	n, err := file.ReadAt(c.text[:to-c.from], c.from)
	c.text = c.text[:n]
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// lineStart finds the first line that begins at the offset or behind it. There
// is none to find where a line reaches beyond the file's end, or is longer than
// a scanner keeps; what grows behind that end meanwhile must not count, as each
// worker would see another.
func (f *fileScan) lineStart(at int64) (start int64, found bool, err error) {
	if at == 0 {
		return 0, true, nil
	}
	var probe [probeSize]byte
	for from := at - 1; from < f.size && from < at+auditlog.MaxLine; from += probeSize {
		n, err := f.file.ReadAt(probe[:min(probeSize, f.size-from)], from)
		if i := bytes.IndexByte(probe[:n], '\n'); i >= 0 {
			return from + int64(i) + 1, true, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, false, err
		}
	}
	return 0, false, nil
}
