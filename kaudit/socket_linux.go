package kaudit

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// socket is a netlink socket for requests. The kernel has answered nearly all
// of them by the time that they are sent. So the Go runtime isn't asked to wait
// for answers: its poller would be woken by each, which makes a message half as
// long again.
type socket struct {
	address     uint32
	interrupted atomic.Bool
	closed      atomic.Bool

	mu sync.Mutex // held during system calls with fd
	fd int
}

func dial() (transport, error) {
	fd, address, err := open(0)
	if err != nil {
		return nil, err
	}
	return &socket{fd: fd, address: address}, nil
}

// open makes a socket in these multicast groups, with the address that the
// kernel gives it.
func open(groups uint32) (fd int, address uint32, err error) {
	fd, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_AUDIT)
	if errors.Is(err, unix.EINVAL) { // what some sandboxes say
		return -1, 0, fmt.Errorf("%w (%w)", ErrUnsupported, err)
	}
	if err != nil {
		return -1, 0, meaning(err)
	}
	address, err = bind(fd, groups)
	if err != nil {
		return -1, 0, errors.Join(err, unix.Close(fd))
	}
	return fd, address, nil
}

func bind(fd int, groups uint32) (address uint32, err error) {
	err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups})
	switch {
	case errors.Is(err, unix.EPERM) && inUserNamespace():
		return 0, fmt.Errorf("bind: %w (%w)", ErrUserNamespace, err)
	case err != nil:
		return 0, fmt.Errorf("bind: %w", meaning(err))
	}
	own, err := unix.Getsockname(fd)
	if err != nil {
		return 0, fmt.Errorf("own address: %w", err)
	}
	at, ok := own.(*unix.SockaddrNetlink)
	if !ok {
		return 0, fmt.Errorf("own address: %T is none of netlink", own)
	}
	return at.Pid, nil
}

// inUserNamespace tells whether this process is in another user namespace than
// the first, whose file's number is the same on every kernel.
func inUserNamespace() bool {
	name, err := os.Readlink("/proc/self/ns/user")
	return err == nil && name != "user:[4026531837]"
}

func (s *socket) port() uint32 { return s.address }

func (s *socket) interrupt() error {
	s.interrupted.Store(true)
	return nil
}

func (s *socket) resume() error {
	s.interrupted.Store(false)
	return nil
}

// call makes a system call, again if a signal interrupts it.
func (s *socket) call(f func(fd int) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Load() {
		return os.ErrClosed
	}
	return retried(func() error { return f(s.fd) })
}

func (s *socket) close() error {
	s.closed.Store(true) // for who waits for an answer
	s.mu.Lock()
	defer s.mu.Unlock()
	return unix.Close(s.fd)
}

func (s *socket) send(datagram []byte) error {
	return meaning(s.call(func(fd int) error {
		return unix.Sendto(fd, datagram, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	}))
}

// receive passes by what another process sends.
func (s *socket) receive(buf []byte) (n int, err error) {
	for {
		var ours bool
		err := s.call(func(fd int) (err error) {
			n, ours, err = receiveFrom(fd, buf)
			return err
		})
		switch {
		case errors.Is(err, unix.EAGAIN):
			err = s.wait()
		case err == nil && ours:
			return n, nil
		}
		if err != nil {
			return 0, meaning(err)
		}
	}
}

// look is how often one who waits looks whether it was interrupted.
const look = 2 * time.Millisecond

// wait waits for a datagram, for a short time.
func (s *socket) wait() error {
	if s.interrupted.Load() {
		return os.ErrDeadlineExceeded
	}
	return s.call(func(fd int) error {
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(look.Milliseconds()))
		return err
	})
}

// receiveFrom doesn't wait. It tells whether the datagram is from the kernel.
func receiveFrom(fd int, buf []byte) (n int, ours bool, err error) {
	n, from, err := unix.Recvfrom(fd, buf, unix.MSG_TRUNC|unix.MSG_DONTWAIT)
	at, ok := from.(*unix.SockaddrNetlink)
	return n, ok && at.Pid == 0, err
}

// retried repeats what a signal interrupts.
func retried(f func() error) error {
	for {
		if err := f(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
