package kaudit

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// A Writer writes messages as lines of an audit log, for programs that have
// their output collected. It is safe for concurrent use.
type Writer struct {
	sender sender

	mu      sync.Mutex
	w       io.Writer
	serials serials
	line    []byte
}

// NewWriter gives a Writer that makes one Write of each message. A record there
// has a serial number of its own: behind those of all that were written before
// it, in other processes too, unless the clock was set back.
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
	w.line = appendLine(w.line[:0], m, suffix, w.serials.next(time.Now()))
	n, err := w.w.Write(w.line)
	if err == nil && n < len(w.line) {
		err = io.ErrShortWrite
	}
	return err
}
