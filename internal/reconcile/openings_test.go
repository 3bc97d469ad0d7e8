package reconcile

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestOpenings: times are found as if each had been kept alone.
func TestOpenings(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 200 {
		var o openings
		var all []gap
		for range rng.IntN(12) {
			from := rng.Int64N(60)
			g := gap{from, from + rng.Int64N(12)}
			o, all = o.with(g), append(all, g)
		}
		for i := 1; i < len(o); i++ {
			if o[i-1].to >= o[i].from {
				t.Fatalf("%v of %v", o, all)
			}
		}
		from := rng.Int64N(70)
		to := from + rng.Int64N(10)
		want := slices.ContainsFunc(all, func(g gap) bool { return g.from <= to && g.to >= from })
		if g, got := o.at(from, to); got != want || got && (g.from > to || g.to < from) {
			t.Fatalf("%v of %v at %d to %d: %v %v", o, all, from, to, g, got)
		}
	}
}
