package reconcile

import (
	"fmt"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestDeclaredLater: what a process had open for a day is found for that time,
// though somebody attaches it then, and again once it was detached.
func TestDeclaredLater(t *testing.T) {
	const day = 86400 * s
	open := []fact.Thing{silent("file", "/a.img"), silent("file", "/secret")}
	sc := &scene{}
	sc.watched()
	sc.has(fact.Proc, 59*s, 60*s, open)
	sc.tick(200 * s)
	sc.logged(day, attachText("disk", "/secret"))
	sc.has(fact.Libvirt, day-s, day+10, base(thing("disk", "/secret")))
	sc.tick(day + 200*s)
	check := func(want ...trail.Span) {
		t.Helper()
		got, _ := derive(t, sc.facts)
		var found, held []trail.Span
		for _, f := range got.findings {
			if f.Kind == trail.Undeclared {
				found = append(found, trail.Span{From: f.At, To: f.Until})
			}
		}
		slices.SortFunc(found, func(a, b trail.Span) int { return int(a.From.Millis - b.From.Millis) })
		if !slices.Equal(found, want) {
			t.Errorf("found %v, want %v", found, want)
		}
		for _, h := range got.ordered()[0].Holdings {
			if h.By == fact.Proc {
				held = append(held, trail.Span{From: h.From, To: h.To})
			}
			if h.Kind == "disk" && h.ID == "/secret" && !slices.Contains(h.Also, fact.Proc) {
				t.Errorf("the process doesn't show %+v", h)
			}
		}
		if !slices.Equal(held, want) {
			t.Errorf("held %v, want %v", held, want)
		}
	}
	before := trail.Span{From: moment(start + 60*s), To: moment(start + day - s)}
	check(before)
	sc.logged(2*day, detachText("disk", "/secret"))
	sc.has(fact.Libvirt, 2*day-s, 2*day+10, base())
	sc.has(fact.Proc, 2*day+29*s, 2*day+30*s, append(open, silent("file", "/c")))
	sc.has(fact.Proc, 2*day+39*s, 2*day+40*s, open)
	sc.tick(2*day + 200*s)
	got, _ := derive(t, sc.facts)
	var texts []string
	for _, f := range got.findings {
		if f.Kind == trail.Undeclared && f.Resource.ID == "/secret" {
			texts = append(texts, f.ID)
		}
	}
	if len(texts) != 2 {
		t.Errorf("once it was detached %q are found", texts)
	}
}

// TestStartsSlowly: what a guest's process has open for long before libvirt shows the
// guest, as it does when its start is over, was named all the time.
func TestStartsSlowly(t *testing.T) {
	open := []fact.Thing{silent("file", "/a.img"), silent("char", "/dev/urandom"), silent("file", "/secret")}
	sc := &scene{}
	sc.first(fact.Proc, s, 2*s, open)
	sc.tick(60 * s)
	sc.started(90 * s)
	sc.first(fact.Libvirt, 89*s, 91*s, base())
	sc.tick(200 * s)
	got, _ := derive(t, sc.facts)
	var found, held []string
	for _, f := range got.findings {
		if f.Kind == trail.Undeclared {
			found = append(found, f.Resource.ID)
		}
	}
	for _, h := range got.ordered()[0].Holdings {
		if h.By == fact.Proc {
			held = append(held, h.ID)
		}
	}
	if want := []string{"/secret"}; !slices.Equal(found, want) || !slices.Equal(held, want) {
		t.Errorf("found %q and held %q, want %q", found, held, want)
	}
}

// TestOwnFolders: what libvirt keeps in its own folders is held, and no surprise: a
// saved guest's memory is open while it is restored. Such a file elsewhere is one.
func TestOwnFolders(t *testing.T) {
	sc := &scene{}
	sc.watched()
	sc.has(fact.Proc, 59*s, 60*s, []fact.Thing{
		silent("file", "/a.img"),
		silent("file", "/srv/g.save"),
		silent("file", "/var/lib/libvirt/qemu/dump/g.core"),
		silent("file", "/var/lib/libvirt/qemu/ram/1-g/pc.ram"),
		silent("file", "/var/lib/libvirt/qemu/save/g.save"),
		silent("file", "/var/lib/libvirt/qemu/saved"),
	})
	sc.tick(200 * s)
	got, _ := derive(t, sc.facts)
	const text = "undeclared: the guest's process has file %s open, which no record and no definition names"
	want := []string{fmt.Sprintf(text, "/srv/g.save"), fmt.Sprintf(text, "/var/lib/libvirt/qemu/saved")}
	if !slices.Equal(got.told(), want) {
		t.Errorf("findings %q, want %q", got.told(), want)
	}
	held := 0
	for _, h := range got.ordered()[0].Holdings {
		if h.By == fact.Proc {
			held++
		}
	}
	if held != 5 {
		t.Errorf("%d files are held as observed, want 5", held)
	}
}
