package reconcile

import (
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestSettledMoved: settled holdings are known again in a row that has them in
// another order, and what is judged are all others.
func TestSettledMoved(t *testing.T) {
	holding := func(begin, end uint64) trail.Holding { return trail.Holding{Kind: "disk", Begin: begin, End: end} }
	s := &session{row: &trail.Session{Holdings: []trail.Holding{holding(1, 0), holding(2, 5), holding(0, 6), holding(4, 0)}}}
	p := newSettled()
	if all := p.unsettled(s); !slices.Equal(all, []int{0, 1, 2, 3}) {
		t.Fatalf("unsettled %v", all)
	}
	done := func(at int, by uint64) settledHolding {
		row := s.row.Holdings[at]
		row.Reason = "settled"
		return settledHolding{at, by, row}
	}
	p.settle(s, []int{0, 1, 2, 3}, []settledHolding{done(2, 6), done(1, 2)})

	for _, tc := range []struct {
		name      string
		holdings  []trail.Holding
		unsettled []int
	}{
		{"one more", []trail.Holding{holding(1, 0), holding(2, 5), holding(0, 6), holding(4, 7), holding(9, 0)}, []int{0, 3, 4}},
		{"another order", []trail.Holding{holding(3, 0), holding(0, 6), holding(1, 0), holding(4, 7), holding(2, 5), holding(9, 0)}, []int{0, 2, 3, 5}},
		{"and back", []trail.Holding{holding(1, 0), holding(2, 5), holding(0, 6)}, []int{0}},
	} {
		s.row = &trail.Session{Holdings: tc.holdings}
		judged := p.unsettled(s)
		if !slices.Equal(judged, tc.unsettled) {
			t.Errorf("%s: unsettled %v", tc.name, judged)
		}
		row := make([]trail.Holding, len(judged))
		for n, i := range judged {
			row[n] = tc.holdings[i]
		}
		row = append(row, trail.Holding{Reason: "other"})
		all := p.all(s, judged, row)
		for i := range tc.holdings {
			settled := all[i].Reason == "settled"
			if provenBy(&all[i]) != provenBy(&tc.holdings[i]) || settled == slices.Contains(judged, i) {
				t.Errorf("%s: %d is %+v", tc.name, i, all[i])
			}
		}
		if len(all) != len(tc.holdings)+1 || all[len(all)-1].Reason != "other" {
			t.Errorf("%s: %d holdings", tc.name, len(all))
		}
	}
	if other := (&session{row: s.row}); len(p.unsettled(other)) != 3 || len(p.all(other, []int{0, 1, 2}, make([]trail.Holding, 3))) != 3 {
		t.Error("another session has settled holdings")
	}
}
