//go:build linux

package integration

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// A kept is a service that runs as its unit has it.
type kept struct {
	program virtaudit
	socket  string
	store   string
}

// serveAs starts a service with exactly the unit's user and capabilities, in a
// folder of that user's. It must end well when the test does.
func serveAs(t *testing.T, u unit, settings ...string) kept {
	t.Helper()
	dir, err := os.MkdirTemp("", "virtaudit-unit-") // t.TempDir is root's alone
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	state := filepath.Join(dir, "state")
	uid, gid := u.user()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(state, atoi(t, uid), atoi(t, gid)); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "virtaudit")
	run(t, "cp", string(build(t)), program)
	k := kept{virtaudit(program), filepath.Join(state, "api.sock"), filepath.Join(state, "trail.db")}
	args := append([]string{"serve", "--config", os.DevNull, "--store", k.store, "--listen-unix", k.socket, "--node", "unit"}, settings...)
	cmd := u.as(t, program, args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the service: %v: %s", err, said.Bytes())
		}
		if t.Failed() {
			t.Logf("the service says\n%s", said.Bytes())
		}
	})
	return k
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// says waits until a command of root's, beside the service, prints something.
func (k kept) says(t *testing.T, what string, args ...string) {
	t.Helper()
	var out []byte
	eventually(t, patience, strings.Join(args, " ")+" says "+what, func() bool {
		out, _ = exec.Command(string(k.program), args...).CombinedOutput()
		return bytes.Contains(out, []byte(what))
	})
}

// TestServeAsUnit: the unit's user hears the kernel's records, and what takes
// more is missing until its drop-in is there.
func TestServeAsUnit(t *testing.T) {
	log := recordAudit(t)
	for _, tc := range []struct {
		name    string
		dropIns []string
		proc    string
	}{
		{"unit", nil, "the witness proc is missing"},
		{"proc", []string{"proc.conf"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			k := serveAs(t, readUnit(t, tc.dropIns...), "--log-source", "multicast", "--libvirt", "off")
			status := []string{"status", "--config", os.DevNull, "--listen-unix", k.socket}
			k.says(t, "log multicast  up", status...)
			k.says(t, "ready", status...)
			if tc.proc != "" {
				k.says(t, tc.proc, status...)
			} else if out := run(t, string(k.program), status...); bytes.Contains(out, []byte("missing")) {
				t.Errorf("%s", out)
			}
			id := newUUID()
			sendAll(t, log, []message{{is: record.VirtResource, kind: "rng", result: record.Success, text: []byte(
				`virt=kvm resrc=rng reason=attach vm="unit" uuid=` + id + ` old-rng="?" new-rng="/dev/hwrng"`)}})
			k.says(t, id, "who", "/dev/hwrng", "--store="+k.store, "--format", "csv")
		})
	}
}
