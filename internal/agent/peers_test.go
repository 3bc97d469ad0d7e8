package agent

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// Numbers of libvirt's protocol.
const (
	procXML      = 14
	procAuthList = 66
	procVersion  = 157
	procGetState = 212
	procListAll  = 273
	procRegister = 316
)

// A fakeDaemon is a libvirtd that has one guest, or does what no libvirtd should.
type fakeDaemon struct {
	mu   sync.Mutex
	name string // of its guest
	xml  string
	// hang is of which calls it gives no answer, garbage which it answers with
	// what isn't libvirt's.
	hang, garbage uint32
}

// listen serves a socket until the test ends.
func listen(t testing.TB, socket string, serve func(net.Conn)) {
	t.Helper()
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
}

func (d *fakeDaemon) change(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
}

func (d *fakeDaemon) serve(conn net.Conn) {
	head := make([]byte, 28)
	for {
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		arguments := make([]byte, binary.BigEndian.Uint32(head)-28)
		if _, err := io.ReadFull(conn, arguments); err != nil {
			return
		}
		call := binary.BigEndian.Uint32(head[12:])
		frame := d.answer(call, head)
		if _, err := conn.Write(frame); err != nil {
			return
		}
	}
}

// answer answers a call; nil is for none.
func (d *fakeDaemon) answer(call uint32, head []byte) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch call {
	case d.hang:
		return nil
	case d.garbage:
		return bytes.Repeat([]byte("HTTP/1.1 400 Bad Request\r\n"), 100)
	}
	var b []byte
	word := func(w uint32) { b = binary.BigEndian.AppendUint32(b, w) }
	text := func(s string) {
		word(uint32(len(s)))
		b = append(append(b, s...), make([]byte, -len(s)&3)...)
	}
	switch call {
	case procAuthList:
		word(1)
		word(0)
	case procVersion:
		word(0)
		word(9_000_000)
	case procListAll:
		word(1)
		text(d.name)
		b = append(b, "0123456789abcdef"...) // its uuid
		word(1)
		word(1)
	case procGetState:
		word(1)
		word(1)
	case procXML:
		text(d.xml)
	case procRegister:
		word(7)
	}
	var f []byte
	for _, w := range []uint32{uint32(28 + len(b)), 0x20008086, 1, call, 1, binary.BigEndian.Uint32(head[20:]), 0} {
		f = binary.BigEndian.AppendUint32(f, w)
	}
	return append(f, b...)
}

// libvirtUUID is that of a daemon's guest.
const libvirtUUID = "30313233-3435-3637-3839-616263646566"

// definitionOf is a guest's in XML, with something in the place of devices.
func definitionOf(name, devices string) string {
	return fmt.Sprintf(`<domain type='kvm' id='1'><name>%s</name><uuid>%s</uuid><memory>65536</memory><vcpu>1</vcpu>`+
		`<os><type arch='x86_64'>hvm</type></os><devices><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>%s</devices></domain>`,
		xmlText.Replace(name), libvirtUUID, devices)
}

// xmlText writes what XML can have.
var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", "&#10;", "\r", "&#13;", "\x1b", "?", "\x00", "?", "\a", "?")

const greeting = `{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": []}}` + "\n"

// silent never says a word.
func silent(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// deaf greets, and answers nothing.
func deaf(conn net.Conn) {
	fmt.Fprint(conn, greeting)
	silent(conn)
}

// flood greets, and says more than anyone can take.
func flood(conn net.Conn) {
	go silent(conn)
	event := `{"event": "RTC_CHANGE", "timestamp": {"seconds": 1, "microseconds": 1}, "data": {"offset": 1}}` + "\n"
	text := []byte(greeting + `{"return": {}, "id": 1}` + "\n" + strings.Repeat(event, 1000))
	for {
		if _, err := conn.Write(text); err != nil {
			return
		}
		text = []byte(strings.Repeat(event, 1000))
	}
}

// endless sends a line that doesn't end.
func endless(conn net.Conn) {
	go silent(conn)
	for text := bytes.Repeat([]byte("x"), 1<<16); ; {
		if _, err := conn.Write(text); err != nil {
			return
		}
	}
}
