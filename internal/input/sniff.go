package input

import (
	"bytes"
	"errors"
	"io"
)

// maxHead is how much of a source is read ahead to see what it is.
const maxHead = 64 << 10

// A stream is a reader whose beginning is known.
type stream struct {
	head    []byte // read ahead and still to be delivered
	r       io.Reader
	err     error // what ended reading from r
	explain func(error) error
}

// readAhead reads a line at least, if there is one, and what comes with it. It
// does not wait for more: the source may be a pipe that is written to slowly.
func readAhead(r io.Reader, explain func(error) error) *stream {
	s := &stream{r: r, explain: explain}
	buf := make([]byte, maxHead)
	n := 0
	for n < len(buf) && s.err == nil && bytes.IndexByte(buf[:n], '\n') < 0 {
		n += s.read(buf[n:])
	}
	s.head = buf[:n]
	return s
}

func (s *stream) read(p []byte) int {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = s.explain(err)
	}
	s.err = err
	return n
}

// Read gives the beginning again, then the rest without another copy.
func (s *stream) Read(p []byte) (int, error) {
	if len(s.head) > 0 {
		n := copy(p, s.head)
		s.head = s.head[n:]
		return n, nil
	}
	if s.err != nil {
		return 0, s.err
	}
	n := s.read(p)
	return n, s.err
}

// otherFormats are those that an audit log may have been put into and that are
// not read here. None of them can begin a log: that begins with text.
var otherFormats = []struct {
	offset      int
	magic, what string
}{
	{4, "1AY&SY", "compressed with bzip2" + notHere},
	{0, "\x04\x22\x4d\x18", "compressed with lz4" + notHere},
	{0, "\x5d\x00\x00", "compressed with lzma" + notHere},
	{0, "\x89LZO\x00", "compressed with lzop" + notHere},
	{0, "\x1f\x9d", "compressed with compress" + notHere},
	{0, "PK\x03\x04", "a zip archive" + notHere},
	{0, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive" + notHere},
	{257, "ustar\x00", "a tar archive; unpack it first"},
	{257, "ustar  \x00", "a tar archive; unpack it first"},
	{0, "LPKSHHRH", "a journal file; give the output of journalctl -o export --file for it"},
	{0, "\xff\xfe", "UTF-16 text; convert it to UTF-8 first"},
}

const notHere = ", which is not supported (gzip, zstd and xz are)"

func otherFormat(head []byte) string {
	for _, f := range otherFormats {
		if len(head) > f.offset && bytes.HasPrefix(head[f.offset:], []byte(f.magic)) {
			return f.what
		}
	}
	return ""
}

// isBinary tells whether the beginning is surely no text. Bytes that a host's
// crash leaves in a log are no proof: a run of NULs counts once, and one audit
// record makes it a log.
func isBinary(head []byte) bool {
	control := 0
	for i, c := range head {
		switch {
		case c >= ' ' || c == '\t' || c == '\n' || c == '\r':
		case c == 0 && i > 0 && head[i-1] == 0:
		default:
			control++
		}
	}
	return control*20 > len(head) && !hasStamp(head)
}

// hasStamp tells whether there is the beginning of a record's stamp.
func hasStamp(b []byte) bool {
	const mark = "audit("
	for {
		i := bytes.Index(b, []byte(mark))
		if i < 0 || len(b) == i+len(mark) {
			return false
		}
		if b = b[i+len(mark):]; isDigit(b[0]) {
			return true
		}
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// firstLine gives enough of the first line to recognise it.
func firstLine(head []byte) string {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return string(line[:min(len(line), 60)])
}
