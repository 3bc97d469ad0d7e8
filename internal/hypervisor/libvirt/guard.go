package libvirt

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/digitalocean/go-libvirt/socket"
)

// A guard is the connection that go-libvirt gets in the place of the socket's.
// It hands it nothing but whole answers that have been checked, to the one call
// that is open, and puts the events into a queue.
type guard struct {
	net.Conn
	events *queue
	now    func() time.Time
	opened chan struct{} // closed when go-libvirt is done with connecting
	failed chan struct{} // closed when the connection is given up
	done   chan struct{} // closed when go-libvirt was told that it ended
	ended  sync.Once

	mu     sync.Mutex
	err    error  // why it was given up
	asked  header // the call that is open
	asking bool

	// For Read and Write alone.
	reader  io.Reader
	buffer  []byte
	frame   []byte // what is still to be handed over
	opening bool   // the frame is the answer that ends connecting
	sending int    // bytes of a call that are still to come
}

func newGuard(conn net.Conn, reader io.Reader, now func() time.Time) *guard {
	return &guard{
		Conn: conn, reader: reader, now: now, events: newQueue(),
		opened: make(chan struct{}), failed: make(chan struct{}), done: make(chan struct{}),
	}
}

// fail gives the connection up. The first reason counts.
func (g *guard) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = err
		close(g.failed)
		_ = g.Conn.Close()
	}
}

// reason tells why the connection was given up, nil while it wasn't.
func (g *guard) reason() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// Close is for go-libvirt, which closes what it could not open.
func (g *guard) Close() error {
	g.fail(net.ErrClosed)
	return nil
}

// Read gives go-libvirt the next part of an answer. It calls from a goroutine
// that does nothing else, and ends at io.EOF.
func (g *guard) Read(p []byte) (int, error) {
	for len(g.frame) == 0 {
		if err := g.next(); err != nil {
			g.fail(err)
			g.ended.Do(func() { close(g.done) })
			return 0, io.EOF
		}
	}
	n := copy(p, g.frame)
	g.frame = g.frame[n:]
	return n, nil
}

// next takes a frame from the socket.
func (g *guard) next() error {
	if g.opening {
		// Only after this answer go-libvirt makes itself ready for the end of
		// a connection, without a lock. So the end must not come sooner.
		<-g.opened
		g.opening = false
	}
	var head [headerSize]byte
	if _, err := io.ReadFull(g.reader, head[:]); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	h := parseHeader(head[:])
	if h.size < headerSize || h.size > maxFrame || h.Program != program {
		return fmt.Errorf("not libvirt's protocol: %q", head)
	}
	switch h.Type {
	case socket.Message:
		return g.event(h)
	case socket.Reply:
		return g.reply(h, head[:])
	}
	return fmt.Errorf("a frame of type %d where an answer or event should be", h.Type)
}

// event puts an event into the queue. Messages that aren't events of guests
// pass by.
func (g *guard) event(h header) error {
	if h.size > maxEvent {
		g.events.miss()
		return g.discard(h.size - headerSize)
	}
	message, err := g.read(nil, h.size-headerSize)
	if err != nil {
		return err
	}
	kind := eventKindOf(h.Procedure)
	if kind == nil {
		return nil
	}
	e, err := decodeEvent(kind, message)
	if err != nil {
		return err
	}
	e.At = g.now()
	g.events.add(e, h.size)
	return nil
}

// reply takes the answer of the call that is open.
func (g *guard) reply(h header, head []byte) error {
	if !g.answers(h) {
		return fmt.Errorf("an answer (procedure %d, number %d) that nobody asked for", h.Procedure, h.Serial)
	}
	g.opening = h.Procedure == procOpen && h.Status == socket.StatusOK
	if h.size > maxReply {
		if h.Procedure != procXML || h.Status != socket.StatusOK {
			return fmt.Errorf("answer to procedure %d of %d bytes", h.Procedure, h.size)
		}
		g.frame = refusal(h, nil)
		return g.discard(h.size - headerSize)
	}
	frame, err := g.read(head, h.size-headerSize)
	if err != nil {
		return err
	}
	if err := checkPayload(h, frame[headerSize:]); err != nil {
		return err
	}
	g.frame = frame
	return nil
}

// answers tells whether a frame answers the call that is open, and closes it.
func (g *guard) answers(h header) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	matches := g.asking && h.Serial == g.asked.Serial && h.Procedure == g.asked.Procedure &&
		(h.Status == socket.StatusOK || h.Status == socket.StatusError)
	g.asking = g.asking && !matches
	return matches
}

// read reads n bytes behind those of head. What it gives is good until the next
// call.
func (g *guard) read(head []byte, n int) ([]byte, error) {
	const usual = 1 << 20
	if len(head)+n > cap(g.buffer) || cap(g.buffer) > usual {
		g.buffer = make([]byte, 0, len(head)+n)
	}
	b := append(g.buffer[:0], head...)[:len(head)+n]
	if _, err := io.ReadFull(g.reader, b[len(head):]); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return b, nil
}

func (g *guard) discard(n int) error {
	if _, err := io.CopyN(io.Discard, g.reader, int64(n)); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return nil
}

// Write sends part of a call. The first part has the whole header, as
// go-libvirt's buffer is larger than that.
func (g *guard) Write(p []byte) (int, error) {
	if g.sending == 0 {
		h := parseHeader(p[:headerSize])
		g.sending = int(binary.BigEndian.Uint32(p))
		g.mu.Lock()
		g.asked, g.asking = h, true
		g.mu.Unlock()
	}
	g.sending -= len(p)
	return g.Conn.Write(p)
}
