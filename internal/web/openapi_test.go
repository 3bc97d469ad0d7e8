package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allRoutes are those of the table and that of the stream.
func allRoutes() []route { return append(slices.Clone(routes), streamRoute, metricsRoute) }

// TestDescriptionIsOfTheHandlers: the same paths, methods, parameters and need of
// the token, no more and no less.
func TestDescriptionIsOfTheHandlers(t *testing.T) {
	d := readDocument(t)
	all := allRoutes()
	for _, rt := range all {
		methods := d.Paths[rt.path]
		op, ok := methods["get"]
		if !ok || len(methods) != 1 {
			t.Errorf("%s is described with %d methods, not with get alone", rt.path, len(methods))
			continue
		}
		if open := op.Security != nil && len(*op.Security) == 0; open != rt.open {
			t.Errorf("%s: described open: %t, is open: %t", rt.path, open, rt.open)
		}
		var query, many, inPath []string
		for _, p := range d.parameters(t, op) {
			switch p.In {
			case "query":
				query = append(query, p.Name)
				if slices.Equal(p.Schema.Type, oneOrMore{"array"}) {
					many = append(many, p.Name)
				}
			case "path":
				inPath = append(inPath, "{"+p.Name+"}")
			}
		}
		if slices.Sort(query); !slices.Equal(query, sorted(rt.query)) {
			t.Errorf("%s: described with %v, takes %v", rt.path, query, sorted(rt.query))
		}
		if slices.Sort(many); !slices.Equal(many, sorted(rt.many)) {
			t.Errorf("%s: described with several %v, takes several %v", rt.path, many, rt.many)
		}
		if strings.Count(rt.path, "{") != len(inPath) || len(inPath) == 1 && !strings.Contains(rt.path, inPath[0]) {
			t.Errorf("%s: described with %v in its path", rt.path, inPath)
		}
	}
	for path := range d.Paths {
		if !slices.ContainsFunc(all, func(rt route) bool { return rt.path == path }) {
			t.Errorf("%s is described, and there is none", path)
		}
	}
}

func sorted(from []string) []string { return slices.Sorted(slices.Values(from)) }

// TestRoutesAreServed: the mux leads every path of the table to its handler, and
// to no method but GET.
func TestRoutesAreServed(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	mux, err := s.mux()
	if err != nil {
		t.Fatal(err)
	}
	for _, rt := range allRoutes() {
		path := strings.NewReplacer("{guest}", "g", "{id}", "1", "{seq}", "1").Replace(rt.path)
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, http.MethodOptions} {
			_, pattern := mux.(*http.ServeMux).Handler(httptest.NewRequest(method, path, nil))
			want := "GET " + rt.path
			if method != http.MethodGet && method != http.MethodHead {
				want = "/"
			}
			if pattern != want {
				t.Errorf("%s %s leads to %q, want %q", method, path, pattern, want)
			}
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/api/v1/guests", nil)
	s.handler.ServeHTTP(w, r.WithContext(s.newHTTP(true).ConnContext(r.Context(), nil)))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST gives %d, Allow: %s", w.Code, w.Header().Get("Allow"))
	}
}

// TestAnswersAreAsDescribed: what each path answers has the form that is
// described, for real guests.
func TestAnswersAreAsDescribed(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	sessions := items(ask(t, s, "/api/v1/sessions"))
	findings := items(ask(t, s, "/api/v1/findings"))
	var targets []string
	for _, id := range sessions {
		targets = append(targets, "/api/v1/sessions/"+strconv.Itoa(int(id["id"].(float64))))
	}
	for _, f := range findings {
		targets = append(targets, "/api/v1/findings/"+url.PathEscape(f["id"].(string)))
	}
	for _, g := range items(ask(t, s, "/api/v1/guests")) {
		id := url.PathEscape(g["id"].(string))
		targets = append(targets, "/api/v1/guests/"+id, "/api/v1/guests/"+id+"/definitions",
			"/api/v1/guests/"+id+"/definition", "/api/v1/guests/"+id+"/witnesses",
			"/api/v1/timeline?resolution=1000&lane="+url.QueryEscape(g["id"].(string)))
	}
	for n := 1; n < 480; n += 7 {
		targets = append(targets, "/api/v1/facts/"+strconv.Itoa(n))
	}
	targets = append(targets, "/healthz", "/readyz", "/api/v1/status", "/api/v1/kinds", "/api/v1/guests",
		"/api/v1/guests?running=true&prefix=W", "/api/v1/sessions", "/api/v1/sessions?running=true",
		"/api/v1/holdings?limit=1000", "/api/v1/holdings?at=2026-11-23T00:56:00Z", "/api/v1/holdings?resource=/dev/random",
		"/api/v1/holdings?kind=rng&guest=db1", "/api/v1/events?limit=1000", "/api/v1/events?result=failed",
		"/api/v1/findings", "/api/v1/findings?kind=conflict&kind=shared&severity=info", "/api/v1/facts",
		"/api/v1/facts?after=470", "/api/v1/facts?limit=1000", "/api/v1/rng", "/api/v1/search?q=/", "/api/v1/search?q=w", "/api/v1/timeline",
		"/api/v1/timeline?from=0&to=1795395240000&resolution=86400000", "/api/v1/nothing", "/api/v1/guests?limit=0",
		"/healthz?x=1", "/readyz?x=1", "/metrics?x=1", "/api/v1/openapi.yaml?x=1",
		"/api/v1/sessions/99999", "/api/v1/guests/nobody", "/api/v1/facts/999999")
	d := readDocument(t)
	used := map[string]bool{}
	for _, target := range targets {
		checkAnswer(t, d, s, target, used)
	}
	for path, methods := range d.Paths {
		for kind := range methods["get"].Responses["200"].Content {
			if kind == jsonType && !used[path] {
				t.Errorf("%s: no good answer was looked at", path)
			}
		}
	}
}

