package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"path"
	"strings"
)

// policy lets the page load what is its own and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// socketKey marks the requests that came over a unix socket.
type socketKey struct{}

func overSocket(ctx context.Context) bool { return ctx.Value(socketKey{}) != nil }

// guard answers all requests that are not to be let through, and gives every
// answer its headers.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		if p := s.refusal(r); p != nil {
			s.refuse(w, p)
			return
		}
		if !clean(r.URL.EscapedPath()) { // the mux would lead such a one elsewhere
			notFound("there is no %.200q", r.URL.Path).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// clean tells whether a path is one without //, . and .., which names in it may
// have: as %2F%2F.
func clean(of string) bool {
	if of == "/" {
		return true
	}
	trimmed := strings.TrimSuffix(of, "/")
	return len(trimmed) > 1 && trimmed[0] == '/' && path.Clean(trimmed) == trimmed
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
}

// refusal tells why a request isn't let through, or nil. Over a unix socket all
// are.
//
// Who has no token is told so first, whatever name brought the request here: a
// guest that reaches the host's loopback by the address of its gateway, say.
func (s *Server) refusal(r *http.Request) *problem {
	switch {
	case overSocket(r.Context()):
		return nil
	case !knownHost(r) && strings.HasPrefix(r.URL.Path, apiRoot) && !s.hasToken(r):
		return newProblem(http.StatusUnauthorized, needsToken)
	case !knownHost(r):
		return newProblem(http.StatusMisdirectedRequest, "the request is to %.80q; this host's loopback answers to localhost, 127.0.0.1 and [::1], with its port", r.Host)
	case r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate":
		return newProblem(http.StatusForbidden, "the request is another site's")
	}
	return nil
}

// knownHost tells whether a request is to a name that only loopback has, and to
// the port on which it came: another site's name may lead here, too.
func knownHost(r *http.Request) bool {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return false
	}
	switch strings.ToLower(r.Host) {
	case "localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port:
		return true
	case "localhost", "127.0.0.1", "[::1]":
		return port == "80"
	}
	return false
}

const needsToken = "it needs the header Authorization: Bearer TOKEN"

// refuse answers with a problem, and with what a client without a token must
// bring.
func (s *Server) refuse(w http.ResponseWriter, p *problem) {
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="virtaudit"`)
	}
	p.write(w)
}

// authorized lets those through who came over a unix socket or bring the token.
func (s *Server) authorized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !overSocket(r.Context()) {
			if !s.hasToken(r) {
				s.refuse(w, newProblem(http.StatusUnauthorized, needsToken))
				return
			}
			trust(r.Context())
		}
		next.ServeHTTP(w, r)
	})
}

// connKey has the connection on which a request came over TCP.
type connKey struct{}

// trust notes that a request's connection brought the token.
func trust(ctx context.Context) {
	if c, ok := ctx.Value(connKey{}).(*limitedConn); ok && c.trusted != nil {
		c.trusted()
	}
}

// hasToken compares sums, so that neither the token's length nor how much of it
// was right can be measured.
func (s *Server) hasToken(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if s.config.Token == "" || !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.config.Token))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
