//go:build linux

package integration

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A service is the program as its unit starts it, but as root and with a folder
// of its own.
type service struct {
	kept
	dir  string
	args []string
	cmd  *exec.Cmd
	said string // a file of what it prints
}

// newService makes a service with settings beside those of every test: nothing of
// the host is looked at. It isn't started.
func newService(t *testing.T, settings ...string) *service {
	t.Helper()
	dir := filepath.Dir(shortPath(t, "x"))
	s := &service{dir: dir, said: filepath.Join(dir, "said")}
	s.kept = kept{build(t), filepath.Join(dir, "api.sock"), filepath.Join(dir, "trail.db")}
	writeFile(t, s.path("config.yaml"), lines(
		"store: "+s.store, "listen_unix: "+s.socket, "node: here",
		"log: "+s.path("audit.log"), "libvirt: off", "proc: off"))
	s.args = append([]string{"serve", "--config", s.path("config.yaml"), "--log-source", "file"}, settings...)
	return s
}

func (s *service) path(name string) string { return filepath.Join(s.dir, name) }

// start starts it and waits until it serves.
func (s *service) start(t *testing.T) {
	t.Helper()
	s.startFollowing(t, "file")
}

// startFollowing does so of one that follows the log by another way.
func (s *service) startFollowing(t *testing.T, way string) {
	t.Helper()
	said, err := os.OpenFile(s.said, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd := exec.Command(string(s.program), s.args...)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.cmd = cmd
	t.Cleanup(func() {
		if s.cmd == cmd {
			s.term(t)
		}
		if text, _ := os.ReadFile(s.said); t.Failed() && len(text) > 0 {
			t.Logf("the service says\n%s", text)
		}
	})
	eventually(t, patience, "the service serves", func() bool { return strings.Contains(s.status(), "log "+way+" up") })
}

// term ends it as systemd does; it has to end well.
func (s *service) term(t *testing.T) {
	t.Helper()
	cmd := s.cmd
	s.cmd = nil
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// peak is the most memory that it ever had, in MiB.
func (s *service) peak(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	return atoi(t, strings.Fields(rest)[0]) / 1024
}

// body asks for anything that the service answers.
func (s *service) body(t *testing.T, path string) []byte {
	t.Helper()
	client := http.Client{Timeout: patience, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", s.socket)
		},
	}}
	r, err := client.Get("http://service" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %v: %.1000q", path, r.Status, err, text)
	}
	return text
}

// asks runs a command of the program beside the service and gives what it prints.
func (s *service) asks(t *testing.T, args ...string) []byte {
	t.Helper()
	return run(t, string(s.program), args...)
}

// refuses runs a command that must fail, and gives what it says.
func (s *service) refuses(t *testing.T, args ...string) string {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command(string(s.program), args...)
	cmd.Stderr = &said
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("virtaudit %s: %v: %s", strings.Join(args, " "), err, said.Bytes())
	}
	return said.String()
}
