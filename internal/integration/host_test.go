//go:build linux

package integration

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// packages are the Debian packages of the programs that the tests run.
var packages = map[string]string{
	"auditctl":           "auditd",
	"auditd":             "auditd",
	"ausearch":           "auditd",
	"auvirt":             "auditd before 4.0",
	"curl":               "curl",
	"dmesg":              "util-linux",
	"ip":                 "iproute2",
	"libvirtd":           "libvirt-daemon-system",
	"mount":              "mount",
	"nsenter":            "util-linux",
	"qemu-img":           "qemu-utils",
	"qemu-nbd":           "qemu-utils",
	"qemu-system-x86_64": "qemu-system-x86",
	"setpriv":            "util-linux",
	"systemctl":          "systemd",
	"systemd-analyze":    "systemd",
	"systemd-nspawn":     "systemd-container",
	"systemd-sysusers":   "systemd",
	"userdel":            "passwd",
	"virsh":              "libvirt-clients",
}

// need skips a test where it is not wanted or a program lacks.
func need(t testing.TB, programs ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short is given")
	}
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (Debian package %s)", program, packages[program])
		}
	}
}

func needRoot(t testing.TB) {
	t.Helper()
	if uid := os.Geteuid(); uid != 0 {
		t.Skipf("not root but user %d", uid)
	}
}

// aloneOnHost waits for the tests of other processes. The lock is a socket's
// name, which ends with its process and leaves no file.
func aloneOnHost(t testing.TB) {
	t.Helper()
	var lock net.Listener
	eventually(t, 5*time.Minute, "the integration tests of another process end", func() bool {
		var err error
		lock, err = net.Listen("unix", "@virtaudit-integration")
		return err == nil
	})
	t.Cleanup(func() { lock.Close() })
}

// patience is how long a peer may take for one thing: more than the minute for which
// the kernel may hold who sends a record.
const patience = 2 * time.Minute

// eventually waits until something is so.
func eventually(t testing.TB, limit time.Duration, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %v until %s", limit, what)
		}
	}
}

// output runs a program and gives what it prints. An error has what it says on
// standard error.
func output(program string, args ...string) ([]byte, error) {
	var said bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stderr = &said
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("%s: %w: %s", cmd, err, bytes.TrimSpace(said.Bytes()))
	}
	return out, nil
}

// run is output where it has to succeed.
func run(t testing.TB, program string, args ...string) []byte {
	t.Helper()
	out, err := output(program, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// background starts a daemon, waits until it serves, and ends it with the test.
// A failed test logs what it printed.
func background(t *testing.T, name string, cmd *exec.Cmd, serves func() bool) {
	t.Helper()
	printed, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer printed.Close()
	cmd.Stdout, cmd.Stderr = printed, printed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		endDaemon(t, name, cmd, ended)
		if out, _ := os.ReadFile(printed.Name()); t.Failed() && len(out) > 0 {
			t.Logf("%s printed:\n%s", name, out)
		}
	})
	eventually(t, patience, name+" serves", func() bool {
		select {
		case <-ended:
			t.Fatalf("%s ended: %v", name, cmd.ProcessState)
		default:
		}
		return serves()
	})
}

func endDaemon(t *testing.T, name string, cmd *exec.Cmd, ended <-chan struct{}) {
	t.Helper()
	_ = cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(patience):
		t.Errorf("%s did not end in %v", name, patience)
		_ = cmd.Process.Kill()
		<-ended
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// lines joins lines to a text.
func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }
