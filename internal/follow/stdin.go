package follow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// runStdin gives the records of lines that are written to r, as auditd writes
// them to plugins of format string. The goroutine that reads ends with r only,
// as nothing else ends a read.
func runStdin(ctx context.Context, r io.Reader, o Options, m *monitor, take Take) error {
	s := newStream(WayStdin, o, m)
	return s.run(ctx, func(ctx context.Context) error { return s.read(ctx, r) }, take)
}

// stdinBlock is how much is read at once.
const stdinBlock = 64 << 10

// read sends on whole lines.
func (s *stream) read(ctx context.Context, r io.Reader) error {
	l := lineBuffer{buf: make([]byte, 0, stdinBlock)}
	for first := true; ; first = false {
		chunk, err := l.read(r)
		if first && bytes.IndexByte(chunk, 0) >= 0 {
			return fmt.Errorf("standard input begins with %.16q, which is no text: a plugin of auditd needs format = string", chunk)
		}
		for whole := l.whole(); whole != nil; whole = l.whole() {
			if !s.queue.put(ctx, item{text: whole}) {
				return context.Cause(ctx)
			}
		}
		if l.tooLong() && !s.queue.put(ctx, item{problem: &Problem{
			Kind: LongLine, Where: WayStdin, Text: fmt.Sprintf("a line is longer than %d bytes and passed over", maxLine),
		}}) {
			return context.Cause(ctx)
		}
		if errors.Is(err, io.EOF) {
			s.queue.put(ctx, item{text: l.buf})
			return ErrEnded
		}
		if err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
	}
}

// lineBuffer keeps what was read and is no whole line yet.
type lineBuffer struct {
	buf     []byte
	passing bool // within a line that is too long
}

// read reads what there is, and gives it.
func (l *lineBuffer) read(r io.Reader) ([]byte, error) {
	n := len(l.buf)
	if cap(l.buf)-n < stdinBlock {
		l.buf = append(make([]byte, 0, n+2*stdinBlock), l.buf...)
	}
	got, err := r.Read(l.buf[n : n+stdinBlock])
	l.buf = l.buf[:n+got]
	return l.buf[n:], err
}

// whole takes the whole lines out, without the rest of one that is too long.
func (l *lineBuffer) whole() []byte {
	if l.passing {
		n := bytes.IndexByte(l.buf, '\n')
		if n < 0 {
			l.buf = l.buf[:0]
			return nil
		}
		l.passing = false
		l.buf = l.buf[:copy(l.buf, l.buf[n+1:])]
	}
	n := bytes.LastIndexByte(l.buf, '\n') + 1
	if n == 0 {
		return nil
	}
	whole := bytes.Clone(l.buf[:n])
	l.buf = l.buf[:copy(l.buf, l.buf[n:])]
	return whole
}

// tooLong tells whether a line begins that is too long. It is passed over.
func (l *lineBuffer) tooLong() bool {
	if l.passing || len(l.buf) < maxLine {
		return false
	}
	l.passing, l.buf = true, make([]byte, 0, stdinBlock)
	return true
}
