//go:build linux

package integration

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A booted is a systemd that runs as the first process of a container. It sees
// this host's programs and nothing else of it, and knows no units but ours.
type booted struct {
	root   string
	leader int // its process
}

// unitsOf are the units that every other one needs.
var unitsOf = []string{"sysinit", "basic", "shutdown", "multi-user"}

// bootSystemd makes the container's files and starts it.
func bootSystemd(t *testing.T) *booted {
	t.Helper()
	needRoot(t)
	need(t, "systemd-nspawn", "systemd-sysusers", "nsenter", "systemctl")
	b := &booted{root: filepath.Dir(shortPath(t, "x"))}
	b.fill(t)
	name := filepath.Base(b.root)
	t.Cleanup(func() { os.RemoveAll(filepath.Join("/run/systemd/nspawn/propagate", name)) })
	restoreCgroups(t, "payload", "supervisor")
	args := []string{
		"--quiet", "--directory=" + b.root, "--machine=" + name, "--bind-ro=/usr", "--register=no", "--keep-unit",
		"--console=pipe", "--kill-signal=SIGKILL", "--setenv=SYSTEMD_UNIT_PATH=/etc/systemd/system",
		"--capability=CAP_AUDIT_READ,CAP_AUDIT_WRITE,CAP_SYS_PTRACE,CAP_DAC_READ_SEARCH",
	}
	if out, err := exec.Command("systemd-nspawn", append(args, "/bin/true")...).CombinedOutput(); err != nil {
		t.Skipf("no container can be made here: %v: %s", err, out)
	}
	cmd := exec.Command("systemd-nspawn", append(args, "--boot", "--", "--unit=multi-user.target", "--show-status=no", "--log-target=console")...)
	background(t, "systemd", cmd, func() bool {
		b.leader = child(cmd.Process.Pid)
		return b.leader != 0 && strings.TrimSpace(b.try("systemctl", "is-system-running")) == "running"
	})
	return b
}

// fill gives the container what the package and its host have: the unit, its
// user, the program, a log.
func (b *booted) fill(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"usr", "opt", "var/lib", "run", "tmp", "etc/systemd/system"} {
		if err := os.MkdirAll(b.path(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(b.root, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := os.Symlink("usr/"+dir, b.path(dir)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"os-release": "ID=test\n", "machine-id": "", "passwd": "root:x:0:0:root:/root:/bin/sh\n", "group": "root:x:0:\nadm:x:4:\n"} {
		writeFile(t, b.path("etc", name), text)
		run(t, "chmod", "644", b.path("etc", name))
	}
	for _, name := range unitsOf {
		writeFile(t, b.path("etc/systemd/system", name+".target"), lines("[Unit]", "Description="+name, "DefaultDependencies=no"))
	}
	run(t, "cp", string(build(t)), b.path("opt/virtaudit"))
	b.add(t, "virtaudit.service", "virtaudit.service")
	users, err := filepath.Abs(filepath.Join(unitDir, "virtaudit.sysusers"))
	if err != nil {
		t.Fatal(err)
	}
	run(t, "systemd-sysusers", "--root="+b.root, users)
	log := b.path("var/log/audit/audit.log")
	writeFile(t, log, "")
	run(t, "chgrp", "-R", "4", filepath.Dir(log))
	run(t, "chmod", "-R", "g+rX", filepath.Dir(log))
}

func (b *booted) path(parts ...string) string {
	return filepath.Join(append([]string{b.root}, parts...)...)
}

// add installs one of our unit files.
func (b *booted) add(t *testing.T, file, as string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(unitDir, file))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, b.path("etc/systemd/system", as), strings.ReplaceAll(string(text), "/usr/local/bin/", "/opt/"))
}

// try runs a program in the container and gives what it prints.
func (b *booted) try(program string, args ...string) string {
	line := []string{"-t", strconv.Itoa(b.leader), "-m", "-u", "-i", "-p", "-C", "timeout", "30", program}
	out, _ := exec.Command("nsenter", append(line, args...)...).CombinedOutput()
	return string(out)
}

// does runs systemctl, which has to succeed and prints nothing then.
func (b *booted) does(t *testing.T, args ...string) {
	t.Helper()
	if said := b.try("systemctl", args...); said != "" {
		t.Fatalf("systemctl %q: %s\n%s", args, said, b.try("systemctl", "status", "--no-pager", "virtaudit"))
	}
}

// property gives one of the service's, as systemctl shows it.
func (b *booted) property(name string) string {
	return strings.TrimSpace(b.try("systemctl", "show", "--value", "--property="+name, "virtaudit"))
}

// is holds the service's properties to NAME=VALUE.
func (b *booted) is(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		name, value, _ := strings.Cut(w, "=")
		if got := b.property(name); got != value {
			t.Errorf("%s is %s, want %s", name, got, value)
		}
	}
}

