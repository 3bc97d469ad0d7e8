package web

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
)

// ListenTCP listens on an address of loopback: 127.0.0.1:PORT, [::1]:PORT,
// localhost:PORT. Any other is an error.
func ListenTCP(address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q: it is not HOST:PORT: %w", address, err)
	}
	if host == "localhost" { // whatever a resolver says
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("address %q: only loopback is served, 127.0.0.1:%s or [::1]:%s", address, port, port)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", address, err)
	}
	return l, nil
}

// onSocket tells whether a listener is a unix socket, whose permissions say who may
// connect. It is an error if it is neither that nor on loopback.
func onSocket(l net.Listener) (bool, error) {
	switch a := l.Addr().(type) {
	case *net.UnixAddr:
		if strings.HasPrefix(a.Name, "/") { // another has no permissions
			return true, nil
		}
	case *net.TCPAddr:
		if a.IP.IsLoopback() {
			return false, nil
		}
	}
	return false, fmt.Errorf("listener %s %s: only loopback and unix sockets with a path are served", l.Addr().Network(), l.Addr())
}

// A limited is a listener that allows so many connections at a time; others wait in the
// kernel.
type limited struct {
	net.Listener
	slots chan struct{}
	done  chan struct{}
	end   func()

	// untrusting makes room for a new connection by closing the oldest one that has
	// brought no token yet: strangers could hold all of them otherwise.
	untrusting bool
	mu         sync.Mutex
	strangers  []*limitedConn // without a token yet, the oldest first
}

func limit(l net.Listener, n int) *limited {
	done := make(chan struct{})
	return &limited{Listener: l, slots: make(chan struct{}, n), done: done, end: sync.OnceFunc(func() { close(done) })}
}

// Accept waits for a slot first, or for Close.
func (l *limited) Accept() (net.Conn, error) {
	if len(l.slots) == cap(l.slots) {
		l.evict()
	}
	select {
	case l.slots <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	inner, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	c := &limitedConn{Conn: problemConn{inner}}
	c.release = sync.OnceFunc(func() {
		l.trust(c)
		<-l.slots
	})
	if l.untrusting {
		c.trusted = sync.OnceFunc(func() { l.trust(c) })
		l.mu.Lock()
		l.strangers = append(l.strangers, c)
		l.mu.Unlock()
	}
	return c, nil
}

// evict closes the oldest connection of a stranger.
func (l *limited) evict() {
	l.mu.Lock()
	var oldest *limitedConn
	if len(l.strangers) > 0 {
		oldest = l.strangers[0]
	}
	l.mu.Unlock()
	if oldest != nil {
		oldest.Close()
	}
}

// trust notes that a connection is no longer a stranger's.
func (l *limited) trust(c *limitedConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.strangers, c); i >= 0 {
		l.strangers = slices.Delete(l.strangers, i, i+1)
	}
}

// Close ends a waiting Accept too.
func (l *limited) Close() error {
	l.end()
	return l.Listener.Close()
}

type limitedConn struct {
	net.Conn
	release func()
	trusted func() // to be called when it brings the token; nil if none is needed
}

// Close gives the slot back.
func (c *limitedConn) Close() error {
	c.release()
	return c.Conn.Close()
}
