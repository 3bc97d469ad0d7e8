package proc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// What the kernel is asked and answers: linux/sock_diag.h and
// linux/unix_diag.h. Numbers are in the machine's byte order.
const (
	diagRequestSize = 24 // struct unix_diag_req
	diagMessageSize = 16 // struct unix_diag_msg
	stateListen     = 10

	showName    = 0x01
	showPeer    = 0x04
	showWaiting = 0x08

	attributeName    = 0
	attributePeer    = 2
	attributeWaiting = 3
)

// diagnoseUnix asks the kernel for all unix sockets of this process's network
// namespace.
func diagnoseUnix() (map[uint64]unixSocket, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("sock_diag: socket: %w", err)
	}
	defer unix.Close(fd)
	// The kernel answers at once; this is for one that doesn't.
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 5}); err != nil {
		return nil, fmt.Errorf("sock_diag: %w", err)
	}
	if err := unix.Sendto(fd, diagRequest(), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, fmt.Errorf("sock_diag: send: %w", err)
	}
	d := diagnosis{sockets: map[uint64]unixSocket{}, waiting: map[uint64]string{}}
	buffer := make([]byte, 64<<10)
	for !d.done {
		n, _, err := unix.Recvfrom(fd, buffer, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err == nil {
			err = d.datagram(buffer[:n])
		}
		if err != nil {
			return nil, fmt.Errorf("sock_diag: %w", err)
		}
	}
	return d.finish(), nil
}

func diagRequest() []byte {
	order := binary.NativeEndian
	b := make([]byte, unix.NLMSG_HDRLEN+diagRequestSize)
	order.PutUint32(b, uint32(len(b)))
	order.PutUint16(b[4:], unix.SOCK_DIAG_BY_FAMILY)
	order.PutUint16(b[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	request := b[unix.NLMSG_HDRLEN:]
	request[0] = unix.AF_UNIX
	order.PutUint32(request[4:], ^uint32(0)) // all states
	order.PutUint32(request[12:], showName|showPeer|showWaiting)
	return b
}

// diagnosis is the answer.
type diagnosis struct {
	sockets map[uint64]unixSocket
	// waiting are the sockets that nobody has accepted yet, with the names of
	// those that they want to be connected to.
	waiting map[uint64]string
	done    bool
}

// datagram takes several messages of the answer.
func (d *diagnosis) datagram(b []byte) error {
	for len(b) >= unix.NLMSG_HDRLEN {
		size := int(binary.NativeEndian.Uint32(b))
		if size < unix.NLMSG_HDRLEN || size > len(b) {
			return fmt.Errorf("message of %d bytes in %d", size, len(b))
		}
		body := b[unix.NLMSG_HDRLEN:size]
		switch binary.NativeEndian.Uint16(b[4:]) {
		case unix.NLMSG_DONE:
			d.done = true
			return nil
		case unix.NLMSG_ERROR:
			return diagError(body)
		case unix.SOCK_DIAG_BY_FAMILY:
			d.socket(body)
		}
		if len(d.sockets) > maxSockets {
			return errTooMany
		}
		b = b[min(len(b), align(size)):]
	}
	return nil
}

func diagError(body []byte) error {
	if len(body) < 4 {
		return errors.New("an error without number")
	}
	return unix.Errno(-int32(binary.NativeEndian.Uint32(body)))
}

// socket takes a struct unix_diag_msg, family type state pad inode cookie, and
// its attributes.
func (d *diagnosis) socket(b []byte) {
	if len(b) < diagMessageSize {
		return
	}
	order := binary.NativeEndian
	s := unixSocket{inode: uint64(order.Uint32(b[4:])), listening: b[2] == stateListen}
	var waiting []byte
	for b = b[diagMessageSize:]; len(b) >= 4; {
		size := int(order.Uint16(b))
		if size < 4 || size > len(b) {
			break
		}
		value := b[4:size]
		switch kind := order.Uint16(b[2:]); {
		case kind == attributeName:
			s.name = unixName(value)
		case kind == attributePeer && len(value) >= 4:
			s.peer = uint64(order.Uint32(value))
		case kind == attributeWaiting:
			waiting = value
		}
		b = b[min(len(b), align(size)):]
	}
	for ; len(waiting) >= 4; waiting = waiting[4:] {
		d.waiting[uint64(order.Uint32(waiting))] = s.name
	}
	if s.inode != 0 {
		d.sockets[s.inode] = s
	}
}

// unixName gives a name as /proc/net/unix has it: an abstract one begins with @
// in place of a zero byte.
func unixName(b []byte) string {
	if len(b) > 0 && b[0] == 0 {
		return "@" + strings.ReplaceAll(string(b[1:]), "\x00", "@")
	}
	name, _, _ := bytes.Cut(b, []byte{0})
	return string(name)
}

// finish gives the sockets. One that waits for its peer to be accepted has no
// peer yet, but the name of one.
func (d *diagnosis) finish() map[uint64]unixSocket {
	for inode, name := range d.waiting {
		if s, ok := d.sockets[inode]; ok && s.peer == 0 {
			s.waitsFor = name
			d.sockets[inode] = s
		}
	}
	return d.sockets
}

func align(size int) int { return (size + 3) &^ 3 }
