package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"testing"
)

func TestGzip(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	const target = "/api/v1/events"
	whole := get(s, target).Body.Bytes()
	for accept, zipped := range map[string]bool{"": false, "gzip": true, "br, GZIP;q=0.5": true, "gzip;q=0": false, "identity": false, "gzip;q=x": false} {
		w := get(s, target, "Accept-Encoding", accept)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != zipped {
			t.Errorf("%q: gzip %t", accept, got)
			continue
		}
		body := w.Body.Bytes()
		if zipped {
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = readAll(t, z)
		}
		if !bytes.Equal(body, whole) {
			t.Errorf("%q: another answer", accept)
		}
	}
}

// TestNotModified: what the client has already isn't sent again.
func TestNotModified(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	for _, target := range []string{"/api/v1/facts/70", "/api/v1/guests/db1/definition", "/api/v1/guests/db1/definitions", "/app.js", "/api/v1/openapi.yaml"} {
		etag := get(s, target).Header().Get("ETag")
		if etag == "" {
			t.Errorf("%s: no ETag", target)
		}
		for list, status := range map[string]int{etag: 304, `"x", ` + etag: 304, "*": 304, `"x"`: 200, "": 200} {
			w := get(s, target, "If-None-Match", list)
			if w.Code != status || status == http.StatusNotModified && w.Body.Len() > 0 {
				t.Errorf("%s: %s: %d with %d bytes", target, list, w.Code, w.Body.Len())
			}
		}
	}
	if w := get(s, "/api/v1/events"); w.Header().Get("ETag") != "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("a list may be kept: %v", w.Header())
	}
}
