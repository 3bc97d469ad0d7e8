package follow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/virtaudit/virtaudit/internal/input"
)

var (
	// errMoved means that a name belongs to another file than when the folder was
	// listed.
	errMoved = errors.New("it was renamed meanwhile")
	// errChanged means that the file no longer has the text that was read.
	errChanged = errors.New("its text is not what it was")
	errNotFile = errors.New("not a regular file")
	// errPacking means that a file may just be being compressed.
	errPacking = errors.New("it is being compressed")
)

// A segment is an open file of a log, and how far it was read.
type segment struct {
	rotated
	edges
	file *os.File      // of a plain file
	text io.ReadCloser // of a compressed file
	rest []byte        // what was read of that and not taken yet
	// broken says that the rest of a compressed file can't be read.
	broken bool
	// resumed says that reading began at a stored position.
	resumed bool
}

// openSegment opens a file at its beginning. It never waits, whatever lies there
// now.
func openSegment(r rotated) (*segment, error) {
	if !r.info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: r.path, Err: errNotFile}
	}
	if r.age.packed {
		return openPacked(r)
	}
	f, err := os.OpenFile(r.path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !os.SameFile(info, r.info) {
		err = &fs.PathError{Op: "open", Path: r.path, Err: errMoved}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &segment{rotated: r, file: f}, nil
}

// openPacked opens a compressed file. What it says of one that was renamed meanwhile may
// be of another.
func openPacked(r rotated) (*segment, error) {
	text, err := openCompressed(r.path)
	if info, gone := os.Stat(r.path); gone != nil || !os.SameFile(info, r.info) {
		if err == nil {
			text.Close()
		}
		err = &fs.PathError{Op: "open", Path: r.path, Err: errMoved}
	}
	if err != nil {
		return nil, err
	}
	return &segment{rotated: r, text: text}, nil
}

func openCompressed(path string) (io.ReadCloser, error) {
	sources, errs := input.Expand([]string{path}, input.Options{})
	if len(sources) != 1 {
		return nil, fmt.Errorf("open %s: %w", path, errors.Join(errs...))
	}
	return sources[0].Open()
}

// openAt opens a file at a position, and gives nil if it isn't the position's file.
func openAt(r rotated, p position) (*segment, error) {
	s, err := openSegment(r)
	if err != nil {
		return nil, err
	}
	var stream io.Reader = s.file
	if s.file == nil {
		stream = s.text
	}
	e, is, err := p.match(stream)
	if err != nil || !is {
		s.close()
		return nil, err
	}
	s.edges, s.resumed = e, true
	return s, nil
}

// next gives the text after what was taken.
func (s *segment) next(buf []byte) ([]byte, error) {
	if s.file == nil {
		return s.nextPacked()
	}
	return s.behind(s.file, buf)
}

// behind reads the text behind the edges, as much as fits into the buffer beside
// what is read once more: their tail must still be there, and after that what was
// just read, as a file that is cut and written to meanwhile gives the one text
// up to somewhere, and then the other.
func (e *edges) behind(file io.ReaderAt, buf []byte) ([]byte, error) {
	from := e.at - int64(len(e.tail))
	n, err := file.ReadAt(buf, from)
	if err = notEnd(err); err != nil {
		return nil, err
	}
	text, is := bytes.CutPrefix(buf[:n], e.tail)
	if !is {
		return nil, errChanged
	}
	if len(text) == 0 {
		return nil, nil
	}
	var again [edge]byte
	k, err := file.ReadAt(again[:min(n, edge)], from)
	if err = notEnd(err); err != nil {
		return nil, err
	}
	if !bytes.Equal(again[:k], buf[:min(n, edge)]) {
		return nil, errChanged
	}
	return text, nil
}

// nextPacked is next for a compressed file, which it reads into a buffer of its own.
func (s *segment) nextPacked() ([]byte, error) {
	if s.broken {
		return s.rest, nil
	}
	if cap(s.rest) == 0 {
		s.rest = make([]byte, 0, maxLine)
	}
	for len(s.rest) < cap(s.rest) {
		n, err := s.text.Read(s.rest[len(s.rest):cap(s.rest)])
		s.rest = s.rest[:len(s.rest)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s.rest, err
		}
	}
	return s.rest, nil
}

// took notes that a text was taken, which is the beginning of what next gave.
func (s *segment) took(text []byte) {
	s.add(text)
	if s.file == nil {
		s.rest = s.rest[:copy(s.rest, s.rest[len(text):])]
	}
}

// position gives where the segment was read up to.
func (s *segment) position() position {
	dev, inode := inodeOf(s.info)
	p := position{Version: 1, Dev: dev, Inode: inode, At: s.at, Head: hashOf(s.head), Tail: hashOf(s.tail)}
	if at, ok := lastStamp(s.tail); ok {
		p.Last = at.Millis
	}
	return p
}

// left is how many bytes of the file haven't been taken yet, 0 if that can't be told.
func (s *segment) left() int64 {
	if s.file == nil {
		return 0
	}
	info, err := s.file.Stat()
	if err != nil {
		return 0
	}
	return max(0, info.Size()-s.at)
}

func (s *segment) close() {
	if s.file != nil {
		s.file.Close()
	} else {
		s.text.Close()
	}
}
