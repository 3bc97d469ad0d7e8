package kaudit

import (
	"encoding/binary"
	"fmt"
)

// headerSize is that of a netlink message's header, struct nlmsghdr.
const headerSize = 16

// Types and flags of messages (linux/netlink.h, linux/audit.h).
const (
	typeError = 2 // an acknowledgement too: then the error is 0
	typeDone  = 3

	typeGet       = 1000 // AUDIT_GET
	typeListRules = 1013 // AUDIT_LIST_RULES

	flagRequest = 1
	flagAck     = 4

	// invalid is the error number of a request that makes no sense, EINVAL.
	invalid = 22
)

// message is one netlink message.
type message struct {
	kind, flags uint16
	seq, port   uint32
	data        []byte
}

// append appends the message in the kernel's form.
func (m message) append(dst []byte) []byte {
	dst = binary.NativeEndian.AppendUint32(dst, uint32(headerSize+len(m.data)))
	dst = binary.NativeEndian.AppendUint16(dst, m.kind)
	dst = binary.NativeEndian.AppendUint16(dst, m.flags)
	dst = binary.NativeEndian.AppendUint32(dst, m.seq)
	dst = binary.NativeEndian.AppendUint32(dst, m.port)
	return pad(append(dst, m.data...))
}

// appendText appends a message whose data is a text in two parts, and the NUL
// without which the kernel takes the text's last byte for one.
func (m message) appendText(dst []byte, text []byte, suffix string) []byte {
	from := len(dst)
	dst = m.append(dst)
	dst = append(append(append(dst, text...), suffix...), 0)
	binary.NativeEndian.PutUint32(dst[from:], uint32(len(dst)-from))
	return pad(dst)
}

// pad fills up to where the next message may begin.
func pad(dst []byte) []byte {
	for len(dst)%4 != 0 {
		dst = append(dst, 0)
	}
	return dst
}

// nextMessage takes the first message of a datagram. Its data is a part of b.
func nextMessage(b []byte) (m message, rest []byte, err error) {
	if len(b) < headerSize {
		return m, nil, fmt.Errorf("netlink message of %d bytes, shorter than its header", len(b))
	}
	size := binary.NativeEndian.Uint32(b)
	if size < headerSize || uint64(size) > uint64(len(b)) {
		return m, nil, fmt.Errorf("netlink message that gives its length as %d of %d bytes", size, len(b))
	}
	m.kind = binary.NativeEndian.Uint16(b[4:])
	m.flags = binary.NativeEndian.Uint16(b[6:])
	m.seq = binary.NativeEndian.Uint32(b[8:])
	m.port = binary.NativeEndian.Uint32(b[12:])
	m.data = b[headerSize:size]
	return m, b[min((int(size)+3)&^3, len(b)):], nil // messages begin at multiples of 4
}

// errorNumber gives the number in a message of typeError; 0 acknowledges.
func (m message) errorNumber() (int32, error) {
	if len(m.data) < 4 {
		return 0, &lateError{fmt.Errorf("netlink error of %d bytes, without a number", len(m.data))}
	}
	return -int32(binary.NativeEndian.Uint32(m.data)), nil
}

// refusal gives the error in a message of typeError; nil for one that
// acknowledges.
func (m message) refusal() error {
	n, err := m.errorNumber()
	if err == nil && n != 0 {
		err = refusal(n)
	}
	return err
}
