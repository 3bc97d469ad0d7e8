package trail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/record"
)

func (s *scene) dev(uuid, name, bus, reason, device string) *scene {
	return s.sent("VIRT_RESOURCE", fmt.Sprintf(`resrc=dev reason=%s vm="%s" uuid=%s bus=%s device="%s"`, reason, name, uuid, bus, device), "success")
}

func (s *scene) named(uuid, name string, pid int) *scene {
	return s.sent("VIRT_CONTROL", fmt.Sprintf(`op=start reason=booted vm="%s" uuid=%s vm-pid=%d`, name, uuid, pid), "success")
}

func (s *scene) from(exe string) *scene {
	last := &s.lines[len(s.lines)-1]
	*last = strings.Replace(*last, `"/usr/sbin/libvirtd"`, string(record.AppendEncoded(nil, []byte(exe))), 1)
	return s
}

func (s *scene) as(uid int) *scene {
	last := &s.lines[len(s.lines)-1]
	*last = strings.Replace(*last, " uid=0 ", fmt.Sprintf(" uid=%d ", uid), 1)
	return s
}

const pci = "0000:01:00.0"

const daemonStart, daemonEnd = "op=start ver=3.0.9 format=enriched kernel=6.1 auid=4294967295 pid=1 uid=0 ses=4294967295 res=success",
	"op=terminate auid=0 uid=0 ses=1 pid=1 res=success"

