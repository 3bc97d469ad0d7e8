package reconcile

import (
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// shows adds that a witness shows a run, since when isn't known.
func (sc *scene) shows(w fact.Witness, what fact.What, at int64, pid int, run string) {
	sc.seen(w, what, -1, at, fact.Observed{PID: pid, Run: run, Has: base()})
}

// TestSweptAfterNextRun: libvirt shows a guest's next run in place of the one before,
// which it doesn't show any more.
func TestSweptAfterNextRun(t *testing.T) {
	sc := &scene{}
	sc.first(fact.Libvirt, -1, 1*s, base())
	sc.seen(fact.Libvirt, fact.Seen, 59*s, 60*s, fact.Observed{PID: 78, Run: "2", Has: base()})
	sc.looked(hypervisor, 90*s)
	sc.tick(200 * s)
	got, _ := derive(t, sc.facts)
	if all := got.ordered(); len(all) != 2 || all[0].State != trail.Lost || all[1].State != trail.Running {
		t.Error(got.text())
	}
}

// TestNextRunSeenByAnother: libvirt's run before ends when libvirt shows the next
// one, also where another witness showed that first.
func TestNextRunSeenByAnother(t *testing.T) {
	sc := &scene{}
	sc.shows(fact.Libvirt, fact.Seen, 1*s, 77, "1")
	sc.shows(fact.Proc, fact.Seen, 60*s, 78, "p78")
	sc.shows(fact.Libvirt, fact.Seen, 61*s, 78, "2")
	sc.tick(200 * s)
	got, _ := derive(t, sc.facts)
	all := got.ordered()
	if len(all) != 2 || all[0].State != trail.Lost || all[0].EndBefore.Millis != start+61*s || all[1].State != trail.Running {
		t.Error(got.text())
	}
	sameRows(t, "next", sc.facts, 16)
}

// TestTwoShownAfterOneEnd: two runs that one fact ended, and that are shown after
// that, are two disagreements.
func TestTwoShownAfterOneEnd(t *testing.T) {
	sc := &scene{}
	sc.shows(fact.Libvirt, fact.Seen, 1*s, 71, "1")
	sc.shows(fact.Proc, fact.Seen, 2*s, 71, "p71")
	sc.shows(fact.Libvirt, fact.Seen, 20*s, 72, "2")
	sc.shows(fact.Proc, fact.Seen, 21*s, 72, "p72")
	sc.shows(fact.Libvirt, fact.Changed, 40*s, 71, "1")
	sc.shows(fact.Libvirt, fact.Seen, 60*s, 73, "3")
	sc.shows(fact.Proc, fact.Changed, 90*s, 71, "p71")
	sc.shows(fact.Proc, fact.Changed, 91*s, 72, "p72")
	sc.tick(200 * s)
	got, _ := derive(t, sc.facts)
	const found = "unconfirmed: libvirt shows that the guest is gone, and the guest's process shows that it runs"
	want := []string{"unconfirmed: libvirt shows that the guest is gone, and libvirt shows that it runs", found, found}
	slices.Sort(want)
	if !slices.Equal(got.told(), want) {
		t.Errorf("findings %q", got.told())
	}
	sameRows(t, "two", sc.facts, 15)
}
