package trail

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// told gives what a trail tells of lines: its events, and what is found.
func told(t testing.TB, lines []string) ([]*Event, []*Session, []*Finding) {
	t.Helper()
	var c Collector
	tr := New(c.Session)
	tr.KeepEvents()
	var r record.Record
	for _, l := range lines {
		if err := r.Parse([]byte(l)); err != nil {
			t.Fatalf("%v: %s", err, l)
		}
		tr.Add("", &r)
	}
	tr.End()
	sessions := c.Sessions()
	return tr.Events(), sessions, Findings(tr.Events(), sessions, tr.Unwatched())
}

// inWords describes events in a line each: serial, session, what.
func inWords(events []*Event) string {
	var lines []string
	for _, ev := range events {
		number := "-"
		if s := ev.Session(); s != nil {
			number = fmt.Sprint(s.Number)
		}
		parts := []string{fmt.Sprint(ev.At.Serial), number, ev.Op, ev.Reason, ev.Kind, ev.Sub}
		if ev.Old != "" {
			parts = append(parts, ev.Old, ">")
		}
		parts = append(parts, ev.ID)
		if ev.Result == record.Failed {
			parts = append(parts, "FAILED")
		}
		if ev.Held != HeldUnknown {
			parts = append(parts, "held="+ev.Held.String())
		}
		if ev.Late {
			parts = append(parts, "late")
		}
		lines = append(lines, sentence(parts...))
	}
	return strings.Join(lines, "\n")
}

