package trail

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

const uuidA, uuidB = "11111111-2222-4333-8444-555555555555", "aaaaaaaa-2222-4333-8444-555555555555"

// scene writes a log: each line has the next serial and is a second later,
// unless told otherwise.
type scene struct {
	lines  []string
	second int64
	serial uint64
	node   string
}

func newScene() *scene { return &scene{second: 1793000000} }

// line adds a record with its body.
func (s *scene) line(typ, body string) *scene {
	s.second++
	s.serial++
	l := fmt.Sprintf("type=%s msg=audit(%d.100:%d): %s", typ, s.second, s.serial, body)
	if s.node != "" {
		l = "node=" + s.node + " " + l
	}
	s.lines = append(s.lines, l)
	return s
}

// sent adds a record that libvirtd sent.
func (s *scene) sent(typ, text, res string) *scene {
	return s.line(typ, `pid=10 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm `+text+` exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=`+res+`'`)
}

func who(uuid string) string { return `vm="g" uuid=` + uuid }

func (s *scene) label(uuid, ctx string) *scene {
	return s.sent("VIRT_MACHINE_ID", who(uuid)+" vm-ctx="+ctx+" img-ctx=x model=selinux", "success")
}

func (s *scene) disk(uuid, reason, old, now, res string) *scene {
	return s.sent("VIRT_RESOURCE", fmt.Sprintf(`resrc=disk reason=%s %s old-disk="%s" new-disk="%s"`, reason, who(uuid), old, now), res)
}

func (s *scene) start(uuid string, pid int) *scene {
	return s.sent("VIRT_CONTROL", fmt.Sprintf("op=start reason=booted %s vm-pid=%d", who(uuid), pid), "success")
}

func (s *scene) failedStart(uuid string) *scene {
	return s.sent("VIRT_CONTROL", "op=start reason=booted "+who(uuid)+" vm-pid=0", "failed")
}

func (s *scene) stop(uuid, reason string) *scene {
	return s.sent("VIRT_CONTROL", "op=stop reason="+reason+" "+who(uuid)+" vm-pid=0", "success")
}

func (s *scene) abend(pid int) *scene {
	return s.line("ANOM_ABEND", fmt.Sprintf(`auid=4294967295 uid=64055 gid=64055 ses=4294967295 pid=%d comm="qemu-system-x86" exe="/usr/bin/qemu-system-x86_64" sig=11 res=1`, pid))
}

func (s *scene) open(uuid string) *scene {
	return s.sent("VIRT_RESOURCE", "resrc=net reason=open "+who(uuid)+` net=52:54:00:00:00:01 path="/dev/net/tun" rdev=0A:C8`, "success")
}

const mac = "52:54:00:00:00:01"

func (s *scene) nic(uuid, reason, old, now string) *scene {
	return s.sent("VIRT_RESOURCE", fmt.Sprintf(`resrc=net reason=%s %s old-net="%s" new-net="%s"`, reason, who(uuid), old, now), "success")
}

// cut adds a record whose text the kernel cut.
func (s *scene) cut(typ, text string) *scene {
	return s.line(typ, "pid=10 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm "+text+"'")
}

func (s *scene) later(seconds int64) *scene {
	s.second += seconds
	return s
}

func (s *scene) boot() *scene {
	return s.line("SYSTEM_BOOT", `pid=9 uid=0 auid=4294967295 ses=4294967295 msg=' comm="systemd-update-utmp" exe="/lib/systemd/systemd-update-utmp" hostname=? addr=? terminal=? res=success'`)
}

func (s *scene) avc(scontext string) *scene {
	return s.line("AVC", `avc:  denied  { read } for  pid=1 comm="x" name="a" scontext=`+scontext+` tcontext=system_u:object_r:t:s0 tclass=file permissive=0`)
}

// reboot makes the serials begin anew, a minute later.
func (s *scene) reboot() *scene {
	s.second += 60
	s.serial = 0
	return s
}

