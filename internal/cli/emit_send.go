package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/kaudit"
)

// The values of --to.
const (
	toKernel = "kernel"
	toStdout = "stdout"
	toFile   = "file:" // and a path
)

// errUnsent tells that messages were not sent, and that standard error says
// which. Scripts are told the same as of input that can't be read.
var errUnsent = fmt.Errorf("not all messages were sent: %w", errUnreadable)

// A destination is where messages go.
type destination struct {
	name string
	open func() (kaudit.Sender, io.Closer, error)
}

// destinations reads --to.
func (e *emitter) destinations() ([]destination, error) {
	var all []destination
	for i, name := range e.to {
		if slices.Contains(e.to[:i], name) {
			return nil, fmt.Errorf("--to %s is given twice", shownName(name))
		}
		d := destination{name: shownName(name)}
		path, isFile := strings.CutPrefix(name, toFile)
		switch {
		case name == toKernel:
			d.open = e.openKernel
		case name == toStdout:
			d.open = func() (kaudit.Sender, io.Closer, error) { return kaudit.NewWriter(e.std.Out), nothing{}, nil }
		case isFile && path != "":
			d.open = func() (kaudit.Sender, io.Closer, error) {
				f, err := kaudit.OpenFile(path, kaudit.FileOptions{})
				return f, f, err
			}
		default:
			return nil, fmt.Errorf("--to %q: there are kernel, stdout and file:PATH", name)
		}
		all = append(all, d)
	}
	return all, nil
}

func (e *emitter) openKernel() (kaudit.Sender, io.Closer, error) {
	c, err := e.dial()
	return c, c, err
}

// nothing is there to be closed.
type nothing struct{}

func (nothing) Close() error { return nil }

func completeTo(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{toKernel, toStdout, toFile}, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// printMessages prints messages instead of sending them.
func printMessages(out io.Writer, messages []guest.Message) error {
	return output(out, func(w *bufio.Writer) error {
		for _, m := range messages {
			fmt.Fprintln(w, m)
		}
		return nil
	})
}

// send sends all messages to each destination, one after the other: what keeps
// them from one doesn't keep them from the next.
func (e *emitter) send(to []destination, messages []guest.Message) error {
	if len(messages) == 0 {
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
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
	ctx, cancel := context.WithTimeout(ctx, e.patience)
	defer cancel()
	told := delivery{to: d.name, messages: messages}
	sender, closer, err := d.open()
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
