package kaudit

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"syscall"

	"github.com/virtaudit/virtaudit/record"
)

// A Subscription gets a copy of every record that the kernel makes, whether or
// not auditd runs and writes it. It is safe for concurrent use: of several
// loops over it, each record gets to one, and they take turns.
type Subscription struct {
	kernel receiver
	turns  *turns
}

// SubscribeOptions say how to listen. The zero value is good for a quiet host.
type SubscribeOptions struct {
	// ReceiveBuffer is how many bytes of records the kernel keeps for a loop
	// that is slower than they come; 0 is the system's default, often 208 KiB,
	// which holds a few hundred. It is bounded by net.core.rmem_max, unless the
	// process has CAP_NET_ADMIN.
	ReceiveBuffer int
}

// A Delivery is a record as the kernel gives it to listeners, or the news that
// it could not give some.
type Delivery struct {
	Type record.Type

	// Text is audit(TIME:SERIAL): and all that follows: what record.ParseKernel
	// reads. It is overwritten when the loop goes on.
	Text []byte

	// Lost: one or more records did not fit into the receive buffer and went
	// by, between the last delivery and those that come. There is no text. The
	// kernel doesn't say how many they were; auditd's log has them.
	Lost bool
}

// Subscribe begins to listen. The errors that a caller may tell apart are
// ErrNotPermitted (it takes CAP_AUDIT_READ), ErrUserNamespace and
// ErrUnsupported. In a network namespace of its own a process may listen, but
// the kernel gives out its records in the first one only.
func Subscribe(o SubscribeOptions) (*Subscription, error) {
	kernel, err := listen(o.ReceiveBuffer)
	if err != nil {
		return nil, fmt.Errorf("kaudit: subscribe: %w", err)
	}
	return newSubscription(kernel), nil
}

func newSubscription(kernel receiver) *Subscription {
	return &Subscription{kernel: kernel, turns: newTurns()}
}

// Close ends the subscription, and the loops over it, those too that wait for
// their turn, with an error that wraps os.ErrClosed.
func (s *Subscription) Close() error {
	if !s.turns.end() {
		return fmt.Errorf("kaudit: close subscription: %w", os.ErrClosed)
	}
	if err := s.kernel.close(); err != nil {
		return fmt.Errorf("kaudit: close subscription: %w", err)
	}
	return nil
}

// All gives the records as they come, from the time of Subscribe on. It ends
// with an error: that of the context, one that wraps os.ErrClosed after Close,
// or the system's. A loop that was left can be followed by another.
func (s *Subscription) All(ctx context.Context) iter.Seq2[Delivery, error] {
	return func(yield func(Delivery, error) bool) {
		err := s.each(ctx, func(d Delivery) bool { return yield(d, nil) })
		if err != nil {
			yield(Delivery{}, fmt.Errorf("kaudit: subscription: %w", err))
		}
	}
}

// each gives an error unless yield wants no more.
func (s *Subscription) each(ctx context.Context, yield func(Delivery) bool) error {
	if err := s.turns.take(ctx); err != nil {
		return err
	}
	defer s.turns.leave()
	interrupted := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { interrupted <- s.kernel.interrupt() })
	err := s.receive(yield)
	if !stop() {
		err = errors.Join(err, <-interrupted, s.kernel.resume())
	}
	switch {
	case err != nil && s.turns.ended.Load():
		return os.ErrClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return context.Cause(ctx)
	}
	return err
}

func (s *Subscription) receive(yield func(Delivery) bool) error {
	buf := make([]byte, maxDatagram)
	for {
		n, err := s.kernel.receive(buf)
		lost := errors.Is(err, syscall.ENOBUFS) || err == nil && n > len(buf)
		switch {
		case lost:
			if !yield(Delivery{Lost: true}) {
				return nil
			}
		case err != nil:
			return err
		default:
			if more, err := deliveries(buf[:n], yield); !more || err != nil {
				return err
			}
		}
	}
}

// deliveries goes over the messages of a datagram.
func deliveries(datagram []byte, yield func(Delivery) bool) (more bool, err error) {
	for len(datagram) > 0 {
		var m message
		if m, datagram, err = nextMessage(datagram); err != nil {
			return false, err
		}
		if !yield(Delivery{Type: record.Type(m.kind), Text: m.data}) {
			return false, nil
		}
	}
	return true, nil
}
