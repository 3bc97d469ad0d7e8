package witness

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/libvirt"
)

// stamped checks that facts are stamped as they were told, between a second and now.
func (k *keeper) stamped(since int64, what string, facts ...fact.Kind) {
	k.t.Helper()
	if len(k.facts) != len(facts) {
		k.t.Fatalf("%s: facts %+v", what, k.facts)
	}
	for i := range k.facts {
		if f := &k.facts[i]; f.Kind != facts[i] || f.Stamp.Millis <= since*1000 || f.Stamp.Millis > k.second*1000 {
			k.t.Errorf("%s: %s stamped %d, told between %d and %d", what, f.Kind, f.Stamp.Millis, since*1000, k.second*1000)
		}
	}
	k.facts = nil
}

// What was seen long ago, in a sweep that took half a minute or before the host was
// booted, is stamped as it is told: otherwise the clock would seem to be set back.
func TestStampedWhenTold(t *testing.T) {
	k := newKeeper(t)
	l := startLibvirt(t, k)
	g := read(t, definition, 3, 4242)
	since := k.second
	must(t, l.take(libvirt.Connected{At: second(1)}))
	k.stamped(since, "connected", fact.Watch)
	must(t, l.take(libvirt.Seen{Guest: g, Span: span(5, 10), XML: definition}))
	k.stamped(since, "seen", fact.Observation)
	must(t, l.take(libvirt.Swept{Span: span(20, 50), Guests: 1}))
	k.ticked("libvirt qemu:///system", second(20))
	k.stamped(since, "a sweep", fact.Tick)

	flood(t, k, l)
	since = k.second
	must(t, l.take(libvirt.Swept{Span: span(100, 140), Guests: 1}))
	k.stamped(since, "what was withheld", fact.Observation, fact.Tick)

	l = startLibvirt(t, k)
	for _, g := range l.guests {
		g.Boot = "b00t-0"
		l.ended = append(l.ended, g)
	}
	since = k.second
	must(t, l.begin())
	k.stamped(since, "gone by the boot", fact.Observation)
}
