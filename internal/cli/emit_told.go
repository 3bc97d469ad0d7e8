package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/virtaudit/virtaudit/kaudit"
)

func (d *delivery) failed() bool { return d.first() != nil }

// first gives the first error.
func (d *delivery) first() error {
	for _, err := range d.results {
		if err != nil {
			return err
		}
	}
	return d.closing
}

// report says what was sent and what not: in a line, unless it was a part.
func (d *delivery) report(w io.Writer) {
	fmt.Fprintf(w, "virtaudit: %s: %s\n", d.to, d.sum())
	if d.sent() == 0 && !slices.ContainsFunc(d.results, unconfirmed) || d.sent() == len(d.messages) {
		return
	}
	said := d.first()
	for i, m := range d.messages {
		err := d.result(i)
		fmt.Fprintf(w, "  %s  %s", fate(err), m)
		if err != nil && !errors.Is(err, errNotTried) && reason(err) != reason(said) {
			fmt.Fprintf(w, " (%s)", reason(err))
		}
		fmt.Fprintln(w)
	}
}

// sum says how many messages were sent, and why not all.
func (d *delivery) sum() string {
	text := fmt.Sprintf("%d of %d messages sent", d.sent(), len(d.messages))
	if len(d.messages) == 1 {
		text = fmt.Sprintf("%d of 1 message sent", d.sent())
	}
	if err := d.first(); err != nil {
		text += ": " + advised(err)
	}
	return text
}

func (d *delivery) sent() int {
	n := 0
	for _, err := range d.results {
		if err == nil {
			n++
		}
	}
	return n
}

// errNotTried is the result of messages behind one that no other can follow.
var errNotTried = errors.New("not tried")

func (d *delivery) result(i int) error {
	if i < len(d.results) {
		return d.results[i]
	}
	return errNotTried
}

func unconfirmed(err error) bool { return errors.Is(err, kaudit.ErrUnconfirmed) }

// fate says in a word whether there is a record.
func fate(err error) string {
	switch {
	case err == nil:
		return "sent    "
	case unconfirmed(err):
		return "unknown "
	}
	return "not sent"
}

// reason gives an error of package kaudit without the operation, which the line
// names already.
func reason(err error) string {
	if inner := errors.Unwrap(err); inner != nil {
		err = inner
	}
	return err.Error()
}

// advice is what a user can do about an error.
var advice = []struct {
	err  error
	text string
}{
	{kaudit.ErrDisabled, "auditctl -e 1 enables it"},
	{kaudit.ErrUserNamespace, "run it outside of the container, or write --to file:PATH"},
	{kaudit.ErrNotPermitted, "it takes root, or the capability CAP_AUDIT_WRITE"},
	{kaudit.ErrUnsupported, "it was built or booted (audit=0) without: write --to file:PATH"},
	{kaudit.ErrBacklog, "does auditd run, and has it room for its log? virtaudit doctor tells"},
	{kaudit.ErrTooLong, "--shorten cuts its values"},
	{kaudit.ErrUnconfirmed, "look into the log before sending again"},
}

// advised gives the reason, and what to do.
func advised(err error) string {
	for _, a := range advice {
		if errors.Is(err, a.err) {
			return reason(err) + "; " + a.text
		}
	}
	return reason(err)
}
