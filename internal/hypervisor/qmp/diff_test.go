package qmp

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/guest"
)

func at(second int) time.Time { return time.Date(2026, 11, 23, 14, 0, second, 0, time.UTC) }

// urandom is a guest with n RNGs and a disk.
func urandom(begun, n int) *Snapshot {
	s := &Snapshot{Begun: at(begun), Ended: at(begun + 1), Status: "running"}
	s.Spec.Disks = []guest.Disk{{Target: "d", Source: guest.DiskSource{Path: "/a"}}}
	for range n {
		s.Spec.RNGs = append(s.Spec.RNGs, guest.RNG{Backend: guest.RNGRandom, Path: "/dev/urandom"})
		s.Devices = append(s.Devices, Device{"/machine/peripheral/r", "virtio-rng-pci"})
	}
	return s
}

// without is a snapshot that doesn't know a part.
func (s *Snapshot) without(name Part) *Snapshot {
	partOf(name).copy(s, &Snapshot{})
	s.Unknown = append(s.Unknown, Unknown{name, errors.New("refused")})
	return s
}

func TestDiff(t *testing.T) {
	old, now := urandom(0, 3), urandom(10, 4)
	now.Status = "paused"
	d := Diff(old, now)
	if len(d.Changes) != 1 || d.Changes[0].Op != guest.Attach || d.Changes[0].New != now.Spec.RNGs[0] || d.Changes[0].Guest != &now.Spec {
		t.Errorf("changes %+v", d.Changes)
	}
	if want := []Item{Status("running")}; !slices.Equal(d.Lost, want) {
		t.Errorf("lost %+v, want %+v", d.Lost, want)
	}
	if want := []Item{Status("paused"), Device{"/machine/peripheral/r", "virtio-rng-pci"}}; !slices.Equal(d.Came, want) {
		t.Errorf("came %+v, want %+v", d.Came, want)
	}
	if d := Diff(now, old); len(d.Changes) != 1 || d.Changes[0].Op != guest.Detach || len(d.Lost) != 2 {
		t.Errorf("back: %+v", d)
	}
	if d := Diff(old, urandom(10, 3)); !d.Empty() {
		t.Errorf("the same: %+v", d)
	}
}

// What is not known was not lost, and what becomes known did not come.
func TestDiffOfUnknown(t *testing.T) {
	for _, p := range []Part{"rngs", "devices", "disks", "status"} {
		whole, part := urandom(0, 3), urandom(10, 3).without(p)
		for _, d := range []Difference{Diff(whole, part), Diff(part, whole)} {
			if !d.Empty() {
				t.Errorf("%s: %+v", p, d)
			}
		}
	}
}

// What changed while a part was not known is told when it is known again, since
// when it was known last.
func TestMerge(t *testing.T) {
	first := urandom(0, 3)
	merged := merge(first, urandom(10, 0).without("rngs").without("devices"))
	if len(merged.Spec.RNGs) != 3 || len(merged.Devices) != 3 || !merged.Begun.Equal(at(0)) || !merged.Ended.Equal(at(11)) || len(merged.Unknown) > 0 {
		t.Errorf("merged: %+v", merged)
	}
	third := urandom(20, 4)
	if d := Diff(merged, third); len(d.Changes) != 1 || len(d.Came) != 1 {
		t.Errorf("one rng more than merged: %+v", d)
	}
	if m := merge(merged, third); !m.Begun.Equal(at(20)) || len(m.Spec.RNGs) != 4 {
		t.Errorf("merged with what is known whole: %+v", m)
	}
	never := merge(urandom(0, 0).without("rngs"), urandom(10, 0).without("rngs"))
	if never.Knows("rngs") || !never.Begun.Equal(at(10)) {
		t.Errorf("merged, with a part that was never known: %+v", never)
	}
}

// Each part copies what it fills: nothing of a snapshot belongs to none.
func TestPartsAreWhole(t *testing.T) {
	s := newFake(t).snapshot()
	rest := *s
	for _, p := range parts {
		p.copy(&rest, &Snapshot{})
	}
	if d := Diff(&Snapshot{}, &rest); !d.Empty() || rest.Spec.Name+rest.Spec.UUID+string(rest.Spec.Virt) != "" {
		t.Errorf("of no part: %+v", d)
	}
	var copied Snapshot
	for _, p := range parts {
		p.copy(&copied, s)
	}
	if d := Diff(s, &copied); !d.Empty() {
		t.Errorf("not copied: %+v", d)
	}
	if slices.ContainsFunc(parts, func(p part) bool { return p.name == "" }) {
		t.Error("a part has no name")
	}
}
