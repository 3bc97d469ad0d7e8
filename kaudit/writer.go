package kaudit

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/record"
)

// A Writer writes messages as lines of an audit log, for programs that have
// their output collected. It is safe for concurrent use.
type Writer struct {
	sender sender

	mu   sync.Mutex
	w    io.Writer
	line []byte
}

// written are the numbers of what this process wrote with Writers. What they
// write may end in one log.
var written struct {
	mu sync.Mutex
	serials
}

// NewWriter gives a Writer that makes one Write of each message. A record there
// has a serial number of its own, which rises from one to the next in all
// Writers of a process. It begins as in a new File. Of two processes that write
// right after each other, or at once, it can be the same: where their output is
// one log, a File is for them.
func NewWriter(w io.Writer) *Writer { return &Writer{sender: thisProcess(), w: w} }

// Send writes a message. It refuses what the kernel would: the errors that a
// caller may tell apart are ErrTooLong and ErrInvalid. A Write that waits
// doesn't end with the context.
func (w *Writer) Send(ctx context.Context, m Message) error {
	suffix := w.sender.suffix(m.Result)
	err := check(m, maxText-len(suffix))
	if err == nil {
		err = w.write(ctx, m, suffix)
	}
	if err != nil {
		return fmt.Errorf("kaudit: write %v: %w", m.Type, err)
	}
	return nil
}

func (w *Writer) write(ctx context.Context, m Message, suffix string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	w.line = appendLine(w.line[:0], m, suffix, nextWritten())
	n, err := w.w.Write(w.line)
	if err == nil && n < len(w.line) {
		err = io.ErrShortWrite
	}
	return err
}

func nextWritten() record.Stamp {
	written.mu.Lock()
	defer written.mu.Unlock()
	return written.next(time.Now())
}
