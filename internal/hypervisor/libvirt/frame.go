package libvirt

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/digitalocean/go-libvirt/socket"
)

// libvirt's message is its length, six words of a header, and a payload.
const (
	headerSize = 28
	// maxFrame is the longest that libvirt itself ever sends.
	maxFrame = 32<<20 + 4
	// maxReply is the longest answer that is read.
	maxReply = headerSize + 4 + MaxXML + 3
	// program is the number of libvirt's main protocol.
	program = 0x20008086
)

// The procedures whose answers can be of any length.
const (
	procOpen       = 1
	procXML        = 14
	procAuthList   = 66
	procLibVersion = 157
	procListAll    = 273
	minDomain      = 4 + 16 + 4
	refusedTooLong = -1 // an error code that libvirt doesn't have
)

// A header is that of a frame.
type header struct {
	size int
	socket.Header
}

func parseHeader(b []byte) header {
	word := func(i int) uint32 { return binary.BigEndian.Uint32(b[4*i:]) }
	return header{size: int(word(0)), Header: socket.Header{
		Program: word(1), Version: word(2), Procedure: word(3),
		Type: word(4), Serial: int32(word(5)), Status: word(6),
	}}
}

// checkPayload tells whether an answer has the form that its procedure's has,
// so that who decodes it finds no length that isn't there.
func checkPayload(h header, payload []byte) error {
	d := &decoder{rest: payload}
	switch {
	case h.Status == socket.StatusError:
		return checkError(d)
	case h.Procedure == procXML:
		d.bytes()
	case h.Procedure == procAuthList:
		d.take(4 * d.count(4))
	case h.Procedure == procLibVersion:
		d.take(8)
	case h.Procedure == procListAll:
		n := d.count(minDomain)
		if n > MaxGuests {
			return fmt.Errorf("a list of %d guests, at most %d can be watched", n, MaxGuests)
		}
		for range n {
			d.bytes()
			d.take(16 + 4)
		}
		d.uint32()
	}
	if d.bad {
		return fmt.Errorf("answer to procedure %d is cut short after %d bytes", h.Procedure, len(payload))
	}
	return nil
}

// checkError checks the answer of a call that failed. Its message follows a
// word that says whether there is one; go-libvirt reads it in any case.
func checkError(d *decoder) error {
	code := d.uint32()
	d.take(8)
	d.bytes()
	d.uint32()
	if d.bad || code == 0 {
		return errors.New("an error that says nothing")
	}
	return nil
}

// refusal is the answer that stands for one that is too long to be read: an
// error as libvirt's own.
func refusal(h header, b []byte) []byte {
	message := fmt.Sprintf("%d bytes are more than the %d that are read", h.size-headerSize, MaxXML)
	padded := message + "\x00\x00\x00"[:-len(message)&3]
	for _, word := range []uint32{
		uint32(headerSize + 5*4 + len(padded)),
		h.Program, h.Version, h.Procedure, socket.Reply, uint32(h.Serial), socket.StatusError,
		1<<32 + refusedTooLong, 0, 1, uint32(len(message)),
	} {
		b = binary.BigEndian.AppendUint32(b, word)
	}
	return binary.BigEndian.AppendUint32(append(b, padded...), 2) // its level
}
