package cli

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/record"
)

const (
	chunkSize   = 128 << 10
	chunkCount  = 4 // in memory at a time
	scanWorkers = 2
	probeSize   = 2 << 10 // how much is read beyond a chunk to find a line's end
	shortLine   = 4 << 10 // up to which length the memory of a line that is no record is used again
)

// chunk is the picked lines of a file that begin in one stretch of it.
type chunk struct {
	from  int64           // where the first line begins
	bad   [][]byte        // each picked line that holds no record, or nil
	recs  []record.Record // the records of the others, at the same places
	stats auditlog.Stats
	err   error
	// rest tells that from here on the file is read as a stream: this is its
	// last chunk, or a line is too long for one.
	rest bool
}

// block is a part of a file in memory.
type block struct {
	text []byte
	at   int64 // where in the file it begins
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
	var b block
	for c := range f.spare {
		n, ok := f.take()
		if !ok {
			return
		}
		c.reset()
		c.err = f.read(c, &b, n)
		f.ready[n%chunkCount] <- c
		runtime.Gosched() // the trail, which may wait for this chunk, goes first
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
	for i, line := range c.bad {
		if line != nil {
			use(line, nil)
		} else {
			use(c.recs[i].Line(), &c.recs[i])
		}
	}
}

// reset empties a chunk, but for its records' memory.
func (c *chunk) reset() {
	clear(c.bad)
	*c = chunk{bad: c.bad[:0], recs: c.recs}
}

// read reads the lines that begin in chunk n, and parses the picked ones. The
// block is memory to read into.
func (f *fileScan) read(c *chunk, b *block, n int64) error {
	begin, end := n*chunkSize, (n+1)*chunkSize
	if err := b.load(f.file, max(0, begin-1), min(f.size, end+probeSize)); err != nil {
		return err
	}
	from, found, err := f.lineStart(b, begin)
	if !found { // all of it belongs to a line that began before
		return err
	}
	to, found, err := f.lineStart(b, end)
	c.from, c.rest = from, !found
	if c.rest || err != nil {
		return err
	}
	if from < b.at || to > b.at+int64(len(b.text)) { // long lines
		if err := b.load(f.file, from, to); err != nil {
			return err
		}
	}
	text := b.text[min(int(from-b.at), len(b.text)):]
	c.parse(text[:min(int(to-from), len(text))])
	return nil
}

// load reads a stretch of the file, or less of it where the file was cut short.
func (b *block) load(file io.ReaderAt, from, to int64) error {
	size := int(max(0, to-from))
	if size > cap(b.text) {
		b.text = make([]byte, size)
	}
	n, err := file.ReadAt(b.text[:size], from)
	b.text, b.at = b.text[:n], from
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// parse finds the picked lines of a text and what they say.
func (c *chunk) parse(text []byte) {
	scanner := auditlog.ScanBytes(text)
	for line := range scanner.Lines() {
		c.add(line)
	}
	c.stats = scanner.Stats()
}

func (c *chunk) add(line []byte) {
	n := len(c.bad)
	if n == len(c.recs) {
		c.recs = append(c.recs, record.Record{})
	}
	if c.recs[n].ParseCopy(line) == nil {
		c.bad = append(c.bad, nil)
		return
	}
	c.bad = append(c.bad, bytes.Clone(line))
	if len(line) > shortLine {
		c.recs[n] = record.Record{}
	}
}

// lineStart finds the first line that begins at the offset or behind it: in
// the block, or further on in the file. There is none to find where a line
// reaches beyond the file's end, or is longer than a scanner keeps; what grows
// behind that end meanwhile must not count, as each worker would see another.
func (f *fileScan) lineStart(b *block, at int64) (start int64, found bool, err error) {
	if at == 0 {
		return 0, true, nil
	}
	if n := at - 1 - b.at; n >= 0 && n < int64(len(b.text)) {
		if i := bytes.IndexByte(b.text[n:], '\n'); i >= 0 {
			return at + int64(i), true, nil
		}
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