// read gives what a trail makes of lines.
func read(t testing.TB, lines []string) ([]*Session, Summary) {
	t.Helper()
	var c Collector
	tr := New(c.Session)
	var r record.Record
	for _, l := range lines {
		if err := r.Parse([]byte(l)); err != nil {
			t.Fatalf("%v: %s", err, l)
		}
		tr.Add("", &r)
	}
	tr.End()
	counted := New(nil) // without sessions, and of taken records, the counts are the same
	for _, l := range lines {
		_ = r.ParseCopy([]byte(l))
		counted.Take("", &r)
	}
	counted.End()
	if a, b := fmt.Sprint(tr.Summary()), fmt.Sprint(counted.Summary()); a != b {
		t.Errorf("counting only gives\n%s\ninstead of\n%s", b, a)
	}
	return c.Sessions(), tr.Summary()
}

// short describes sessions in a line each.
func short(sessions []*Session) string {
	var lines []string
	for _, s := range sessions {
		l := fmt.Sprintf("%s start=%d %s", s.State, s.Start.Serial, s.StartReason)
		switch {
		case s.End != Moment{}:
			l += fmt.Sprintf(" end=%d %s", s.End.Serial, s.EndReason)
		case s.EndBefore != Moment{}:
			l += fmt.Sprintf(" end=(%d,%d) %s", s.EndAfter.Serial, s.EndBefore.Serial, s.EndReason)
		}
		for _, h := range s.Holdings {
			l += fmt.Sprintf(" [%s %s %d-%d %s]", h.Kind, h.ID, h.From.Serial, h.To.Serial, h.Ended)
		}
		for _, a := range s.Attempts {
			l += fmt.Sprintf(" {%s %s %s %d}", a.Op, a.Kind, a.ID, a.At.Serial)
		}
		lines = append(lines, l)
	}
	return strings.Join(lines, "\n")
}

