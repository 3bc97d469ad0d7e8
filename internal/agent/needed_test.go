package agent

import (
	"fmt"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/record"
)

// TestWitnessTicks: that a witness saw nothing new is kept while a record says what
// it would contradict, and not on a quiet host.
func TestWitnessTicks(t *testing.T) {
	const source = "libvirt qemu:///system"
	w := newWriter(t, &kernel{})
	looked := func(at int64) fact.Fact {
		return fact.Fact{
			Kind: fact.Tick, Source: source, Stamp: record.Stamp{Millis: begun + at},
			Text: fact.Encode(fact.Ticked{Source: source, At: begun + at}),
		}
	}
	control := func(serial int, at int64, op string) fact.Fact {
		var r record.Record
		line := fmt.Sprintf("type=VIRT_CONTROL msg=audit(%d.000:%d): pid=1 uid=0 auid=4294967295 ses=4294967295 "+
			`msg='virt=kvm op=%s vm="g" uuid=5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11 vm-pid=4242 exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`,
			(begun+at)/1000, serial, op)
		if err := r.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
		f := fact.OfRecord("here", follow.WayFile, &r)
		f.Settled = true
		return f
	}
	w.tell(t.Context(), 1000, control(1, 0, "start reason=booted"))
	w.tell(t.Context(), 2000, lackingGuest(t)[0], looked(2000))
	kept := w.ticks(t)
	for _, at := range []int64{30_000, 60_000, 90_000} {
		w.tell(t.Context(), at, looked(at))
	}
	if got := w.ticks(t); slices.Contains(got, 30_000) || slices.Contains(got, 60_000) || slices.Contains(got, 90_000) {
		t.Fatalf("on a quiet host ticks at %v, before %v", got, kept)
	}
	w.tell(t.Context(), 101_000, control(2, 100_000, "stop reason=destroyed"))
	w.tell(t.Context(), 130_000)
	w.tell(t.Context(), 140_500, looked(140_000))
	if got := w.ticks(t); !slices.Contains(got, 140_000) {
		t.Errorf("ticks at %v: the one that contradicts the stop isn't kept", got)
	}
	for _, at := range []int64{170_000, 200_000} {
		w.tell(t.Context(), at+500, looked(at))
	}
	if got := w.ticks(t); slices.Contains(got, 200_000) {
		t.Errorf("ticks at %v, when all is decided", got)
	}
}
