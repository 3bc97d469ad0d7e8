//go:build linux

package integration

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// emitted is the definition of a guest of uuid %s that only virtaudit knows.
const emitted = `<domain type='kvm'>
  <name>it's a guest</name>
  <uuid>%s</uuid>
  <memory unit='MiB'>64</memory>
  <vcpu>2</vcpu>
  <os><type>hvm</type></os>
  <devices>
    <disk type='file'><source file='/srv/it&apos;s a disk é.img'/><target dev='vda' bus='virtio'/></disk>
    <interface type='user'><mac address='52:54:00:12:34:56'/></interface>
    <rng model='virtio'><backend model='random'>/dev/random</backend></rng>
    <rng model='virtio'><backend model='egd' type='unix'><source mode='connect' path='/tmp/unix.sock'/></backend></rng>
  </devices>
  <seclabel type='static' model='dac' relabel='no'><label>+107:+107</label></seclabel>
</domain>`

// What virtaudit emits is in auditd's log, ausearch decodes it, and virtaudit
// reads a session of it.
func TestEmitToLog(t *testing.T) {
	need(t, "ausearch")
	v := build(t)
	log := recordAudit(t, "log_format = ENRICHED")
	uuid := newUUID()
	guest := xmlFile(t, fmt.Sprintf(emitted, uuid))
	rng := xmlFile(t, `<rng model='virtio'><backend model='random'>/dev/hwrng</backend></rng>`)
	var sent []string
	for _, command := range [][]string{
		{"start", guest, "--pid", "4242"},
		{"attach", guest, rng},
		{"attach", guest, rng, "--failed"},
		{"detach", guest, rng},
		{"update", guest, "--vcpus", "2:4"},
		{"stop", guest, "--reason", "destroyed"},
	} {
		sent = append(sent, v.emit(t, append(command, "--dry-run")...)...)
		if out := v.run(t, nil, append([]string{"emit"}, command...)...); len(out) > 0 {
			t.Errorf("emit %v prints %q", command, out)
		}
	}
	var text []byte
	eventually(t, patience, "the log has the stop", func() bool {
		text = log.of(t, uuid)
		return bytes.Contains(text, []byte("op=stop"))
	})
	compareSent(t, sent, text)

	file := filepath.Join(t.TempDir(), "audit.log")
	writeFile(t, file, string(text))
	decoded := run(t, "ausearch", "--interpret", "-if", file)
	for _, value := range []string{
		" vm=it's a guest uuid=" + uuid, " new-disk=/srv/it's a disk é.img ", " new-rng=/tmp/unix.sock ", " new-rng=/dev/hwrng ",
	} {
		if !bytes.Contains(decoded, []byte(value)) {
			t.Errorf("ausearch reads no %q:\n%s", value, decoded)
		}
	}
	sameStories(t, v.sessions(t, file), lines(
		"closed it's a guest, process 4242, booted to destroyed",
		"label of dac",
		"disk /srv/it's a disk é.img, start to stop",
		"net 52:54:00:12:34:56, start to stop",
		"rng /dev/random, start to stop",
		"rng /tmp/unix.sock, start to stop",
		"rng /dev/hwrng, attach to detach",
		"mem 65536",
		"vcpu 2",
		"vcpu 4",
	)+"attach of rng /dev/hwrng failed")
}

// of gives the lines of a guest's records.
func (r *recording) of(t *testing.T, uuid string) []byte {
	t.Helper()
	var text []byte
	for line := range bytes.Lines(r.text(t)) {
		if isOf(parse(t, line), uuid) {
			text = append(text, line...)
		}
	}
	return text
}

// compareSent holds a log to the messages that --dry-run printed.
func compareSent(t *testing.T, sent []string, log []byte) {
	t.Helper()
	var logged []string
	for line := range bytes.Lines(log) {
		logged = append(logged, asPrinted(parse(t, line)))
	}
	if !slices.Equal(logged, sent) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(logged, "\n"), strings.Join(sent, "\n"))
	}
}

// A process that may not send says so in one line, and what to do.
func TestEmitRefused(t *testing.T) {
	program := string(build(t))
	log := recordAudit(t)
	uuid := newUUID()
	for _, tc := range []struct {
		name, want string
		attributes syscall.SysProcAttr
	}{
		{
			"user namespace", "the kernel has no audit for user namespaces (connection refused); run it outside of the container, or write --to file:PATH",
			syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER},
		},
		{
			"no capability", "not permitted (operation not permitted); it takes root, or the capability CAP_AUDIT_WRITE",
			syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			emitRefused(t, program, uuid, &tc.attributes, tc.want)
		})
	}
	t.Run("disabled", func(t *testing.T) {
		run(t, "auditctl", "-e", "0")
		defer run(t, "auditctl", "-e", "1")
		emitRefused(t, program, uuid, nil, "audit is disabled in the kernel; auditctl -e 1 enables it")
	})
	// All that was sent before this message is in the log when it is.
	last := newUUID()
	virtaudit(program).run(t, nil, "emit", "stop", xmlFile(t, fmt.Sprintf(emitted, last)))
	eventually(t, patience, "the log has the last message", func() bool { return len(log.of(t, last)) > 0 })
	if text := log.of(t, uuid); len(text) > 0 {
		t.Errorf("the log has what was refused:\n%s", text)
	}
}

// emitRefused runs a start that sends nothing.
func emitRefused(t *testing.T, program, uuid string, attributes *syscall.SysProcAttr, want string) {
	t.Helper()
	file, err := os.Open(program) // it lies where another user can't go
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out, said bytes.Buffer
	cmd := exec.Command("/proc/self/fd/3", "emit", "start", "-")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(fmt.Sprintf(emitted, uuid)), &out, &said
	cmd.ExtraFiles, cmd.SysProcAttr = []*os.File{file}, attributes
	err = cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("%v, want exit status 1", err)
	}
	if want = "virtaudit: kernel: 0 of 8 messages sent: " + want + "\n"; said.String() != want || out.Len() > 0 {
		t.Errorf("printed %q, on standard error\n%swant\n%s", out.Bytes(), said.Bytes(), want)
	}
}

// Where the kernel can't be reached, a file is a log that ausearch and virtaudit
// read.
func TestEmitToFile(t *testing.T) {
	need(t, "ausearch")
	v := build(t)
	uuid := newUUID()
	guest := xmlFile(t, fmt.Sprintf(emitted, uuid))
	log := filepath.Join(t.TempDir(), "audit.log")
	v.run(t, nil, "emit", "start", guest, "--pid", "4242", "--to", "file:"+log)
	v.run(t, nil, "emit", "stop", guest, "--to", "file:"+log)
	sent := append(v.emit(t, "start", guest, "--pid", "4242", "--dry-run"), v.emit(t, "stop", guest, "--dry-run")...)
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	compareSent(t, sent, text)
	found := countMatches(run(t, "ausearch", "--interpret", "-if", log), `(?m)^type=(VIRT_\w+) .* vm=it's a guest `)
	for kind, n := range map[record.Type]int{record.VirtMachineID: 1, record.VirtResource: 6, record.VirtControl: 2} {
		if found[kind.String()] != n {
			t.Errorf("ausearch finds %d records %v, want %d", found[kind.String()], kind, n)
		}
	}
	sessionsThroughAusearch(t, v, log)
}