func TestSessions(t *testing.T) {
	for _, c := range []struct {
		name  string
		scene *scene
		want  string
	}{
		{
			"a run", newScene().label(uuidA, "x").disk(uuidA, "start", "?", "/a", "success").start(uuidA, 42).stop(uuidA, "shutdown"),
			"closed start=3 booted end=4 shutdown [disk /a 2-4 stop]",
		},
		{
			"still running", newScene().disk(uuidA, "start", "?", "/a", "success").start(uuidA, 42),
			"running start=2 booted [disk /a 1-0 ]",
		},
		{
			"failed start holds nothing", newScene().disk(uuidA, "start", "?", "/a", "success").failedStart(uuidA).disk(uuidA, "start", "?", "/b", "success").start(uuidA, 42),
			"failed start=2 booted {start disk /a 1}\nrunning start=4 booted [disk /b 3-0 ]",
		},
		{
			"a file that was not opened is not held", newScene().start(uuidA, 42).sent("VIRT_RESOURCE", "resrc=net reason=open "+who(uuidA)+` net=52:54:00:00:00:01 path="/dev/vhost-net" rdev=?`, "success"),
			"running start=1 booted",
		},
		{
			"an interface that is moved to another bridge keeps its files", newScene().start(uuidA, 42).open(uuidA).nic(uuidA, "attach", "?", mac).nic(uuidA, "detach", mac, "?").later(-1).nic(uuidA, "attach", "?", mac),
			"running start=1 booted [net-open /dev/net/tun 2-0 ] [net " + mac + " 3-4 detach] [net " + mac + " 5-0 ]",
		},
		{
			"one that comes back later doesn't", newScene().start(uuidA, 42).open(uuidA).nic(uuidA, "attach", "?", mac).nic(uuidA, "detach", mac, "?").later(5).nic(uuidA, "attach", "?", mac),
			"running start=1 booted [net-open /dev/net/tun 2-4 detach] [net " + mac + " 3-4 detach] [net " + mac + " 5-0 ]",
		},
		{
			"what a failed start released", newScene().disk(uuidA, "start", "/a", "?", "success").failedStart(uuidA),
			"failed start=2 booted {start disk /a 1}",
		},
		{
			"started again", newScene().start(uuidA, 42).disk(uuidA, "attach", "?", "/a", "success").label(uuidA, "x").start(uuidA, 43).stop(uuidA, "saved"),
			"lost start=1 booted end=(2,3) started again [disk /a 2-0 lost]\nclosed start=4 booted end=5 saved",
		},
		{
			"a start that failed proves it too", newScene().start(uuidA, 42).failedStart(uuidA),
			"lost start=1 booted end=(1,2) started again\nfailed start=2 booted",
		},
		{
			"a crash and its stop", newScene().start(uuidA, 42).abend(42).stop(uuidA, "failed"),
			"closed start=1 booted end=3 failed",
		},
		{
			"a crash without a stop", newScene().disk(uuidA, "start", "?", "/a", "success").start(uuidA, 42).abend(42).start(uuidB, 43),
			"lost start=2 booted end=3 crashed (signal 11) [disk /a 1-3 lost]\nrunning start=4 booted",
		},
		{
			"a crash of another process", newScene().start(uuidA, 42).abend(43),
			"running start=1 booted",
		},
		{
			"a crash, then started again", newScene().start(uuidA, 42).abend(42).start(uuidA, 43),
			"lost start=1 booted end=2 crashed (signal 11)\nrunning start=3 booted",
		},
		{
			"a boot", newScene().start(uuidA, 42).reboot().boot().start(uuidB, 42).stop(uuidA, "shutdown"),
			"lost start=1 booted end=(1,1) host booted\nrunning start=2 booted\nclosed start=0  end=3 shutdown",
		},
		{
			"a boot that only the serials show", newScene().start(uuidB, 7).start(uuidA, 42).reboot().start(uuidB, 42),
			"lost start=1 booted end=(1,1) host booted\nlost start=2 booted end=(2,1) host booted\nrunning start=1 booted",
		},
		{
			"SYSTEM_BOOT with no end after it", newScene().start(uuidA, 42).boot(),
			"lost start=1 booted end=(1,2) host booted",
		},
		{
			"SYSTEM_BOOT that a stop disproves", newScene().start(uuidA, 42).boot().stop(uuidA, "shutdown"),
			"closed start=1 booted end=3 shutdown",
		},
		{
			"SYSTEM_BOOT that an attach disproves", newScene().start(uuidA, 42).boot().disk(uuidA, "attach", "?", "/a", "success"),
			"running start=1 booted [disk /a 3-0 ]",
		},
		{
			"no start in the log", newScene().disk(uuidA, "detach", "/a", "?", "success").disk(uuidA, "attach", "?", "/b", "success").stop(uuidA, "destroyed"),
			"closed start=0  end=3 destroyed [disk /a 0-1 detach] [disk /b 2-3 stop]",
		},
		{"only a stop", newScene().stop(uuidA, "shutdown"), "closed start=0  end=1 shutdown"},
		{
			"only the beginning of a start", newScene().label(uuidA, "x").disk(uuidA, "start", "?", "/a", "success"),
			"starting start=0  [disk /a 2-0 ]",
		},
		{
			"two starts, the first without an outcome", newScene().label(uuidA, "x").label(uuidA, "x").start(uuidA, 42),
			"starting start=0  end=(1,2) started again\nrunning start=3 booted",
		},
		{
			"a start resource while it runs", newScene().start(uuidA, 42).disk(uuidA, "start", "?", "/a", "success").stop(uuidA, "shutdown"),
			"closed start=1 booted end=3 shutdown [disk /a 2-3 stop]",
		},
		{
			"equal holdings are several", newScene().start(uuidA, 42).disk(uuidA, "attach", "?", "/a", "success").disk(uuidA, "attach", "?", "/a", "success").disk(uuidA, "detach", "/a", "?", "success"),
			"running start=1 booted [disk /a 2-0 ] [disk /a 3-4 detach]",
		},
		{
			"detach of what no record gave", newScene().start(uuidA, 42).disk(uuidA, "detach", "/a", "?", "success"),
			"running start=1 booted [disk /a 0-2 detach]",
		},
		{
			"update and snapshot move", newScene().start(uuidA, 42).disk(uuidA, "attach", "?", "/a", "success").disk(uuidA, "update", "/a", "/b", "success").disk(uuidA, "snapshot", "/b", "/c", "success"),
			"running start=1 booted [disk /a 2-3 update] [disk /b 3-4 snapshot] [disk /c 4-0 ]",
		},
		{
			"mirror adds", newScene().start(uuidA, 42).disk(uuidA, "attach", "?", "/a", "success").disk(uuidA, "mirror", "?", "/m", "success"),
			"running start=1 booted [disk /a 2-0 ] [disk /m 3-0 ]",
		},
		{
			"failed operations change nothing", newScene().start(uuidA, 42).disk(uuidA, "attach", "?", "/a", "success").disk(uuidA, "detach", "/a", "?", "failed").disk(uuidA, "attach", "?", "/b", "failed"),
			"running start=1 booted [disk /a 2-0 ] {detach disk /a 3} {attach disk /b 4}",
		},
		{
			"a kind to come", newScene().start(uuidA, 42).sent("VIRT_RESOURCE", `resrc=gpu reason=attach `+who(uuidA)+` old-gpu="?" new-gpu="/dev/dri/card0"`, "success").sent("VIRT_RESOURCE", `resrc=vsock reason=attach `+who(uuidA)+` cid=3`, "success"),
			"running start=1 booted [gpu /dev/dri/card0 2-0 ] [vsock cid=3 3-0 ]",
		},
		{
			"an interface takes its files along", newScene().sent("VIRT_RESOURCE", `resrc=net reason=open `+who(uuidA)+` net=52:54:00:00:00:01 path="/dev/net/tun" rdev=0A:C8`, "success").
				sent("VIRT_RESOURCE", `resrc=net reason=start `+who(uuidA)+` old-net="?" new-net="52:54:00:00:00:01"`, "success").start(uuidA, 42).
				sent("VIRT_RESOURCE", `resrc=net reason=detach `+who(uuidA)+` old-net="52:54:00:00:00:01" new-net="?"`, "success"),
			"running start=3 booted [net-open /dev/net/tun 1-4 detach] [net 52:54:00:00:00:01 2-4 detach]",
		},
		{"one uuid on two nodes", func() *scene {
			s := newScene()
			s.node = "h1"
			s.start(uuidA, 42)
			s.node = "h2"
			s.start(uuidA, 42).stop(uuidA, "migrated")
			return s
		}(), "running start=1 booted\nclosed start=2 booted end=3 migrated"},
		{
			"a boot ends a start without an outcome", newScene().label(uuidA, "x").disk(uuidA, "start", "?", "/a", "success").reboot().boot().start(uuidA, 42),
			"starting start=0  end=(2,1) host booted [disk /a 2-0 lost]\nrunning start=2 booted",
		},
		{
			"a crash that was none", newScene().start(uuidA, 42).abend(42).later(60).disk(uuidA, "attach", "?", "/a", "success"),
			"running start=1 booted [disk /a 3-0 ]",
		},
		{
			"a cut start is no failed one", newScene().label(uuidA, "x").cut("VIRT_CONTROL", "op=start reason=booted "+who(uuidA)+" vm-p").disk(uuidA, "attach", "?", "/a", "success"),
			"running start=0  [disk /a 3-0 ]",
		},
		{
			"a cut detach proves nothing", newScene().start(uuidA, 42).disk(uuidA, "attach", "?", "/a.qcow2", "success").
				cut("VIRT_RESOURCE", "resrc=disk reason=detach "+who(uuidA)+` old-disk="/a.qc`).cut("VIRT_RESOURCE", "resrc=disk reason=attach "+who(uuidA)+` old-disk="?`),
			"running start=1 booted [disk /a.qcow2 2-0 ] {detach disk /a.qc 3}",
		},
		{
			"without labels, a start's first records are its own", newScene().start(uuidA, 7).open(uuidA).
				sent("VIRT_RESOURCE", "resrc=cgroup reason=deny "+who(uuidA)+` cgroup="/c/" class=all`, "success").
				sent("VIRT_RESOURCE", "resrc=cgroup reason=allow "+who(uuidA)+` cgroup="/c/" class=path path="/dev/null" rdev=01:03 acl=rw`, "success").start(uuidA, 8),
			"lost start=1 booted end=(1,2) started again\nrunning start=5 booted [net-open /dev/net/tun 2-0 ]",
		},
		{
			"files of an interface that was refused", newScene().start(uuidA, 7).open(uuidA).
				sent("VIRT_RESOURCE", "resrc=net reason=attach "+who(uuidA)+` old-net="?" new-net="52:54:00:00:00:01"`, "failed"),
			"running start=1 booted [net-open /dev/net/tun 2-3 detach] {attach net 52:54:00:00:00:01 3}",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			sessions, sum := read(t, c.scene.lines)
			if got := short(sessions); got != c.want {
				t.Errorf("got\n%s\nwant\n%s\nof\n%s", got, c.want, strings.Join(c.scene.lines, "\n"))
			}
			if sum.Late != 0 {
				t.Errorf("%d late records", sum.Late)
			}
		})
	}
}

