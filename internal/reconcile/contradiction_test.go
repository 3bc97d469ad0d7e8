package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// looked adds that a source saw no other change up to a time.
func (sc *scene) looked(source string, at int64) {
	sc.add(fact.Fact{
		Kind: fact.Tick, Source: source, Stamp: record.Stamp{Millis: start + at},
		Text: fact.Encode(fact.Ticked{Source: source, At: start + at}),
	})
}

const hypervisor = "libvirt qemu:///system"

// TestContradictedByQuiet: what the log says falsely is found though nothing of
// the guest changes, once its witnesses have looked again; and not before.
func TestContradictedByQuiet(t *testing.T) {
	for _, tc := range []struct {
		name, source string
		scene        func(*scene)
		findings     []string
	}{
		{"stop", hypervisor, func(sc *scene) { sc.sent(60*s, 4242, "/tmp/forge", `op=stop reason=shutdown | vm-pid=0`) }, []string{
			"unconfirmed: a record says that the guest stopped, and libvirt shows that it runs",
		}},
		{"detach", hypervisor, func(sc *scene) {
			sc.sent(60*s, 4242, "/tmp/forge", `resrc=disk reason=detach | old-disk="/a.img" new-disk="?"`)
		}, []string{"unconfirmed: a record says that disk /a.img went, and libvirt shows it still"}},
		{"attach", hypervisor, func(sc *scene) {
			sc.sent(60*s, 4242, "/tmp/forge", `resrc=disk reason=attach | old-disk="?" new-disk="/nope.img"`)
		}, []string{"unconfirmed: a record says that the guest holds disk /nope.img, and its definition doesn't have it"}},
		{"open still", "proc", func(sc *scene) {
			sc.logged(60*s, `resrc=disk reason=detach | old-disk="/a.img" new-disk="?"`)
			sc.has(fact.Libvirt, 59*s, 60*s, without(base(), "/a.img"))
		}, []string{"undeclared: the guest's process has file /a.img open, which no record and no definition names"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sc := &scene{}
			sc.watched()
			tc.scene(sc)
			for at := int64(70); at < 4000; at += 90 {
				sc.tick(at * s)
			}
			d := New(Options{})
			feed(t, d, sc.facts)
			if got, _ := derive(t, sc.facts); got.told() != nil || !d.WaitingFor(tc.source) {
				t.Fatalf("before: %q, waits for it: %v", got.told(), d.WaitingFor(tc.source))
			}
			n := len(sc.facts)
			sc.looked(tc.source, 4000*s)
			feed(t, d, sc.facts[n:])
			got, _ := derive(t, sc.facts)
			if !slices.Equal(got.told(), tc.findings) {
				t.Errorf("findings %q", got.told())
			}
			if d.WaitingFor(tc.source) {
				t.Error("waits still")
			}
			sameRows(t, tc.name, sc.facts, 3)
		})
	}
}

// TestFailedIsNoLook: a guest that can't be looked at isn't shown.
func TestFailedIsNoLook(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.stopped(60 * s)
	for _, w := range []fact.Witness{fact.Libvirt, fact.Proc} {
		sc.seen(w, fact.Failed, 60*s, 61*s, fact.Observed{Problem: "no answer"})
	}
	sc.tick(200 * s)
	sc.looked(hypervisor, 200*s)
	sc.looked("proc", 200*s)
	if got, _ := derive(t, sc.facts); got.told() != nil {
		t.Errorf("findings %q", got.told())
	}
}

// TestRunsOnAfterItsEnd: a session that the log ended wrongly goes on, and has
// what came later.
func TestRunsOnAfterItsEnd(t *testing.T) {
	boot := func(sc *scene) {
		f := fact.Fact{Kind: fact.Record, Source: "file", Type: record.SystemBoot, Stamp: record.Stamp{Millis: start + 60*s, Serial: 2000}, Settled: true}
		f.Text = fmt.Appendf(nil, `audit(%d.000:2000): pid=1 uid=0 auid=4294967295 ses=4294967295 msg=' comm="x" exe="/x" hostname=? addr=? terminal=? res=success'`, (start+60*s)/1000)
		sc.add(f)
	}
	stop := func(sc *scene) { sc.sent(60*s, 4242, "/tmp/forge", `op=stop reason=shutdown | vm-pid=0`) }
	for name, end := range map[string]func(*scene){"stop": stop, "boot": boot} {
		sc := &scene{serial: 1000}
		sc.watched()
		end(sc)
		sc.tick(300 * s)
		sc.has(fact.Libvirt, 399*s, 400*s, base(silent("disk", "rbd:x")))
		sc.tick(500 * s)
		got, _ := derive(t, sc.facts)
		run := got.ordered()[0]
		if run.State != trail.Running || run.End != (trail.Moment{}) || run.EndBefore != (trail.Moment{}) {
			t.Errorf("%s: the session doesn't go on: %+v", name, run)
		}
		for _, h := range run.Holdings {
			if h.Ended != "" || h.To != (trail.Moment{}) {
				t.Errorf("%s: a holding ended: %+v", name, h)
			}
		}
		if told := got.told(); len(told) != 1 || !strings.HasSuffix(told[0], "and libvirt shows that it runs") {
			t.Errorf("%s: findings %q", name, told)
		}
		sc.seen(fact.Libvirt, fact.Gone, 599*s, 600*s, fact.Observed{})
		sc.tick(700 * s)
		got, _ = derive(t, sc.facts)
		if run := got.ordered()[0]; run.State != trail.Lost || run.EndBefore.Millis != start+600*s {
			t.Errorf("%s: then %+v", name, run)
		}
		sameRows(t, name, sc.facts, 4)
	}
}

