package reconcile

import (
	"maps"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// only gives the sessions in order.
func (r *rows) ordered() []*trail.Session {
	var all []*trail.Session
	for _, id := range slices.Sorted(maps.Keys(r.sessions)) {
		all = append(all, r.sessions[id])
	}
	return all
}

// TestObservedSession: a guest that the log knows nothing of is a session of its
// witness's, and ends as that shows.
func TestObservedSession(t *testing.T) {
	for _, tc := range []struct {
		name   string
		tells  []fact.Telling
		state  trail.State
		reason string
	}{
		{"vanished", nil, trail.Lost, "gone, as qmp shows"},
		{"stopped", []fact.Telling{{Kind: "SHUTDOWN", Text: "SHUTDOWN guest=true"}}, trail.Closed, "gone, as qmp shows"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sc := &scene{}
			sc.tick(0)
			id := sc.first(fact.QMP, -1, 1*s, base())
			sc.first(fact.Proc, -1, 2*s, []fact.Thing{silent("file", "/a.img")})
			got, _ := derive(t, sc.facts)
			if len(got.sessions) != 1 || got.sessions[id] == nil {
				t.Fatal(got.text())
			}
			run := got.sessions[id]
			if run.By != fact.QMP || run.State != trail.Running || run.Start != (trail.Moment{}) || run.First.Millis != start+1*s || run.PID != 77 || run.Number != 1 {
				t.Errorf("the session that QMP alone shows: %+v", run)
			}
			if h := run.Holdings[0]; h.ID != "/a.img" || h.By != fact.QMP || h.From.Millis != start+1*s || h.Begin != id || !slices.Contains(h.Also, fact.Proc) {
				t.Errorf("the disk that QMP and the process show: %+v", h)
			}
			sc.seen(fact.QMP, fact.Gone, 60*s, 61*s, fact.Observed{Tells: tc.tells})
			sc.tick(200 * s)
			got, _ = derive(t, sc.facts)
			run = got.sessions[id]
			if run.State != tc.state || run.EndAfter.Millis != start+60*s || run.EndBefore.Millis != start+61*s || run.EndReason != tc.reason {
				t.Errorf("ended: %+v", run)
			}
			if h := run.Holdings[0]; h.Latest.Millis != start+60*s || h.To.Millis != start+61*s || h.End == 0 || h.Ended == "" {
				t.Errorf("ended: %+v", h)
			}
			if told := got.told(); told != nil {
				t.Errorf("findings of QEMU without libvirt: %q", told)
			}
		})
	}
}

// TestOneSessionOfOneRun: records that turn up later, without and with a start,
// belong to the same session.
func TestOneSessionOfOneRun(t *testing.T) {
	t.Run("without a start", func(t *testing.T) {
		sc := &scene{}
		first := sc.first(fact.Libvirt, -1, 1*s, base())
		sc.logged(60*s, `resrc=disk reason=detach | old-disk="/a.img" new-disk="?"`)
		sc.has(fact.Libvirt, 59*s, 60*s, without(base(), "/a.img"))
		sc.tick(200 * s)
		got, _ := derive(t, sc.facts)
		runs := got.ordered()
		if len(runs) != 1 || runs[0].By != "" || runs[0].ID == first {
			t.Fatal(got.text())
		}
		for _, ev := range got.events {
			if id := got.sessionOf(ev); id != runs[0].ID {
				t.Errorf("event %d.%d is of session %d", ev.Fact, ev.Nth, id)
			}
		}
		if h := runs[0].Holdings[0]; h.By != fact.Libvirt || h.From.Millis != start+1*s || h.To.Serial == 0 || h.Ended != trail.ByDetach {
			t.Errorf("the attach that libvirt shows, with the record of its detach: %+v", h)
		}
		if told := got.told(); told != nil {
			t.Errorf("findings %q", told)
		}
	})
	t.Run("the log is behind", func(t *testing.T) {
		sc := &scene{}
		first := sc.first(fact.Libvirt, 0, 1*s, base())
		d, r := New(Options{}), newRows()
		for i := range sc.facts {
			if err := d.Add(&sc.facts[i]); err != nil {
				t.Fatal(err)
			}
		}
		r.apply(d.Delta())
		if r.sessions[first] == nil {
			t.Fatal(r.text())
		}
		n := len(sc.facts)
		sc.started(500)
		sc.tick(100 * s)
		for i := range sc.facts[n:] {
			if err := d.Add(&sc.facts[n+i]); err != nil {
				t.Fatal(err)
			}
		}
		r.apply(d.Delta())
		if len(r.sessions) != 1 || r.sessions[first] != nil || r.told() != nil {
			t.Fatal(r.text())
		}
	})
}