func TestSteps(t *testing.T) {
	mem := func(s *scene, reason string, old, now int, res string) *scene {
		return s.sent("VIRT_RESOURCE", fmt.Sprintf("resrc=mem reason=%s %s old-mem=%d new-mem=%d", reason, who(uuidA), old, now), res)
	}
	s := mem(newScene(), "start", 0, 1024, "success").start(uuidA, 42)
	s = mem(mem(s, "update", 1024, 2048, "failed"), "update", 1024, 512, "success")
	sessions, _ := read(t, s.lines)
	got := fmt.Sprintf("%d %d %s %d", sessions[0].Steps[0].Value, sessions[0].Steps[1].Value, sessions[0].Attempts[0].ID, len(sessions[0].Holdings))
	if got != "1024 512 2048 0" {
		t.Errorf("got %s", got)
	}
}

func TestPermissions(t *testing.T) {
	rule := func(s *scene, reason, rest string) *scene {
		return s.sent("VIRT_RESOURCE", "resrc=cgroup reason="+reason+" "+who(uuidA)+` cgroup="/c/" `+rest, "success")
	}
	s := rule(newScene().label(uuidA, "x"), "deny", "class=all")
	s = rule(s, "allow", "class=major category=pty maj=88 acl=rw")
	s = rule(s, "allow", `class=path path="/dev/null" rdev=01:03 acl=rw`).start(uuidA, 42)
	s = rule(s, "deny", `class=path path="/dev/null" rdev=01:03 acl=rw`)
	sessions, _ := read(t, s.lines)
	p := sessions[0].Permissions
	if len(sessions) != 1 || len(p) != 4 || len(sessions[0].Holdings) != 0 {
		t.Fatalf("%d sessions, permissions %+v", len(sessions), p)
	}
	if p[1].Path != "pty" || p[1].To != (Moment{}) || p[2].Path != "/dev/null" || p[2].To.Serial != 6 || p[2].ACL != "rw" || p[3].Allow {
		t.Errorf("permissions %+v", p)
	}
}

