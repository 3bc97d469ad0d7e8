package input

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A Source is one stream of audit text.
type Source struct {
	Name string // as shown to users: a path, or "standard input"
	Node string // the host that NODE=PATH gave, or ""
	Size int64  // in bytes as stored, maybe compressed; -1 if not known

	stdin    io.Reader
	file     *os.File // held open since Expand, or nil
	info     fs.FileInfo
	typeName func(uint16) string

	firstLine string // for NotAudit
}

// Open gives the source's text: decompressed, and a journal export as lines.
// A plain file comes as the *os.File itself, at its beginning, so that reading
// it costs no copy. Open is called once; the caller closes what it returns.
//
// Every error names the source: those of Open, among them ErrEmpty and
// ErrForeign, and those that come later from reading, after all the text that
// could be had. Text without any audit record is not an error of Open, because
// a record may come late; see NotAudit.
func (s *Source) Open() (io.ReadCloser, error) {
	raw, err := s.open()
	if err != nil {
		return nil, explain(s.Name, err)
	}
	text, err := s.decode(raw)
	if err != nil {
		raw.Close()
		return nil, err
	}
	if f, ok := text.(*os.File); ok {
		return f, nil
	}
	return struct {
		io.Reader
		io.Closer
	}{text, raw}, nil
}

// decode finds out what the stored bytes are and gives their text.
func (s *Source) decode(raw io.Reader) (io.Reader, error) {
	plain := func(err error) error { return explain(s.Name, err) }
	text := readAhead(raw, plain)
	pack := packingOf(text.head)
	if pack != nil {
		damaged := func(err error) error { return explainPacked(s.Name, pack.name, err) }
		unpacked, err := pack.open(text)
		if err != nil {
			return nil, damaged(err)
		}
		text = readAhead(unpacked, damaged)
	}
	s.firstLine = firstLine(text.head)
	if err := s.check(text); err != nil {
		return nil, err
	}
	if isExport(text.head) {
		return newJournalReader(text, s.Name, s.typeName), nil
	}
	if f, ok := raw.(*os.File); ok && pack == nil {
		if _, err := f.Seek(0, io.SeekStart); err == nil {
			return f, nil // a file after all, and no pipe
		}
	}
	return text, nil
}

// check tells what can't be an audit log from its beginning.
func (s *Source) check(text *stream) error {
	if len(text.head) == 0 {
		if errors.Is(text.err, io.EOF) {
			return explain(s.Name, ErrEmpty)
		}
		return text.err
	}
	if what := otherFormat(text.head); what != "" {
		return explain(s.Name, errors.New(what))
	}
	if isBinary(text.head) {
		return s.NotAudit()
	}
	return nil
}

// Close lets go of a source that will not be opened.
func (s *Source) Close() error {
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return f.Close()
}

// NotAudit is the error for a source that turned out to have no audit record
// at all, which only who has read all of it can say. It is an ErrForeign.
func (s *Source) NotAudit() error {
	return explain(s.Name, fmt.Errorf("%w (first line: %q)", ErrForeign, s.firstLine))
}

// open gives the bytes as they are stored.
func (s *Source) open() (io.ReadCloser, error) {
	if s.stdin != nil {
		return io.NopCloser(s.stdin), nil
	}
	if f := s.file; f != nil {
		s.file = nil
		return f, nil
	}
	f, err := os.Open(s.Name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !os.SameFile(info, s.info) {
		err = errReplaced
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
