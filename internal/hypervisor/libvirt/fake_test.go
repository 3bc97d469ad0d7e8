package libvirt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// A daemon is a libvirtd as far as a Watcher asks, for what a real one doesn't
// do on request: hang, lie, run a thousand guests.
type daemon struct {
	socket   string
	listener net.Listener

	mu     sync.Mutex
	guests []*fakeGuest
	conns  []net.Conn
	calls  map[uint32]int
	// answer changes or replaces what is sent in answer to a call, where it
	// isn't nil; false is for no answer.
	answer func(h header, frame []byte) ([]byte, bool)
}

type fakeGuest struct {
	name  string
	id    uint32
	state uint32
	xml   string
	err   string // refuses to tell of it
}

func startDaemon(t testing.TB, guests ...*fakeGuest) *daemon {
	t.Helper()
	d := &daemon{socket: filepath.Join(t.TempDir(), "sock"), guests: guests, calls: map[uint32]int{}}
	d.listen(t)
	t.Cleanup(d.stop)
	return d
}

// listen makes the socket, which takes connections as soon as it is there.
func (d *daemon) listen(t testing.TB) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: d.socket + "~"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false) // it has another name by then
	if err := os.Rename(d.socket+"~", d.socket); err != nil {
		t.Fatal(err)
	}
	d.listener = l
	go func(l net.Listener) {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			d.change(func() { d.conns = append(d.conns, conn) })
			go d.serve(conn)
		}
	}(d.listener)
}

// stop ends it, with all connections.
func (d *daemon) stop() {
	os.Remove(d.socket)
	d.listener.Close()
	d.change(func() {
		for _, conn := range d.conns {
			conn.Close()
		}
		d.conns = nil
	})
}

func (d *daemon) change(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
}

// afterNextRead changes something when a definition has been read once more.
func (d *daemon) afterNextRead(f func()) {
	d.change(func() {
		d.answer = func(h header, frame []byte) ([]byte, bool) {
			if h.Procedure == procXML {
				d.answer = nil
				f()
			}
			return frame, true
		}
	})
}

func (d *daemon) serve(conn net.Conn) {
	defer conn.Close()
	for {
		head := make([]byte, headerSize)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		h := parseHeader(head)
		arguments := make([]byte, h.size-headerSize)
		if _, err := io.ReadFull(conn, arguments); err != nil {
			return
		}
		d.mu.Lock()
		frame := d.reply(h, arguments)
		send := true
		if d.answer != nil {
			frame, send = d.answer(h, frame)
		}
		if send {
			_, _ = conn.Write(frame)
		}
		d.mu.Unlock()
	}
}

// reply answers a call.
func (d *daemon) reply(h header, arguments []byte) []byte {
	d.calls[h.Procedure]++
	var b payload
	switch h.Procedure {
	case procAuthList:
		b.words(1, 0)
	case procLibVersion:
		b.words(0, 9_000_000)
	case procListAll:
		b.words(uint32(len(d.guests)))
		for _, g := range d.guests {
			b.domain(g)
		}
		b.words(uint32(len(d.guests)))
	case 212: // DomainGetState
		g := d.guest(arguments)
		if g == nil {
			return errorFrame(h, 42, "no such domain")
		}
		b.words(g.state, 1)
	case procXML:
		g := d.guest(arguments)
		if g == nil {
			return errorFrame(h, 42, "no such domain")
		}
		if g.err != "" {
			return errorFrame(h, 1, g.err)
		}
		b.text(g.xml)
	case 316: // ConnectDomainEventCallbackRegisterAny
		if id := binary.BigEndian.Uint32(arguments); id == 27 {
			return errorFrame(h, 8, "invalid event id")
		}
		b.words(7)
	}
	return frame(h.Procedure, 1, h.Serial, 0, b)
}

// guest finds whom a call is about: all calls have it first.
func (d *daemon) guest(arguments []byte) *fakeGuest {
	_, uuid, _ := (&decoder{rest: arguments}).domain()
	i := slices.IndexFunc(d.guests, func(g *fakeGuest) bool { return g.uuid() == uuid })
	if i < 0 {
		return nil
	}
	return d.guests[i]
}

// send sends a message to all clients.
func (d *daemon) send(t testing.TB, b []byte) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, conn := range d.conns {
		if _, err := conn.Write(b); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Log(err)
		}
	}
}

func (g *fakeGuest) uuid() string { return formatUUID(g.rawUUID()) }

func (g *fakeGuest) rawUUID() []byte {
	var raw [16]byte
	copy(raw[:], g.name)
	return raw[:]
}

// define gives it a definition of that many vcpus.
func (g *fakeGuest) define(vcpus int) *fakeGuest {
	g.xml = fmt.Sprintf(`<domain type='kvm' id='%d'><name>%s</name><uuid>%s</uuid><memory>65536</memory><vcpu>%d</vcpu>`+
		`<os><type arch='x86_64'>hvm</type></os><devices><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng></devices></domain>`,
		g.id, g.name, g.uuid(), vcpus)
	return g
}

func newFake(name string) *fakeGuest {
	return (&fakeGuest{name: name, id: 1, state: 1}).define(1)
}

// payload is XDR in the making.
type payload []byte

func (b *payload) words(words ...uint32) {
	for _, w := range words {
		*b = binary.BigEndian.AppendUint32(*b, w)
	}
}

func (b *payload) text(s string) {
	b.words(uint32(len(s)))
	*b = append(append(*b, s...), make([]byte, -len(s)&3)...)
}

func (b *payload) domain(g *fakeGuest) {
	b.text(g.name)
	*b = append(*b, g.rawUUID()...)
	b.words(g.id)
}

func frame(procedure, kind uint32, serial int32, status uint32, b payload) []byte {
	var f payload
	f.words(uint32(headerSize+len(b)), program, 1, procedure, kind, uint32(serial), status)
	return append(f, b...)
}

func errorFrame(h header, code uint32, message string) []byte {
	var b payload
	b.words(code, 10, 1)
	b.text(message)
	b.words(2, 0, 0, 0, 0, 0, 0, 0)
	return frame(h.Procedure, 1, h.Serial, 1, b)
}

// eventFrame is an event as the daemon sends it.
func eventFrame(procedure uint32, g *fakeGuest, rest func(*payload)) []byte {
	var b payload
	b.words(7)
	if kind := eventKindOf(procedure); kind != nil && kind.reasonFirst {
		b.words(0)
	}
	b.domain(g)
	if rest != nil {
		rest(&b)
	}
	return frame(procedure, 2, 0, 0, b)
}

// A watch is a Watcher that runs.
type watch struct {
	items chan Item
	end   func() error
}

// watchDaemon runs a Watcher on a daemon, fast.
func watchDaemon(t testing.TB, d *daemon, change func(*Config)) *watch {
	t.Helper()
	c := Config{
		Endpoint: Endpoint{URI: "qemu:///system", Sockets: []string{d.socket}},
		Period:   20 * time.Millisecond, Settle: 5 * time.Millisecond, Gap: time.Millisecond, Timeout: 10 * time.Second,
		Retry: time.Millisecond, MaxRetry: 10 * time.Millisecond,
	}
	if change != nil {
		change(&c)
	}
	return runWatcher(t, c)
}
