//go:build linux

package integration

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/record"
)

// auditState is what the kernel says of its audit.
func auditState() (enabled, daemon int, err error) {
	out, err := output("auditctl", "-s")
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch name {
		case "enabled":
			enabled, err = strconv.Atoi(value)
		case "pid":
			daemon, err = strconv.Atoi(value)
		}
		if err != nil {
			return 0, 0, fmt.Errorf("auditctl -s: %q: %w", line, err)
		}
	}
	return enabled, daemon, nil
}

// enableAudit sees to it that the kernel makes records while the test runs.
// It gives the process that takes them, 0 for none.
func enableAudit(t testing.TB) (daemon int) {
	t.Helper()
	needRoot(t)
	need(t, "auditctl")
	aloneOnHost(t)
	enabled, daemon, err := auditState()
	if err != nil {
		t.Skipf("the kernel's audit can't be used here: %v", err)
	}
	if enabled == 0 {
		if _, err := output("auditctl", "-e", "1"); err != nil {
			t.Skipf("the kernel's audit can't be enabled: %v", err)
		}
		t.Cleanup(func() { run(t, "auditctl", "-e", "0") })
	}
	return daemon
}

// A recording is what auditd writes to its log from recordAudit on.
type recording struct {
	path  string
	begin int64
	// asConfigured: the host's own auditd writes it.
	asConfigured bool
}

// recordAudit starts an auditd with these settings, unless one runs already.
func recordAudit(t *testing.T, settings ...string) *recording {
	t.Helper()
	need(t, "auditd")
	if daemon := enableAudit(t); daemon != 0 {
		return joinAuditd(t, daemon)
	}
	return startAuditd(t, settings)
}

func startAuditd(t *testing.T, settings []string) *recording {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "audit.log")
	plugins := filepath.Join(dir, "plugins")
	if err := os.Mkdir(plugins, 0o750); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "auditd.conf"), lines(append([]string{
		"log_file = " + log,
		"plugin_dir = " + plugins,
		"max_log_file_action = IGNORE",
		"space_left = 2",
		"admin_space_left = 1",
		"space_left_action = IGNORE",
		"admin_space_left_action = IGNORE",
		"disk_full_action = IGNORE",
		"disk_error_action = IGNORE",
	}, settings...)...))
	cmd := exec.Command("auditd", "-n", "-s", "nochange", "-c", dir)
	background(t, "auditd", cmd, func() bool {
		_, daemon, err := auditState()
		return err == nil && daemon == cmd.Process.Pid
	})
	return &recording{path: log}
}

// joinAuditd takes part in the log of the auditd that runs.
func joinAuditd(t *testing.T, pid int) *recording {
	t.Helper()
	cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	args := strings.Split(string(cmdline), "\x00")
	if err != nil || filepath.Base(args[0]) != "auditd" {
		t.Skipf("process %d, %q, takes the kernel's records, and that is no auditd", pid, args[0])
	}
	log := configuredLog(t, args)
	info, err := os.Stat(log)
	if err != nil {
		t.Skipf("auditd runs (process %d), without the log of its configuration: %v", pid, err)
	}
	return &recording{path: log, begin: info.Size(), asConfigured: true}
}

// configuredLog gives the log of an auditd that was started with these
// arguments.
func configuredLog(t *testing.T, args []string) string {
	t.Helper()
	dir := "/etc/audit"
	if i := slices.Index(args, "-c"); i >= 0 && i+1 < len(args) {
		dir = args[i+1]
	}
	config, err := os.ReadFile(filepath.Join(dir, "auditd.conf"))
	if err != nil {
		t.Skipf("auditd runs, but its configuration can't be read: %v", err)
	}
	for line := range strings.Lines(string(config)) {
		if name, value, _ := strings.Cut(line, "="); strings.TrimSpace(name) == "log_file" {
			return strings.TrimSpace(value)
		}
	}
	return "/var/log/audit/audit.log"
}

// text gives what was written so far, up to the last whole line.
func (r *recording) text(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(r.path)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(data)) < r.begin {
		t.Fatalf("%s was rotated while the test ran; run it again", r.path)
	}
	data = data[r.begin:]
	return data[:bytes.LastIndexByte(data, '\n')+1]
}

// virtOf gives the VIRT records that a process sent.
func (r *recording) virtOf(t *testing.T, pid int) []*record.Record {
	t.Helper()
	return virtOf(t, r.text(t), pid)
}

// waitFor waits until a process has sent such a record.
func (r *recording) waitFor(t *testing.T, pid int, what string, is func(*record.Record) bool) {
	t.Helper()
	eventually(t, patience, "the log has "+what, func() bool {
		for _, rec := range r.virtOf(t, pid) {
			if is(rec) {
				return true
			}
		}
		return false
	})
}

// save writes the recording to a file, without the VIRT records of others than
// that process. It gives the file's text, too.
func (r *recording) save(t *testing.T, pid int) (file string, text []byte) {
	t.Helper()
	for line := range bytes.Lines(r.text(t)) {
		if rec := parse(t, line); !rec.Type.Virt() || rec.Sender().PID == uint32(pid) {
			text = append(text, line...)
		}
	}
	file = filepath.Join(t.TempDir(), "audit.log")
	writeFile(t, file, string(text))
	return file, text
}

// virtOf reads a log with the scanner.
func virtOf(t *testing.T, log []byte, pid int) []*record.Record {
	t.Helper()
	var found []*record.Record
	s := auditlog.NewScanner(bufio.NewReader(bytes.NewReader(log)))
	for rec := range s.Records() {
		if rec.Type.Virt() && rec.Sender().PID == uint32(pid) {
			found = append(found, rec.Clone())
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	if stats := s.Stats(); stats.Malformed != 0 || stats.Foreign != 0 {
		t.Errorf("of auditd's log, %d records count as malformed and %d lines as foreign", stats.Malformed, stats.Foreign)
	}
	return found
}

// parse reads one line of a log, of whatever type.
func parse(t *testing.T, line []byte) *record.Record {
	t.Helper()
	var rec record.Record
	if err := rec.Parse(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
		t.Fatalf("%v: %q", err, line)
	}
	return &rec
}
