package reconcile

import (
	"maps"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// TestOneEventOfOneChange: who looks first is chance, and a change has one event:
// that of who says what was changed, or of a process where nobody does.
func TestOneEventOfOneChange(t *testing.T) {
	file := []fact.Thing{silent("file", "/a.img"), silent("file", "/b.img")}
	attach := `resrc=disk reason=attach | old-disk="?" new-disk="/b.img"`
	detach := `resrc=disk reason=detach | old-disk="/b.img" new-disk="?"`
	for _, tc := range []struct {
		name  string
		scene []func(*scene)
		want  []string
	}{
		{"libvirt, then proc", []func(*scene){
			func(sc *scene) { sc.has(fact.Libvirt, 59*s, 60*s, base(thing("disk", "/b.img"))) },
			func(sc *scene) { sc.has(fact.Proc, 59*s, 61*s, file) },
		}, []string{"libvirt attach disk"}},
		{"proc, then libvirt", []func(*scene){
			func(sc *scene) { sc.has(fact.Proc, 59*s, 60*s, file) },
			func(sc *scene) { sc.has(fact.Libvirt, 59*s, 61*s, base(thing("disk", "/b.img"))) },
		}, []string{"libvirt attach disk"}},
		{"proc, then the log", []func(*scene){
			func(sc *scene) { sc.has(fact.Proc, 59*s, 60*s, file) },
			func(sc *scene) { sc.logged(60*s, attach) },
		}, nil},
		{"proc alone", []func(*scene){
			func(sc *scene) { sc.has(fact.Proc, 59*s, 60*s, file) },
			func(sc *scene) { sc.has(fact.Proc, 69*s, 70*s, file[:1]) },
		}, []string{"proc attach file", "proc detach file"}},
		{"proc, and libvirt a minute later", []func(*scene){
			func(sc *scene) { sc.has(fact.Proc, 59*s, 60*s, file) },
			func(sc *scene) { sc.has(fact.Libvirt, 119*s, 120*s, base(thing("disk", "/b.img"))) },
		}, []string{"proc attach file", "libvirt attach disk"}},
		{"both ways", []func(*scene){
			func(sc *scene) { sc.has(fact.Proc, 59*s, 60*s, file) },
			func(sc *scene) { sc.logged(60*s, attach) },
			func(sc *scene) { sc.has(fact.Libvirt, 59*s, 61*s, base(thing("disk", "/b.img"))) },
			func(sc *scene) { sc.logged(90*s, detach) },
			func(sc *scene) { sc.has(fact.Libvirt, 89*s, 91*s, base()) },
			func(sc *scene) { sc.has(fact.Proc, 89*s, 92*s, file[:1]) },
		}, []string{"libvirt attach disk", "libvirt detach disk"}},
		{"open long after it was detached", []func(*scene){
			func(sc *scene) { sc.logged(60*s, attach) },
			func(sc *scene) { sc.has(fact.Proc, 59*s, 61*s, file) },
			func(sc *scene) { sc.logged(90*s, detach) },
			func(sc *scene) { sc.has(fact.Proc, 149*s, 150*s, file[:1]) },
		}, []string{"proc detach file"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sc := &scene{}
			sc.watched()
			for _, part := range tc.scene {
				part(sc)
			}
			sc.tick(400 * s)
			got, _ := derive(t, sc.facts)
			var told []string
			for _, id := range slices.SortedFunc(maps.Keys(got.events), compareEvents) {
				if ev := got.events[id]; ev.By != "" && ev.Kind != "" {
					told = append(told, string(ev.By)+" "+ev.Op+" "+ev.Kind)
				}
			}
			if !slices.Equal(told, tc.want) {
				t.Errorf("events %q", told)
			}
			sameRows(t, tc.name, sc.facts, 13)
		})
	}
}

// TestOneStart: a start that two witnesses saw is one event, of the one that knows
// more, whoever was first.
func TestOneStart(t *testing.T) {
	proc := func(sc *scene) { sc.first(fact.Proc, 0, 1*s, []fact.Thing{silent("file", "/a.img")}) }
	virt := func(sc *scene) { sc.first(fact.Libvirt, 0, 1*s, base()) }
	late := func(sc *scene) { sc.first(fact.Libvirt, -1, 100*s, base()) }
	for name, tc := range map[string]struct {
		first, then func(*scene)
		by          fact.Witness
	}{
		"libvirt first": {virt, proc, fact.Libvirt},
		"proc first":    {proc, virt, fact.Libvirt},
		"much later":    {proc, late, fact.Proc},
	} {
		sc := &scene{}
		tc.first(sc)
		tc.then(sc)
		sc.tick(200 * s)
		got, _ := derive(t, sc.facts)
		n := 0
		for _, ev := range got.events {
			if n++; ev.Op != "start" || ev.By != tc.by {
				t.Errorf("%s: %s by %s", name, ev.Op, ev.By)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d events", name, n)
		}
		sameRows(t, name, sc.facts, 14)
	}
}
