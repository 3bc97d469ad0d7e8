package witness

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/guest/libvirtxml"
	"github.com/virtaudit/virtaudit/internal/hypervisor/libvirt"
	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
	"github.com/virtaudit/virtaudit/internal/hypervisor/qmp"
)

// guests is how many there are on a big host. What is measured is what it takes
// to make facts of what the watchers tell of all of them once, beside what the
// watchers take themselves.
const guests = 1000

func discard(Report) error { return nil }

func benchBase() Base { return Base{Node: "kvm1", Boot: "b00t-1"}.withDefaults() }

// BenchmarkLibvirtChanged is for definitions that changed; of others there is
// nothing to be done.
func BenchmarkLibvirtChanged(b *testing.B) {
	all, err := NewLibvirt(benchBase(), LibvirtOptions{URIs: []string{"qemu:///system"}})
	if err != nil {
		b.Fatal(err)
	}
	l, err := all[0].teller(discard)
	if err != nil {
		b.Fatal(err)
	}
	spec, err := libvirtxml.Parse(strings.NewReader(definition), libvirtxml.Options{Live: true})
	if err != nil {
		b.Fatal(err)
	}
	now := second(0)
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Minute)
		g := libvirt.Guest{UUID: uuidA, Name: "web", ID: 3, PID: 7, State: "running", Spec: spec, Hash: sha256.Sum256([]byte(now.String()))}
		changes := []guest.Change{{Guest: spec, Op: guest.Update, Old: guest.VCPUs(1), New: guest.VCPUs(2)}}
		if err := l.take(libvirt.Changed{Guest: g, Span: libvirt.Span{From: now, To: now}, Was: "running", Changes: changes, XML: definition}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkQMPSame is for guests in which nothing changed.
func BenchmarkQMPSame(b *testing.B) {
	q, err := NewQMP(benchBase(), QMPOptions{})
	if err != nil {
		b.Fatal(err)
	}
	t, err := q.teller(discard)
	if err != nil {
		b.Fatal(err)
	}
	s := snapshot(10)
	sweep := func() {
		for i := range guests {
			r := lookedAt(qmp.Same, s)
			r.Socket = fmt.Sprint("/run/vm/", i)
			if err := t.take(r); err != nil {
				b.Fatal(err)
			}
		}
	}
	sweep()
	b.ReportAllocs()
	for b.Loop() {
		sweep()
	}
}

// BenchmarkProcSame is for processes that have open what they had.
func BenchmarkProcSame(b *testing.B) {
	t, err := NewProc(benchBase(), ProcOptions{}).teller(discard)
	if err != nil {
		b.Fatal(err)
	}
	sight := &proc.Sight{}
	for i := range 50 {
		sight.Held = append(sight.Held, proc.Held{Kind: proc.Anon, Path: "[eventfd]", Expected: "event", Count: i + 1})
	}
	for i := range 10 {
		sight.Held = append(sight.Held, proc.Held{Kind: proc.File, Path: fmt.Sprint("/srv/images/disk", i), Access: proc.ReadWrite, Count: 1})
	}
	sweep := func() {
		r := &round{began: second(1), state: map[string][]byte{}}
		for i := range guests {
			p := proc.Process{PID: i + 1, Start: 1, UUID: uuidA, Name: "web", Program: proc.QEMU}
			g, isNew := t.guest(p, second(1))
			sight.Process = p
			var v view
			v.add(sight, "")
			t.tell(r, g, isNew, &v, sight)
		}
	}
	sweep()
	b.ReportAllocs()
	for b.Loop() {
		sweep()
	}
}
