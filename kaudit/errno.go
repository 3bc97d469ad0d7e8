package kaudit

import (
	"errors"
	"fmt"
	"syscall"
)

// refusal is the error that stands for a number in the kernel's answer.
func refusal(number int32) error { return meaning(syscall.Errno(number)) }

// meaning adds to a system call's error what it means to the caller.
func meaning(err error) error {
	var kind error
	switch {
	case errors.Is(err, syscall.EPROTONOSUPPORT), errors.Is(err, syscall.EAFNOSUPPORT):
		kind = ErrUnsupported
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES):
		kind = ErrNotPermitted
	case errors.Is(err, syscall.ECONNREFUSED):
		kind = ErrUserNamespace
	default:
		return err
	}
	return fmt.Errorf("%w (%w)", kind, err)
}

// passing tells whether an error is one that goes by: the kernel has no room
// at this moment, or a signal came.
func passing(err error) bool {
	return errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR)
}
