//go:build linux

package integration

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// TestServeWhileAuditIsDisabled: a service that may ask the kernel is not ready while
// audit is disabled there, what is sent meanwhile is missing, and the trail says when
// that was. Enabled again, it goes on.
func TestServeWhileAuditIsDisabled(t *testing.T) {
	log := recordAudit(t)
	t.Cleanup(func() { run(t, "auditctl", "-e", "1") }) // before it is put back
	s := newService(t, "--log-source", "multicast")
	s.startFollowing(t, "multicast")
	status := []string{"status", "--config", os.DevNull, "--listen-unix", s.socket}
	found := []string{"findings", "--store=" + s.store, "--kind", "source-unwatched", "--format", "csv"}
	s.says(t, "ready; ", status...)

	run(t, "auditctl", "-e", "0")
	s.says(t, "not ready: audit is disabled in the kernel, so nothing is recorded; auditctl -e 1 enables it", status...)
	s.says(t, "kernel-audit makes no records", found...)
	lost, kept := newUUID(), newUUID()
	attach := func(id string) message {
		return message{is: record.VirtResource, kind: "rng", result: record.Success, text: []byte(
			`virt=kvm resrc=rng reason=attach vm="g" uuid=` + id + ` old-rng="?" new-rng="/dev/hwrng"`)}
	}
	dialKernel(t).send(t, attach(lost))
	who := []string{"who", "/dev/hwrng", "--store=" + s.store}
	s.says(t, "not watched 1 time, the last since", append(who, "--format", "csv")...)

	run(t, "auditctl", "-e", "1")
	s.says(t, "ready; ", status...)
	s.says(t, "kernel-audit made no records", found...)
	sendAll(t, log, []message{attach(kept)})
	s.says(t, kept, append(who, "--format", "csv")...)
	if out := s.asks(t, append(who, "--format", "csv")...); bytes.Contains(out, []byte(lost)) {
		t.Errorf("what was sent while audit was disabled is there:\n%s", out)
	}
	s.term(t)
	was := s.asks(t, found...)
	if n := strings.Count(string(was), "kernel-audit"); n != 1 {
		t.Errorf("the time is told %d times:\n%s", n, was)
	}
	s.asks(t, "rebuild", "--config", os.DevNull, "--store", s.store)
	if is := s.asks(t, found...); !bytes.Equal(is, was) {
		t.Errorf("derived anew:\n%s\nbefore:\n%s", is, was)
	}
}
