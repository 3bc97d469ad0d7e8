package reconcile

import (
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestShownAfterItsEnd: a run that one witness ended and another shows on goes
// on, and that they disagree is found. What lags behind by a little is none.
func TestShownAfterItsEnd(t *testing.T) {
	for _, tc := range []struct {
		name         string
		logged       bool
		gone, showed fact.Witness
		at           int64
		runs         bool
		findings     []string
	}{
		{"at once", true, fact.Proc, fact.Libvirt, 65 * s, false, []string{
			"unrecorded: no record tells that the guest stopped; the guest's process shows that it is gone",
		}},
		{"later", true, fact.Proc, fact.Libvirt, 90 * s, true, []string{
			"unconfirmed: the guest's process shows that the guest is gone, and libvirt shows that it runs",
		}},
		{"much later", true, fact.Proc, fact.Libvirt, 2000 * s, true, []string{
			"unconfirmed: the guest's process shows that the guest is gone, and libvirt shows that it runs",
		}},
		{"the process stays", true, fact.Libvirt, fact.Proc, 90 * s, true, []string{
			"unconfirmed: libvirt shows that the guest is gone, and the guest's process shows that it runs",
		}},
		{"without a record", false, fact.Proc, fact.Libvirt, 90 * s, true, []string{
			"unconfirmed: the guest's process shows that the guest is gone, and libvirt shows that it runs",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sc := &scene{}
			if tc.logged {
				sc.started(0)
			}
			sc.first(fact.Libvirt, -1, 1*s, base())
			sc.first(fact.Proc, -1, 1*s, []fact.Thing{silent("file", "/a.img")})
			sc.seen(tc.gone, fact.Gone, 59*s, 60*s, fact.Observed{})
			if tc.at > 1000*s {
				sc.tick(1000 * s)
			}
			if tc.showed == fact.Libvirt {
				sc.has(tc.showed, tc.at-s, tc.at, base(silent("disk", "rbd:x")))
			} else {
				sc.has(tc.showed, tc.at-s, tc.at, []fact.Thing{silent("file", "/a.img"), silent("tcp", "192.0.2.1:5900")})
			}
			sc.tick(3000 * s)
			got, _ := derive(t, sc.facts)
			all := got.ordered()
			if len(all) != 1 || (all[0].State == trail.Running) != tc.runs || !slices.Equal(got.told(), tc.findings) {
				t.Fatalf("findings %q\n%s", got.told(), got.text())
			}
			sameRows(t, tc.name, sc.facts, 11)
			if !tc.runs {
				return
			}
			sc.seen(tc.showed, fact.Gone, 4000*s, 4001*s, fact.Observed{})
			sc.tick(5000 * s)
			got, _ = derive(t, sc.facts)
			if all := got.ordered(); len(all) != 1 || all[0].State != trail.Lost || all[0].EndBefore.Millis != start+4001*s {
				t.Errorf("then\n%s", got.text())
			}
		})
	}
}

// TestOneNameTwoProcesses: processes that somebody runs under one name, without
// uuid, are runs of their own, also beside a guest of libvirt's of that name.
func TestOneNameTwoProcesses(t *testing.T) {
	const none = "-" // no uuid
	sc := &scene{}
	see := func(w fact.Witness, what fact.What, from, to int64, pid int, run string, has ...fact.Thing) {
		sc.seen(w, what, from, to, fact.Observed{UUID: none, PID: pid, Run: run, Has: has})
		f := &sc.facts[len(sc.facts)-1]
		var o fact.Observed
		if err := f.Decode(&o); err != nil {
			t.Fatal(err)
		}
		if o.UUID = ""; pid < 0 {
			o.PID = 0
		}
		f.Text = fact.Encode(o)
		if w == fact.QMP {
			f.Source = "qmp /run/" + run + ".sock"
		}
	}
	sc.watched()
	see(fact.Proc, fact.Seen, 39*s, 40*s, 101, "p1", silent("file", "/1.img"))
	see(fact.Proc, fact.Seen, 39*s, 40*s, 102, "p2", silent("file", "/2.img"))
	see(fact.QMP, fact.Seen, 39*s, 41*s, 102, "q2", thing("disk", "/2.img"))
	see(fact.QMP, fact.Seen, 39*s, 41*s, 101, "q1", thing("disk", "/1.img"))
	sc.watch(fact.Watched{Source: "proc", At: start + 50*s}) // a restart of the service
	sc.watch(fact.Watched{Source: "proc", Up: true, Since: start + 50*s, At: start + 55*s})
	see(fact.Proc, fact.Changed, 50*s, 60*s, 102, "p2", silent("file", "/2.img"), silent("file", "/3.img"))
	see(fact.QMP, fact.Changed, 50*s, 60*s, 101, "q1", thing("disk", "/1.img"), thing("disk", "/4.img"))
	see(fact.Proc, fact.Gone, 69*s, 70*s, 101, "p1")
	see(fact.QMP, fact.Gone, 69*s, 71*s, -1, "q1")
	see(fact.Proc, fact.Seen, 79*s, 80*s, 103, "p3", silent("file", "/1.img"))
	sc.tick(200 * s)
	got, _ := derive(t, sc.facts)
	want := []string{ // by process, in the order of their IDs
		"77 running 5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11 #1: /a.img /dev/urandom 52:54:00:00:00:01",
		"101 lost  #1: /1.img /4.img",
		"102 running  #2: /2.img /3.img",
		"103 running  #3: /1.img",
	}
	if all := got.whose(); !slices.Equal(all, want) {
		t.Errorf("sessions %q\n%s", all, got.text())
	}
	sameRows(t, "one name", sc.facts, 12)
}

// TestNameWithoutPID: of several runs of one name who can't tell the process is
// none of them.
func TestNameWithoutPID(t *testing.T) {
	sc := &scene{}
	for i, o := range []fact.Observed{
		{Name: "x", PID: 101, Run: "p1", Witness: fact.Proc},
		{Name: "x", PID: 102, Run: "p2", Witness: fact.Proc},
		{Name: "x", Run: "q1", Witness: fact.QMP, Has: []fact.Thing{thing("disk", "/x.img")}},
	} {
		o.What, o.To = fact.Seen, start+int64(i)
		sc.add(fact.Fact{Kind: fact.Observation, Source: string(o.Witness) + " " + o.Run, Text: fact.Encode(o)})
	}
	sc.tick(100 * s)
	got, _ := derive(t, sc.facts)
	if all := got.ordered(); len(all) != 3 || len(all[2].Holdings) != 1 {
		t.Error(got.text())
	}
}

// TestProcessStays: a process that outlives its guest's stop by hours, though
// nothing of it changes, is told of as long as it is there, and its session goes on.
func TestProcessStays(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.stopped(60 * s)
	sc.seen(fact.Libvirt, fact.Gone, 59*s, 60*s, fact.Observed{})
	sc.tick(65 * s)
	d := New(Options{})
	feed(t, d, sc.facts)
	if !d.WaitingFor("proc") || d.WaitingFor(hypervisor) {
		t.Errorf("waits for the process %v, for libvirt %v", d.WaitingFor("proc"), d.WaitingFor(hypervisor))
	}
	at := 90 * s
	for ; at < 3*3600*s; at += 60 * s {
		n := len(sc.facts)
		sc.tick(at)
		sc.looked("proc", at)
		feed(t, d, sc.facts[n:])
	}
	if d.WaitingFor("proc") {
		t.Error("waits still")
	}
	sc.has(fact.Proc, at-s, at, []fact.Thing{silent("file", "/a.img"), silent("file", "/z.img")})
	sc.tick(at + 60*s)
	got, _ := derive(t, sc.facts)
	want := []string{
		"unconfirmed: a record says that the guest stopped, and the guest's process shows that it runs",
		"unconfirmed: libvirt shows that the guest is gone, and the guest's process shows that it runs",
		"undeclared: the guest's process has file /z.img open, which no record and no definition names",
	}
	slices.Sort(want)
	all := got.ordered()
	if len(all) != 1 || all[0].State != trail.Running || !slices.Equal(got.told(), want) {
		t.Fatalf("findings %q\n%s", got.told(), got.text())
	}
	sc.seen(fact.Proc, fact.Gone, at+60*s, at+70*s, fact.Observed{})
	sc.tick(at + 200*s)
	got, _ = derive(t, sc.facts)
	if all := got.ordered(); len(all) != 1 || all[0].State != trail.Lost || all[0].EndBefore.Millis != start+at+70*s {
		t.Errorf("then\n%s", got.text())
	}
	sameRows(t, "stays", sc.facts, 14)
}

// TestToldBeforeItsEnd: what libvirt told of a stop holds when the process is gone
// much later.
func TestToldBeforeItsEnd(t *testing.T) {
	for _, logged := range []bool{true, false} {
		sc := &scene{}
		if logged {
			sc.started(0)
		}
		sc.first(fact.Libvirt, 0, 1*s, base())
		sc.first(fact.Proc, -1, 2*s, []fact.Thing{silent("file", "/a.img")})
		sc.tick(30 * s)
		stop := fact.Wanted{Type: "VIRT_CONTROL", Text: "stop", Op: "stop"}
		sc.seen(fact.Libvirt, fact.Gone, 59*s, 60*s, fact.Observed{
			Wants: []fact.Wanted{stop}, Reason: "shutdown",
			Tells: []fact.Telling{{At: start + 60*s, Kind: "lifecycle", Text: "event=stopped detail=shutdown"}},
		})
		sc.looked("proc", 90*s)
		sc.seen(fact.Proc, fact.Gone, 199*s, 200*s, fact.Observed{})
		sc.tick(400 * s)
		got, missing := derive(t, sc.facts)
		run := got.ordered()[0]
		if len(got.sessions) != 1 || run.State == trail.Running || run.EndReason != "shutdown (libvirt)" || run.EndBefore.Millis != start+200*s {
			t.Errorf("logged %v:\n%s", logged, got.text())
		}
		if !logged && run.State != trail.Closed {
			t.Errorf("%s, and libvirt told of the stop", run.State)
		}
		if logged && (len(missing) != 1 || missing[0].Wanted != stop) {
			t.Errorf("missing %+v", missing)
		}
		sameRows(t, "told", sc.facts, 17)
	}
}

// TestSucceedsEnded: a source that shows a guest's next run shows the one before no
// more, though it was others that told of its end.
func TestSucceedsEnded(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.stopped(100 * s)
	sc.seen(fact.Proc, fact.Gone, 95*s, 101*s, fact.Observed{})
	sc.tick(130 * s)
	sc.seen(fact.Libvirt, fact.Seen, 139*s, 140*s, fact.Observed{PID: 78, Run: "2", State: "running", Has: base()})
	sc.tick(160 * s)
	sc.looked(hypervisor, 170*s)
	sc.tick(200 * s)
	got, _ := derive(t, sc.facts)
	for i, want := range []trail.State{trail.Closed, trail.Running} {
		if all := got.ordered(); len(all) != 2 || all[i].State != want {
			t.Fatalf("sessions %s", got.text())
		}
	}
	for _, told := range got.told() {
		if strings.HasPrefix(told, "unconfirmed") {
			t.Errorf("finding %q", told)
		}
	}
}
