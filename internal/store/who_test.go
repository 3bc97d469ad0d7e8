package store

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestWhoSessionBefore: the session before one whose start isn't known is that of
// the log, which counts its records, and not that of the clock, which was set back.
func TestWhoSessionBefore(t *testing.T) {
	s := openTemp(t)
	at := func(ms int64, serial uint64) trail.Moment { return trail.Moment{Millis: ms, Serial: serial} }
	ran := func(id uint64, first, last trail.Moment) *trail.Session {
		return &trail.Session{ID: id, Node: "kvm1", UUID: "u", Name: "g", State: trail.Closed, Start: first, First: first, Last: last, End: last}
	}
	detached := &trail.Session{
		ID: 30, Node: "kvm1", UUID: "u", Name: "g", State: trail.Running, First: at(2_000_000, 30), Last: at(2_000_000, 30),
		Holdings: []trail.Holding{{Kind: "disk", ID: "/a", To: at(2_000_000, 30), Ended: trail.ByDetach}},
	}
	all := []*trail.Session{
		ran(10, at(1_000_000, 10), at(1_100_000, 15)),
		ran(20, at(3_000_000, 20), at(1_950_000, 25)), // the clock is set back in it
		detached,
	}
	writeDelta(t, s, &trail.Delta{Sessions: all})
	disk := trail.Resource{Kind: "disk", ID: "/a"}
	got, err := s.SessionsHolding(t.Context(), disk, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := trail.Who(all, disk)
	if have := trail.Who(got, disk); len(have) != 1 || have[0].Earliest != want[0].Earliest || want[0].Earliest != all[1].End {
		t.Errorf("got %+v, want held after %v", have, want[0].Earliest)
	}
}
