package auditlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/virtaudit/virtaudit/record"
)

// MaxLine is the longest line that a Scanner of a stream keeps: what the kernel
// and auditd write stays under 9 KiB. A longer one is counted as malformed.
const MaxLine = 4 << 20

const (
	// blockSize is how much is read at once.
	blockSize = 1 << 20
	// emptyReads is how often in a row a reader may give nothing and no error.
	emptyReads = 100
)

// Stats counts what a scanner has met.
type Stats struct {
	Bytes     int64 // bytes of the stream
	Lines     int64 // lines, the last one without newline included
	Records   int64 // lines that begin as audit records do, of whatever type
	Picked    int64 // records given
	Malformed int64 // lines of a picked type that are no records, or too long
	Foreign   int64 // lines that are no audit records, empty ones aside
}

// Add adds another scanner's counts.
func (s *Stats) Add(o Stats) {
	s.Bytes += o.Bytes
	s.Lines += o.Lines
	s.Records += o.Records
	s.Picked += o.Picked
	s.Malformed += o.Malformed
	s.Foreign += o.Foreign
}

// A Scanner gives the picked records of one stream. It is for one goroutine.
type Scanner struct {
	r          io.Reader
	block      []byte // the memory that is read into
	rest       []byte // what of it was read and not walked over yet
	stats      Stats
	position   int64 // bytes of the stream before rest
	tooLong    bool  // rest is within a line that is passed over
	nuls       bool  // there are NULs in rest
	unfinished bool
	err        error
	rec        record.Record
}

// NewScanner gives a scanner of a stream. It reads in blocks of 1 MiB, which
// is also about all the memory that it takes.
func NewScanner(r io.Reader) *Scanner { return NewScannerAt(r, 0) }

// NewScannerAt is NewScanner for a stream of which so many bytes were read
// before: Position counts on from there.
func NewScannerAt(r io.Reader, position int64) *Scanner {
	return &Scanner{r: r, position: position}
}

// ScanBytes gives a scanner of text that is in memory. Its lines are parts of
// that text, and stay valid as long as the text does.
func ScanBytes(text []byte) *Scanner {
	s := &Scanner{} // inlined, it needs no memory of its own
	s.begin(text)
	return s
}

// begin makes a new scanner one of text that is all there.
func (s *Scanner) begin(text []byte) {
	s.rest, s.err = text, io.EOF
	s.stats.Bytes = int64(len(text))
	s.nuls = bytes.IndexByte(text, 0) >= 0
}

// Records iterates over the picked records. Each is valid until the next;
// Clone one to keep it. What is odd about a record its marks tell; a line that
// is no record after all is counted in Stats. After the loop, Err tells whether
// the stream ended or broke. Called again after a break, it goes on.
func (s *Scanner) Records() iter.Seq[*record.Record] {
	return func(yield func(*record.Record) bool) {
		for line := range s.Lines() {
			if s.rec.Parse(line) != nil {
				s.notRecord(line)
				continue
			}
			if !yield(&s.rec) {
				return
			}
		}
	}
}

// notRecord counts a picked line for what it is: a broken record, or a line of
// another program that only holds what looks like one.
func (s *Scanner) notRecord(line []byte) {
	s.stats.Picked--
	if hasPrefix(line, "type=") || hasPrefix(line, "node=") {
		s.stats.Malformed++
	} else {
		s.stats.Records--
		s.stats.Foreign++
	}
}

// Lines iterates over the lines of picked types, unparsed and without newline.
// Each is valid until the next, but for ScanBytes.
func (s *Scanner) Lines() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for {
			if !s.walk(yield) {
				return
			}
			if s.err != nil {
				if errors.Is(s.err, io.EOF) {
					s.lastLine(yield)
				}
				return
			}
			s.fill()
		}
	}
}

// walk goes over the whole lines that were read. It reports false where the
// caller's loop ended.
func (s *Scanner) walk(yield func([]byte) bool) bool {
	for {
		if !s.nuls && !s.tooLong {
			s.passBy()
		}
		n := bytes.IndexByte(s.rest, '\n')
		if n < 0 {
			return true
		}
		line := s.rest[:n]
		s.rest = s.rest[n+1:]
		s.position += int64(n) + 1
		s.stats.Lines++
		if !s.give(line, yield) {
			return false
		}
	}
}