// TestRunsApart: a guest that is started again, one run recorded and one not, has
// two sessions with numbers of their own.
func TestRunsApart(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.stopped(60 * s)
	sc.seen(fact.Libvirt, fact.Gone, 59*s, 60*s, fact.Observed{})
	sc.seen(fact.Libvirt, fact.Seen, 70*s, 71*s, fact.Observed{
		Has: base(), Run: "2", PID: 88, Wants: []fact.Wanted{{Type: "VIRT_CONTROL", Text: "start", Op: "start"}},
	})
	sc.tick(200 * s)
	got, missing := derive(t, sc.facts)
	runs := got.ordered()
	if len(runs) != 2 || runs[0].Number != 1 || runs[1].Number != 2 || runs[1].By != fact.Libvirt || runs[0].State != trail.Closed {
		t.Fatal(got.text())
	}
	if want := []string{"unrecorded: no record tells of the guest's start"}; !slices.Equal(got.told(), want) {
		t.Errorf("findings %q", got.told())
	}
	if len(missing) != 1 || missing[0].Wanted.Op != "start" || missing[0].PID != 88 || missing[0].UUID != uuid {
		t.Errorf("missing %+v", missing)
	}
}

// TestStoppedFalsely: a stop that somebody made up doesn't hide that the guest
// runs.
func TestStoppedFalsely(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.sent(60*s, 4242, "/tmp/forge", `op=stop reason=shutdown | vm-pid=0`)
	sc.has(fact.Libvirt, 100*s, 101*s, base())
	sc.tick(200 * s)
	got, _ := derive(t, sc.facts)
	want := []string{"unconfirmed: a record says that the guest stopped, and libvirt shows that it runs"}
	if !slices.Equal(got.told(), want) {
		t.Errorf("findings %q", got.told())
	}
}

// TestNormalDay: 30 devices by libvirt, start, hotplugs and stop, both watched:
// no finding, and all are the log's.
func TestNormalDay(t *testing.T) {
	sc := &scene{}
	var records []string
	has := base()
	for i := range 30 {
		id := "/d" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".img"
		records = append(records, `resrc=disk reason=start | old-disk="?" new-disk="`+id+`"`)
		has = append(has, thing("disk", id))
	}
	sc.started(0, records...)
	sc.first(fact.Libvirt, 0, 1*s, has)
	sc.logged(60*s, `resrc=disk reason=update | old-disk="/daa.img" new-disk="/new.img"`)
	sc.has(fact.Libvirt, 59*s, 61*s, append(without(slices.Clone(has), "/daa.img"), thing("disk", "/new.img")),
		fact.Wanted{Op: "update", Kind: "disk", Old: "/daa.img", ID: "/new.img"})
	sc.stopped(100 * s)
	sc.seen(fact.Libvirt, fact.Gone, 99*s, 101*s, fact.Observed{})
	sc.tick(200 * s)
	got, missing := derive(t, sc.facts)
	if len(got.told()) > 0 || len(missing) > 0 {
		t.Errorf("findings %q, missing %v", got.told(), missing)
	}
	for _, run := range got.ordered() {
		for _, h := range run.Holdings {
			if h.By != "" || !slices.Contains(h.Also, fact.Libvirt) {
				t.Errorf("a holding that record and libvirt both show: %+v", h)
			}
		}
	}
}

// TestForgets: what is over is not kept.
func TestForgets(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.stopped(60 * s)
	sc.seen(fact.Libvirt, fact.Gone, 59*s, 60*s, fact.Observed{})
	sc.seen(fact.Proc, fact.Gone, 59*s, 61*s, fact.Observed{})
	sc.tick(200 * s)
	d := New(Options{})
	for i := range sc.facts {
		if err := d.Add(&sc.facts[i]); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.runs) != 0 || len(d.sessions) != 0 || len(d.ended) != 0 || len(d.nodes[host].guests) != 0 {
		t.Errorf("kept: %d runs, %d sessions, %d ended, %d guests", len(d.runs), len(d.sessions), len(d.ended), len(d.nodes[host].guests))
	}
	if until, ok := d.Waiting(); ok {
		t.Errorf("waits until %d", until)
	}
}

// TestSeenLate: a guest that ran for a moment, and that a witness tells of only when
// the log was read well past that, is one session and lacks no record.
func TestSeenLate(t *testing.T) {
	for _, read := range []int64{80, 85, 300} {
		sc := &scene{}
		sc.as(1, func() { sc.seen(fact.Libvirt, fact.Seen, -1, 1*s, fact.Observed{PID: 5}) })
		sc.started(60 * s)
		sc.stopped(62 * s)
		sc.tick(read * s)
		start := fact.Wanted{Type: "VIRT_CONTROL", Text: "start", Op: "start"}
		sc.seen(fact.Libvirt, fact.Seen, 59*s, 61*s, fact.Observed{Has: base(silent("disk", "rbd:x")), Wants: []fact.Wanted{start}})
		sc.seen(fact.Libvirt, fact.Gone, 61*s, 63*s, fact.Observed{Wants: []fact.Wanted{{Type: "VIRT_CONTROL", Text: "stop", Op: "stop"}}})
		for i := range sc.facts[len(sc.facts)-2:] {
			sc.facts[len(sc.facts)-1-i].Stamp.Millis = 1_000_000 + read*s
		}
		sc.tick(2000 * s)
		got, missing := derive(t, sc.facts)
		want := "77 closed " + uuid + " #1: /a.img /dev/urandom 52:54:00:00:00:01 rbd:x"
		if all := got.whose(); !slices.Contains(all, want) || len(all) != 2 || got.told() != nil || missing != nil {
			t.Errorf("log read to %d s: %q, findings %q, missing %v", read, all, got.told(), missing)
		}
		sameRows(t, "late", sc.facts, 20)
	}
}
