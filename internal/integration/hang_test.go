//go:build linux

package integration

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestHangingAuditd: while auditd hangs, what it hasn't written is not sent in
// its place, though the kernel has delivered it; when it goes on, what is lacking
// then is sent. So it is as root, who may ask the kernel, and as the unit, which may
// not.
func TestHangingAuditd(t *testing.T) {
	needRoot(t)
	unitUser(t)
	log := recordAudit(t, "log_group = adm")
	if log.asConfigured {
		t.Skip("the host's own auditd runs; it isn't stopped for a test")
	}
	_, auditd, err := auditState()
	if err != nil {
		t.Fatal(err)
	}
	host := startLibvirtd(t)
	open(t, log.path)
	open(t, filepath.Join(host.dir, "run/libvirt/x"))
	m := host.startWitnessed(t, shortPath(t, "unused.sock"))
	settings := []string{
		"--log", log.path, "--emit", "missing", "--sweep", "1s", "--window", "1s",
		"--libvirt", "qemu+unix:///system?socket=" + filepath.Join(host.dir, "run/libvirt/libvirt-sock-ro"),
	}
	t.Run("root", func(t *testing.T) {
		s := newService(t, settings...)
		s.start(t)
		s.hangs(t, log, auditd, m, "/dev/random")
	})
	t.Run("unit", func(t *testing.T) {
		serveAs(t, readUnit(t, "emit.conf"), settings...).hangs(t, log, auditd, m, "/dev/hwrng")
	})
}

// hangs has auditd hang while a guest gets a disk, which libvirt records, and a random
// device, which it doesn't.
func (k kept) hangs(t *testing.T, log *recording, auditd int, m *machine, device string) {
	t.Helper()
	k.tells(t, "log file up", "libvirt qemu:///system up")
	k.holds(t, "/dev/urandom", func(h heldThing) bool { return h.Name == m.Name && h.To == nil })

	signal(t, auditd, syscall.SIGSTOP)
	goOn := func() { _ = syscall.Kill(auditd, syscall.SIGCONT) }
	t.Cleanup(goOn)
	disk := m.host.image(t, "late-"+filepath.Base(device)+".img")
	m.attach(t, disk)
	m.attachRNG(t, device)
	time.Sleep(4 * time.Second) // several windows
	goOn()
	lacking := `new-rng="` + device + `"`
	eventually(t, patience, "what libvirt leaves out is sent", func() bool { return strings.Contains(string(log.text(t)), lacking) })
	time.Sleep(3 * time.Second)
	for what, want := range map[string]int{lacking: 1, `new-disk="` + disk + `"`: 1} {
		if n := strings.Count(string(log.text(t)), what); n != want {
			t.Errorf("%s is %d times in the log, want %d", what, n, want)
		}
	}
	m.detach(t, disk)
}
