package reconcile

import (
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// An interface that was moved is detached and attached in the log, and all the
// time there for who looks: both times are shown by all, also when the guest
// has ended.
func TestMovedAtOnce(t *testing.T) {
	var sc scene
	sc.started(0)
	sc.first(fact.Libvirt, -1, 1*s, base())
	sc.first(fact.Proc, -1, 1*s, []fact.Thing{{Kind: "char", ID: "/dev/net/tun", Names: []string{"vnet0"}}})
	sc.logged(60*s, `resrc=net reason=detach | old-net="52:54:00:00:00:01" new-net="?"`,
		`resrc=net reason=attach | old-net="?" new-net="52:54:00:00:00:01"`)
	moved := base()
	moved[2].Detail = map[string]string{"source": "br0", "tap": "vnet0"}
	sc.has(fact.Libvirt, 59*s, 61*s, moved)
	sc.tick(75 * s)
	sc.looked(hypervisor, 80*s)
	want := []string{"net 52:54:00:00:00:01 also=libvirt also=proc ended=detach", "net 52:54:00:00:00:01 also=libvirt also=proc"}
	for _, ended := range []string{"", " ended=stop"} {
		if ended != "" {
			sc.stopped(90 * s)
			sc.seen(fact.Libvirt, fact.Gone, 89*s, 90*s, fact.Observed{})
		}
		sc.tick(120 * s)
		rows, _ := derive(t, sc.facts)
		held := rows.held()
		if !slices.Contains(held, want[0]) || !slices.Contains(held, want[1]+ended) {
			t.Errorf("held %q", held)
		}
		if told := rows.told(); len(told) > 0 {
			t.Errorf("told %q", told)
		}
	}
}

// Of two equal things of which one went for good, the log's holding that ended
// is not shown by who sees the other.
func TestOtherOfEquals(t *testing.T) {
	var sc scene
	sc.started(0, `resrc=rng reason=start | old-rng="?" new-rng="/dev/random"`, `resrc=rng reason=start | old-rng="?" new-rng="/dev/random"`)
	sc.first(fact.Libvirt, -1, 1*s, base(thing("rng", "/dev/random")))
	sc.logged(60*s, `resrc=rng reason=detach | old-rng="/dev/random" new-rng="?"`)
	sc.tick(120 * s)
	rows, _ := derive(t, sc.facts)
	want := []string{"rng /dev/random ended=detach", "rng /dev/random also=libvirt"}
	held := slices.DeleteFunc(rows.held(), func(h string) bool { return !slices.Contains(want, h) })
	slices.Sort(held)
	slices.Sort(want)
	if !slices.Equal(held, want) {
		t.Errorf("held %q, want %q", rows.held(), want)
	}
}
