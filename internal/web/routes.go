package web

import (
	"context"
	_ "embed"
	"errors"
	"net/http"
	"slices"
)

//go:embed openapi.yaml
var openAPI []byte

const apiRoot = "/api/v1/"

// A route is one path of the API.
type route struct {
	path  string
	query []string // the parameters that it takes
	many  []string // those that may be given several times
	open  bool     // it shows nothing of the host, so nobody is asked for the token
	small bool     // it asks nothing of the store, so it is answered however busy that is
	// answer gives what is to be sent; an error that is no problem is ours.
	answer func(*Server, *request) (*answer, error)
}

var (
	spanParams = []string{"from", "to"}
	pageParams = []string{"limit", "cursor"}
	listParams = with(spanParams, "limit", "cursor", "order", "format")
)

func with(some []string, others ...string) []string { return slices.Concat(some, others) }

// routes are all paths but that of the stream and the metrics, which are not
// answered by a list's rules, and the page.
var routes = []route{
	{path: "/healthz", open: true, small: true, answer: (*Server).health},
	{path: "/readyz", small: true, answer: (*Server).ready},
	{path: apiRoot + "openapi.yaml", open: true, small: true, answer: (*Server).description},
	{path: apiRoot + "status", answer: (*Server).status},
	{path: apiRoot + "kinds", small: true, answer: (*Server).kinds},
	{path: apiRoot + "guests", query: with(pageParams, "prefix", "node", "running", "format"), answer: (*Server).guests},
	{path: apiRoot + "guests/{guest}", answer: (*Server).guest},
	{path: apiRoot + "guests/{guest}/definitions", query: with(spanParams, "limit", "cursor", "order"), answer: (*Server).definitions},
	{path: apiRoot + "guests/{guest}/definition", query: []string{"at"}, answer: (*Server).definition},
	{path: apiRoot + "guests/{guest}/witnesses", query: []string{"at"}, answer: (*Server).witnesses},
	{path: apiRoot + "sessions", query: with(listParams, "guest", "node", "running"), answer: (*Server).sessions},
	{path: apiRoot + "sessions/{id}", answer: (*Server).session},
	{path: apiRoot + "holdings", query: with(listParams, "resource", "kind", "guest", "node", "at"), answer: (*Server).holdings},
	{path: apiRoot + "events", query: with(listParams, "guest", "node", "resource", "op", "result"), answer: (*Server).events},
	{path: apiRoot + "findings", query: with(listParams, "kind", "severity", "guest", "node", "resource"), many: []string{"kind"}, answer: (*Server).findings},
	{path: apiRoot + "findings/{id}", answer: (*Server).finding},
	{path: apiRoot + "facts", query: []string{"node", "event", "after", "limit"}, answer: (*Server).facts},
	{path: apiRoot + "facts/{seq}", answer: (*Server).fact},
	{path: apiRoot + "rng", query: []string{"limit", "cursor", "format"}, answer: (*Server).rng},
	{path: apiRoot + "search", query: []string{"q", "limit"}, answer: (*Server).search},
	{path: apiRoot + "timeline", query: with(spanParams, "resolution", "first", "count", "lane", "prefix", "node", "running"), many: []string{"lane"}, answer: (*Server).timeline},
}

// mux gives every route its handler.
func (s *Server) mux() (http.Handler, error) {
	mux := http.NewServeMux()
	for i := range routes {
		r := &routes[i]
		h := s.answering(r)
		if !r.small {
			h = s.bounded(h)
		}
		s.handle(mux, r, h)
	}
	s.handle(mux, &streamRoute, http.HandlerFunc(s.stream))
	s.handle(mux, &metricsRoute, s.metrics())
	site, err := newSite(s.config.Page)
	if err != nil {
		return nil, err
	}
	mux.Handle("/", site)
	return mux, nil
}

func (s *Server) handle(mux *http.ServeMux, r *route, h http.Handler) {
	if !r.open {
		h = s.authorized(h)
	}
	mux.Handle("GET "+r.path, h)
}

// answering reads a request's parameters and sends what the route answers.
func (s *Server) answering(rt *route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerTimeout)
		defer cancel()
		req, err := s.newRequest(rt, r.WithContext(ctx))
		var a *answer
		if err == nil {
			a, err = rt.answer(s, req)
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		a.send(w, r)
	})
}

// fail tells what went wrong. What is not the client's fault is for the log: its
// text may tell more than a client should know.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var p *problem
	switch {
	case errors.As(err, &p):
	case r.Context().Err() != nil:
		return // nobody listens
	case errors.Is(err, context.DeadlineExceeded):
		p = newProblem(http.StatusServiceUnavailable, "the answer took more than %s: ask for less", answerTimeout)
	default:
		s.config.Log.Error("request failed", "path", r.URL.Path, "error", err)
		p = newProblem(http.StatusInternalServerError, "it is in the service's log")
	}
	p.write(w)
}
