package reconcile

import (
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestClockSetOnAfterStart: a host boots with a clock that is behind, starts a
// guest, and sets it: the guest's process began after the record of its start, by
// the clock as it is then.
func TestClockSetOnAfterStart(t *testing.T) {
	for _, w := range []fact.Witness{fact.Proc, fact.QMP} {
		sc := &scene{}
		sc.started(0)
		sc.first(w, 3600*s, 3605*s, base())
		sc.first(fact.Libvirt, -1, 3606*s, base())
		sc.tick(4000 * s)
		got, missing := derive(t, sc.facts)
		if all := got.ordered(); len(all) != 1 || all[0].State != trail.Running || got.told() != nil || missing != nil {
			t.Errorf("%s: missing %v\n%s", w, missing, got.text())
		}
	}
}

// TestClockSetBackBeforeStop: a guest whose stop is earlier than its start, by the
// clock, has one session.
func TestClockSetBackBeforeStop(t *testing.T) {
	sc := &scene{}
	sc.started(3600 * s)
	sc.first(fact.Libvirt, 3600*s, 3601*s, base())
	sc.first(fact.Proc, 3599*s, 3602*s, []fact.Thing{silent("file", "/a.img")})
	sc.tick(3700 * s)
	sc.stopped(60 * s)
	sc.seen(fact.Libvirt, fact.Gone, 60*s, 60*s, fact.Observed{})
	sc.seen(fact.Proc, fact.Gone, 61*s, 61*s, fact.Observed{})
	sc.tick(200 * s)
	got, missing := derive(t, sc.facts)
	if all := got.ordered(); len(all) != 1 || all[0].State != trail.Closed || got.told() != nil || missing != nil {
		t.Errorf("missing %v\n%s", missing, got.text())
	}
}

// swept adds that a source has looked at all since a time, as told at another.
func (sc *scene) swept(source string, began, told int64) {
	sc.looked(source, began)
	sc.facts[len(sc.facts)-1].Stamp.Millis = start + told
}

// TestSlowSweep: that a witness tells of what was so half a minute ago sets no
// clock back: what was found stays, and what is missing is missing.
func TestSlowSweep(t *testing.T) {
	t.Run("runs on", func(t *testing.T) {
		sc := &scene{}
		sc.watched()
		sc.sent(60*s, 4242, "/tmp/forge", `op=stop reason=shutdown | vm-pid=0`)
		sc.tick(84 * s)
		sc.looked("proc", 85*s)
		sc.swept(hypervisor, 55*s, 86*s)
		sc.tick(90 * s)
		got, _ := derive(t, sc.facts)
		want := []string{"unconfirmed: a record says that the guest stopped, and the guest's process shows that it runs"}
		if run := got.ordered()[0]; run.State != trail.Running || !slices.Equal(got.told(), want) {
			t.Errorf("%s, findings %q", run.State, got.told())
		}
	})
	t.Run("missing", func(t *testing.T) {
		sc := &scene{}
		sc.watched()
		w := wantedFor("attach", "disk", "/b.img")
		id := sc.has(fact.Libvirt, 59*s, 60*s, base(thing("disk", "/b.img")), w)
		sc.tick(75 * s)
		sc.swept(hypervisor, 46*s, 76*s)
		sc.seen(fact.Proc, fact.Gone, -1, 40*s, fact.Observed{UUID: "other", PID: 5})
		sc.facts[len(sc.facts)-1].Stamp.Millis = start + 77*s
		d, got := New(Options{}), newRows()
		feed(t, d, sc.facts)
		got.apply(d.Delta())
		if !d.Lacks(id, w) || len(got.told()) != 1 {
			t.Errorf("lacks %v, findings %q", d.Lacks(id, w), got.told())
		}
	})
}
