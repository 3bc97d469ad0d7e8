package report

import (
	"fmt"
	"io"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// manyEvents are those of a busy host: of 500 guests, 160,000 in all.
func manyEvents() []*trail.Event {
	tr := trail.New(nil)
	tr.KeepEvents()
	var r record.Record
	serial := 0
	for i := range 160_000 {
		guest, op := i%500, "attach"
		fields := fmt.Sprintf(`old-disk="?" new-disk="/var/lib/libvirt/images/data-%d.qcow2"`, i)
		if i >= 80_000 {
			op, fields = "detach", fmt.Sprintf(`old-disk="/var/lib/libvirt/images/data-%d.qcow2" new-disk="?"`, i-80_000)
		}
		serial++
		line := fmt.Sprintf(`type=VIRT_RESOURCE msg=audit(%d.%03d:%d): %s msg='virt=kvm resrc=disk reason=%s vm="guest-%d" uuid=10000000-0000-4000-8000-%012d %s exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`,
			1793000000+i/10, i%10, serial, sender, op, guest, guest, fields)
		if err := r.Parse([]byte(line)); err != nil {
			panic(err)
		}
		tr.Add("kvm1", &r)
	}
	tr.End()
	return tr.Events()
}

// BenchmarkEvents writes 160,000 events in each format.
func BenchmarkEvents(b *testing.B) {
	events := manyEvents()
	for _, tc := range []struct {
		name   string
		format Format
		o      Options
	}{
		{"text", Text, Options{}},
		{"terminal", Text, Options{Width: 140, Color: true}},
		{"narrow", Text, Options{Width: 60}},
		{"proof", Text, Options{Proof: ProofIDs}},
		{"jsonl", JSONL, Options{}},
		{"csv", CSV, Options{}},
	} {
		b.Run(tc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Events(io.Discard, tc.format, events, tc.o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