// TestProcessOfSameUUID: a process that says that it is a guest ends nothing of
// that guest's.
func TestProcessOfSameUUID(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.seen(fact.Proc, fact.Seen, 39*s, 40*s, fact.Observed{Has: []fact.Thing{silent("file", "/evil")}, PID: 4242, Run: "x"})
	sc.has(fact.Libvirt, 60*s, 61*s, base(thing("rng", "/dev/random")))
	sc.has(fact.Proc, 60*s, 62*s, []fact.Thing{silent("file", "/a.img"), silent("file", "/hidden.img")})
	sc.seen(fact.Proc, fact.Gone, 69*s, 70*s, fact.Observed{PID: 4242, Run: "x"})
	sc.tick(200 * s)
	got, _ := derive(t, sc.facts)
	if all := got.ordered(); len(all) != 2 || all[0].State != trail.Running || all[0].PID != 77 || all[1].PID != 4242 || all[1].State != trail.Lost {
		t.Error(got.text())
	}
	lacks(t, "finding", got.told(), []string{
		"undeclared: process 4242 says that it is this guest, which runs as process 77",
		"undeclared: the guest's process has file /hidden.img open, which no record and no definition names",
		"unrecorded: no record tells of the attach of rng /dev/random; libvirt records no attach of a random device",
	})
	sameRows(t, "same uuid", sc.facts, 5)
}

// TestLateGone: that a process is gone is no session, when its run is forgotten.
func TestLateGone(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.stopped(60 * s)
	sc.seen(fact.Libvirt, fact.Gone, 59*s, 60*s, fact.Observed{})
	sc.tick(85 * s)
	sc.tick(86 * s)
	sc.seen(fact.Proc, fact.Gone, 80*s, 90*s, fact.Observed{})
	sc.tick(200 * s)
	got, _ := derive(t, sc.facts)
	if len(got.sessions) != 1 || got.told() != nil {
		t.Error(got.text())
	}
}

// TestMigratedIn: that a guest came from another host is long ago.
func TestMigratedIn(t *testing.T) {
	sc := &scene{}
	sc.started(0)
	o := fact.Observed{Has: base(), State: "running", Reason: "migrated"}
	sc.seen(fact.Libvirt, fact.Seen, 0, 1*s, o)
	o.Has = base(thing("disk", "/migrate.img"))
	o.Tells = []fact.Telling{{Kind: "device-added", Text: "device=ua-migrate"}}
	sc.seen(fact.Libvirt, fact.Changed, 3600*s, 3601*s, o)
	sc.tick(4000 * s)
	got, _ := derive(t, sc.facts)
	if want := []string{"unrecorded: no record tells of the attach of disk /migrate.img"}; !slices.Equal(got.told(), want) {
		t.Errorf("findings %q", got.told())
	}
}

// TestFailedStartSeen: a start that failed and was seen is one session.
func TestFailedStartSeen(t *testing.T) {
	for _, w := range []fact.Witness{fact.Libvirt, fact.Proc} {
		sc := &scene{}
		sc.tick(0)
		sc.seen(w, fact.Seen, 9*s, 10*s, fact.Observed{Has: []fact.Thing{thing("disk", "/a.img")}})
		sc.logged(12*s, `resrc=disk reason=start | old-disk="?" new-disk="/a.img"`, `op=start reason=booted | vm-pid=0 FAILED`)
		sc.seen(w, fact.Gone, 11*s, 13*s, fact.Observed{Wants: []fact.Wanted{{Type: "VIRT_CONTROL", Text: "stop", Op: "stop"}}})
		sc.tick(100 * s)
		got, missing := derive(t, sc.facts)
		if all := got.ordered(); len(all) != 1 || all[0].State != trail.Failed || got.told() != nil || missing != nil {
			t.Errorf("%s: missing %v\n%s", w, missing, got.text())
		}
	}
}
