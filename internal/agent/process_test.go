package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/store"
)

// Environment that makes a service of the test's program, with the settings of
// the environment; and names the file of what its replayer gives.
const (
	serviceEnv = "TEST_OF_VIRTAUDIT_SERVICE"
	replayEnv  = "TEST_OF_VIRTAUDIT_REPLAY"
)

func TestMain(m *testing.M) {
	if os.Getenv(serviceEnv) != "" {
		if err := serveForTest(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// cases gives how many cases a test tries: all of them, or a few with -short.
func cases(all, few int) int {
	if testing.Short() {
		return few
	}
	return all
}

// serveForTest is what virtaudit serve does.
func serveForTest() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	c, err := Load("", false, os.LookupEnv)
	if err != nil {
		return err
	}
	if err := c.Finish(); err != nil {
		return err
	}
	h := Host{Version: "test", Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))}
	if steps := os.Getenv(replayEnv); steps != "" {
		r, err := newReplayer(steps, c.Store)
		if err != nil {
			return err
		}
		h.watchers = append(h.watchers, r)
	}
	return Run(ctx, c, h)
}

// process is a service in a process of its own, of a log in a folder of the
// test's.
type process struct {
	t           testing.TB
	dir, log    string
	store, sock string
	env         []string
	cmd         *exec.Cmd
	said        printed
	client      *http.Client
}

// printed is a file of what a process prints on standard error.
type printed string

func (p printed) Bytes() []byte {
	text, _ := os.ReadFile(string(p))
	return text
}

func (p printed) String() string { return string(p.Bytes()) }

// newProcess makes a service with settings NAME=VALUE of the environment, without
// the VIRTAUDIT_.
func newProcess(t testing.TB, settings ...string) *process {
	t.Helper()
	dir, err := os.MkdirTemp("", "virtaudit") // short enough for sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	p := &process{
		t: t, dir: dir, log: filepath.Join(dir, "audit.log"),
		store: filepath.Join(dir, "trail.db"), sock: filepath.Join(dir, "api.sock"),
		said: printed(filepath.Join(dir, "said")),
	}
	p.env = []string{serviceEnv + "=1"}
	p.set("STORE="+p.store, "LOG="+p.log, "LOG_SOURCE=file", "LISTEN_UNIX="+p.sock, "NODE=here", "LIBVIRT=off", "PROC=off", "LOG_LEVEL=error")
	p.set(settings...)
	p.client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", p.sock)
		},
	}}
	t.Cleanup(p.client.CloseIdleConnections)
	return p
}

func (p *process) set(settings ...string) {
	for _, s := range settings {
		p.env = append(p.env, "VIRTAUDIT_"+s)
	}
}

// start starts it, and doesn't wait until it serves.
func (p *process) start() {
	p.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), p.env...)
	said, err := os.Create(string(p.said))
	if err != nil {
		p.t.Fatal(err)
	}
	defer said.Close()
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.cmd = cmd
	p.t.Cleanup(func() {
		if p.cmd == cmd {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
}

// kill ends it as nothing can be prepared for.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatalf("it ended by itself: %v: %s", p.cmd.Wait(), p.said.Bytes())
	}
	var exit *exec.ExitError
	if err := p.cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		p.t.Fatalf("it ended by itself: %v: %s", err, p.said.Bytes())
	}
	p.cmd = nil
}

// term asks it to end, which it has to do without an error.
func (p *process) term() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("after SIGTERM: %v: %s", err, p.said.Bytes())
	}
	p.cmd = nil
}

// read opens its store beside it.
func (p *process) read() *store.Store {
	p.t.Helper()
	var s *store.Store
	p.eventually("the store can be read", func() bool {
		var err error
		s, err = store.OpenRead(p.store)
		return err == nil
	})
	p.t.Cleanup(func() { s.Close() })
	return s
}

// eventually waits until something is so.
func (p *process) eventually(what string, so func() bool) {
	p.t.Helper()
	for end := time.Now().Add(30 * time.Second); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("waited too long until %s; it said: %s", what, p.said.Bytes())
		}
	}
}

// ready waits until it serves.
func (p *process) ready() {
	p.t.Helper()
	p.eventually("it is ready", func() bool {
		code, _, err := p.ask("/readyz")
		return err == nil && code == http.StatusOK
	})
}

// ask asks the API.
func (p *process) ask(path string) (code int, body []byte, err error) {
	resp, err := p.client.Get("http://localhost" + path)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, 256<<20))
	return resp.StatusCode, body, err
}

// peak is the most memory that it ever had, in bytes.
func (p *process) peak() int64 {
	p.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Skipf("the memory of a process can't be told: %v", err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			if err != nil {
				p.t.Fatal(err)
			}
			return kib << 10
		}
	}
	p.t.Fatal("no VmHWM")
	return 0
}
