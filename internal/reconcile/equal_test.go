package reconcile

import (
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestEqualThings: the attach of a thing that another one is equal to is found
// still when one of them is detached, which the log has of the other.
func TestEqualThings(t *testing.T) {
	urandom := thing("rng", "/dev/urandom")
	want := []string{"unrecorded: no record tells of the attach of rng /dev/urandom; libvirt records no attach of a random device"}
	for name, add := range map[string]func(*scene){
		"one at the start": func(sc *scene) {
			sc.watched()
			sc.has(fact.Libvirt, 59*s, 60*s, base(urandom))
			sc.logged(120*s, `resrc=rng reason=detach | old-rng="/dev/urandom" new-rng="?"`)
			sc.has(fact.Libvirt, 119*s, 121*s, base())
		},
		"two at the start": func(sc *scene) {
			sc.started(0, `resrc=rng reason=start | old-rng="?" new-rng="/dev/urandom"`)
			sc.first(fact.Libvirt, 0, 1*s, base(urandom))
			sc.tick(30 * s)
			sc.logged(60*s, `resrc=rng reason=detach | old-rng="/dev/urandom" new-rng="?"`)
			sc.has(fact.Libvirt, 59*s, 61*s, base())
			sc.has(fact.Libvirt, 99*s, 101*s, base(urandom))
			sc.logged(160*s, `resrc=rng reason=detach | old-rng="/dev/urandom" new-rng="?"`)
			sc.has(fact.Libvirt, 159*s, 161*s, base())
		},
	} {
		sc := &scene{}
		add(sc)
		sc.tick(1000 * s)
		sc.looked(hypervisor, 1000*s)
		got, _ := derive(t, sc.facts)
		if !slices.Equal(got.told(), want) {
			t.Errorf("%s: findings %q", name, got.told())
		}
		open := 0
		for _, h := range got.ordered()[0].Holdings {
			if h.Kind == "rng" && h.Ended == "" {
				open++
			}
			if h.By != "" && (h.Ended != trail.ByDetach || h.To.Serial == 0) {
				t.Errorf("%s: a holding that only libvirt shows doesn't end by a record: %+v", name, h)
			}
		}
		if open != 1 {
			t.Errorf("%s: %d are held", name, open)
		}
	}
}

// TestEndOfEqualIsNotMissing: of two equal things of which one went without record,
// the later record is the other's end, though the log has it as the first one's.
func TestEndOfEqualIsNotMissing(t *testing.T) {
	rng := thing("rng", "/dev/random")
	gone := fact.Wanted{Type: "VIRT_RESOURCE", Text: "detach", Op: "detach", Kind: "rng", Old: "/dev/random"}
	for _, later := range []int64{600, 2000, 5000} {
		sc := &scene{}
		sc.watched()
		sc.logged(60*s, attachText("rng", rng.ID))
		sc.has(fact.Libvirt, 59*s, 60*s+10, base(rng))
		sc.logged(120*s, attachText("rng", rng.ID))
		sc.has(fact.Libvirt, 119*s, 120*s+10, base(rng, rng))
		sc.has(fact.Libvirt, 299*s, 300*s, base(rng), gone) // not recorded
		sc.tick(330 * s)
		d := New(Options{})
		feed(t, d, sc.facts)
		d.Missing()
		n := len(sc.facts)
		sc.logged(later*s, detachText("rng", rng.ID))
		sc.has(fact.Libvirt, later*s-s, later*s+10, base(), gone)
		sc.tick((later + 30) * s)
		feed(t, d, sc.facts[n:])
		got := newRows()
		got.apply(d.Delta())
		if told, missing := got.told(), d.Missing(); len(told) != 1 || missing != nil {
			t.Errorf("%d: findings %q, missing %v", later, told, missing)
		}
		for _, h := range got.ordered()[0].Holdings {
			if h.ID == rng.ID && (h.Ended != trail.ByDetach || h.To.Millis != start+300*s && h.To.Millis != start+later*s) {
				t.Errorf("%d: a detached device is held otherwise: %+v", later, h)
			}
		}
	}
}

// TestEndIsOfTheLast: of a thing that went and came back without records, the
// record of its end is that of the last time.
func TestEndIsOfTheLast(t *testing.T) {
	b := thing("disk", "/b.img")
	sc := &scene{}
	sc.watched()
	sc.logged(60*s, attachText("disk", b.ID))
	sc.has(fact.Libvirt, 59*s, 60*s+10, base(b))
	sc.has(fact.Libvirt, 99*s, 100*s, base()) // not recorded
	sc.has(fact.Libvirt, 199*s, 200*s, base(b), wantedFor("attach", "disk", b.ID))
	sc.logged(300*s, detachText("disk", b.ID))
	sc.has(fact.Libvirt, 299*s, 300*s+10, base())
	sc.tick(330 * s)
	got, missing := derive(t, sc.facts)
	want := []string{"unrecorded: no record tells of the attach of disk /b.img", "unrecorded: no record tells of the detach of disk /b.img"}
	if !slices.Equal(got.told(), want) || missing != nil {
		t.Errorf("findings %q, missing %v", got.told(), missing)
	}
	for _, f := range got.findings {
		if f.At.Millis > start+250*s {
			t.Errorf("at %d: %s", f.At.Millis-start, f.Text)
		}
	}
}

// TestRunsWithoutPID: a guest that is started again at once, of which a witness
// can't tell the process, or has the same one after a boot.
func TestRunsWithoutPID(t *testing.T) {
	for _, pid := range []int{77, -1} { // -1 is none
		sc := &scene{}
		sc.started(0)
		sc.first(fact.Libvirt, 0, 1*s, base())
		sc.first(fact.Proc, 0, 1*s, nil)
		sc.stopped(60 * s)
		sc.started(62 * s)
		sc.seen(fact.Libvirt, fact.Gone, 59*s, 63*s, fact.Observed{PID: pid})
		sc.seen(fact.Libvirt, fact.Seen, 59*s, 63*s, fact.Observed{Has: base(), Run: "2", PID: pid})
		sc.seen(fact.Proc, fact.Gone, 59*s, 63*s, fact.Observed{PID: pid})
		sc.seen(fact.Proc, fact.Seen, 59*s, 64*s, fact.Observed{Run: "2", PID: pid})
		for i := range sc.facts {
			f := &sc.facts[i]
			var o fact.Observed
			if f.Kind == fact.Observation && f.Decode(&o) == nil && pid < 0 {
				o.PID = 0
				f.Text = fact.Encode(o)
			}
		}
		sc.tick(200 * s)
		got, _ := derive(t, sc.facts)
		all := got.ordered()
		if len(all) != 2 || all[0].State != trail.Closed || all[1].State != trail.Running || got.told() != nil {
			t.Errorf("pid %d: %s", pid, got.text())
			continue
		}
		for _, ev := range got.events {
			if ev.By != "" && ev.Op == trail.OpStart && ev.At.Millis > start+30*s && got.sessionOf(ev) != all[1].ID {
				t.Errorf("pid %d: event %d of session %d", pid, ev.Fact, ev.SessionID)
			}
		}
	}
}