func TestFindings(t *testing.T) {
	for _, c := range []struct {
		name  string
		scene *scene
		want  string // severity kind at-until guest: text, a line each
	}{
		{
			"words that a record has no right to",
			newScene().start(uuidA, 42).sent("VIRT_CONTROL", "op=crash "+who(uuidA), "success").sent("VIRT_CONTROL", "op=auditd-end "+who(uuidA), "success").
				sent("VIRT_RESOURCE", "resrc=disk reason=denied "+who(uuidA)+` old-disk="?" new-disk="/a"`, "success"), "",
		},
		{
			"what a failed record shows beside", newScene().start(uuidA, 42).reboot().later(-90).failedStart(uuidB).from("/x"),
			"warning order-broken 1-0 : the clock went back by 29s between two records\n" +
				"warning operation-failed 1-0 g: start failed\nwarning unknown-sender 1-0 g: a record sent by /x (pid 10, uid 0), no known hypervisor daemon",
		},
		{"nothing", newScene().start(uuidA, 42).stop(uuidA, "shutdown"), ""},
		{
			"operations that failed",
			newScene().disk(uuidA, "start", "?", "/a", "success").failedStart(uuidA).start(uuidA, 42).disk(uuidA, "attach", "?", "/b c", "failed").
				sent("VIRT_RESOURCE", "resrc=mem reason=update "+who(uuidA)+" old-mem=1024 new-mem=2048", "failed"),
			"warning operation-failed 2-0 g: start failed\nwarning operation-failed 4-0 g: attach of disk \"/b c\" failed\nwarning operation-failed 5-0 g: update of mem to 2 MiB failed",
		},
		{
			"a stop without a start", newScene().stop(uuidA, "shutdown"),
			"info stop-without-start 1-0 g: stopped (shutdown); its start is not in the log",
		},
		{
			"a session that was lost", newScene().start(uuidA, 42).label(uuidA, "x").start(uuidA, 43),
			"warning session-lost 1-2 g: the session ended without a stop at a time that is unknown: started again",
		},
		{
			"a crash without a stop", newScene().start(uuidA, 42).abend(42).start(uuidB, 43),
			"critical anomaly 2-0 g: the guest's process died (signal 11)\nwarning session-lost 2-0 g: the session ended without a stop: crashed (signal 11)",
		},
		{
			"a crash with a stop", newScene().start(uuidA, 42).abend(42).stop(uuidA, "failed"),
			"critical anomaly 2-0 g: the guest's process died (signal 11)",
		},
		{
			"a guest that comes and goes while others share", newScene().named(uuidA, "a", 1).disk(uuidA, "attach", "?", "/iso", "success").
				named(uuidB, "b", 2).disk(uuidB, "attach", "?", "/iso", "success").disk(uuidB, "attach", "?", "/iso", "success").
				disk(uuidB, "detach", "/iso", "?", "success").disk(uuidB, "attach", "?", "/iso", "success"),
			"info shared 4-0 g: disk /iso was held by several guests at once: g, g",
		},
		{
			"one program by two users", newScene().start(uuidA, 42).from("/x").stop(uuidA, "shutdown").from("/x").as(1000),
			"warning unknown-sender 1-0 g: a record sent by /x (pid 10, uid 0), no known hypervisor daemon\n" +
				"warning unknown-sender 2-0 g: a record sent by /x (pid 10, uid 1000), no known hypervisor daemon",
		},
		{
			"two guests that are only named", newScene().sent("VIRT_MIGRATE_IN", who(uuidA), "success").from("/x").sent("VIRT_MIGRATE_IN", who(uuidB), "success").from("/x"),
			"warning unknown-sender 1-0 g: a record sent by /x (pid 10, uid 0), no known hypervisor daemon\n" +
				"warning unknown-sender 2-0 g: a record sent by /x (pid 10, uid 0), no known hypervisor daemon",
		},
		{"a daemon that was replaced", newScene().start(uuidA, 42).from(`/usr/sbin/libvirtd (deleted)`).stop(uuidA, "shutdown"), ""},
		{
			"a SYSTEM_BOOT that may be none", newScene().start(uuidA, 42).boot().stop(uuidA, "shutdown"),
			"warning order-broken 2-0 : a SYSTEM_BOOT though the serials go on: it may be no boot; sent by /lib/systemd/systemd-update-utmp (pid 9, uid 0)",
		},
		{"a SYSTEM_BOOT that begins the log", newScene().boot().start(uuidA, 42).stop(uuidA, "shutdown"), ""},
		{
			"a stop that was cut", newScene().start(uuidA, 42).cut("VIRT_CONTROL", "op=stop reason=shutdown "+who(uuidA)+" vm-pid=0"),
			"warning session-lost 1-2 g: the session ended without a stop at a time that is unknown: the record of its stop was cut\n" +
				"warning record-cut 2-0 g: the record of stop lost its end and with it the outcome",
		},
		{
			"a start that was cut", newScene().label(uuidA, "x").cut("VIRT_CONTROL", "op=start reason=booted "+who(uuidA)+" vm-pid=4").stop(uuidA, "shutdown"),
			"warning record-cut 2-0 g: the record of start lost its end and with it the outcome",
		},
		{
			"auditd was off, and is back without a word", newScene().start(uuidA, 42).line("DAEMON_END", daemonEnd).later(60).stop(uuidA, "shutdown"),
			"warning auditd-off 2-3 : auditd did not write; what happened meanwhile is not in the log",
		},
		{
			"a boot before auditd's word", newScene().start(uuidA, 42).stop(uuidA, "shutdown").line("DAEMON_END", daemonEnd).reboot().boot().line("DAEMON_START", daemonStart).start(uuidA, 42),
			"info auditd-off 3-1 : auditd did not write while the host went down and booted",
		},
		{
			"MACs in two spellings", newScene().named(uuidA, "a", 1).nic(uuidA, "attach", "?", "52:54:00:AA:00:01").named(uuidB, "b", 2).nic(uuidB, "attach", "?", "52:54:00:aa:00:01"),
			"critical conflict 4-0 g: net 52:54:00:aa:00:01 was held by several guests at once: g, g; no end of g is in the log",
		},
		{
			"a stop that nobody asked for", newScene().start(uuidA, 42).stop(uuidA, "failed"),
			"warning guest-died 2-0 g: the guest's process ended by itself, and not as it should (failed)",
		},
		{
			"a crash of nobody knows whom", newScene().abend(42),
			"critical anomaly 1-0 : a process of /usr/bin/qemu-system-x86_64 died (signal 11); it is of no guest that is known to run",
		},
		{
			"a file that was not opened", newScene().start(uuidA, 42).sent("VIRT_RESOURCE", "resrc=net reason=open "+who(uuidA)+` net=52:54:00:00:00:01 path="/dev/vhost-net" rdev=?`, "success").stop(uuidA, "shutdown"),
			"info record-ambiguous 2-0 g: the record of opening /dev/vhost-net for 52:54:00:00:00:01 says success, and names no device: it isn't there",
		},
		{
			"a detach without an attach", newScene().start(uuidA, 42).disk(uuidA, "detach", "/a", "?", "success"),
			"warning detach-without-attach 2-0 g: detach of disk /a, which no record gave to the session",
		},
		{
			"but not where the start is not in the log", newScene().disk(uuidA, "detach", "/a", "?", "success"), "",
		},
		{
			"a device that two guests hold", newScene().named(uuidA, "a", 1).dev(uuidA, "a", "pci", "attach", pci).
				named(uuidB, "b", 2).dev(uuidB, "b", "pci", "attach", pci).dev(uuidA, "a", "pci", "detach", pci).stop(uuidA, "shutdown"),
			"critical conflict 4-5 b: dev pci 0000:01:00.0 was held by several guests at once: g, b; no end of b is in the log",
		},
		{
			"one after the other", newScene().named(uuidA, "a", 1).dev(uuidA, "a", "pci", "attach", pci).dev(uuidA, "a", "pci", "detach", pci).
				named(uuidB, "b", 2).dev(uuidB, "b", "pci", "attach", pci), "",
		},
		{
			"or after a session that was lost", newScene().named(uuidA, "a", 1).dev(uuidA, "a", "pci", "attach", pci).abend(1).
				named(uuidB, "b", 2).dev(uuidB, "b", "pci", "attach", pci),
			"critical anomaly 3-0 a: the guest's process died (signal 11)\nwarning session-lost 3-0 a: the session ended without a stop: crashed (signal 11)",
		},
		{
			"redirected devices have no address", newScene().named(uuidA, "a", 1).dev(uuidA, "a", "usb", "attach", "USB redirdev").
				named(uuidB, "b", 2).dev(uuidB, "b", "usb", "attach", "USB redirdev"), "",
		},
		{
			"a disk that is shared", newScene().named(uuidA, "g", 1).disk(uuidA, "attach", "?", "/iso", "success").
				named(uuidB, "h", 2).disk(uuidB, "attach", "?", "/iso", "success").stop(uuidA, "shutdown"),
			"info shared 4-5 g: disk /iso was held by several guests at once: g, g",
		},
		{
			"a disk that one guest has twice", newScene().named(uuidA, "g", 1).disk(uuidA, "attach", "?", "/iso", "success").disk(uuidA, "attach", "?", "/iso", "success"), "",
		},
		{
			"who sends", newScene().start(uuidA, 42).from("/tmp/libvirtd").stop(uuidA, "shutdown").from("/tmp/libvirtd").start(uuidA, 43).from("/usr/bin/virtqemud"),
			"warning unknown-sender 1-2 g: 2 records sent by /tmp/libvirtd (pid 10, uid 0), no known hypervisor daemon",
		},
		{
			"a record that was cut", newScene().start(uuidA, 42).cut("VIRT_RESOURCE", "resrc=disk reason=attach "+who(uuidA)+` old-disk="?" new-disk=2F61`),
			"warning record-cut 2-0 g: the record of attach of disk /a lost its end and with it the outcome",
		},
		{
			"a clock that is set back", newScene().start(uuidA, 42).later(-61).stop(uuidA, "shutdown"),
			"warning order-broken 2-0 : the clock went back by 1m0s between two records",
		},
		{
			"auditd was off", newScene().start(uuidA, 42).line("DAEMON_END", daemonEnd).line("DAEMON_START", daemonStart).stop(uuidA, "shutdown"),
			"warning auditd-off 2-3 : auditd did not write; what happened meanwhile is not in the log",
		},
		{
			"auditd was off because the host was",
			newScene().start(uuidA, 42).stop(uuidA, "shutdown").line("DAEMON_END", daemonEnd).reboot().line("DAEMON_START", daemonStart).boot().start(uuidA, 42),
			"info auditd-off 3-1 : auditd did not write while the host went down and booted",
		},
		{
			"and is off", newScene().start(uuidA, 42).line("DAEMON_END", daemonEnd),
			"warning auditd-off 2-0 : auditd ended; that it began again is not in the log",
		},
		{
			"and was killed", newScene().line("DAEMON_START", daemonStart).start(uuidA, 42).line("DAEMON_START", daemonStart),
			"warning auditd-off 2-3 : auditd began again without having ended: it did not write for some of this time",
		},
		{
			"the first start of auditd", newScene().line("DAEMON_START", daemonStart).start(uuidA, 42), "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, findings := told(t, c.scene.lines)
			var got []string
			for _, f := range findings {
				got = append(got, fmt.Sprintf("%s %s %d-%d %s: %s", f.Severity, f.Kind, f.At.Serial, f.Until.Serial, f.Name, f.Text))
				if len(f.Proof) == 0 {
					t.Errorf("no proof: %+v", f)
				}
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

// TestLateRecordsAreFound: what comes too late to be put in order is told.
func TestLateRecordsAreFound(t *testing.T) {
	s := newScene().start(uuidA, 42)
	late := newScene()
	late.serial, late.second = 5, s.second+1
	late.stop(uuidA, "shutdown")
	s.serial = 10
	for range windowSize + 10 {
		s.disk(uuidB, "attach", "?", "/a", "success")
	}
	late.avc("u:r:t:s0:c8,c9").avc("u:r:t:s0:c8,c9")
	_, _, findings := told(t, append(s.lines, late.lines...))
	var got []string
	for _, f := range findings {
		if f.Kind == OrderBroken {
			got = append(got, fmt.Sprint(f.Proof[0].Serial, f.UUID, " ", f.Text))
		}
	}
	want := []string{
		"6" + uuidA + " a record came after records with higher serials",
		"7 2 records came after records with higher serials",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestManyHolders: a disk that thousands share is one finding, found in a time
// that doesn't grow with their square.
func TestManyHolders(t *testing.T) {
	const guests = 20_000
	var sessions []*Session
	for i := range guests {
		at := Moment{Millis: int64(i), Serial: uint64(i + 1)}
		sessions = append(sessions, &Session{
			UUID: fmt.Sprint(i), Name: fmt.Sprint("g", i), State: Running, Start: at, First: at,
			Holdings: []Holding{{Kind: "disk", ID: "/iso", From: at}},
		})
	}
	begin := time.Now()
	findings := Findings(nil, sessions, nil)
	if len(findings) != 1 || findings[0].Count != guests || !strings.HasSuffix(findings[0].Text, "g0, g1, g2, g3, g4 and 19995 more") {
		t.Fatalf("%d findings, the first %+v", len(findings), findings[0])
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestFindingTextIsSafe: whatever a record holds, a finding's text is one line
// that a terminal doesn't obey.
func TestFindingTextIsSafe(t *testing.T) {
	evil := "2F1B5B33316D0A2F780A" // /ESC[31m, newlines
	s := newScene().start(uuidA, 42).
		sent("VIRT_RESOURCE", "resrc=disk reason=attach "+who(uuidA)+` old-disk="?" new-disk=`+evil, "failed").
		sent("VIRT_RESOURCE", "resrc=disk reason=detach "+who(uuidA)+` old-disk=`+evil+` new-disk="?"`, "success").
		sent("VIRT_CONTROL", "op=stop reason=\x1b[2J "+who(uuidA)+" vm-pid=0", "failed").
		sent("VIRT_CONTROL", "op=\x1b[2J "+who(uuidA)+" vm-pid=0", "failed").
		line("AVC", `apparmor="DENIED" operation="`+"\x1b[2J"+`" profile="libvirt-`+uuidA+`" name=`+evil+` denied_mask="w"`).
		line("SECCOMP", "pid=42 comm="+evil+" sig=\x1b[2J syscall=\x1b[2J").
		line("ANOM_ABEND", "pid=42 comm=x sig=\x1b[2J res=1")
	s.start(uuidB, 1).from("/tmp/\x1b[2J")
	_, _, findings := told(t, s.lines)
	if len(findings) < 6 {
		t.Errorf("%d findings", len(findings))
	}
	for _, f := range findings {
		if strings.ContainsAny(f.Text, "\x1b\n") {
			t.Errorf("%s: %q", f.Kind, f.Text)
		}
	}
}

// TestConflictsNameAll: a filter for any of the guests finds their conflict.
func TestConflictsNameAll(t *testing.T) {
	s := newScene().named(uuidA, "a", 1).dev(uuidA, "a", "pci", "attach", pci).named(uuidB, "b", 2).dev(uuidB, "b", "pci", "attach", pci)
	_, _, findings := told(t, s.lines)
	if len(findings) != 1 {
		t.Fatalf("%d findings", len(findings))
	}
	for _, guest := range []string{"a", "b", uuidA, uuidB} {
		var f Filter
		if err := f.AddGuest(guest); err != nil {
			t.Fatal(err)
		}
		if !f.Finding(findings[0]) {
			t.Errorf("%s is in no conflict", guest)
		}
	}
}

// TestSessionsInOrder: a clock that is set back changes no session's number.
func TestSessionsInOrder(t *testing.T) {
	s := newScene().label(uuidA, "x").start(uuidA, 1).start(uuidB, 9)
	s.later(-3600).reboot().later(-60).boot().label(uuidA, "x").start(uuidA, 2)
	_, sessions, _ := told(t, s.lines)
	var got []string
	for _, s := range sessions {
		if s.UUID == uuidA {
			got = append(got, fmt.Sprint(s.Number, " ", s.PID))
		}
	}
	if want := "1 1, 2 2"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
}
