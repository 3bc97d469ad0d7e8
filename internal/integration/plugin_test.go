//go:build linux

package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// pluginFile is what is installed in auditd's plugins.d.
const pluginFile = "../../dist/auditd/virtaudit.conf"

// install puts our plugin file into auditd's folder, made active, with the
// service in the place of the installed program and with the service's settings.
// auditd gives a plugin two arguments at most, so a script adds them.
func (s *service) install(t *testing.T, plugins string) {
	t.Helper()
	const installed = "/usr/local/bin/virtaudit"
	text, err := os.ReadFile(pluginFile)
	if err != nil {
		t.Fatal(err)
	}
	script := s.path("virtaudit.sh")
	writeFile(t, script, fmt.Sprintf("#!/bin/sh\nexec >>%s 2>&1\nexec %s \"$@\" --config %s\n", s.said, s.program, s.path("config.yaml")))
	if err := os.Chmod(script, 0o750); err != nil {
		t.Fatal(err)
	}
	adapted := strings.NewReplacer("active = no", "active = yes", installed, script)
	if was := string(text); !strings.Contains(was, "active = no\n") || !strings.Contains(was, "path = "+installed+"\n") {
		t.Fatalf("%s: %s", pluginFile, was)
	}
	name := filepath.Join(plugins, filepath.Base(pluginFile))
	writeFile(t, name, adapted.Replace(string(text)))
	if err := os.Chmod(name, 0o640); err != nil {
		t.Fatal(err)
	}
}

// running gives the service's process, 0 where there is none.
func (s *service) running(t *testing.T) int {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range all {
		if exe, _ := os.Readlink(link); exe == string(s.program) {
			return atoi(t, strings.Split(link, "/")[2])
		}
	}
	return 0
}

// parent gives the process that started another.
func parent(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "\nPPid:")
	return atoi(t, strings.Fields(rest)[0])
}

// TestPlugin: the real auditd starts the service by our plugin file, which gets
// the records, lives on when auditd reads its settings anew, and ends with it.
func TestPlugin(t *testing.T) {
	log := recordAudit(t)
	if log.asConfigured {
		t.Skip("the host's own auditd runs; it is given no plugin for a test")
	}
	_, auditd, err := auditState()
	if err != nil {
		t.Fatal(err)
	}
	s := newService(t)
	s.install(t, filepath.Join(filepath.Dir(log.path), "plugins"))
	t.Cleanup(func() {
		if text, _ := os.ReadFile(s.said); t.Failed() {
			t.Logf("the service says\n%s", text)
		}
	})
	readAnew := func() { signal(t, auditd, syscall.SIGHUP) }

	readAnew()
	eventually(t, patience, "auditd starts the service", func() bool { return s.running(t) != 0 })
	pid := s.running(t)
	if by := parent(t, pid); by != auditd {
		t.Errorf("process %d started the service, want auditd, %d", by, auditd)
	}
	s.tells(t, "log stdin up")
	s.records(t, "begin")

	readAnew()
	time.Sleep(500 * time.Millisecond) // auditd tells its plugins
	s.records(t, "again")
	if now := s.running(t); now != pid {
		t.Errorf("the service is process %d, and was %d", now, pid)
	}

	signal(t, auditd, syscall.SIGTERM)
	eventually(t, patience, "the service ends with auditd", func() bool { return s.running(t) == 0 })
	said, err := os.ReadFile(s.said)
	if err != nil || !strings.Contains(string(said), "stopping") || strings.Contains(string(said), "level=ERROR") || strings.Contains(string(said), "virtaudit:") {
		t.Errorf("it ends with %s, %v", said, err)
	}
	if out := s.asks(t, "who", "/dev/hwrng", "--store="+s.store, "--format", "csv"); strings.Count(string(out), "/dev/hwrng") < 2 {
		t.Errorf("the store has\n%s", out)
	}
}

func signal(t *testing.T, pid int, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		t.Fatal(err)
	}
}

// records has the kernel record that a guest of this name gets an RNG, and waits
// until the service knows.
func (s *service) records(t *testing.T, name string) {
	t.Helper()
	conn := dialAudit(t)
	text := fmt.Sprintf(`virt=kvm resrc=rng reason=attach vm="%s" uuid=%s old-rng="?" new-rng="/dev/hwrng"`, name, newUUID())
	if err := conn.Send(t.Context(), kaudit.Message{Type: record.VirtResource, Result: record.Success, Text: []byte(text)}); err != nil {
		t.Fatal(err)
	}
	s.says(t, name, "who", "/dev/hwrng", "--store="+s.store, "--format", "csv")
}
