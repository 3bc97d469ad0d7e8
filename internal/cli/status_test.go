package cli

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// service answers at a socket as a service may.
func service(t *testing.T, answer http.HandlerFunc) (socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: answer}
	go func() { _ = s.Serve(l) }() // it ends with Close
	t.Cleanup(func() { s.Close() })
	return socket
}

func TestStatus(t *testing.T) {
	for _, tc := range []struct {
		name   string
		answer http.HandlerFunc
		format string
		status int
		out    string
		said   string
	}{
		{
			"ready", func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprintf(w, `{"version":"v1","node":"n","ready":true,"path":%q}`, r.URL.Path)
			}, "json", exitOK, `"path":"/api/v1/status"`, "",
		},
		{
			"not ready", func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, `{"version":"v1","node":"n","ready":false,"reasons":["no room"]}`)
			}, "text", exitUnreadable, "not ready: no room\n", "",
		},
		{
			"no status", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
			"text", exitUnreadable, "", "its answer is no status: ",
		},
		{
			"refused", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusNotFound) },
			"text", exitUnreadable, "", ": 404 Not Found\n",
		},
		{
			"cut off", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			"text", exitUnreadable, "", "virtaudit: the service at ",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out, said bytes.Buffer
			args := []string{"status", "--listen-unix", service(t, tc.answer), "--format", tc.format}
			status := Run("", args, Streams{In: strings.NewReader(""), Out: &out, Err: &said})
			if status != tc.status || !strings.Contains(out.String(), tc.out) || !strings.Contains(said.String(), tc.said) {
				t.Errorf("status %d, %q, %q", status, out.String(), said.String())
			}
			if (tc.said == "") != (said.Len() == 0) || strings.Count(said.String(), "\n") > 1 {
				t.Errorf("on standard error: %q", said.String())
			}
		})
	}
}
