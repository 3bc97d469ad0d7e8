package web

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestAllErrorsAreProblems: also those that no handler of ours answers.
func TestAllErrorsAreProblems(t *testing.T) {
	address := serveTCP(t)
	authorized := "Host: " + address + "\r\nAuthorization: Bearer " + testToken + "\r\n"
	for _, tc := range []struct {
		request string
		status  int
	}{
		{"GET /healthz HTTP/1.1\r\n\r\n", 400},
		{"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
		{"GET /healthz HTTP/1.1\r\n" + authorized + "X: " + strings.Repeat("x", 2*maxHeader) + "\r\n\r\n", 431},
		{"GET /healthz HTTP/1.1\r\n" + authorized + "Transfer-Encoding: other\r\n\r\n", 501},
		{"GET /healthz HTTP/9.9\r\n" + authorized + "\r\n", 505},
		{"\x16\x03\x01\r\n\r\n", 400},
		{"GET //api/v1/guests HTTP/1.1\r\n" + authorized + "\r\n", 404},
		{"GET /api/../healthz HTTP/1.1\r\n" + authorized + "\r\n", 404},
		{"GET /api/v1/guests/ HTTP/1.1\r\n" + authorized + "\r\n", 404},
		{"GET /api/v1/guests/a%2F%2Fb HTTP/1.1\r\n" + authorized + "\r\n", 404}, // no such guest
		{"GET * HTTP/1.1\r\n" + authorized + "\r\n", 404},
		{"GET /api/v1/none HTTP/1.1\r\n" + authorized + "\r\n", 404},
		{"PUT /api/v1/guests HTTP/1.1\r\n" + authorized + "\r\n", 405},
	} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, tc.request)
		w, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Errorf("%.40q: %v", tc.request, err)
			c.Close()
			continue
		}
		var p problem
		limited := io.LimitReader(w.Body, w.ContentLength)
		if w.ContentLength < 0 {
			limited = w.Body
		}
		if err := json.NewDecoder(limited).Decode(&p); err != nil || p.Status != tc.status || p.Title == "" {
			t.Errorf("%.40q: %+v, %v", tc.request, p, err)
		}
		if strings.Contains(tc.request, "%2F") && p.Detail != `guest "a//b": there is none of that id, uuid or name` {
			t.Errorf("%.40q: %s", tc.request, p.Detail)
		}
		if w.StatusCode != tc.status || w.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.40q: %d, %s", tc.request, w.StatusCode, w.Header.Get("Content-Type"))
		}
		w.Body.Close()
		c.Close()
	}
}

// TestRefusedIsNoAnswer: what handlers write passes as it is.
func TestRefusedIsNoAnswer(t *testing.T) {
	for _, text := range []string{
		"", "HTTP/1.1 ", "HTTP/1.1 200 OK" + refusalHeader, "HTTP/1.1 4" + refusalHeader, "HTTP/1.1 4xx" + refusalHeader,
		"HTTP/1.1 404 Not Found\r\nX: y" + refusalHeader, "404" + refusalHeader,
	} {
		if got := refused([]byte(text)); got != nil {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func TestClean(t *testing.T) {
	for of, want := range map[string]bool{
		"/": true, "/a": true, "/a/": true, "/a/b": true, "/...": true,
		"": false, "*": false, "a": false, "//": false, "//a": false, "/a//": false, "/a/..": false, "/./a": false, "/a/.": false,
	} {
		if clean(of) != want {
			t.Errorf("%q is clean: %t", of, !want)
		}
	}
}
