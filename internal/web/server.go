package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// The bounds of what clients may take.
const (
	maxConnections = 256 // on each listener
	maxRequests    = 32  // at a time over TCP, and as many over unix sockets, streams apart
	maxHeader      = 16 << 10

	readTimeout   = 10 * time.Second // a request's header and body
	answerTimeout = 20 * time.Second // to find out what to answer
	writeTimeout  = 30 * time.Second // and to send it; a stream has its own
	idleTimeout   = 60 * time.Second
)

// A Server answers requests. It may serve several listeners.
type Server struct {
	config  Config
	onTCP   slots
	onUnix  slots
	lanes   laneCache
	hub     *hub
	handler http.Handler

	mu      sync.Mutex
	servers []*http.Server
	over    bool
}

// New makes a Server.
func New(c Config) (*Server, error) {
	switch {
	case c.Store == nil:
		return nil, errors.New("web: there is no store")
	case c.Status == nil:
		return nil, errors.New("web: there is no status")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	s := &Server{config: c, onTCP: make(slots, maxRequests), onUnix: make(slots, maxRequests)}
	s.hub = newHub(s)
	mux, err := s.mux()
	if err != nil {
		return nil, err
	}
	s.handler = s.guard(mux)
	return s, nil
}

// Serve answers on a listener until Shutdown, and closes it. Over a unix socket
// all may read; over loopback they need the token; no other is served.
func (s *Server) Serve(l net.Listener) error {
	socket, err := onSocket(l)
	if err == nil && !socket && s.config.Token == "" {
		err = fmt.Errorf("listener %s: over TCP there must be a token", l.Addr())
	}
	if err != nil {
		return errors.Join(err, l.Close())
	}
	h := s.newHTTP(socket)
	if !s.add(h) {
		return l.Close()
	}
	connections := limit(l, maxConnections)
	connections.untrusting = !socket
	if err := h.Serve(connections); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("listener %s: %w", l.Addr(), err)
	}
	return nil
}

func (s *Server) newHTTP(socket bool) *http.Server {
	return &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.config.Log.Handler(), slog.LevelWarn),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			if socket {
				return context.WithValue(ctx, socketKey{}, true)
			}
			return context.WithValue(ctx, connKey{}, c)
		},
	}
}

// add notes a server for Shutdown, unless that is past.
func (s *Server) add(h *http.Server) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.servers = append(s.servers, h)
	return true
}

// Shutdown ends the streams, waits for the other answers until ctx ends, and
// then cuts them off.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.over = true
	servers := s.servers
	s.mu.Unlock()
	s.hub.end()
	var errs []error
	for _, h := range servers {
		if err := h.Shutdown(ctx); err != nil {
			errs = append(errs, err, h.Close())
		}
	}
	return errors.Join(errs...)
}

// slots are taken by the requests that are being answered, until the answer is
// sent: it may be large.
type slots chan struct{}

// bounded answers so many requests at a time; others are told to come again. Who
// comes over TCP takes nothing from those who may use the socket.
func (s *Server) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		free := s.onTCP
		if overSocket(r.Context()) {
			free = s.onUnix
		}
		free.serve(next, w, r)
	})
}

// serve has a request answered if there is a slot.
func (free slots) serve(next http.Handler, w http.ResponseWriter, r *http.Request) {
	select {
	case free <- struct{}{}:
	default:
		w.Header().Set("Retry-After", "1")
		newProblem(http.StatusServiceUnavailable, "%d requests are being answered already", cap(free)).write(w)
		return
	}
	defer func() { <-free }()
	next.ServeHTTP(w, r)
}
