package kaudit

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// listener is a netlink socket in the group that gets a copy of every record.
// The Go runtime waits on it, so that a deadline or Close ends a call that
// blocks, for hours where nothing happens.
type listener struct {
	file *os.File
	conn syscall.RawConn
}

// listen joins the group, with a receive buffer of so many bytes; 0 leaves it
// at the system's default.
func listen(buffer int) (receiver, error) {
	fd, _, err := open(1 << (unix.AUDIT_NLGRP_MAX - 1)) // the only group
	if err != nil {
		return nil, err
	}
	if err := prepare(fd, buffer); err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	l := &listener{file: os.NewFile(uintptr(fd), "audit socket")}
	if l.conn, err = l.file.SyscallConn(); err != nil {
		return nil, errors.Join(err, l.file.Close())
	}
	return l, nil
}

// prepare sets the buffer, beyond the system's limit (net.core.rmem_max) if it
// may.
func prepare(fd, buffer int) error {
	if err := unix.SetNonblock(fd, true); err != nil || buffer == 0 {
		return err
	}
	err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, buffer)
	if errors.Is(err, unix.EPERM) {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, buffer)
	}
	if err != nil {
		return fmt.Errorf("receive buffer of %d bytes: %w", buffer, err)
	}
	return nil
}

func (l *listener) close() error { return l.file.Close() }

// interrupt sets a deadline in the past.
func (l *listener) interrupt() error { return l.file.SetDeadline(time.Unix(1, 0)) }

func (l *listener) resume() error { return l.file.SetDeadline(time.Time{}) }

// receive passes by what another process sends.
func (l *listener) receive(buf []byte) (n int, err error) {
	for ours := false; !ours; {
		var failed error
		err := l.conn.Read(func(fd uintptr) bool {
			failed = retried(func() (err error) {
				n, ours, err = receiveFrom(int(fd), buf)
				return err
			})
			return !errors.Is(failed, unix.EAGAIN)
		})
		if err := errors.Join(err, failed); err != nil {
			return 0, err
		}
	}
	return n, nil
}
