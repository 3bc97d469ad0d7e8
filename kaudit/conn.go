package kaudit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// maxDatagram is the longest answer that is taken. A rule is the longest: its
// structure, and the paths and names in it.
const maxDatagram = 64 << 10

// A Conn is a connection to the kernel's audit. It is safe for concurrent use;
// calls wait for each other.
type Conn struct {
	kernel transport
	sender sender
	// probes: the kernel answers the probe of a delivery.
	probes bool
	turns  *turns

	// Of the call whose turn it is.
	first, seq uint32 // the sequence numbers of its requests
	in, out    []byte
}

// transport carries datagrams to the kernel and back.
type transport interface {
	receiver
	send(datagram []byte) error
	// port is the address that the kernel answers to.
	port() uint32
}

type receiver interface {
	// receive gives the length of the next datagram that the kernel sent. It
	// is larger than buf if that was too small.
	receive(buf []byte) (int, error)
	// interrupt makes receives that wait fail with os.ErrDeadlineExceeded, and
	// later ones too, until resume.
	interrupt() error
	resume() error
	close() error
}

// Dial connects to the kernel's audit. The errors that a caller may tell apart
// are ErrUnsupported and ErrNotPermitted. That it succeeds doesn't mean that
// the process may send or ask anything: no permission is needed yet.
func Dial() (*Conn, error) {
	kernel, err := dial()
	if err != nil {
		return nil, fmt.Errorf("kaudit: dial: %w", err)
	}
	return newConn(kernel, answersProbe()), nil
}

func newConn(kernel transport, probes bool) *Conn {
	return &Conn{
		kernel: kernel, sender: thisProcess(), probes: probes,
		turns: newTurns(), in: make([]byte, maxDatagram),
	}
}

// grace is how long a call that is over waits for the kernel to let go of it.
const grace = 50 * time.Millisecond

// Close ends the connection. Calls that wait, for an answer or for their turn,
// fail with an error that wraps os.ErrClosed, and so do later ones. It doesn't
// wait for a call that the kernel holds.
func (c *Conn) Close() error {
	if !c.turns.end() {
		return fmt.Errorf("kaudit: close: %w", os.ErrClosed)
	}
	if err := closeSoon(c.kernel); err != nil {
		return fmt.Errorf("kaudit: close: %w", err)
	}
	return nil
}

// closeSoon closes what may be in a system call that can't be interrupted; then
// it is closed when that is over.
func closeSoon(r receiver) error {
	result := make(chan error, 1)
	go func() { result <- r.close() }()
	select {
	case err := <-result:
		return err
	case <-time.After(grace):
		return nil
	}
}

// errHeld: the kernel did not let go of a call whose context had ended.
var errHeld = errors.New("held by the kernel")

// run converses and ends the turn. The kernel can hold back a process that
// sends, for a minute and so that no signal wakes it. So another goroutine
// goes there, if the context can end: run then leaves it behind and gives an
// error that wraps errHeld.
func (c *Conn) run(ctx context.Context, request []byte, use func(message) (bool, error)) error {
	if ctx.Done() == nil {
		defer c.turns.leave()
		return c.reason(ctx, c.converse(request, use))
	}
	result := make(chan error, 1)
	go func() { result <- c.converse(request, use) }()
	select {
	case err := <-result:
		c.turns.leave()
		return c.reason(ctx, err)
	case <-ctx.Done():
		return c.interrupt(ctx, result)
	}
}

// interrupt ends a call whose context has ended.
func (c *Conn) interrupt(ctx context.Context, result <-chan error) error {
	interrupted := c.kernel.interrupt()
	select {
	case err := <-result:
		err = c.reason(ctx, errors.Join(err, interrupted, c.kernel.resume()))
		c.turns.leave()
		return err
	case <-time.After(grace):
		go func() {
			<-result
			_ = c.kernel.resume() // fails where the next call will, too
			c.turns.leave()
		}()
		return fmt.Errorf("%w (%w)", errHeld, context.Cause(ctx))
	}
}

// reason tells why a call failed: that the connection was closed, or that the
// context ended, is why its system calls did. It keeps that an error was late.
func (c *Conn) reason(ctx context.Context, err error) error {
	why := err
	switch {
	case err == nil:
		return nil
	case c.turns.ended.Load():
		why = os.ErrClosed
	case errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() != nil:
		why = context.Cause(ctx)
	default:
		return err
	}
	if isLate(err) {
		return &lateError{why}
	}
	return why
}

// exchange sends a request without data and hands the answers to use, the end
// of a list (typeDone) too, until that is done or fails.
func (c *Conn) exchange(ctx context.Context, kind uint16, use func(message) (done bool, err error)) error {
	if err := c.turns.take(ctx); err != nil {
		return err
	}
	c.first, c.seq = c.seq+1, c.seq+1
	c.out = message{kind: kind, flags: flagRequest | flagAck, seq: c.seq}.append(c.out[:0])
	return c.run(ctx, c.out, func(m message) (bool, error) {
		switch m.kind {
		case kind, typeDone:
			return use(m)
		case typeError:
			return false, m.refusal()
		}
		return false, fmt.Errorf("the kernel answers request %d with a message of type %d", kind, m.kind)
	})
}

// converse sends requests and hands the answers to use, until that is done.
func (c *Conn) converse(request []byte, use func(message) (bool, error)) error {
	if err := c.kernel.send(request); err != nil {
		return err
	}
	for {
		n, err := c.kernel.receive(c.in)
		if err != nil {
			return &lateError{err}
		}
		if n > len(c.in) {
			return &lateError{fmt.Errorf("the kernel's answer has %d bytes, over the %d that are taken", n, len(c.in))}
		}
		if done, err := c.answers(c.in[:n], use); done || err != nil {
			return err
		}
	}
}

// lateError is one that came when the kernel had the request already, and that
// doesn't tell what it made of it: there was no answer, or it is none.
type lateError struct{ err error }

func (e *lateError) Error() string { return e.err.Error() }
func (e *lateError) Unwrap() error { return e.err }

func isLate(err error) bool {
	late := new(lateError)
	return errors.As(err, &late)
}

// answers goes over the messages of a datagram.
func (c *Conn) answers(datagram []byte, use func(message) (bool, error)) (done bool, err error) {
	for len(datagram) > 0 {
		var m message
		if m, datagram, err = nextMessage(datagram); err != nil {
			return false, &lateError{err}
		}
		if m.seq-c.first > c.seq-c.first || m.port != 0 && m.port != c.kernel.port() {
			continue // of a call that was cancelled
		}
		if done, err := use(m); done || err != nil {
			return done, err
		}
	}
	return false, nil
}
