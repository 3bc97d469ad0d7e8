package libvirtxml

import (
	"bufio"
	"fmt"
	"io"
)

// maxTag is how long a tag may be, attributes included.
const maxTag = 1 << 20

// A source hands XML on to the decoder, byte by byte, so that it always stands
// where the decoder does and knows the line. It holds the XML to a length, and
// does what the decoder leaves out: white space in an attribute's value counts
// as blanks, and a line's end of two bytes as one.
type source struct {
	r    *bufio.Reader
	left int64 // bytes that may still come

	line int // of the next byte
	tag  int // line on which the last markup began

	in     part
	quote  byte    // that ends the attribute
	last   [2]byte // bytes before this one, within in
	length int     // of the tag so far
}

// part is what of a document a source is in.
type part uint8

const (
	inText part = iota
	inMarkup
	inDeclaration
	inComment
	inCDATA
	inInstruction
	inTag
	inValue
)

func newSource(r io.Reader, limit int64) *source {
	s := &source{r: bufio.NewReader(r), left: limit, line: 1}
	const byteOrderMark = "\ufeff"
	if start, err := s.r.Peek(len(byteOrderMark)); err == nil && string(start) == byteOrderMark {
		_, _ = s.r.Discard(len(byteOrderMark)) // these bytes were just seen
	}
	return s
}

// ReadByte gives the next byte.
func (s *source) ReadByte() (byte, error) {
	c, err := s.r.ReadByte()
	if err != nil {
		return 0, err
	}
	if s.left--; s.left < 0 {
		return 0, fmt.Errorf("more bytes than allowed: %w", ErrTooLarge)
	}
	if c == '\n' {
		s.line++
	}
	lineEnds := s.in == inValue && c == '\n' && s.last[1] == '\r'
	s.step(c)
	if s.length > maxTag {
		return 0, fmt.Errorf("a tag of more than %d bytes: %w", maxTag, ErrTooLarge)
	}
	if lineEnds {
		return s.ReadByte()
	}
	if s.in == inValue && (c == '\n' || c == '\t' || c == '\r') {
		return ' ', nil
	}
	return c, nil
}

// Read is here because the decoder demands an io.Reader; it calls ReadByte.
func (s *source) Read(p []byte) (int, error) {
	for i := range p {
		c, err := s.ReadByte()
		if err != nil {
			return i, err
		}
		p[i] = c
	}
	return len(p), nil
}

// step follows the document by one byte.
func (s *source) step(c byte) {
	seen := [3]byte{s.last[0], s.last[1], c}
	s.last = [2]byte{s.last[1], c}
	switch s.in {
	case inText:
		if c == '<' {
			s.enter(inMarkup)
			s.tag = s.line
		}
	case inMarkup:
		s.enter(markup(c))
	case inDeclaration:
		s.declaration(seen)
	case inComment:
		s.leaveAt("-->", seen)
	case inCDATA:
		s.leaveAt("]]>", seen)
	case inInstruction:
		s.leaveAt("\x00?>", [3]byte{0, seen[1], c})
	case inTag:
		s.tagByte(c)
	case inValue:
		s.length++
		if c == s.quote {
			s.in = inTag
		}
	}
}

func (s *source) enter(p part) {
	s.in, s.last, s.length = p, [2]byte{}, 0
}

// markup tells what begins with < and that byte.
func markup(c byte) part {
	switch c {
	case '!':
		return inDeclaration
	case '?':
		return inInstruction
	}
	return inTag
}

// declaration tells a comment and a CDATA section from what else begins with
// <!; of that nothing is used.
func (s *source) declaration(seen [3]byte) {
	switch {
	case seen == [3]byte{0, 0, '['}:
		s.enter(inCDATA)
	case seen == [3]byte{0, '-', '-'}:
		s.enter(inComment)
	case seen != [3]byte{0, 0, '-'}:
		s.enter(inText)
	}
}

func (s *source) leaveAt(end string, seen [3]byte) {
	if string(seen[:]) == end {
		s.enter(inText)
	}
}

func (s *source) tagByte(c byte) {
	s.length++
	switch c {
	case '"', '\'':
		s.in, s.quote = inValue, c
	case '>':
		s.enter(inText)
	}
}
