package cli

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/record"
)

const (
	chunkSize   = 256 << 10
	chunkCount  = 4 // in memory at a time
	scanWorkers = 2
	probeSize   = 2 << 10 // how much is read beyond a chunk to find a line's end
)

// chunk is the lines of a file that begin in one stretch of it.
type chunk struct {
	from  int64           // where the first of them begins
	block []byte          // what was read of the file
	at    int64           // and from where
	lines [][]byte        // the picked ones, parts of block
	recs  []record.Record // theirs
	bad   []bool          // which of the lines hold none
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
func scanFile(file io.ReaderAt, size int64, use use) (auditlog.Stats, error) {
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
func (f *fileScan) inOrder(use use) (total auditlog.Stats, err error) {
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
		c.give(use)
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

// give hands the chunk's lines on.
func (c *chunk) give(use use) {
	for i, line := range c.lines {
		if c.bad[i] {
			use(line, nil)
		} else {
			use(line, &c.recs[i])
		}
	}
}

// read reads the lines that begin in chunk n, and parses the picked ones.
func (f *fileScan) read(c *chunk, n int64) {
	*c = chunk{block: c.block[:0], lines: c.lines[:0], recs: c.recs, bad: c.bad[:0]}
	begin, end := n*chunkSize, (n+1)*chunkSize
	if c.load(f.file, max(0, begin-1), min(f.size, end+probeSize)); c.err != nil {
		return
	}
	from, found := f.lineStart(c, begin)
	if !found { // all of it belongs to a line that began before
		return
	}
	to, found := f.lineStart(c, end)
	c.from, c.rest = from, !found
	if c.rest || c.err != nil {
		return
	}
	if from < c.at || to > c.at+int64(len(c.block)) { // long lines
		c.load(f.file, from, to)
	}
	text := c.block[min(int(from-c.at), len(c.block)):]
	c.parse(text[:min(int(to-from), len(text))])
}

// load reads a stretch of the file, or less of it where the file was cut short.
func (c *chunk) load(file io.ReaderAt, from, to int64) {
	size := int(max(0, to-from))
	if size > cap(c.block) {
		c.block = make([]byte, size)
	}
	n, err := file.ReadAt(c.block[:size], from)
	c.block, c.at = c.block[:n], from
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
}

// parse finds the picked lines of a text and what they say.
func (c *chunk) parse(text []byte) {
	scanner := auditlog.ScanBytes(text)
	for line := range scanner.Lines() {
		if n := len(c.lines); n == len(c.recs) {
			c.recs = append(c.recs, record.Record{})
		}
		c.bad = append(c.bad, c.recs[len(c.lines)].Parse(line) != nil)
		c.lines = append(c.lines, line)
	}
	c.stats = scanner.Stats()
}

// lineStart finds the first line that begins at the offset or behind it: in
// the chunk's block, or further on in the file. There is none to find where a
// line reaches beyond the file's end, or is longer than a scanner keeps; what
// grows behind that end meanwhile must not count, as each worker would see
// another.
func (f *fileScan) lineStart(c *chunk, at int64) (start int64, found bool) {
	if at == 0 {
		return 0, true
	}
	if n := at - 1 - c.at; n >= 0 && n < int64(len(c.block)) {
		if i := bytes.IndexByte(c.block[n:], '\n'); i >= 0 {
			return at + int64(i), true
		}
	}
	var probe [probeSize]byte
	for from := at - 1; from < f.size && from < at+auditlog.MaxLine; from += probeSize {
		n, err := f.file.ReadAt(probe[:min(probeSize, f.size-from)], from)
		if i := bytes.IndexByte(probe[:n], '\n'); i >= 0 {
			return from + int64(i) + 1, true
		}
		if err != nil && !errors.Is(err, io.EOF) {
			c.err = err
			return 0, false
		}
	}
	return 0, false
}
