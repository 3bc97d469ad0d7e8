package web

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"
)

func TestListenTCPIsLoopback(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "localhost:0", "127.0.0.2:0"} {
		l, err := ListenTCP(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		l.Close()
	}
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:80", "example.org:80", "", "127.0.0.1", "127.0.0.1:x"} {
		if l, err := ListenTCP(address); err == nil {
			l.Close()
			t.Errorf("%q is served", address)
		}
	}
}

// TestStrangersMakeRoom: where there is room for no more connections the oldest is
// closed that brought no token, and none that did.
func TestStrangersMakeRoom(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	inner, err := ListenTCP("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(inner, 3)
	l.untrusting = true
	h := s.newHTTP(false)
	done := make(chan error, 1)
	go func() { done <- h.Serve(l) }()
	defer func() {
		h.Close()
		<-done
	}()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	known := dial()
	ask := func() {
		t.Helper()
		fmt.Fprintf(known, "GET /readyz HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", inner.Addr(), testToken)
		w, err := http.ReadResponse(bufio.NewReader(known), nil)
		if err != nil || w.StatusCode != http.StatusOK {
			t.Fatalf("who brought the token: %v, %v", w, err)
		}
		readAll(t, w.Body)
	}
	ask()
	for range 5 { // two at a time, and the oldest goes
		first, _ := dial(), dial()
		if _, err := first.Read(make([]byte, 1)); err == nil {
			t.Error("a stranger is told something")
		}
	}
	ask()
}

// TestLimit: a connection too many waits until another one ends.
func TestLimit(t *testing.T) {
	inner, err := ListenTCP("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(inner, 1)
	accepted := make(chan net.Conn, 2)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				close(accepted)
				return
			}
			accepted <- c
		}
	}()
	for range 2 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first := <-accepted
	select {
	case <-accepted:
		t.Error("a second connection is accepted")
	case <-time.After(50 * time.Millisecond):
	}
	first.Close()
	first.Close() // gives back one slot, not two
	(<-accepted).Close()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, open := <-accepted; open {
		t.Error("Accept goes on behind Close")
	}
}
