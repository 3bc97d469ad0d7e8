package qmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// GreetingTimeout is how long Dial waits for a greeting. QEMU greets in less
// than a millisecond, unless its main loop is held up.
const GreetingTimeout = 2 * time.Second

// A Client is a connection to a QEMU's monitor. It is safe for concurrent use.
// Events are read whether or not somebody takes them.
type Client struct {
	path    string
	conn    net.Conn
	pid     int
	version Version
	events  *queue
	pace    *pace         // of who reads
	ended   chan struct{} // closed when nothing is read any more

	writing sync.Mutex

	mu      sync.Mutex
	lastID  uint64
	waiting map[uint64]chan answer // by id; nil where nobody waits any more
	err     error                  // why it ended
	closed  bool

	types typeCache
}

// Dial connects to the monitor at a unix socket, and gets it ready for commands.
// It gives an error that wraps ErrTaken or ErrStuck where nobody greets within
// GreetingTimeout.
func Dial(ctx context.Context, path string) (*Client, error) {
	c, err := dial(ctx, path, GreetingTimeout)
	if err != nil {
		return nil, dialError(path, err)
	}
	return c, nil
}

func dialError(path string, err error) error { return fmt.Errorf("qmp: dial %s: %w", path, err) }

func dial(ctx context.Context, path string, timeout time.Duration) (*Client, error) {
	conn, err := (&net.Dialer{Timeout: timeout}).DialContext(ctx, "unix", path)
	switch {
	case errors.Is(err, syscall.EAGAIN): // others wait to be greeted already
		return nil, noGreeting(path)
	case err != nil:
		return nil, err
	}
	return newClient(ctx, conn, path, timeout)
}

// newClient makes a client of a connection, which it closes where it fails.
func newClient(ctx context.Context, conn net.Conn, path string, timeout time.Duration) (*Client, error) {
	c := &Client{
		path: path, conn: conn, pid: peer(conn), events: newQueue(),
		ended: make(chan struct{}), waiting: map[uint64]chan answer{},
	}
	c.pace = newPace(conn)
	lines := newLineReader(c.pace, maxLine)
	if err := c.greet(ctx, lines, timeout); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	go c.read(lines)
	if err := c.negotiate(ctx, timeout); err != nil {
		c.end(err)
		<-c.ended
		return nil, err
	}
	return c, nil
}

// greet reads the greeting.
func (c *Client) greet(ctx context.Context, lines *lineReader, timeout time.Duration) error {
	_ = c.conn.SetReadDeadline(time.Now().Add(timeout)) // fails where the read will
	stop := context.AfterFunc(ctx, func() { _ = c.conn.SetReadDeadline(time.Unix(1, 0)) })
	text, err := lines.next()
	switch {
	case !stop():
		return context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded) && lines.within:
		return fmt.Errorf("%w: a greeting without end", ErrProtocol)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return noGreeting(c.path)
	case err != nil:
		return fmt.Errorf("read the greeting: %w", err)
	}
	m, err := decode(text)
	if err != nil {
		return err
	}
	if m.greeting == nil {
		return fmt.Errorf("%w: no greeting but %s", ErrProtocol, excerpt(text))
	}
	c.version = *m.greeting
	return c.conn.SetReadDeadline(time.Time{})
}

// negotiate says which capabilities are wanted: none.
func (c *Client) negotiate(ctx context.Context, timeout time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, silence(timeout))
	defer cancel()
	if _, err := c.ask(ctx, "qmp_capabilities", nil); err != nil {
		return fmt.Errorf("qmp_capabilities: %w", err)
	}
	return nil
}

// PID is the process that listens on the socket: QEMU, unless somebody handed
// it the socket. It is 0 where the system doesn't tell.
func (c *Client) PID() int { return c.pid }

// Wake gives a token when there are events for TakeEvents.
func (c *Client) Wake() <-chan struct{} { return c.events.wake }

// TakeEvents gives the events since it was last called, also after the end of
// the connection.
func (c *Client) TakeEvents() []Event { return c.events.take() }

// Ended is closed when the connection is.
func (c *Client) Ended() <-chan struct{} { return c.ended }

// Err says why the connection ended: io.EOF if QEMU closed it, which it does
// when it exits.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close ends the connection, which sets the monitor free. Commands that wait
// fail with an error that wraps os.ErrClosed.
func (c *Client) Close() error {
	c.mu.Lock()
	twice := c.closed
	c.closed = true
	c.mu.Unlock()
	if twice {
		return fmt.Errorf("qmp: close %s: %w", c.path, os.ErrClosed)
	}
	c.end(os.ErrClosed)
	<-c.ended
	return nil
}

// end closes the connection. The first reason is kept.
func (c *Client) end(reason error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = reason
		_ = c.conn.Close() // nothing is buffered that could be lost
	}
}

// read goes on until the connection ends.
func (c *Client) read(lines *lineReader) {
	defer close(c.ended)
	for {
		text, err := lines.next()
		if err == nil {
			err = c.hear(text)
		}
		if err != nil {
			c.end(err)
			return
		}
	}
}

// hear takes a line. In a flood of events those are counted that aren't decoded.
func (c *Client) hear(text []byte) error {
	switch {
	case c.pace.take(text):
	case looksLikeEvent(text):
		c.events.miss()
		return nil
	default:
		c.pace.rest()
	}
	return c.dispatch(text)
}

func (c *Client) dispatch(text []byte) error {
	m, err := decode(text)
	switch {
	case err != nil:
		return err
	case m.event != nil:
		c.events.add(*m.event)
		return nil
	case m.answer == nil:
		return fmt.Errorf("%w: a second greeting", ErrProtocol)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	answered, asked := c.waiting[m.answer.id]
	if !asked {
		return fmt.Errorf("%w: an answer to command %d, which was not sent", ErrProtocol, m.answer.id)
	}
	delete(c.waiting, m.answer.id)
	c.pace.give(text)
	if answered != nil {
		answered <- *m.answer
	}
	return nil
}
