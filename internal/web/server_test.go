package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve runs a Server on a listener until the test ends.
func serve(t *testing.T, s *Server, l net.Listener) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := errors.Join(s.Shutdown(ctx), <-done); err != nil {
			t.Error(err)
		}
	})
}

func serveTCP(t *testing.T) (address string) {
	t.Helper()
	s, err := New(testConfig(demo(t)))
	if err != nil {
		t.Fatal(err)
	}
	l, err := ListenTCP("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serve(t, s, l)
	return l.Addr().String()
}

// TestWhoMayRead: over TCP nothing of the host is shown without the token, nor to
// a name that isn't loopback's, nor to another site's page.
func TestWhoMayRead(t *testing.T) {
	address := serveTCP(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	const bearer = "Bearer " + testToken
	for _, tc := range []struct {
		path, host, authorization, site string
		status                          int
	}{
		{"/api/v1/guests", "", "", "", 401},
		{"/api/v1/guests", "", "Bearer wrong", "", 401},
		{"/api/v1/guests", "", "Bearer ", "", 401},
		{"/api/v1/guests", "", "Bearer " + testToken + "x", "", 401},
		{"/api/v1/guests", "", "Basic " + testToken, "", 401},
		{"/api/v1/guests?token=" + testToken, "", "", "", 401},
		{"/api/v1/events/stream", "", "", "", 401},
		{"/api/v1/status", "", "", "", 401},
		{"/readyz", "", "", "", 401},
		{"/api/v1/guests", "", bearer, "", 200},
		{"/api/v1/guests", "", "bearer " + testToken, "", 200},
		{"/api/v1/guests", "localhost:" + port, bearer, "same-origin", 200},
		{"/api/v1/guests", "[::1]:" + port, bearer, "", 200},
		{"/api/v1/guests", "evil.example:" + port, bearer, "", 421},
		{"/api/v1/guests", "127.0.0.1:1", bearer, "", 421},
		{"/api/v1/guests", "127.0.0.1", bearer, "", 421},
		{"/api/v1/guests", "127.0.0.1.evil.example:" + port, bearer, "", 421},
		{"/healthz", "evil.example", "", "", 421},
		{"/", "evil.example:" + port, "", "", 421},
		{"/api/v1/guests", "", bearer, "cross-site", 403},
		{"/healthz", "", "", "", 200},
		{"/api/v1/openapi.yaml", "", "", "", 200},
		{"/", "", "", "", 200},
		{"/app.js", "", "", "", 200},
		{"/guest/x", "", "", "", 200},
		{"/api/v1", "", "", "", 404},
		{"/api/v1/none", "", bearer, "", 404},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+tc.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = tc.host
		if tc.authorization != "" {
			r.Header.Set("Authorization", tc.authorization)
		}
		if tc.site != "" {
			r.Header.Set("Sec-Fetch-Site", tc.site)
		}
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body := string(readAll(t, w.Body))
		w.Body.Close()
		if w.StatusCode != tc.status {
			t.Errorf("%+v: %d %s", tc, w.StatusCode, body)
		}
		if tc.status >= 400 && w.Header.Get("Content-Type") != "application/problem+json" || strings.Contains(body, testToken) {
			t.Errorf("%+v: %s: %s", tc, w.Header.Get("Content-Type"), body)
		}
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"} {
			if w.Header.Get(name) == "" {
				t.Errorf("%+v: no %s", tc, name)
			}
		}
		if w.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%+v: another origin may read it", tc)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// TestUnixSocketNeedsNoToken: nor a known host.
func TestUnixSocketNeedsNoToken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := ListenUnix(path, "")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(testConfig(demo(t)))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, s, l)
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}}
	defer transport.CloseIdleConnections()
	for _, target := range []string{"http://any/api/v1/guests", "http://any/readyz"} {
		w, err := (&http.Client{Transport: transport}).Get(target)
		if err != nil {
			t.Fatal(err)
		}
		w.Body.Close()
		if w.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", target, w.StatusCode)
		}
	}
}

// anywhere is a listener that hosts of a network reach.
type anywhere struct{ net.Listener }

func (anywhere) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4zero, Port: 80} }

// TestServeRefuses: TCP without a token, and what is not loopback.
func TestServeRefuses(t *testing.T) {
	for _, token := range []string{"", testToken} {
		c := testConfig(demo(t))
		c.Token = token
		s := newServer(t, c)
		l, err := ListenTCP("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			l = anywhere{l}
		}
		if err := s.Serve(l); err == nil {
			t.Errorf("token %q: it served %s", token, l.Addr())
		}
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("token %q: the listener is not closed: %v", token, err)
		}
	}
}

// TestOnSocket: permissions guard a socket that has a path, and no other.
func TestOnSocket(t *testing.T) {
	l, err := net.Listen("unix", "@virtaudit-test-"+t.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := onSocket(l); err == nil {
		t.Error("an abstract socket is served")
	}
}

// TestBounded: more requests than slots are told to come again, but for those
// that tell how the service is.
func TestBounded(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	for range maxRequests {
		s.onUnix <- struct{}{}
	}
	for _, target := range []string{"/healthz", "/readyz", "/api/v1/openapi.yaml", "/api/v1/kinds"} {
		if w := get(s, target); w.Code != http.StatusOK {
			t.Errorf("%s while it is busy: %d", target, w.Code)
		}
	}
	if w := get(s, "/api/v1/guests"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	<-s.onUnix
	if w := get(s, "/api/v1/guests"); w.Code != http.StatusOK {
		t.Errorf("%d with a slot", w.Code)
	}
}

// TestStrangersTakeNoSlots: who has no token takes none from those who have it,
// and nobody over TCP takes any from those who use the socket.
func TestStrangersTakeNoSlots(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	for range maxRequests {
		s.onTCP <- struct{}{}
	}
	if w := get(s, "/api/v1/guests"); w.Code != http.StatusOK {
		t.Errorf("while those over TCP are answered, the socket says %d", w.Code)
	}
	for _, r := range routes {
		if r.open && !r.small {
			t.Errorf("%s takes a slot, and needs no token", r.path)
		}
	}
}

// TestReady: what is not well has its reasons.
func TestReady(t *testing.T) {
	c := testConfig(demo(t))
	c.Status = func() Status { return Status{Reasons: []string{"the disk is full"}} }
	w := get(newServer(t, c), "/readyz")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "the disk is full") {
		t.Errorf("not ready: %d %s", w.Code, w.Body)
	}
}
