package kaudit

import (
	"errors"
	"syscall"
	"testing"
)

func TestMeaning(t *testing.T) {
	for errno, want := range map[syscall.Errno]error{
		syscall.EPROTONOSUPPORT: ErrUnsupported, syscall.EAFNOSUPPORT: ErrUnsupported,
		syscall.EPERM: ErrNotPermitted, syscall.EACCES: ErrNotPermitted,
		syscall.ECONNREFUSED: ErrUserNamespace, syscall.ENOBUFS: syscall.ENOBUFS,
	} {
		if err := refusal(int32(errno)); !errors.Is(err, want) || !errors.Is(err, errno) {
			t.Errorf("%v means %v, want %v", errno, err, want)
		}
	}
}

func TestPassing(t *testing.T) {
	for errno, want := range map[syscall.Errno]bool{
		syscall.ENOBUFS: true, syscall.EAGAIN: true, syscall.EINTR: true, syscall.EPERM: false, syscall.EINVAL: false,
	} {
		if got := passing(refusal(int32(errno))); got != want {
			t.Errorf("%v passes: %t, want %t", errno, got, want)
		}
	}
}
