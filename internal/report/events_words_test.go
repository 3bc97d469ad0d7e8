package report

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// TestEventWords: what an event is in words. An operation that failed, and one
// whose outcome isn't known, are never told as done.
func TestEventWords(t *testing.T) {
	hour := func(h int64) trail.Moment { return trail.Moment{Millis: h * 3600_000, Serial: uint64(h)} }
	for _, tc := range []struct {
		ev   trail.Event
		want string
	}{
		{trail.Event{Type: record.VirtControl, Op: "start", Reason: "booted", Result: record.Success}, "started (booted)"},
		{trail.Event{Type: record.VirtControl, Op: "start", Reason: "booted", Result: record.Failed}, "FAILED to start (booted)"},
		{
			trail.Event{Type: record.VirtControl, Op: "start", Reason: "booted", Marks: record.Cut},
			"start (booted), outcome unknown [cut]",
		},
		{trail.Event{Type: record.VirtControl, Op: "stop", Reason: "shutdown", Result: record.Success}, "stopped (shutdown)"},
		{trail.Event{Type: record.VirtControl, Op: "stop", Reason: "by me (really", Result: record.Success}, `stopped ("by me (really")`},
		{trail.Event{Type: record.VirtControl, Op: "init", Result: record.Success}, "init began"},
		{trail.Event{Type: record.VirtControl, Op: "frob", Result: record.Success}, "frob"},
		{trail.Event{Type: record.VirtControl, Op: "frob", Result: record.Failed}, "FAILED to frob"},
		{trail.Event{Type: record.VirtControl, UUID: "u", Op: "boot", Result: record.Success}, "boot"},
		{trail.Event{Type: record.VirtMigrateOut, Op: "migrate-out", Result: record.Failed}, "FAILED to migrate out"},
		{
			trail.Event{Type: record.VirtMachineID, Op: "label", Sub: "apparmor", ID: "libvirt-u", Result: record.Success},
			"label apparmor libvirt-u",
		},
		{trail.Event{Type: record.VirtMachineID, Op: "label", Result: record.Failed}, "FAILED to label"},
		{trail.Event{Type: record.SystemBoot, Op: "boot", Result: record.Success}, "host booted"},
		{trail.Event{Type: record.VirtResource, Op: "boot", Result: record.Failed}, "host booted (its serials began anew)"},
		{trail.Event{Type: record.SystemBoot, Op: "boot", Reason: "serials go on", Result: record.Success}, "host booted, it is said, but its serials go on"},
		{trail.Event{Op: "auditd-back", Before: hour(1), At: hour(2)}, "auditd writes again"},
		{trail.Event{Type: 1307, Op: "late", Count: 3, Late: true}, "3 records of no guest [out of order]"},
		{trail.Event{Type: record.SystemShutdown, Op: "shutdown"}, "host shuts down"},
		{
			trail.Event{Type: record.VirtControl, Op: "clock-back", At: hour(1), Before: hour(3), Result: record.Failed},
			"clock set back by 2h 0m 0s",
		},
		{trail.Event{Type: record.DaemonStart, Op: "auditd-start", Reason: "start", Result: record.Success}, "auditd started"},
		{trail.Event{Type: record.DaemonStart, Op: "auditd-start", Reason: "start", Result: record.Failed}, "FAILED to start auditd"},
		{trail.Event{Type: record.DaemonEnd, Op: "auditd-end", Reason: "terminate"}, "auditd ended (terminate)"},
		{trail.Event{Type: 1205, Op: "auditd", Reason: "rotate logs"}, `auditd: "rotate logs"`},
		{trail.Event{Type: record.AnomAbend, Op: "crash", Reason: "signal 11", Result: record.Failed}, "crashed (signal 11)"},
		{trail.Event{Type: record.AnomAbend, Op: "crash", Reason: "ANOM_ABEND", Result: record.Failed}, "crashed"},
		{trail.Event{Type: 1700, Op: "anomaly", Reason: "ANOM_PROMISCUOUS"}, "anomaly: ANOM_PROMISCUOUS"},
		{
			trail.Event{Type: record.Seccomp, Op: "seccomp", Kind: "syscall", ID: "165", Sub: "qemu kvm", Reason: "signal 31"},
			`forbidden system call 165 by "qemu kvm" (signal 31)`,
		},
		{trail.Event{Type: record.Seccomp, Op: "seccomp", ID: "165"}, "forbidden system call 165"},
		{
			trail.Event{Type: record.AVC, Op: "denied", Reason: "open (r)", Kind: "file", ID: "/a.img", Held: trail.HeldYes, Result: record.Failed},
			"denied: open (r) file /a.img, which it holds",
		},
		{
			trail.Event{Type: record.AVC, Op: "denied", Reason: "read write", ID: "/a b", Held: trail.HeldNo, Result: record.Failed},
			`denied: read write "/a b", which no record gave it`,
		},
		{
			trail.Event{Type: record.AVC, Op: "denied", Reason: "open (r)", ID: "/dev/kvm", Held: trail.HeldAllowed, Result: record.Failed},
			"denied: open (r) /dev/kvm, which only a device rule allows",
		},
		{
			trail.Event{Type: record.AVC, Op: "denied", Reason: "read", ID: "a.img", Result: record.Success},
			"would be denied, were the policy enforced: read a.img, whether it holds it is not proven",
		},
		{trail.Event{Type: record.AVC, Op: "denied", Reason: "signal", Kind: "process", Result: record.Failed}, "denied: signal process"},
		{trail.Event{Op: "lost", Reason: "crashed (signal 6)"}, "lost: crashed (signal 6)"},
		{
			trail.Event{Type: record.VirtControl, Op: "stop", Marks: record.Ambiguous | record.DuplicateKey | record.Colon, Late: true, Result: record.Success},
			"stopped [ambiguous, duplicate key, out of order]",
		},
	} {
		if got, _ := (Options{}).event(&tc.ev); got != tc.want {
			t.Errorf("%+v:\n%s, want\n%s", tc.ev, got, tc.want)
		}
	}
}

// TestForgedEvents: a record that somebody sent is told as what it is, even if
// its words are those of the kernel or of the host.
func TestForgedEvents(t *testing.T) {
	for _, op := range []string{"boot", "clock-back", "crash", "denied", "lost", "auditd-end", "seccomp"} {
		for _, typ := range []record.Type{record.VirtControl, record.VirtResource} {
			ev := trail.Event{Type: typ, UUID: "u", Name: "web", Op: op, Kind: "disk", ID: "/a", Result: record.Success}
			want := map[record.Type]string{record.VirtControl: op, record.VirtResource: op + " disk /a"}[typ]
			if got, _ := (Options{}).event(&ev); got != want {
				t.Errorf("%s with op %s is told as %q, want %q", typ, op, got, want)
			}
		}
	}
}

func TestOneWord(t *testing.T) {
	for in, want := range map[string]string{
		"":                "\"\"",
		"/a.img":          "/a.img",
		"/a b":            `"/a b"`,
		`"`:               `"\""`,
		"/a.img [cut]":    `"/a.img [cut]"`,
		"c1,c2":           "c1,c2",
		"\x1b[2J\u202e/a": `\x1b[2J\u202e/a`,
	} {
		if got := oneWord(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
