//go:build linux

package integration

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestHangingAuditd: while auditd hangs, what it hasn't written is not sent in
// its place, though the kernel has delivered it; when it goes on, what is lacking
// then is sent.
func TestHangingAuditd(t *testing.T) {
	log := recordAudit(t)
	if log.asConfigured {
		t.Skip("the host's own auditd runs; it isn't stopped for a test")
	}
	_, auditd, err := auditState()
	if err != nil {
		t.Fatal(err)
	}
	host := startLibvirtd(t)
	m := host.startWitnessed(t, shortPath(t, "unused.sock"))
	s := newService(t, "--log", log.path, "--emit", "missing", "--sweep", "1s", "--window", "1s",
		"--libvirt", "qemu+unix:///system?socket="+host.dir+"/run/libvirt/libvirt-sock-ro")
	s.start(t)
	s.holds(t, "/dev/urandom", func(h heldThing) bool { return h.Name == m.Name && h.To == nil })

	signal(t, auditd, syscall.SIGSTOP)
	goOn := func() { _ = syscall.Kill(auditd, syscall.SIGCONT) }
	t.Cleanup(goOn)
	disk := host.image(t, "late.img")
	m.attach(t, disk) // libvirt records it
	m.attachRNG(t, "/dev/random")
	time.Sleep(4 * time.Second) // several windows
	goOn()
	const lacking = `new-rng="/dev/random"`
	eventually(t, patience, "what libvirt leaves out is sent", func() bool { return strings.Contains(string(log.text(t)), lacking) })
	time.Sleep(3 * time.Second)
	for what, want := range map[string]int{lacking: 1, `new-disk="` + disk + `"`: 1} {
		if n := strings.Count(string(log.text(t)), what); n != want {
			t.Errorf("%s is %d times in the log, want %d", what, n, want)
		}
	}
}
