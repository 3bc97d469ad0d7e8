package web

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

func TestSite(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	for path, want := range map[string]string{
		"/": "text/html; charset=utf-8", "/guest/x": "text/html; charset=utf-8", "/findings/1": "text/html; charset=utf-8",
		"/index.html": "text/html; charset=utf-8", "/app.js": "text/javascript; charset=utf-8",
		"/api/v1/x": "application/problem+json", "/api": "application/problem+json",
	} {
		w := get(s, path)
		if w.Header().Get("Content-Type") != want || strings.HasPrefix(want, "text/html") && !strings.Contains(w.Body.String(), "the page") {
			t.Errorf("%s: %s: %s", path, w.Header().Get("Content-Type"), w.Body)
		}
		if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: no policy", path)
		}
	}
	c := testConfig(demo(t))
	c.Page = nil
	if w := get(newServer(t, c), "/"); w.Code != http.StatusNotFound {
		t.Errorf("without a page: %d", w.Code)
	}
	c.Page = fstest.MapFS{"app.js": {}}
	if _, err := New(c); err == nil {
		t.Error("a page without index.html is taken")
	}
}