// passBy goes over the lines up to the next that isn't simply a record of a
// type that isn't picked. All of a scanner's time is spent here, so it keeps
// what it counts to itself until the end.
func (s *Scanner) passBy() {
	rest, lines := s.rest, int64(0)
	for {
		n := bytes.IndexByte(rest, '\n')
		if n < 6 || string(rest[:5]) != "type=" || pickType(rest[5:n]) != passed {
			break
		}
		rest = rest[n+1:]
		lines++
	}
	s.stats.Lines += lines
	s.stats.Records += lines
	s.position += int64(len(s.rest) - len(rest))
	s.rest = rest
}

// lastLine gives what stands behind the last newline.
func (s *Scanner) lastLine(yield func([]byte) bool) {
	if len(s.rest) == 0 {
		return
	}
	line := s.rest
	s.rest = nil
	s.unfinished = true
	s.stats.Lines++
	s.give(line, yield)
}

// give hands a line on where it is a picked one.
func (s *Scanner) give(line []byte, yield func([]byte) bool) bool {
	if s.tooLong {
		s.tooLong = false
		return true
	}
	if s.nuls {
		if n := tear(line); n >= 0 {
			return s.give(line[:n], yield) && s.give(bytes.TrimLeft(line[n:], "\x00"), yield)
		}
	}
	switch classify(line) {
	case picked:
		s.stats.Records++
		s.stats.Picked++
		return yield(line)
	case passed:
		s.stats.Records++
	case foreign:
		if len(bytes.TrimSpace(line)) > 0 {
			s.stats.Foreign++
		}
	}
	return true
}

// tear finds the NULs that a file system puts into a file whose end was not on
// the disk when the host lost power: what stands before them is the beginning
// of a line, what stands behind them the next one. It gives -1 where there are
// none.
func tear(line []byte) int {
	for from := 1; from < len(line); {
		n := bytes.IndexByte(line[from:], 0)
		if n < 0 {
			return -1
		}
		n += from
		rest := bytes.TrimLeft(line[n:], "\x00")
		if bytes.HasPrefix(rest, typeEq) || bytes.HasPrefix(rest, nodeEq) {
			return n
		}
		from = len(line) - len(rest) + 1
	}
	return -1
}

// fill reads on behind the line that rest begins, and sets err where the
// stream ends.
func (s *Scanner) fill() {
	s.makeRoom()
	free := s.block[len(s.rest):]
	for range emptyReads {
		n, err := s.r.Read(free)
		s.nuls = s.nuls && len(s.rest) > 0 || bytes.IndexByte(free[:n], 0) >= 0
		s.rest = s.block[:len(s.rest)+n]
		s.stats.Bytes += int64(n)
		s.err = err
		if n > 0 || err != nil {
			return
		}
	}
	s.err = io.ErrNoProgress
}

// makeRoom moves the line that rest begins to the front of the block, which is
// made larger for a long line. One that is too long is passed over.
func (s *Scanner) makeRoom() {
	switch {
	case s.block == nil:
		s.block = make([]byte, blockSize)
	case len(s.rest) >= MaxLine:
		s.passOver()
	case len(s.rest) > len(s.block)/2:
		larger := make([]byte, 2*len(s.block))
		copy(larger, s.rest)
		s.block, s.rest = larger, larger[:len(s.rest)]
		return
	}
	n := copy(s.block, s.rest)
	s.rest = s.block[:n]
}

// passOver drops the beginning of a line that is too long to keep.
func (s *Scanner) passOver() {
	if !s.tooLong && classify(s.rest) != foreign {
		s.stats.Malformed++
	}
	s.tooLong = true
	s.position += int64(len(s.rest))
	s.rest = s.rest[:0]
}

// Err gives the error that ended the stream; nil at its end.
func (s *Scanner) Err() error {
	if s.err == nil || errors.Is(s.err, io.EOF) {
		return nil
	}
	return fmt.Errorf("auditlog: read at byte %d: %w", s.position, s.err)
}

// Stats gives what was counted so far.
func (s *Scanner) Stats() Stats { return s.stats }

// Position gives how many bytes of the stream lie before the next line. A last
// line without newline is not counted: its record was given, but it may still
// be being written, and who resumes here is given it again.
func (s *Scanner) Position() int64 { return s.position }

// Unfinished tells whether the last line had no newline.
func (s *Scanner) Unfinished() bool { return s.unfinished }
