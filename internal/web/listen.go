package web

import (
	"fmt"
	"net"
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

// onSocket tells whether a listener is a unix socket, whose permissions say who
// may connect. It is an error if it is that neither, nor on loopback.
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

// limited lets so many connections exist at a time; others wait in the kernel.
type limited struct {
	net.Listener
	slots chan struct{}
	done  chan struct{}
	end   func()
}

func limit(l net.Listener, n int) net.Listener {
	done := make(chan struct{})
	return &limited{l, make(chan struct{}, n), done, sync.OnceFunc(func() { close(done) })}
}

// Accept waits for a slot first, or for Close.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return &limitedConn{problemConn{c}, sync.OnceFunc(func() { <-l.slots })}, nil
}

// Close ends a waiting Accept too.
func (l *limited) Close() error {
	l.end()
	return l.Listener.Close()
}

type limitedConn struct {
	net.Conn
	release func()
}

// Close gives the slot back.
func (c *limitedConn) Close() error {
	c.release()
	return c.Conn.Close()
}
