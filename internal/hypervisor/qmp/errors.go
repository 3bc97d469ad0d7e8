package qmp

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// What a caller may tell apart. The errors of a Client wrap them, or an *Error,
// or what the system says; all name the socket and the command.
var (
	// ErrTaken: QEMU doesn't greet, as another client has the socket. Where the
	// system doesn't list the socket (it lists those of its network namespace,
	// by the path that QEMU was given) QEMU may be stuck as well.
	ErrTaken = errors.New("no greeting: another client has the socket")

	// ErrStuck: QEMU doesn't greet, though no client has the socket. It is
	// starting still, for minutes if it has much memory to allot, or hangs.
	ErrStuck = errors.New("no greeting: QEMU is starting or stuck")

	// errMute is an ErrStuck of a QEMU that took the connection, and may have it
	// still when it is asked again.
	errMute = fmt.Errorf("%w: it took the connection", ErrStuck)

	// ErrProtocol: the peer sends what isn't QMP, or a line without end. The
	// connection is closed.
	ErrProtocol = errors.New("not QMP")

	// ErrUnanswered: so many commands were given up on, and may be answered
	// still, that no more are sent.
	ErrUnanswered = errors.New("too many commands are unanswered")
)

// silence is that QEMU gave no answer in that time.
type silence time.Duration

func (s silence) Error() string { return "no answer within " + time.Duration(s).String() }

// Is makes it a deadline, as callers know them.
func (silence) Is(err error) bool { return err == context.DeadlineExceeded }

// An Error is QEMU's refusal of a command.
type Error struct {
	Class string `json:"class"` // CommandNotFound, DeviceNotFound, GenericError, ...
	Desc  string `json:"desc"`
}

func (e *Error) Error() string { return e.Class + ": " + e.Desc }
