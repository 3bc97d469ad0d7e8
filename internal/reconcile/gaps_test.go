package reconcile

import (
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// gaps are changes that libvirt leaves out, each behind a normal start that is
// watched, and what is made of it. Lists name what must be there, no must not.
var gaps = []struct {
	name     string
	scene    func(*scene)
	held     []string
	ops      []string
	findings []string
	missing  []string // texts of records
}{
	{
		name: "rng attached and detached",
		scene: func(sc *scene) {
			sc.has(fact.Libvirt, 60*s, 61*s, base(thing("rng", "/dev/random")),
				fact.Wanted{Type: "VIRT_RESOURCE", Text: "rng", Op: "attach", Kind: "rng", ID: "/dev/random"})
			sc.logged(120*s, `resrc=rng reason=detach | old-rng="/dev/random" new-rng="?"`)
			sc.has(fact.Libvirt, 119*s, 120*s, base())
		},
		held:     []string{"rng /dev/random by=libvirt ended=detach"},
		ops:      []string{"attach rng /dev/random", "detach rng /dev/random"},
		findings: []string{"unrecorded: no record tells of the attach of rng /dev/random; libvirt records no attach of a random device"},
	},
	{
		name:     "setmem",
		scene:    func(sc *scene) { sc.told(60*s, "balloon", "balloon kib=196608") },
		ops:      []string{"balloon"},
		findings: []string{"unrecorded: the guest's balloon changed what it has of its memory; libvirt records no such change"},
	},
	{
		name: "suspend, resume, reset",
		scene: func(sc *scene) {
			sc.told(60*s, "lifecycle", "lifecycle event=suspended detail=paused")
			sc.told(61*s, "lifecycle", "lifecycle event=resumed detail=unpaused")
			sc.told(62*s, "reboot", "reboot")
			sc.told(63*s, "tray", "tray device=sata0-0-0 tray=open")
		},
		ops: []string{"suspend", "resume", "reset", "tray"},
	},
	{
		name: "suspended while libvirtd's events were lost",
		scene: func(sc *scene) {
			sc.seen(fact.Libvirt, fact.Changed, 60*s, 61*s, fact.Observed{Has: base(), Was: "running", State: "paused", Reason: "user"})
		},
		ops: []string{"suspend"},
	},
	{
		name: "blockcommit --pivot",
		scene: func(sc *scene) {
			sc.logged(50*s, `resrc=disk reason=snapshot | old-disk="/a.img" new-disk="/over.img"`)
			sc.has(fact.Libvirt, 49*s, 50*s, append(without(base(), "/a.img"), thing("disk", "/over.img"), silent("backing", "/a.img")),
				fact.Wanted{Op: "snapshot", Kind: "disk", Old: "/a.img", ID: "/over.img"})
			sc.told(80*s, "block-job", "block-job target=vda job=active-commit status=completed")
			sc.has(fact.Libvirt, 79*s, 80*s, base(),
				fact.Wanted{Type: "VIRT_RESOURCE", Text: "pivot", Op: "update", Kind: "disk", Old: "/over.img", ID: "/a.img"})
		},
		held:     []string{"disk /a.img by=libvirt also=proc", "disk /over.img also=libvirt ended=update"},
		ops:      []string{"block-job", "update disk /a.img"},
		findings: []string{"unrecorded: no record tells of the update of disk /over.img to /a.img"},
		missing:  []string{"pivot"},
	},
	{
		name: "network disk",
		scene: func(sc *scene) {
			sc.has(fact.Libvirt, 60*s, 61*s, base(silent("disk", "nbd://h:10809/x")))
		},
		held: []string{"disk nbd://h:10809/x by=libvirt"},
		ops:  []string{"attach disk nbd://h:10809/x"},
	},
	{
		name: "rng by EGD over TCP",
		scene: func(sc *scene) {
			sc.has(fact.Libvirt, 60*s, 61*s, base(silent("rng", "tcp:127.0.0.1:8000")))
			sc.has(fact.Libvirt, 70*s, 71*s, base())
		},
		held: []string{"rng tcp:127.0.0.1:8000 by=libvirt ended=detach"},
	},
	{
		name: "QEMU killed while libvirtd was down",
		scene: func(sc *scene) {
			sc.seen(fact.Proc, fact.Gone, 60*s, 61*s, fact.Observed{})
			sc.seen(fact.Libvirt, fact.Gone, 30*s, 90*s, fact.Observed{Wants: []fact.Wanted{{Type: "VIRT_CONTROL", Text: "stop", Op: "stop"}}})
		},
		held:     []string{"disk /a.img also=libvirt also=proc ended=lost"},
		findings: []string{"unrecorded: no record tells that the guest stopped; the guest's process shows that it is gone"},
		missing:  []string{"stop"},
	},
	{
		name: "interface moved to another bridge",
		scene: func(sc *scene) {
			sc.logged(60*s, `resrc=net reason=detach | old-net="52:54:00:00:00:01" new-net="?"`,
				`resrc=net reason=attach | old-net="?" new-net="52:54:00:00:00:01"`)
			has := base()
			has[2].Detail = map[string]string{"source": "br0", "tap": "vnet0"}
			sc.has(fact.Libvirt, 59*s, 60*s, has)
		},
		ops: []string{"update net 52:54:00:00:00:01"},
	},
	{
		name: "vcpus set on the monitor",
		scene: func(sc *scene) {
			has := base()
			has[4].Value = 3
			sc.has(fact.Libvirt, 60*s, 61*s, has, fact.Wanted{Type: "VIRT_RESOURCE", Text: "vcpu", Op: "update", Kind: "vcpu", ID: "3", Old: "2"})
		},
		ops:      []string{"update vcpu 3"},
		findings: []string{"unrecorded: no record tells that vcpu changed to 3"},
		missing:  []string{"vcpu"},
	},
	{
		name: "drive added on the monitor",
		scene: func(sc *scene) {
			sc.has(fact.Proc, 60*s, 61*s, []fact.Thing{silent("file", "/a.img"), silent("file", "/hidden.img")})
		},
		held:     []string{"file /hidden.img by=proc"},
		ops:      []string{"attach file /hidden.img"},
		findings: []string{"undeclared: the guest's process has file /hidden.img open, which no record and no definition names"},
	},
	{
		name: "image deleted, detached, and open still",
		scene: func(sc *scene) {
			sc.logged(60*s, `resrc=disk reason=attach | old-disk="?" new-disk="/b.img"`)
			sc.has(fact.Libvirt, 59*s, 60*s, base(thing("disk", "/b.img")))
			sc.has(fact.Proc, 59*s, 61*s, []fact.Thing{silent("file", "/a.img"), silent("file", "/b.img")})
			sc.logged(80*s, `resrc=disk reason=detach | old-disk="/b.img" new-disk="?"`)
			sc.has(fact.Libvirt, 79*s, 80*s, base())
			b := silent("file", "/b.img")
			b.Detail = map[string]string{"deleted": "yes"}
			sc.has(fact.Proc, 90*s, 120*s, []fact.Thing{silent("file", "/a.img"), b})
		},
		held:     []string{"disk /b.img also=libvirt also=proc ended=detach", "file /b.img by=proc"},
		findings: []string{"undeclared: the guest's process has file /b.img open, which no record and no definition names; the file was deleted"},
	},
	{
		name: "a refused attach that succeeded",
		scene: func(sc *scene) {
			sc.logged(60*s, `resrc=disk reason=attach | old-disk="?" new-disk="/b.img" FAILED`)
			sc.has(fact.Libvirt, 59*s, 60*s, base(thing("disk", "/b.img")))
		},
		held:     []string{"disk /b.img by=libvirt"},
		findings: []string{"unconfirmed: a record says that the attach of disk /b.img failed, and libvirt shows it"},
	},
	{
		name: "a recorded disk that the definition lacks",
		scene: func(sc *scene) {
			sc.logged(60*s, `resrc=disk reason=attach | old-disk="?" new-disk="/b.img"`)
			sc.has(fact.Libvirt, 60*s, 80*s, base(silent("disk", "rbd://x/y")))
		},
		findings: []string{"unconfirmed: a record says that the guest holds disk /b.img, and its definition doesn't have it"},
	},
	{
		name: "a recorded detach that the definition contradicts",
		scene: func(sc *scene) {
			sc.logged(60*s, `resrc=disk reason=detach | old-disk="/a.img" new-disk="?"`)
			sc.has(fact.Libvirt, 70*s, 80*s, base(silent("disk", "rbd://x/y")))
		},
		held:     []string{"disk /a.img also=libvirt also=proc ended=detach", "disk /a.img by=libvirt also=proc"},
		findings: []string{"unconfirmed: a record says that disk /a.img went, and libvirt shows it still"},
	},

	{
		name: "disk that is copied, and pivoted to",
		scene: func(sc *scene) {
			sc.logged(60*s, `resrc=disk reason=mirror | old-disk="?" new-disk="/copy.img"`)
			sc.has(fact.Libvirt, 59*s, 60*s, base(thing("disk", "/copy.img")))
			sc.has(fact.Libvirt, 79*s, 80*s, append(without(base(), "/a.img"), thing("disk", "/copy.img")),
				fact.Wanted{Type: "VIRT_RESOURCE", Text: "pivot", Op: "update", Kind: "disk", Old: "/a.img", ID: "/copy.img"})
		},
		held:     []string{"disk /a.img also=libvirt also=proc ended=detach", "disk /copy.img also=libvirt"},
		findings: []string{"unrecorded: no record tells of the detach of disk /a.img"},
		missing:  []string{"pivot"},
	},

	// What must not be found.
	{
		name: "what every process has open",
		scene: func(sc *scene) {
			tun := silent("char", "/dev/net/tun")
			tun.Names = []string{"10:200", "vnet0"}
			swtpm := silent("file", "/var/lib/libvirt/swtpm/x/tpm2-00.permall")
			swtpm.Detail = map[string]string{"helper": "swtpm"}
			sc.has(fact.Proc, 60*s, 61*s, []fact.Thing{
				silent("file", "/a.img"), silent("file", "/a.img"), tun, tun, silent("char", "/dev/vhost-net"), swtpm,
				silent("tcp", "0.0.0.0:5900"), silent("unix", "/run/libvirt/qemu/swtpm/1-g.sock"), silent("memfd", "x"),
			})
		},
		held: []string{"net 52:54:00:00:00:01 also=libvirt also=proc", "char /dev/vhost-net by=proc", "tcp 0.0.0.0:5900 by=proc"},
	},
	{
		name: "attach that the log tells 5 s later than libvirt",
		scene: func(sc *scene) {
			sc.has(fact.Libvirt, 60*s, 61*s, base(thing("disk", "/b.img")))
			sc.tick(66 * s)
			sc.logged(61*s, `resrc=disk reason=attach | old-disk="?" new-disk="/b.img"`)
		},
		held: []string{"disk /b.img also=libvirt"},
	},
	{
		name: "attach that is observed 20 s after its record",
		scene: func(sc *scene) {
			sc.logged(60*s, `resrc=disk reason=attach | old-disk="?" new-disk="/b.img"`)
			sc.tick(75 * s)
			sc.has(fact.Libvirt, 50*s, 80*s, base(thing("disk", "/b.img")))
		},
		held: []string{"disk /b.img also=libvirt"},
	},
	{
		name: "log that is far behind",
		scene: func(sc *scene) {
			sc.has(fact.Libvirt, 60*s, 61*s, base(thing("disk", "/b.img")))
			sc.tick(90 * s)
			sc.logged(61*s, `resrc=disk reason=attach | old-disk="?" new-disk="/b.img"`)
		},
		held:    []string{"disk /b.img also=libvirt"},
		missing: nil,
	},
	{
		name: "restart of the service: what changed since is in the log",
		scene: func(sc *scene) {
			sc.watch(fact.Watched{Source: "libvirt qemu:///system", At: start + 60*s})
			sc.watch(fact.Watched{Source: "libvirt qemu:///system", Up: true, Since: start + 60*s, At: start + 900*s})
			sc.watch(fact.Watched{Source: "file", Up: true, Since: start + 60*s, At: start + 900*s, Whole: true})
			sc.logged(500*s, `resrc=disk reason=attach | old-disk="?" new-disk="/b.img"`)
			sc.has(fact.Libvirt, 60*s, 900*s, base(thing("disk", "/b.img")),
				fact.Wanted{Type: "VIRT_RESOURCE", Text: "b", Op: "attach", Kind: "disk", ID: "/b.img"})
			sc.tick(1000 * s)
		},
		held:     []string{"disk /b.img also=libvirt"},
		findings: []string{"source-unwatched: \"libvirt qemu:///system\" was not watched; what came and went meanwhile was not seen"},
	},
	{
		name: "log that was not read meanwhile",
		scene: func(sc *scene) {
			sc.watch(fact.Watched{Source: "multicast", Up: true, Since: start + 50*s, At: start + 70*s})
			sc.has(fact.Libvirt, 60*s, 61*s, base(thing("disk", "/b.img")))
		},
		held:     []string{"disk /b.img by=libvirt"},
		findings: []string{"source-unwatched: multicast was not read; what was recorded meanwhile may be missing"},
	},
	{
		name: "kinds that could not be seen",
		scene: func(sc *scene) {
			sc.seen(fact.Libvirt, fact.Changed, 60*s, 61*s, fact.Observed{Partial: []string{"disk"}, Has: without(base(), "/a.img")})
		},
		held: []string{"disk /a.img also=libvirt also=proc"},
	},
	{
		name: "guest that migrates",
		scene: func(sc *scene) {
			sc.seen(fact.Libvirt, fact.Changed, 60*s, 61*s, fact.Observed{
				State: "paused", Reason: "migration", Has: without(base(thing("disk", "/m.img")), "/a.img"),
			})
		},
	},
	{
		name: "detach that is recorded before libvirt shows it",
		scene: func(sc *scene) {
			sc.logged(60*s, `resrc=disk reason=detach | old-disk="/a.img" new-disk="?"`)
			sc.has(fact.Libvirt, 59*s, 62*s, without(base(), "/a.img"))
			sc.has(fact.Proc, 59*s, 70*s, nil)
		},
		held: []string{"disk /a.img also=libvirt also=proc ended=detach"},
	},
	{
		name:  "stop",
		scene: func(sc *scene) { sc.stopped(60 * s); sc.seen(fact.Libvirt, fact.Gone, 59*s, 60*s+5, fact.Observed{}) },
		held:  []string{"disk /a.img also=libvirt also=proc ended=stop"},
		ops:   []string{"stop"},
	},
}

// TestGaps: each change that libvirt leaves out is known, and what it records is
// no finding.
func TestGaps(t *testing.T) {
	for _, tc := range gaps {
		t.Run(tc.name, func(t *testing.T) {
			sc := &scene{}
			sc.watched()
			tc.scene(sc)
			sc.tick(200 * s)
			got, missing := derive(t, sc.facts)
			if !slices.Equal(got.told(), tc.findings) {
				t.Errorf("findings:\n  %s\nwant\n  %s", strings.Join(got.told(), "\n  "), strings.Join(tc.findings, "\n  "))
			}
			lacks(t, "held", got.held(), tc.held)
			lacks(t, "event", got.ops(), tc.ops)
			var texts []string
			for _, m := range missing {
				texts = append(texts, m.Wanted.Text)
			}
			if !slices.Equal(texts, tc.missing) {
				t.Errorf("missing %q, want %q", texts, tc.missing)
			}
			if t.Failed() {
				t.Log(got.text())
			}
		})
	}
}

// watched adds a normal start that libvirt and the process show as well.
func (sc *scene) watched() {
	sc.started(0)
	sc.first(fact.Libvirt, 0, 1*s, base())
	sc.first(fact.Proc, -1, 2*s, []fact.Thing{silent("file", "/a.img")})
	sc.tick(30 * s)
}

func lacks(t *testing.T, what string, got, want []string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("no %s %q in\n  %s", what, w, strings.Join(got, "\n  "))
		}
	}
}
