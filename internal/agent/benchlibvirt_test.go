package agent

import (
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
)

// fakeLibvirt is a daemon that runs simulated guests: it speaks libvirt's
// protocol as far as the service asks.
type fakeLibvirt struct {
	listener net.Listener

	mu     sync.Mutex
	guests []*fakeGuest
	byUUID map[[16]byte]*fakeGuest
	conns  []net.Conn
	reads  int // definitions that were asked for
}

type fakeGuest struct {
	id   uint32
	name string
	uuid [16]byte
	xml  string
}

// The procedures of libvirt's that are answered, and the message of an event.
const (
	rpcProgram      = 0x20008086
	rpcHeader       = 28
	rpcXML          = 14
	rpcAuthList     = 66
	rpcVersion      = 157
	rpcState        = 212
	rpcListAll      = 273
	rpcRegister     = 316
	rpcDeviceAdded  = 354
	rpcCallbackID   = 7
	rpcReply        = 1
	rpcEvent        = 2
	rpcStateRunning = 1
)

func startLibvirt(tb testing.TB, socket string, guests []*fakeGuest) *fakeLibvirt {
	tb.Helper()
	l, err := net.Listen("unix", socket)
	if err != nil {
		tb.Fatal(err)
	}
	d := &fakeLibvirt{listener: l, guests: guests, byUUID: map[[16]byte]*fakeGuest{}}
	for _, g := range guests {
		d.byUUID[g.uuid] = g
	}
	go d.accept()
	tb.Cleanup(d.stop)
	return d
}

func (d *fakeLibvirt) accept() {
	for {
		conn, err := d.listener.Accept()
		if err != nil {
			return
		}
		d.mu.Lock()
		d.conns = append(d.conns, conn)
		d.mu.Unlock()
		go d.serve(conn)
	}
}

func (d *fakeLibvirt) stop() {
	d.listener.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, conn := range d.conns {
		conn.Close()
	}
}

// serve answers calls until the connection ends.
func (d *fakeLibvirt) serve(conn net.Conn) {
	head := make([]byte, rpcHeader)
	for {
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		arguments := make([]byte, binary.BigEndian.Uint32(head)-rpcHeader)
		if _, err := io.ReadFull(conn, arguments); err != nil {
			return
		}
		procedure, serial := binary.BigEndian.Uint32(head[12:]), binary.BigEndian.Uint32(head[20:])
		d.mu.Lock()
		_, err := conn.Write(rpcFrame(procedure, rpcReply, serial, d.answer(procedure, arguments)))
		d.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// answer gives the payload of the answer to a call.
func (d *fakeLibvirt) answer(procedure uint32, arguments []byte) (b xdr) {
	switch procedure {
	case rpcAuthList:
		b.words(1, 0)
	case rpcListAll:
		b.words(uint32(len(d.guests)))
		for _, g := range d.guests {
			b.guest(g)
		}
		b.words(uint32(len(d.guests)))
	case rpcVersion:
		b.words(0, 9_000_000)
	case rpcState:
		b.words(rpcStateRunning, 1)
	case rpcXML:
		d.reads++
		b.text(d.of(arguments).xml)
	case rpcRegister:
		b.words(rpcCallbackID)
	}
	return b
}

// of gives the guest that a call is about, which comes first in it: its name,
// and then its uuid.
func (d *fakeLibvirt) of(arguments []byte) *fakeGuest {
	name := int(binary.BigEndian.Uint32(arguments))
	return d.byUUID[[16]byte(arguments[4+(name+3)&^3:])]
}

// redefine gives a guest another definition, and tells of a device.
func (d *fakeLibvirt) redefine(n int, xml, device string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.guests[n].xml = xml
	var b xdr
	b.words(rpcCallbackID)
	b.guest(d.guests[n])
	b.text(device)
	for _, conn := range d.conns {
		_, _ = conn.Write(rpcFrame(rpcDeviceAdded, rpcEvent, 0, b))
	}
}

// asked is how many definitions were asked for by now.
func (d *fakeLibvirt) asked() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.reads
}

// xdr is the encoding of libvirt's messages.
type xdr []byte

func (b *xdr) words(words ...uint32) {
	for _, w := range words {
		*b = binary.BigEndian.AppendUint32(*b, w)
	}
}

func (b *xdr) text(s string) {
	b.words(uint32(len(s)))
	*b = append(append(*b, s...), make([]byte, -len(s)&3)...)
}

func (b *xdr) guest(g *fakeGuest) {
	b.text(g.name)
	*b = append(*b, g.uuid[:]...)
	b.words(g.id)
}

func rpcFrame(procedure, kind, serial uint32, payload xdr) []byte {
	var f xdr
	f.words(uint32(rpcHeader+len(payload)), rpcProgram, 1, procedure, kind, serial, 0)
	return append(f, payload...)
}
