package agent

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// service is one that runs, of a log in a folder of the test's.
type service struct {
	t      *testing.T
	dir    string
	log    string
	config Config
	stop   func() error
	client *http.Client
}

func newService(t *testing.T) *service {
	t.Helper()
	dir := t.TempDir()
	s := &service{t: t, dir: dir, log: filepath.Join(dir, "audit", "audit.log")}
	if err := os.MkdirAll(filepath.Dir(s.log), 0o700); err != nil {
		t.Fatal(err)
	}
	c, err := Load(filepath.Join(dir, "none.yaml"), false, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	c.Store, c.Log, c.LogSource = filepath.Join(dir, "trail.db"), s.log, SourceFile
	c.ListenUnix, c.Node = filepath.Join(dir, "api.sock"), "here"
	c.Libvirt, c.Proc, c.QMP = []string{Off}, Off, nil
	if err := c.Finish(); err != nil {
		t.Fatal(err)
	}
	s.config = c
	s.client = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", c.ListenUnix)
		},
	}}
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

// start runs the service until the test, or stop, ends it.
func (s *service) start() {
	s.t.Helper()
	s.startOn(Host{})
}

// startOn does so with what its process has.
func (s *service) startOn(h Host) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	h.Notify = func(state string) {
		if state == "READY=1" {
			close(ready)
		}
	}
	go func() { ended <- Run(ctx, s.config, h) }()
	select {
	case <-ready:
	case err := <-ended:
		s.t.Fatalf("it ended before it was ready: %v", err)
	case <-time.After(30 * time.Second):
		s.t.Fatal("it is not ready")
	}
	s.stop = func() error { cancel(); return <-ended }
	s.t.Cleanup(func() { cancel() })
}

// write appends lines to the log.
func (s *service) write(lines ...string) {
	s.t.Helper()
	f, err := os.OpenFile(s.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(strings.Join(lines, "\n") + "\n"); err != nil {
		s.t.Fatal(err)
	}
}

// get asks the API.
func (s *service) get(path string, out any) {
	s.t.Helper()
	resp, err := s.client.Get("http://localhost" + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s: %s %v\n%s", path, resp.Status, err, body)
	}
	if err := json.Unmarshal(body, out); err != nil {
		s.t.Fatalf("GET %s: %v\n%s", path, err, body)
	}
}

// sessions asks for all sessions until there are so many.
func (s *service) sessions(n int) []map[string]any {
	s.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		var answer struct{ Items []map[string]any }
		s.get("/api/v1/sessions", &answer)
		if len(answer.Items) == n {
			return answer.Items
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d sessions, want %d: %v", len(answer.Items), n, answer.Items)
		}
	}
}

const guestFields = `virt=kvm %s vm="g" uuid=5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11 `

func line(kind, stamp, fields string) string {
	return "type=" + kind + " msg=audit(" + stamp + "): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='" + fields +
		` exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`
}

func guestStarts(serial string) []string {
	return []string{
		line("VIRT_RESOURCE", "1700000000.001:"+serial+"1", strings.Replace(guestFields, "%s", "resrc=rng reason=start", 1)+`old-rng="?" new-rng="/dev/random"`),
		line("VIRT_CONTROL", "1700000000.002:"+serial+"2", strings.Replace(guestFields, "%s", "op=start reason=booted", 1)+"vm-pid=4242"),
	}
}

func TestServiceKeepsTheTrail(t *testing.T) {
	s := newService(t)
	s.write(guestStarts("10")...)
	s.start()
	if got := s.sessions(1)[0]["state"]; got != "running" {
		t.Errorf("state %v", got)
	}
	if err := s.stop(); err != nil {
		t.Fatalf("stopped: %v", err)
	}

	// What is written while it doesn't run is read afterwards.
	s.write(line("VIRT_CONTROL", "1700000009.002:201", strings.Replace(guestFields, "%s", "op=stop reason=destroyed", 1)+"vm-pid=-1"))
	s.start()
	for range 200 {
		if s.sessions(1)[0]["state"] == "closed" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := s.sessions(1)[0]["state"]; got != "closed" {
		t.Errorf("state %v after the stop", got)
	}
	var status struct {
		Ready   bool
		Reasons []string
		Sources []map[string]any
	}
	s.get("/api/v1/status", &status)
	if !status.Ready || len(status.Sources) == 0 {
		t.Errorf("status %+v", status)
	}
	if err := s.stop(); err != nil {
		t.Fatalf("stopped: %v", err)
	}
}
