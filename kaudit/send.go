package kaudit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/virtaudit/virtaudit/guest"
)

// A Message is what a program tells: the record's type, its text from virt= to
// the last field of the device, and whether what it tells of succeeded. The
// functions of package guest give such messages; the text of a record that was
// built is what its AppendMessage gives.
type Message = guest.Message

// A Sender takes messages: a Conn, a File, a Writer, or several by Tee.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Send gives a message to the kernel and returns when the kernel has made a
// record of it. As libaudit does, it appends exe= to res= to the text.
//
// An error means that there is no record, unless it wraps ErrUnconfirmed. What
// the errors mean is said at their names: ErrDisabled, ErrNotPermitted,
// ErrUserNamespace, ErrUnsupported, ErrTooLong, ErrInvalid, ErrBacklog. Where the
// kernel has no room at the moment, or a signal comes, Send tries again for as
// long as the context lasts; nothing else is tried twice, and nothing that the
// kernel may have taken.
//
// What Send can't know is what becomes of a record later: rules (Rules) and a
// rate limit (Status) can drop it, and auditd can fail to write it.
func (c *Conn) Send(ctx context.Context, m Message) error {
	suffix := c.sender.suffix(m.Result)
	if err := check(m, maxText-len(suffix)); err != nil {
		return fmt.Errorf("kaudit: send %v: %w", m.Type, err)
	}
	for pause := time.Millisecond; ; pause = min(2*pause, maxPause) {
		err := c.deliver(ctx, m, suffix)
		if err == nil {
			return nil
		}
		if isLate(err) || !passing(err) || !sleep(ctx, pause) {
			return fmt.Errorf("kaudit: send %v: %w", m.Type, undelivered(ctx, err))
		}
	}
}

// maxPause is the longest time between two tries.
const maxPause = 100 * time.Millisecond

// sleep reports false if the context has ended when it is over.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// undelivered says what a failure means to the caller.
func undelivered(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errHeld):
		return fmt.Errorf("%w: %w: %w", ErrBacklog, ErrUnconfirmed, err)
	case isLate(err):
		return fmt.Errorf("%w: %w", ErrUnconfirmed, err)
	case passing(err):
		return fmt.Errorf("%w: %w (%w)", ErrBacklog, err, context.Cause(ctx))
	}
	return err
}

// deliver sends a message once.
//
// The kernel acknowledges a message also when audit is disabled, and drops it.
// So a second message goes with it, the probe, in one datagram, which the
// kernel works off under one lock. A text of less than two bytes is refused
// (EINVAL) since Linux 5.6, but only where audit is enabled: that answer proves
// that the first message became a record. It needs no other capability than
// the message, while asking for the status does. It is the only answer if all
// goes well; that is why the message itself asks for none. Older kernels would
// make an empty record of the probe, so they are asked for the status instead.
func (c *Conn) deliver(ctx context.Context, m Message, suffix string) error {
	if err := c.turns.take(ctx); err != nil {
		return err
	}
	c.first, c.seq = c.seq+1, c.seq+2
	text := message{kind: uint16(m.Type), flags: flagRequest, seq: c.first}
	c.out = text.appendText(c.out[:0], m.Text, suffix)

	question := message{kind: uint16(m.Type), flags: flagRequest | flagAck, seq: c.seq, data: []byte{0}}
	answer := c.probed
	if !c.probes {
		question.kind, question.flags, question.data = typeGet, flagRequest, nil
		answer = c.asked
	}
	c.out = question.append(c.out)
	return c.run(ctx, c.out, answer)
}

// probed takes the answers of a kernel that knows the probe. If it refuses the
// message, that comes first.
func (c *Conn) probed(m message) (done bool, err error) {
	if m.kind != typeError {
		return false, strange(m)
	}
	n, err := m.errorNumber()
	switch {
	case err != nil:
		return false, err
	case m.seq == c.seq && n == invalid:
		return true, nil
	case m.seq == c.seq && n == 0:
		return false, ErrDisabled
	case m.seq == c.seq:
		return false, unproven("probe", refusal(n))
	case n != 0:
		return false, refusal(n)
	}
	return false, nil
}

// strange is the error of an answer that is none to a record.
func strange(m message) error {
	return &lateError{fmt.Errorf("the kernel answers a record with a message of type %d", m.kind)}
}

// unproven is that of a question which the kernel refuses, while it took the
// message. It doesn't wrap the reason: ErrNotPermitted, say, would tell that
// there is no record.
func unproven(question string, reason error) error {
	return &lateError{errors.New(question + ": " + reason.Error())}
}

// asked takes the answers of one that doesn't.
func (c *Conn) asked(m message) (done bool, err error) {
	switch {
	case m.kind == typeGet && m.seq == c.seq:
		s, err := parseStatus(m.data)
		switch {
		case err != nil:
			return false, &lateError{err}
		case s.Enabled == Off:
			return false, ErrDisabled
		}
		return true, nil
	case m.kind != typeError:
		return false, strange(m)
	case m.seq == c.seq:
		if err := m.refusal(); err != nil {
			return false, unproven("status", err)
		}
		return false, nil
	}
	return false, m.refusal()
}