func TestDenials(t *testing.T) {
	svirt := "system_u:system_r:svirt_t:s0:c1,c2"
	aa := func(s *scene, verdict, profile string) *scene {
		return s.line("AVC", `apparmor="`+verdict+`" operation="open" profile="`+profile+`" name="/a" pid=1 comm="x"`)
	}
	s := newScene().avc(svirt).label(uuidA, svirt).start(uuidA, 42).
		avc(svirt).avc("system_u:system_r:svirt_t:s0:c2,c1").avc("system_u:system_r:svirt_t:s0:c1,c3").avc("system_u:system_r:svirt_t:s0").avc("u:r:t:s0-s0:c0.c1023").
		line("AVC", "avc:  granted  { read } for  pid=1 scontext="+svirt).
		line("USER_AVC", "pid=1 uid=0 auid=1 ses=1 msg='avc:  denied  { send_msg } for  scontext="+svirt+" tclass=dbus exe=\"/usr/bin/dbus\" sauid=81 hostname=? addr=? terminal=?'").
		stop(uuidA, "shutdown").avc(svirt)
	aa(aa(aa(aa(s, "DENIED", "libvirt-"+uuidB), "DENIED", "libvirt-"+uuidB+"//helper"), "ALLOWED", "libvirt-"+uuidB), "DENIED", "libvirt-daemon")
	s.label(uuidA, svirt).avc(svirt).failedStart(uuidA).avc(svirt) // one that made the start fail
	if _, sum := read(t, s.lines); sum.GuestAVCs != 6 {
		t.Errorf("%d denials, want 6", sum.GuestAVCs)
	}
}