// status is the service's own, asked as root in the container.
func (b *booted) status() string { return b.try("/opt/virtaudit", "status") }

// mainPID is the service's process, as the container has it.
func (b *booted) mainPID(t *testing.T) int {
	t.Helper()
	return atoi(t, b.property("MainPID"))
}

// child gives the process that another one started, 0 for none.
func child(pid int) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
	fields := strings.Fields(string(text))
	if len(fields) == 0 {
		return 0
	}
	first, _ := strconv.Atoi(fields[0])
	return first
}

// TestSystemd: a real systemd runs the unit as it is: told when it is ready, and
// that it lives; it starts it anew when it doesn't, gives it what the drop-ins
// say, and ends it well.
func TestSystemd(t *testing.T) {
	b := bootSystemd(t)
	b.does(t, "start", "virtaudit")
	b.is(t, "ActiveState=active", "SubState=running", "NRestarts=0", "NotifyAccess=main", "WatchdogUSec=1min")
	if said := b.status(); !strings.Contains(said, "ready;") || !strings.Contains(said, "log file                up") {
		t.Errorf("as soon as it is started the status is\n%s", said)
	}
	b.holdsRecords(t)
	t.Run("drop-ins", b.dropIns)
	t.Run("watchdog", b.watchdog)
	b.does(t, "stop", "virtaudit")
	b.is(t, "ActiveState=inactive", "Result=success", "ExecMainStatus=0")
}

// holdsRecords: the unit's user reads the log and writes its store.
func (b *booted) holdsRecords(t *testing.T) {
	t.Helper()
	const text = `type=VIRT_RESOURCE msg=audit(1795424528.000:7): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm resrc=rng reason=start vm="unit" uuid=5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11 old-rng="?" new-rng="/dev/hwrng" exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'` + "\n" +
		`type=VIRT_CONTROL msg=audit(1795424528.000:8): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm op=start reason=booted vm="unit" uuid=5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11 vm-pid=7 exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'` + "\n"
	log, err := os.OpenFile(b.path("var/log/audit/audit.log"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if _, err := log.WriteString(text); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "it knows who holds /dev/hwrng", func() bool {
		return strings.Contains(b.try("/opt/virtaudit", "who", "/dev/hwrng", "--store"), "unit#1")
	})
}

// dropIns: each gives its capabilities, and the service uses them.
func (b *booted) dropIns(t *testing.T) {
	effective := func() string {
		_, rest, _ := strings.Cut(b.try("cat", fmt.Sprintf("/proc/%d/status", b.mainPID(t))), "CapEff:")
		return strings.Fields(rest)[0]
	}
	if got := effective(); got != "0000002000000000" {
		t.Errorf("the unit's capabilities are %s", got)
	}
	if said := b.status(); !strings.Contains(said, "the witness proc is missing") {
		t.Errorf("without its drop-in proc is not missing:\n%s", said)
	}
	b.add(t, "proc.conf", "virtaudit.service.d/proc.conf")
	b.add(t, "emit.conf", "virtaudit.service.d/emit.conf")
	b.does(t, "daemon-reload")
	b.does(t, "restart", "virtaudit")
	if got := effective(); got != "0000002020080004" {
		t.Errorf("with both drop-ins the capabilities are %s", got)
	}
	if said := b.status(); strings.Contains(said, "the witness proc is missing") {
		t.Errorf("with its drop-in proc is missing:\n%s", said)
	}
	if environ := b.try("cat", fmt.Sprintf("/proc/%d/environ", b.mainPID(t))); !strings.Contains(environ, "VIRTAUDIT_EMIT=missing") {
		t.Errorf("the environment is %q", environ)
	}
}

// watchdog: a service that works is left alone, one that hangs is started anew.
func (b *booted) watchdog(t *testing.T) {
	writeFile(t, b.path("etc/systemd/system/virtaudit.service.d/watchdog.conf"), lines("[Service]", "WatchdogSec=2", "RestartSec=100ms"))
	b.does(t, "daemon-reload")
	b.does(t, "restart", "virtaudit")
	time.Sleep(4 * time.Second)
	b.is(t, "ActiveState=active", "NRestarts=0")
	hung := b.mainPID(t)
	b.try("kill", "-STOP", strconv.Itoa(hung))
	eventually(t, patience, "systemd starts it anew", func() bool { return b.property("NRestarts") == "1" && b.property("SubState") == "running" })
	if now := b.mainPID(t); now == hung || now == 0 {
		t.Errorf("process %d runs, and %d hung", now, hung)
	}
	if said := b.status(); !strings.Contains(said, "ready;") {
		t.Errorf("afterwards the status is\n%s", said)
	}
}
