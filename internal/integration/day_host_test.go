//go:build linux

package integration

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A dayHost is a host in a mount namespace, where /run, /srv and libvirt's
// folders are the test's: so libvirt, its guests and the service have the paths
// that they have on real hosts, and nothing of this one's.
type dayHost struct {
	dir      string // what is bound over those folders
	log      *recording
	mounts   string // the namespace's file
	libvirtd *exec.Cmd
	daemons  map[int]bool // all processes that libvirtd had
}

// daySpace binds the folders and keeps the namespace while the test runs.
const daySpace = `
mount --bind "$0/run" /run
mount --bind "$0/srv" /srv
mount --bind "$0/etc" /etc/libvirt
for name in lib log cache; do mount --bind "$0/$name" "/var/$name/libvirt"; done
touch /run/ready
exec sleep infinity`

func startDayHost(t *testing.T) *dayHost {
	t.Helper()
	need(t, "libvirtd", "virsh", "mount", "nsenter", "ip", "qemu-system-x86_64", "qemu-img", "qemu-nbd")
	h := &dayHost{log: recordAudit(t, "log_format = ENRICHED"), dir: t.TempDir(), daemons: map[int]bool{}}
	for _, name := range []string{"run/libvirt", "run/vm", "srv/vm", "lib", "log", "cache", "etc"} {
		if err := os.MkdirAll(filepath.Join(h.dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(h.dir, "etc/libvirtd.conf"), lines(`auth_unix_rw = "none"`, `audit_level = 2`))
	writeFile(t, filepath.Join(h.dir, "etc/qemu.conf"), lines(
		`user = "root"`, `group = "root"`, `security_driver = "none"`, `stdio_handler = "file"`))
	restoreCgroups(t, "machine")
	cmd := exec.Command("sh", "-ec", daySpace, h.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	background(t, "the namespace", cmd, func() bool {
		_, err := os.Stat(filepath.Join(h.dir, "run/ready"))
		return err == nil
	})
	h.mounts = fmt.Sprintf("/proc/%d/ns/mnt", cmd.Process.Pid)
	t.Cleanup(func() { h.endGuests(t) })
	h.startLibvirtd(t)
	return h
}

// inside gives a command line that runs a program on the day's host.
func (h *dayHost) inside(program string, args ...string) *exec.Cmd {
	return exec.Command("nsenter", append([]string{"--mount=" + h.mounts, program}, args...)...)
}

// do runs a program there, which has to succeed.
func (h *dayHost) do(t *testing.T, program string, args ...string) string {
	t.Helper()
	return string(run(t, "nsenter", append([]string{"--mount=" + h.mounts, program}, args...)...))
}

func (h *dayHost) virsh(t *testing.T, args ...string) string {
	t.Helper()
	return strings.TrimSpace(h.do(t, "virsh", append([]string{"-q", "-c", "qemu:///system"}, args...)...))
}

// fails runs a command of virsh that must not succeed.
func (h *dayHost) fails(t *testing.T, args ...string) {
	t.Helper()
	all := append([]string{"--mount=" + h.mounts, "virsh", "-q", "-c", "qemu:///system"}, args...)
	if out, err := output("nsenter", all...); err == nil {
		t.Fatalf("virsh %q: %s", args, out)
	}
}

// device attaches, detaches or updates a device of a running guest.
func (h *dayHost) device(t *testing.T, command, guest, xml string) {
	t.Helper()
	h.virsh(t, command, guest, xmlFile(t, xml), "--live")
}

func (h *dayHost) startLibvirtd(t *testing.T) {
	t.Helper()
	cmd := h.inside("libvirtd")
	background(t, "libvirtd", cmd, func() bool {
		return h.inside("virsh", "-q", "-c", "qemu:///system", "list").Run() == nil
	})
	h.libvirtd = cmd
	h.daemons[cmd.Process.Pid] = true
}

// stopLibvirtd ends it; guests run on.
func (h *dayHost) stopLibvirtd(t *testing.T) {
	t.Helper()
	pid := h.libvirtd.Process.Pid
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "libvirtd ends", func() bool { return syscall.Kill(pid, 0) != nil })
}

// pid gives the process of a guest, by its file in /run.
func (h *dayHost) pid(t *testing.T, guest string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(h.dir, "run", guest+".pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// kill ends a guest's process as nobody should.
func (h *dayHost) kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// endGuests ends those that a failed test left.
func (h *dayHost) endGuests(t *testing.T) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(h.dir, "run/libvirt/qemu", "*.pid"))
	alone, _ := filepath.Glob(filepath.Join(h.dir, "run/vm", "*.pid"))
	for _, name := range append(files, alone...) {
		text, _ := os.ReadFile(name)
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			continue
		}
		_ = syscall.Kill(pid, syscall.SIGKILL)
		eventually(t, patience, "QEMU ends", func() bool { return syscall.Kill(pid, 0) != nil })
	}
}

// image makes an image in /srv/vm.
func (h *dayHost) image(t *testing.T, args ...string) {
	t.Helper()
	h.do(t, "qemu-img", append([]string{"create", "-q"}, args...)...)
}

// bootable makes an image with an operating system of 68 bytes: it gives the
// memory that its balloon asks for, and lets devices go that are unplugged.
func (h *dayHost) bootable(t *testing.T, path string) {
	t.Helper()
	sector := make([]byte, 1<<20)
	copy(sector, bootCode)
	sector[510], sector[511] = 0x55, 0xaa
	if err := os.WriteFile(filepath.Join(h.dir, path), sector, 0o644); err != nil {
		t.Fatal(err)
	}
}

// bootCode is for a PC of QEMU's, in real mode.
var bootCode = []byte{
	0x31, 0xed, // xor bp, bp
	0xb8, 0x02, 0xb1, // mov ax, 0xb102: find the PCI device
	0xb9, 0x02, 0x10, // mov cx, 0x1002: a balloon
	0xba, 0xf4, 0x1a, // mov dx, 0x1af4: of virtio
	0x31, 0xf6, // xor si, si
	0xcd, 0x1a, // int 0x1a
	0x72, 0x0d, // jc again
	0xb8, 0x0a, 0xb1, // mov ax, 0xb10a: read its configuration
	0xbf, 0x10, 0x00, // mov di, 0x10: where its ports are
	0xcd, 0x1a, // int 0x1a
	0x83, 0xe1, 0xfc, // and cx, 0xfffc
	0x89, 0xcd, // mov bp, cx
	0x85, 0xed, // again: test bp, bp
	0x74, 0x0c, // jz unplug
	0x89, 0xea, // mov dx, bp
	0x83, 0xc2, 0x14, // add dx, 20: how many pages are asked for
	0x66, 0xed, // in eax, dx
	0x83, 0xc2, 0x04, // add dx, 4: how many are given
	0x66, 0xef, // out dx, eax
	0xba, 0x10, 0xae, // unplug: mov dx, 0xae10: of which bus
	0x66, 0x31, 0xc0, // xor eax, eax
	0x66, 0xef, // out dx, eax
	0xba, 0x04, 0xae, // mov dx, 0xae04: which slots are to be empty
	0x66, 0xed, // in eax, dx
	0xba, 0x08, 0xae, // mov dx, 0xae08: those may be
	0x66, 0xef, // out dx, eax
	0xfb,       // sti
	0xf4,       // hlt, until the clock ticks
	0xeb, 0xda, // jmp again
}

// bridges makes two, for as long as the test runs.
func (h *dayHost) bridges(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if out, err := output("ip", "link", "add", name, "type", "bridge"); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		t.Cleanup(func() { run(t, "ip", "link", "del", name) })
		run(t, "ip", "link", "set", name, "up")
	}
}

// listen takes connections as a peer that never says a word, and gives its port.
func listen(t *testing.T) (port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go silence(t, l)
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port
}

// silence takes connections until the listener is closed, and keeps them.
func silence(t *testing.T, l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		t.Cleanup(func() { conn.Close() })
	}
}

// exportImage serves an image over the network, and gives the port.
func (h *dayHost) exportImage(t *testing.T, path string) (port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ = net.SplitHostPort(l.Addr().String())
	l.Close()
	server := h.inside("qemu-nbd", "--persistent", "-b", "127.0.0.1", "-p", port, "-x", "export", "-f", "raw", path)
	background(t, "qemu-nbd", server, func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return port
}
