//go:build linux

package integration

import (
	"encoding/binary"
	"syscall"
	"testing"
)

// A kernelSocket is a netlink socket to the kernel's audit: what libaudit's
// callers have, without libaudit.
type kernelSocket struct{ fd int }

// dialKernel opens a socket for sending.
func dialKernel(t *testing.T) kernelSocket {
	t.Helper()
	return openSocket(t, 0)
}

// listenKernel opens one to which the kernel sends every record, beside what
// it gives to auditd.
func listenKernel(t *testing.T) kernelSocket {
	t.Helper()
	const readLog = 1 // AUDIT_NLGRP_READLOG
	return openSocket(t, 1<<(readLog-1))
}

func openSocket(t *testing.T, groups uint32) kernelSocket {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_AUDIT)
	if err != nil {
		t.Fatalf("audit socket: %v", err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK, Groups: groups}); err != nil {
		t.Fatalf("audit socket: bind: %v", err)
	}
	limit := syscall.NsecToTimeval(patience.Nanoseconds())
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &limit); err != nil {
		t.Fatalf("audit socket: %v", err)
	}
	return kernelSocket{fd}
}

// send gives the kernel a user message and waits until it has taken it.
func (k kernelSocket) send(t *testing.T, m message) {
	t.Helper()
	text := m.whole(t)
	packet := make([]byte, syscall.NLMSG_HDRLEN, syscall.NLMSG_HDRLEN+len(text)+1)
	packet = append(append(packet, text...), 0)
	binary.NativeEndian.PutUint32(packet, uint32(len(packet)))
	binary.NativeEndian.PutUint16(packet[4:], uint16(m.is))
	binary.NativeEndian.PutUint16(packet[6:], syscall.NLM_F_REQUEST|syscall.NLM_F_ACK)
	if err := syscall.Sendto(k.fd, packet, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		t.Fatalf("send %q: %v", text, err)
	}
	if kind, answer := k.receive(t); kind != syscall.NLMSG_ERROR {
		t.Fatalf("send %q: the kernel answers with a message of type %d", text, kind)
	} else if errno := int32(binary.NativeEndian.Uint32(answer)); errno != 0 {
		t.Fatalf("send %q: %v", text, syscall.Errno(-errno))
	}
}

// receive gives the next message's type and content.
func (k kernelSocket) receive(t *testing.T) (kind uint16, content []byte) {
	t.Helper()
	buf := make([]byte, 16<<10)
	n, _, err := syscall.Recvfrom(k.fd, buf, 0)
	if err != nil {
		t.Fatalf("audit socket: receive: %v", err)
	}
	if n < syscall.NLMSG_HDRLEN {
		t.Fatalf("audit socket: a message of %d bytes", n)
	}
	return binary.NativeEndian.Uint16(buf[4:]), buf[syscall.NLMSG_HDRLEN:n]
}