func TestAnomalies(t *testing.T) {
	s := newScene().abend(42).start(uuidA, 42).abend(42).abend(43).stop(uuidA, "failed").abend(42).
		line("ANOM_ABEND", "auid=1 uid=2 gid=2 ses=1 subj=libvirt-"+uuidB+" pid=7 comm=\"x\" sig=6 res=1").
		line("ANOM_LOGIN_FAILURES", "pid=42 uid=0 auid=1 ses=1 msg='pam exe=\"/bin/login\" hostname=? addr=? terminal=? res=success'").
		line("ANOM_PROMISCUOUS", "dev=vnet1 prom=256 old_prom=0 auid=1 uid=0 gid=0 ses=1")
	if _, sum := read(t, s.lines); sum.GuestAnomalies != 2 {
		t.Errorf("%d anomalies, want 2", sum.GuestAnomalies)
	}
}

// What the cases beside a checkout prove, where they are there.
func TestCases(t *testing.T) {
	for name, want := range map[string]string{
		"anom_tail":          "closed start=3 booted end=9 shutdown [disk /a.img 2-9 stop]",
		"avc_own":            "closed start=3 booted end=9 shutdown [disk /a.img 2-9 stop]",
		"crash":              "lost start=3 booted end=(3,4) started again [disk /a.img 2-0 lost]\nclosed start=5 booted end=9 shutdown",
		"detach_attach_same": "closed start=3 booted end=9 shutdown [disk /a.img 2-4 detach] [disk /a.img 5-6 detach]",
		"node":               "closed start=3 booted end=9 shutdown [disk /a.img 2-9 stop]",
		"nostart":            "closed start=0  end=9 shutdown",
		"kinds": "closed start=3 booted end=99 shutdown [disk /a.img 2-99 stop] [chardev /x 10-99 stop] [fs /x 11-99 stop] [smartcard /x 12-99 stop] [iothread /x 13-99 stop] " +
			"[dev 001.002 20-99 stop] [tpm-emulator /x 21-99 stop] [shmem /dev/shm/x 22-99 stop] [evdev /dev/input/x 23-99 stop] [net-open /dev/net/tun 24-99 stop]",
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "cases", name+".log"))
			if err != nil {
				t.Fatal(err)
			}
			sessions, _ := read(t, strings.Split(strings.TrimSpace(string(data)), "\n"))
			if got := short(sessions); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// What no kernel can have written doesn't fill the memory.
func TestOverlongValues(t *testing.T) {
	s := newScene().start(uuidA, 42)
	for i := range 3 {
		s.disk(uuidA, "attach", "?", fmt.Sprintf("/%d%s", i, strings.Repeat("x", 1<<20)), "success")
	}
	sessions, _ := read(t, s.lines)
	for i, h := range sessions[0].Holdings {
		if len(h.ID) > maxValue || h.Marks&record.Cut == 0 || !strings.HasPrefix(h.ID, fmt.Sprintf("/%dx", i)) {
			t.Errorf("%d bytes, marks %v", len(h.ID), h.Marks.Names())
		}
	}
	if n := len(sessions[0].Holdings); n != 3 {
		t.Errorf("%d holdings", n)
	}
}

// A record that was cut is kept and marked, and proves no success.
func TestCutRecord(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "cases", "trunc.log"))
	if err != nil {
		t.Fatal(err)
	}
	sessions, sum := read(t, strings.Split(strings.TrimSpace(string(data)), "\n"))
	h := sessions[0].Holdings[1]
	if !h.Unproven || h.Marks&record.Cut == 0 || !strings.HasPrefix(h.ID, "/a/a/a") || sum.FailedOperations != 0 {
		t.Errorf("holding %.40q, marks %v, unproven %v", h.ID, h.Marks.Names(), h.Unproven)
	}
}
