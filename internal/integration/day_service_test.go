//go:build linux

package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A dayService is a virtaudit serve that runs on the day's host.
type dayService struct {
	program virtaudit
	host    *dayHost
	dir     string
	cmd     *exec.Cmd
	client  *http.Client
}

// daySweep and dayWindow are its settings sweep and window.
const (
	daySweep  = time.Second
	dayWindow = 3 * time.Second
)

// startDayService starts it with settings beside those of every day.
func startDayService(t *testing.T, h *dayHost, settings ...string) *dayService {
	t.Helper()
	s := &dayService{program: build(t), host: h, dir: filepath.Dir(shortPath(t, "x"))}
	writeFile(t, s.path("config.yaml"), lines(append([]string{
		"store: " + s.path("trail.db"),
		"log: " + h.log.path,
		"log_source: file",
		"node: demo",
		"qmp: [/run/vm/*.qmp]",
		"proc: on",
		"sweep: " + daySweep.String(),
		"window: " + dayWindow.String(),
		"listen_unix: " + s.path("api.sock"),
	}, settings...)...))
	s.client = &http.Client{Timeout: patience, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", s.path("api.sock"))
		},
	}}
	s.start(t)
	return s
}

func (s *dayService) path(name string) string { return filepath.Join(s.dir, name) }

func (s *dayService) start(t *testing.T) {
	t.Helper()
	s.cmd = s.host.inside(string(s.program), "serve", "--config", s.path("config.yaml"))
	background(t, "virtaudit serve", s.cmd, func() bool {
		r, err := s.client.Get("http://service/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// stop ends it as an operator does.
func (s *dayService) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	pid := s.cmd.Process.Pid
	eventually(t, patience, "virtaudit serve ends", func() bool { return syscall.Kill(pid, 0) != nil })
}

// get asks the API.
func (s *dayService) get(t *testing.T, path string, query url.Values, into any) {
	t.Helper()
	r, err := s.client.Get("http://service" + path + "?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", path, r.Status, text)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v: %s", path, err, text)
	}
}

// dayList asks for a whole list.
func dayList[T any](t *testing.T, s *dayService, path string) []T {
	t.Helper()
	query := url.Values{"limit": {"1000"}}
	var all []T
	for {
		var page struct {
			Items []T
			Next  *string
		}
		s.get(t, path, query, &page)
		all = append(all, page.Items...)
		if page.Next == nil {
			return all
		}
		query.Set("cursor", *page.Next)
	}
}

type dayMoment struct {
	MS    int64
	Event string
}

func (m *dayMoment) millis() int64 {
	if m == nil {
		return 0
	}
	return m.MS
}

type dayResource struct{ Kind, ID, Sub string }

type dayEvent struct {
	At, After          *dayMoment
	Name, Op, Old      string
	Reason, Text, Type string
	Result             string
	By                 string
	Resource           *dayResource
}

type dayHolding struct {
	Session        uint64
	Name, Kind, ID string
	From, To       *dayMoment
	FromAfter      *dayMoment `json:"from_after"`
	ToAfter        *dayMoment `json:"to_after"`
	EndedBy        string     `json:"ended_by"`
	By             string
	Also           []string
}

type daySession struct {
	ID              uint64
	Name, State, By string
	Start, First    *dayMoment
	End             *dayMoment
	EndReason       string     `json:"end_reason"`
	EndBefore       *dayMoment `json:"end_before"`
}

type dayFinding struct {
	ID, Kind, Name, Text, By string
	At, Until                *dayMoment
	Resource                 *dayResource
}

// told is the trail, as the API gives it.
type told struct {
	events   []dayEvent
	holdings []dayHolding
	sessions []daySession
	findings []dayFinding
}

func (s *dayService) told(t *testing.T) *told {
	t.Helper()
	return &told{
		dayList[dayEvent](t, s, "/api/v1/events"), dayList[dayHolding](t, s, "/api/v1/holdings"),
		dayList[daySession](t, s, "/api/v1/sessions"), dayList[dayFinding](t, s, "/api/v1/findings"),
	}
}

// watching waits until every source is watched.
func (s *dayService) watching(t *testing.T) {
	t.Helper()
	var status struct {
		Ready   bool
		Sources []struct{ Name, State, Problem string }
	}
	up := func(prefix string) bool {
		for _, source := range status.Sources {
			if strings.HasPrefix(source.Name, prefix) && source.State == "up" {
				return true
			}
		}
		return false
	}
	defer func() {
		if t.Failed() {
			t.Logf("%+v", status)
		}
	}()
	eventually(t, patience, "the sources are watched", func() bool {
		s.get(t, "/api/v1/status", nil, &status)
		return status.Ready && up("log") && up("libvirt qemu") && up("proc")
	})
}

func (r *dayResource) String() string {
	if r == nil {
		return "-"
	}
	return r.Kind + " " + r.ID
}

func (f *dayFinding) String() string {
	return fmt.Sprintf("%s of %s, by %s, %s: %s", f.Kind, f.Name, f.By, f.Resource, f.Text)
}
