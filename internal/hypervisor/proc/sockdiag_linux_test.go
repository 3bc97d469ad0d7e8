package proc

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// netlink makes a message.
func netlink(kind uint16, body []byte) []byte {
	b := make([]byte, unix.NLMSG_HDRLEN, unix.NLMSG_HDRLEN+len(body)+3)
	binary.NativeEndian.PutUint32(b, uint32(len(b)+len(body)))
	binary.NativeEndian.PutUint16(b[4:], kind)
	b = append(b, body...)
	return append(b, make([]byte, align(len(b))-len(b))...)
}

// diagSocket makes the body of one about a socket.
func diagSocket(inode uint32, state byte, attributes ...[]byte) []byte {
	b := make([]byte, diagMessageSize)
	b[0], b[2] = unix.AF_UNIX, state
	binary.NativeEndian.PutUint32(b[4:], inode)
	for _, a := range attributes {
		b = append(b, a...)
	}
	return b
}

func attribute(kind uint16, value string) []byte {
	b := make([]byte, 4, 4+len(value)+3)
	binary.NativeEndian.PutUint16(b, uint16(4+len(value)))
	binary.NativeEndian.PutUint16(b[2:], kind)
	b = append(b, value...)
	return append(b, make([]byte, align(len(b))-len(b))...)
}

func word(n uint32) string { return string(binary.NativeEndian.AppendUint32(nil, n)) }

func TestDiagnosis(t *testing.T) {
	d := diagnosis{sockets: map[uint64]unixSocket{}, waiting: map[uint64]string{}}
	var datagram []byte
	for _, body := range [][]byte{
		diagSocket(11, stateListen, attribute(attributeName, "/run/a\nb"), attribute(attributeWaiting, word(13)+word(99))),
		diagSocket(12, 1, attribute(attributeName, "\x00x\x00y"), attribute(attributePeer, word(11))),
		diagSocket(13, 1),
		diagSocket(0, 1, attribute(attributeName, "/run/nobody's")),
		diagSocket(14, 1, attribute(attributeName, "/run/cut"), []byte{255, 255, 2, 0, 1}),
		diagSocket(15, 1, attribute(attributePeer, "x")),
		{1, 2, 3},
	} {
		datagram = append(datagram, netlink(unix.SOCK_DIAG_BY_FAMILY, body)...)
	}
	datagram = append(datagram, netlink(unix.NLMSG_DONE, nil)...)
	if err := d.datagram(datagram); err != nil || !d.done {
		t.Fatal(err, d.done)
	}
	sockets := d.finish()
	want := map[uint64]unixSocket{
		11: {inode: 11, name: "/run/a\nb", listening: true},
		12: {inode: 12, name: "@x@y", peer: 11},
		13: {inode: 13, waitsFor: "/run/a\nb"},
		14: {inode: 14, name: "/run/cut"},
		15: {inode: 15},
	}
	for inode, s := range want {
		if sockets[inode] != s {
			t.Errorf("%+v, want %+v", sockets[inode], s)
		}
	}
	if len(sockets) != len(want) {
		t.Errorf("%d sockets, want %d", len(sockets), len(want))
	}
}

func TestDiagnosisFaults(t *testing.T) {
	refusal := binary.NativeEndian.AppendUint32(nil, ^uint32(unix.EPERM)+1)
	for name, tc := range map[string]struct {
		datagram []byte
		want     string
	}{
		"refused":        {netlink(unix.NLMSG_ERROR, refusal), "operation not permitted"},
		"refused, cut":   {netlink(unix.NLMSG_ERROR, nil), "an error without number"},
		"size too big":   {[]byte(word(99) + strings.Repeat("\x00", 12)), "message of 99 bytes in 16"},
		"size too small": {[]byte(word(1) + strings.Repeat("\x00", 12)), "message of 1 bytes in 16"},
	} {
		d := diagnosis{sockets: map[uint64]unixSocket{}, waiting: map[uint64]string{}}
		if err := d.datagram(tc.datagram); err == nil || err.Error() != tc.want {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
	d := diagnosis{}
	if err := d.datagram(netlink(unix.NLMSG_ERROR, refusal)); !errors.Is(err, unix.EPERM) {
		t.Errorf("%v, want EPERM", err)
	}
}

// Any answer is taken without harm.
func FuzzDiagnosis(f *testing.F) {
	f.Add(netlink(unix.SOCK_DIAG_BY_FAMILY, diagSocket(11, stateListen, attribute(attributeName, "/x"), attribute(attributeWaiting, word(1)))))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := diagnosis{sockets: map[uint64]unixSocket{}, waiting: map[uint64]string{}}
		_ = d.datagram(b)
		for inode, s := range d.finish() {
			if inode == 0 || s.inode != inode || len(s.name) > len(b) {
				t.Errorf("socket %d is %+v", inode, s)
			}
		}
	})
}
