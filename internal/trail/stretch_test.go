package trail

import (
	"math/rand/v2"
	"testing"
)

// The last records of a boot are known again, and no others, however many there
// were and wherever several have one serial.
func TestStretchHas(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b stretch
	var all []Moment
	known := map[Moment]bool{}
	for serial := uint64(1); len(all) < 5*maxSeen; serial += rnd.Uint64N(3) {
		m := Moment{Millis: rnd.Int64N(3), Serial: serial}
		b.remember(m)
		all = append(all, m)
		known[m] = true
	}
	last := all[len(all)-maxSeen:]
	for _, m := range last {
		other, next, strange := m, m, m
		other.Millis ^= 1
		next.Serial++
		strange.Millis = 3
		for _, asked := range []Moment{m, other, next, strange} {
			if b.has(asked) != known[asked] {
				t.Fatalf("%v: %v, want %v", asked, !known[asked], known[asked])
			}
		}
	}
	for _, m := range all[:len(all)-3*maxSeen] {
		if b.has(m) {
			t.Fatalf("%v is known still", m)
		}
	}
	n := 0
	for _, page := range b.seen {
		n += cap(page)
	}
	if n > 2*maxSeen {
		t.Errorf("memory for %d records", n)
	}
}
