package qmp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// maxLine is the longest message that is taken. The longest real ones list the
// images of a guest: 2 MiB for a thousand.
const maxLine = 8 << 20

// maxBlank is how many blank lines may be between two others. QEMU writes none.
const maxBlank = 64

// maxKept is how much memory is kept from one line to the next.
const maxKept = 64 << 10

// A Version is that of a QEMU.
type Version struct {
	Major, Minor, Micro int
	Package             string // as the distributor calls it
}

func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Micro) }

// message is what QEMU sends: a greeting, an event, or the answer to a command.
type message struct {
	greeting *Version
	event    *Event
	answer   *answer
}

// answer has a result or a refusal.
type answer struct {
	id      uint64
	result  json.RawMessage
	refusal *Error
}

// line is a message as it is written.
type line struct {
	QMP *struct {
		Version struct {
			QEMU    struct{ Major, Minor, Micro int }
			Package string
		}
	}
	Event     string
	Timestamp struct{ Seconds, Microseconds int64 }
	Data      json.RawMessage
	ID        json.RawMessage
	Return    json.RawMessage
	Error     *Error
}

// decode reads a line. What it gives has no memory in common with the line.
func decode(text []byte) (message, error) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return message{}, fmt.Errorf("%w: %w: %s", ErrProtocol, err, excerpt(text))
	}
	switch {
	case l.QMP != nil:
		v := l.QMP.Version
		return message{greeting: &Version{v.QEMU.Major, v.QEMU.Minor, v.QEMU.Micro, v.Package}}, nil
	case l.Event != "":
		return message{event: &Event{Name: l.Event, At: l.at(), Data: l.Data}}, nil
	case l.Return == nil && l.Error == nil:
		return message{}, fmt.Errorf("%w: no greeting, event or answer: %s", ErrProtocol, excerpt(text))
	}
	id, err := strconv.ParseUint(string(l.ID), 10, 64)
	if err != nil {
		return message{}, fmt.Errorf("%w: an answer without the id of a command: %s", ErrProtocol, excerpt(text))
	}
	return message{answer: &answer{id: id, result: l.Return, refusal: l.Error}}, nil
}

// at is zero where QEMU could not tell the time, which it says by -1.
func (l *line) at() time.Time {
	if l.Timestamp.Seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(l.Timestamp.Seconds, l.Timestamp.Microseconds*1000)
}

// excerpt quotes what is enough to recognise a text by.
func excerpt(text []byte) string {
	const most = 80
	if len(text) > most {
		return strconv.QuoteToASCII(string(text[:most])) + "..."
	}
	return strconv.QuoteToASCII(string(text))
}

// lineReader parts a stream into lines, in bounded memory.
type lineReader struct {
	stream *bufio.Reader
	long   []byte // a line that is longer than the stream's buffer
	limit  int
	within bool // the stream failed within a line
}

func newLineReader(r io.Reader, limit int) *lineReader {
	return &lineReader{stream: bufio.NewReaderSize(r, maxKept), limit: limit}
}

// next gives the next line that isn't blank. It is overwritten by the one after.
// A stream that ends within a line ends with io.ErrUnexpectedEOF.
func (l *lineReader) next() ([]byte, error) {
	for range maxBlank + 1 {
		text, err := l.line()
		if err != nil {
			return nil, err
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			return text, nil
		}
	}
	return nil, fmt.Errorf("%w: more than %d blank lines", ErrProtocol, maxBlank)
}

func (l *lineReader) line() ([]byte, error) {
	if cap(l.long) > maxKept {
		l.long = nil
	}
	l.long = l.long[:0]
	for {
		part, err := l.stream.ReadSlice('\n')
		if len(l.long)+len(part) > l.limit {
			return nil, fmt.Errorf("%w: a line of more than %d bytes: %s", ErrProtocol, l.limit, excerpt(append(l.long, part...)))
		}
		switch {
		case err == nil && len(l.long) == 0:
			return part, nil
		case err == nil:
			return append(l.long, part...), nil
		case errors.Is(err, bufio.ErrBufferFull):
			l.long = append(l.long, part...)
		case errors.Is(err, io.EOF) && len(l.long)+len(part) > 0:
			return nil, io.ErrUnexpectedEOF
		default:
			l.within = len(l.long)+len(part) > 0
			return nil, err
		}
	}
}
