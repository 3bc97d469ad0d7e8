package kaudit

import (
	"errors"
	"fmt"
)

// What keeps a program from the kernel's audit. The errors of this package's
// functions wrap them, and the system's error number where there is one.
var (
	// ErrUnsupported: there is no audit here, now and until another boot. The
	// kernel was built without it or booted with audit=0, or a sandbox hides
	// it, or the system isn't Linux. Records can go to a File instead.
	ErrUnsupported = errors.New("the kernel has no audit")

	// ErrNotPermitted: this process may not do that. Send takes
	// CAP_AUDIT_WRITE, Subscribe CAP_AUDIT_READ, Status and Rules
	// CAP_AUDIT_CONTROL; the last two in the initial pid namespace only: in a
	// container of its own, root is refused too. Nothing was recorded.
	ErrNotPermitted = errors.New("not permitted")

	// ErrUserNamespace: this process is in a user namespace of its own, as in
	// rootless containers. The kernel then refuses all of audit, whatever
	// capabilities the process has there; only a process outside can help.
	// Nothing was recorded.
	ErrUserNamespace = errors.New("the kernel has no audit for user namespaces")
)

// What keeps a record out of the log, beside that.
var (
	// ErrDisabled: the kernel takes no records, as audit is switched off
	// (auditctl -e 1 switches it on). The record was dropped. Later ones need
	// not be: each Send asks anew.
	ErrDisabled = errors.New("audit is disabled in the kernel")

	// ErrBacklog: the kernel has no room. auditd doesn't take records as fast
	// as they come, or has stopped, and the kernel holds back whoever sends
	// more, until the context ended. Where the error wraps ErrUnconfirmed too,
	// the record may have been queued all the same.
	ErrBacklog = errors.New("the kernel's audit backlog is full")

	// ErrUnconfirmed: it is not known whether there is a record now. The
	// context ended, or the connection was closed, after the kernel was given
	// the text; or its answer was lost, or is none; or the kernel is older than 5.6 and CAP_AUDIT_CONTROL, without
	// which it doesn't say whether audit is enabled, lacks. Who sends again
	// may have the record twice.
	ErrUnconfirmed = errors.New("not known to be recorded")

	// ErrTooLong: the kernel would cut the record's end off, res= with it. The
	// error is a *TooLongError; Shorten makes a text that fits. Nothing was
	// sent.
	ErrTooLong = errors.New("the text is too long")

	// ErrInvalid: a message of which no record can be made: of a type that
	// programs may not send, without a result, empty, or with a control
	// character in it, which would break the log's line. Nothing was sent.
	ErrInvalid = errors.New("not a message")
)

// A TooLongError says how long a text is and how long it may be.
type TooLongError struct {
	Size  int // bytes of the message's text
	Limit int // how many this sender has room for
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("%v: %d bytes, of %d at most", ErrTooLong, e.Size, e.Limit)
}

// Unwrap gives ErrTooLong.
func (e *TooLongError) Unwrap() error { return ErrTooLong }