// TestParametersAreAsDescribed: what a path takes of each parameter is what is
// described: numbers between their bounds, and no other words than its own.
func TestParametersAreAsDescribed(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	d := readDocument(t)
	paths := strings.NewReplacer("{guest}", "db1", "{id}", "66", "{seq}", "1")
	needs := map[string]string{
		"/api/v1/search":   "&q=w",
		"/api/v1/timeline": "&from=1795395560000&to=1795395560010", // so near that any resolution will do
	}
	looked := 0
	for path, methods := range d.Paths {
		for _, p := range d.parameters(t, methods["get"]) {
			if p.In != "query" {
				continue
			}
			good, bad := described(t, path, p)
			looked += len(good)
			for value, status := range with200(good, bad) {
				target := paths.Replace(path) + "?" + p.Name + "=" + url.QueryEscape(value) + needs[path]
				if w := get(s, target); w.Code != status {
					t.Errorf("%s: %d, want %d: %.200s", target, w.Code, status, w.Body)
				}
			}
		}
	}
	if looked < 50 {
		t.Errorf("only %d values were looked at", looked)
	}
}

// words are those that some parameter takes.
var words = []string{"oldest", "newest", "json", "csv", "success", "failed", "info", "warning", "critical", "true", "false"}

// described gives values that a parameter takes and others that it doesn't, by
// its description.
func described(t *testing.T, path string, p parameter) (good, bad []string) {
	t.Helper()
	switch kind := p.Schema.Type; {
	case len(p.Schema.Enum) > 0:
		for _, word := range p.Schema.Enum {
			good = append(good, word.(string))
		}
		others := slices.DeleteFunc(slices.Clone(words), func(word string) bool { return slices.Contains(good, word) })
		return good, append(others, "other", strings.ToUpper(good[0]))
	case slices.Equal(kind, oneOrMore{"boolean"}):
		return []string{"true", "false"}, []string{"yes", "1"}
	case slices.Equal(kind, oneOrMore{"integer"}):
		if p.Schema.Minimum == nil || p.Schema.Maximum == nil {
			t.Errorf("%s: %s is described without bounds", path, p.Name)
			return nil, nil
		}
		least, most := *p.Schema.Minimum, *p.Schema.Maximum
		return []string{strconv.Itoa(least), strconv.Itoa(most)}, []string{strconv.Itoa(least - 1), strconv.Itoa(most + 1), "x"}
	}
	return nil, nil
}

// with200 gives what is to be answered to each value.
func with200(good, bad []string) map[string]int {
	status := map[string]int{}
	for _, value := range good {
		status[value] = http.StatusOK
	}
	for _, value := range bad {
		status[value] = http.StatusBadRequest
	}
	return status
}

// checkAnswer holds an answer to what is described for its path and status.
func checkAnswer(t *testing.T, d *document, s *Server, target string, used map[string]bool) {
	t.Helper()
	w := get(s, target)
	path := pathOf(target)
	responses := d.Paths[path]["get"].Responses
	form, ok := responses[strconv.Itoa(w.Code)]
	if !ok {
		form, ok = responses["default"]
	}
	if _, described := d.Paths[path]; !described { // there is no such path
		form, ok = d.Components.Responses["Problem"]
	}
	if !ok {
		t.Errorf("%s: %d is not described", target, w.Code)
		return
	}
	if form.Ref != "" {
		form = d.Components.Responses[strings.TrimPrefix(form.Ref, "#/components/responses/")]
	}
	content, ok := form.Content[w.Header().Get("Content-Type")]
	if !ok {
		t.Errorf("%s: %d with %s is not described", target, w.Code, w.Header().Get("Content-Type"))
		return
	}
	var v any
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Errorf("%s: %v", target, err)
		return
	}
	for i, fault := range d.check("", content.Schema, v) {
		if i < 5 {
			t.Errorf("%s: %s", target, fault)
		}
	}
	used[path] = used[path] || w.Code == http.StatusOK
	if bytes.ContainsRune(w.Body.Bytes(), '<') {
		t.Errorf("%s: a < is not escaped", target)
	}
}

// pathOf gives the description's path of a target.
func pathOf(target string) string {
	path, _, _ := strings.Cut(target, "?")
	for _, rt := range allRoutes() {
		pattern := strings.Split(rt.path, "/")
		parts := strings.Split(path, "/")
		if len(pattern) != len(parts) {
			continue
		}
		same := true
		for i := range parts {
			same = same && (parts[i] == pattern[i] || strings.HasPrefix(pattern[i], "{"))
		}
		if same && !slices.ContainsFunc(routes, func(o route) bool { return o.path == path && o.path != rt.path }) {
			return rt.path
		}
	}
	return path
}
