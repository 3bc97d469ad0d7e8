package reconcile

import (
	"math/rand/v2"
	"testing"
)

// TestTimeline: all claims of a time are found, and few others of those that
// follow each other.
func TestTimeline(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		all := make([]claim, rng.IntN(40))
		for i := range all {
			from := rng.Int64N(1000)
			all[i] = claim{from: from, to: from + rng.Int64N(100), holding: i}
		}
		line := timelines(map[string][]claim{"x": all})["x"]
		from := rng.Int64N(1000)
		to := from + rng.Int64N(50)
		found := map[int]bool{}
		for _, c := range line.between(from, to) {
			found[c.holding] = true
		}
		for _, c := range all {
			if c.from <= to && c.to >= from && !found[c.holding] {
				t.Fatalf("%+v isn't between %d and %d", c, from, to)
			}
		}
	}
	var row []claim
	for i := range 10_000 {
		row = append(row, claim{from: int64(i) * 10, to: int64(i)*10 + 5, holding: i})
	}
	if n := len(timelines(map[int][]claim{0: row})[0].between(50_000, 50_020)); n > 4 {
		t.Errorf("%d of those that follow each other", n)
	}
	if none := (*timeline)(nil).between(0, 1); none != nil {
		t.Errorf("nothing gives %v", none)
	}
}
