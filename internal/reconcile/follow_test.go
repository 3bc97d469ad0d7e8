package reconcile

import (
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestRecordedAfterFalseStop: what records tell of a guest that runs on after a
// forged stop isn't missing, and is held once.
func TestRecordedAfterFalseStop(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.logged(30*s, attachText("disk", "/c.img"))
	sc.has(fact.Libvirt, 29*s, 30*s+10, base(thing("disk", "/c.img")))
	sc.sent(60*s, 4242, "/tmp/forge", `op=stop reason=shutdown | vm-pid=0`)
	sc.tick(300 * s)
	sc.logged(400*s, attachText("disk", "/b.img"))
	sc.has(fact.Libvirt, 399*s, 400*s+10, base(thing("disk", "/b.img"), thing("disk", "/c.img")))
	sc.logged(450*s, `resrc=vcpu reason=update | old-vcpu=2 new-vcpu=3`)
	more := base(thing("disk", "/b.img"), thing("disk", "/c.img"))
	more[4].Value = 3
	sc.has(fact.Libvirt, 449*s, 450*s+10, more)
	sc.logged(500*s, detachText("disk", "/c.img"))
	sc.has(fact.Libvirt, 499*s, 500*s+10, without(slices.Clone(more), "/c.img"))
	sc.logged(600*s, detachText("disk", "/b.img"))
	sc.has(fact.Libvirt, 599*s, 600*s+10, without(slices.Clone(more), "/b.img", "/c.img"))
	sc.tick(9000 * s)
	sc.looked(hypervisor, 9000*s)
	got, missing := derive(t, sc.facts)
	want := []string{"unconfirmed: a record says that the guest stopped, and libvirt shows that it runs"}
	if !slices.Equal(got.told(), want) || missing != nil {
		t.Errorf("findings %q, missing %v", got.told(), missing)
	}
	all := got.ordered()
	if len(all) != 2 || all[0].State != trail.Running {
		t.Fatal(got.text())
	}
	times := map[string][]trail.Span{}
	for _, session := range all {
		for _, h := range session.Holdings {
			if h.By != "" {
				t.Errorf("not recorded: %+v", h)
			}
			if h.From != (trail.Moment{}) {
				times[h.ID] = append(times[h.ID], trail.Span{From: moment(h.From.Millis - start), To: moment(h.To.Millis - start)})
			}
		}
	}
	if b := times["/b.img"]; len(b) != 1 || b[0] != (trail.Span{From: moment(400 * s), To: moment(600 * s)}) {
		t.Errorf("/b.img is held %v", b)
	}
	if c := times["/c.img"]; len(c) != 1 || c[0] != (trail.Span{From: moment(30 * s), To: moment(500 * s)}) {
		t.Errorf("/c.img is held %v", c)
	}
}
