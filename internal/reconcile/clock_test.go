package reconcile

import (
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
