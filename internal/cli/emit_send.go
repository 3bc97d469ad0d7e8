package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/kaudit"
)

// errUnsent tells that messages were not sent, and that standard error says
// which. Scripts are told the same as of input that can't be read.
var errUnsent = fmt.Errorf("not all messages were sent: %w", errUnreadable)

// printMessages prints messages instead of sending them.
func printMessages(out io.Writer, messages []guest.Message) error {
	return output(out, func(w *bufio.Writer) error {
		for _, m := range messages {
			fmt.Fprintln(w, m)
		}
		return nil
	})
}

// send sends all messages until a signal comes. A second one ends the process
// where the first could not.
func (e *emitter) send(to []destination, messages []guest.Message) error {
	if len(messages) == 0 {
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return e.sendAll(ctx, to, messages)
}

// sendAll sends all messages to each destination, one after the other: what
// keeps them from one doesn't keep them from the next.
func (e *emitter) sendAll(ctx context.Context, to []destination, messages []guest.Message) error {
	var told []delivery
	failed := false
	for _, d := range to {
		told = append(told, e.deliver(ctx, d, messages))
		failed = failed || told[len(told)-1].failed()
	}
	if !failed {
		return nil
	}
	for _, d := range told {
		d.report(e.std.Err)
	}
	return errUnsent
}

// A delivery is what became of messages at one destination.
type delivery struct {
	to       string
	messages []guest.Message
	results  []error // one a message that was tried
	closing  error   // what went wrong when all had been tried
}

func (e *emitter) deliver(ctx context.Context, d destination, messages []guest.Message) delivery {
	told := delivery{to: d.name, messages: messages}
	if ctx.Err() != nil {
		told.results = []error{context.Cause(ctx)}
		return told
	}
	if !d.patient {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, e.patience)
		defer cancel()
	}
	sender, closer, err := d.open(ctx)
	if err != nil {
		told.results = []error{err}
		return told
	}
	for _, m := range messages {
		err := sendOne(ctx, sender, m, e.shorten)
		told.results = append(told.results, err)
		if err != nil && !goesOn(ctx, err) {
			break
		}
	}
	told.closing = closer.Close()
	return told
}

// sendOne sends a message, shortened if it has to be and may be.
func sendOne(ctx context.Context, to kaudit.Sender, m guest.Message, shorten bool) error {
	err := to.Send(ctx, m)
	var long *kaudit.TooLongError
	if !shorten || !errors.As(err, &long) {
		return err
	}
	m, err = kaudit.Shorten(m, long.Limit)
	if err != nil {
		return err
	}
	return to.Send(ctx, m)
}

// goesOn tells whether the next message may fare better than the one that
// failed: that was at fault itself, or became a record without a proof.
func goesOn(ctx context.Context, err error) bool {
	switch {
	case ctx.Err() != nil, errors.Is(err, kaudit.ErrBacklog):
		return false
	}
	return errors.Is(err, kaudit.ErrTooLong) || errors.Is(err, kaudit.ErrInvalid) || errors.Is(err, kaudit.ErrUnconfirmed)
}