func TestEvents(t *testing.T) {
	for _, c := range []struct {
		name  string
		scene *scene
		want  string
	}{
		{
			"a run", newScene().label(uuidA, "x").disk(uuidA, "start", "?", "/a", "success").start(uuidA, 42).
				disk(uuidA, "update", "/a", "/b", "success").disk(uuidA, "detach", "/b", "?", "failed").stop(uuidA, "shutdown"),
			"1 1 label selinux x\n2 1 start disk /a\n3 1 start booted\n4 1 update disk /a > /b\n5 1 detach disk /b > FAILED\n6 1 stop shutdown",
		},
		{
			"a failed start has a session of its own", newScene().disk(uuidA, "start", "?", "/a", "success").failedStart(uuidA).start(uuidA, 42),
			"1 1 start disk /a\n2 1 start booted FAILED\n3 2 start booted",
		},
		{
			"a loss stands before what proves it", newScene().start(uuidA, 42).label(uuidA, "x").start(uuidA, 43),
			"1 1 start booted\n2 1 lost started again\n2 2 label selinux x\n3 2 start booted",
		},
		{
			"and behind the crash that is it", newScene().start(uuidA, 42).abend(42).start(uuidB, 43),
			"1 1 start booted\n2 1 crash signal 11 FAILED\n2 1 lost crashed (signal 11)\n3 1 start booted",
		},
		{
			"a boot that only the serials show", newScene().start(uuidA, 42).start(uuidB, 43).reboot().start(uuidB, 42),
			"1 1 start booted\n2 1 start booted\n1 1 lost host booted\n1 1 lost host booted\n1 - boot serials began anew\n1 2 start booted",
		},
		{
			"resources without labels belong to who runs", newScene().start(uuidA, 42).disk(uuidA, "start", "?", "/a", "success").stop(uuidA, "shutdown"),
			"1 1 start booted\n2 1 start disk /a\n3 1 stop shutdown",
		},
		{
			"files that are opened for the next start", newScene().start(uuidA, 42).open(uuidA).
				sent("VIRT_RESOURCE", "resrc=cgroup reason=deny "+who(uuidA)+` cgroup="/c/" class=all`, "success").start(uuidA, 43),
			"1 1 start booted\n2 1 lost started again\n2 2 open net-open 52:54:00:00:00:01 /dev/net/tun\n3 2 deny cgroup all\n4 2 start booted",
		},
		{
			"types that libvirt never sends", newScene().start(uuidA, 42).
				sent("VIRT_MIGRATE_OUT", "op=migrate-out "+who(uuidA), "success").sent("VIRT_CREATE", "op=create "+who(uuidB), "success"),
			"1 1 start booted\n2 1 migrate-out\n3 - create",
		},
		{
			"an operation that nobody knows", newScene().start(uuidA, 42).sent("VIRT_CONTROL", "op=dance "+who(uuidA), "success"),
			"1 1 start booted\n2 1 dance",
		},
		{
			"the host", newScene().boot().line("DAEMON_START", "op=start ver=3.0.9 format=enriched res=success").
				line("DAEMON_END", "op=terminate auid=0 uid=0 pid=1 res=success").line("SYSTEM_SHUTDOWN", "pid=1 uid=0 auid=4294967295 ses=4294967295 msg=' comm=\"x\" exe=\"/x\" hostname=? addr=? terminal=? res=success'"),
			"1 - boot\n2 - auditd-start start\n3 - auditd-end terminate\n4 - auditd-back\n4 - shutdown",
		},
		{
			"what was denied", newScene().label(uuidA, "u:r:t:s0:c1,c2").disk(uuidA, "start", "?", "/a", "success").start(uuidA, 42).
				line("AVC", `avc:  denied  { read write } for  pid=42 comm="qemu" path="/a" dev="sda1" ino=5 scontext=u:r:t:s0:c1,c2 tcontext=system_u:object_r:t:s0 tclass=file permissive=0`).
				avc("u:r:t:s0:c1,c2").avc("u:r:t:s0:c3,c4").
				line("AVC", `apparmor="DENIED" operation="open" profile="libvirt-`+uuidA+`" name=2F6220 pid=42 comm="qemu" requested_mask="rw" denied_mask="w" fsuid=0 ouid=0`).
				line("AVC", `apparmor="DENIED" operation="open" profile="libvirt-`+uuidB+`" name="/a" pid=42 comm="qemu" requested_mask="rw" denied_mask="w" fsuid=0 ouid=0`),
			"1 1 label selinux u:r:t:s0:c1,c2\n2 1 start disk /a\n3 1 start booted\n" +
				"4 1 denied read write file /a FAILED held=yes\n5 1 denied read file a FAILED\n" +
				"7 1 denied open (w) /b  FAILED held=no\n8 - denied open (w) /a FAILED",
		},
		{
			"a system call", newScene().start(uuidA, 42).line("SECCOMP", `auid=1 uid=1 gid=1 ses=1 pid=42 comm="qemu-system-x86" exe="/usr/bin/q" sig=31 arch=c000003e syscall=59 compat=0 ip=0x7 code=0x80000000`).
				line("SECCOMP", `auid=1 uid=1 gid=1 ses=1 pid=43 comm="firefox" exe="/usr/bin/f" sig=0 arch=c000003e syscall=59 compat=0 ip=0x7 code=0x7ffc0000`),
			"1 1 start booted\n2 1 seccomp signal 31 syscall qemu-system-x86 59 FAILED",
		},
		{
			"a denial after a boot is of no session that it ended", newScene().label(uuidA, "x").disk(uuidA, "start", "?", "/d", "success").start(uuidA, 42).start(uuidB, 43).
				reboot().start(uuidB, 43).
				line("AVC", `apparmor="DENIED" operation="open" profile="libvirt-`+uuidA+`" name="/d" pid=42 comm="qemu" denied_mask="w"`).
				abend(42).label(uuidA, "x").start(uuidA, 44),
			"1 1 label selinux x\n2 1 start disk /d\n3 1 start booted\n4 1 start booted\n" +
				"1 1 lost host booted\n1 1 lost host booted\n1 - boot serials began anew\n1 2 start booted\n" +
				"2 - denied open (w) /d FAILED\n3 - crash signal 11 /usr/bin/qemu-system-x86_64 42 FAILED\n4 2 label selinux x\n5 2 start booted",
		},
		{
			"what is known of what was denied", newScene().disk(uuidA, "attach", "?", "/a", "success").
				line("AVC", `apparmor="DENIED" operation="open" profile="libvirt-`+uuidA+`" name="/x" pid=42 comm="q" denied_mask="r"`).
				line("AVC", `apparmor="DENIED" operation="open" profile="libvirt-`+uuidA+`" name="/a" pid=42 comm="q" denied_mask="r"`).
				start(uuidB, 3).sent("VIRT_RESOURCE", "resrc=cgroup reason=allow "+who(uuidB)+` cgroup="/c/" class=path path="/dev/kvm" rdev=0A:E8 acl=rw`, "success").
				line("AVC", `apparmor="DENIED" operation="open" profile="libvirt-`+uuidB+`" name="/dev/kvm" pid=42 comm="q" denied_mask="r"`).
				cut("VIRT_RESOURCE", "resrc=disk reason=attach "+who(uuidB)+` old-disk="?" new-disk="/c"`).
				line("AVC", `apparmor="DENIED" operation="open" profile="libvirt-`+uuidB+`" name="/c" pid=42 comm="q" denied_mask="r"`),
			"1 1 attach disk /a\n2 1 denied open (r) /x FAILED\n3 1 denied open (r) /a FAILED held=yes\n4 1 start booted\n" +
				"5 1 allow rw cgroup path /dev/kvm\n6 1 denied open (r) /dev/kvm FAILED held=allowed\n7 1 attach disk /c\n8 1 denied open (r) /c FAILED",
		},
		{
			"a clock that is set back", newScene().start(uuidA, 42).later(-3600).stop(uuidA, "shutdown"),
			"1 1 start booted\n2 - clock-back\n2 1 stop shutdown",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			events, _, _ := told(t, c.scene.lines)
			if got := inWords(events); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestEventsTellEveryRecord: each VIRT record is one event, whatever it is.
func TestEventsTellEveryRecord(t *testing.T) {
	for _, lines := range [][]string{
		newScene().start(uuidA, 1).sent("VIRT_RESOURCE", "resrc=disk reason=attach", "success").sent("VIRT_CONTROL", "op=stop", "success").
			sent("VIRT_CONTROL", "op=start", "failed").sent("VIRT_CONTROL", "op=start", "success").sent("VIRT_CONTROL", "op=init", "success").
			sent("VIRT_MACHINE_ID", "vm-ctx=x", "success").sent("VIRT_CONTROL", "", "success").sent("VIRT_DESTROY", "x", "failed").
			cut("VIRT_CONTROL", "op=start reason=booted "+who(uuidA)).cut("VIRT_RESOURCE", "resrc=gpu").sent("VIRT_RESOURCE", "resrc=gpu reason=attach "+who(uuidA)+" gpu=3", "success").
			stop(uuidA, "x").stop(uuidB, "x").lines,
	} {
		events, _, _ := told(t, lines)
		if len(events) != len(lines) {
			t.Errorf("%d events of %d records:\n%s", len(events), len(lines), inWords(events))
		}
	}
}

// TestEventsOfNodes: each node's events keep their order, the nodes' are merged
// by time.
func TestEventsOfNodes(t *testing.T) {
	a, b := newScene(), newScene()
	a.node, b.node = "a", "b"
	a.start(uuidA, 1).later(10).stop(uuidA, "x").later(-8).start(uuidA, 2)
	b.later(2).start(uuidA, 1).later(100).stop(uuidA, "x")
	events, _, _ := told(t, append(slices.Clone(a.lines), b.lines...))
	var got []string
	for _, ev := range events {
		got = append(got, ev.Node+" "+ev.Op)
	}
	if want := "a start, b start, a stop, a clock-back, a start, b stop"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
}
