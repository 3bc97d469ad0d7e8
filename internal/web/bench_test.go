package web

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

const (
	benchGuests   = 10_000
	benchSessions = 5  // of each
	benchHoldings = 20 // of each
)

// benchStore keeps 10,000 guests with 1,000,000 holdings in a year.
func benchStore(b *testing.B) *store.Store {
	b.Helper()
	st, err := store.Open(filepath.Join(b.TempDir(), "trail.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	id := uint64(0)
	for g := 0; g < benchGuests; g += 100 {
		d := &trail.Delta{LastSeen: map[string]trail.Moment{testNode: {Millis: testNow.UnixMilli(), Serial: 1}}}
		for i := range 100 * benchSessions {
			id++
			d.Sessions = append(d.Sessions, benchSession(g+i%100, i/100, id))
		}
		if err := st.Commit(b.Context(), &store.Batch{Delta: d}); err != nil {
			b.Fatal(err)
		}
	}
	return st
}

func benchSession(guest, nth int, id uint64) *trail.Session {
	const year = 365 * 24 * 3600 * 1000
	begin := testNow.UnixMilli() - year + int64(nth)*(year/benchSessions) + int64(guest)*1000
	at := func(ms int64) trail.Moment { return trail.Moment{Millis: begin + ms, Serial: id*1000 + 1} }
	s := &trail.Session{
		ID: id, Node: testNode, UUID: fmt.Sprintf("00000000-0000-4000-8000-%012d", guest), Name: fmt.Sprintf("guest-%05d", guest),
		Virt: "kvm", State: trail.Closed, First: at(0), Start: at(0), Number: nth + 1,
	}
	end := at(year / benchSessions / 2)
	for i := range benchHoldings {
		h := trail.Holding{Kind: "disk", ID: fmt.Sprintf("/images/%05d-%d.qcow2", guest, i), From: at(int64(i)), Reason: "start", To: end, Ended: trail.ByStop}
		if i == 0 {
			h.Kind, h.ID = "rng", "/dev/urandom"
		}
		s.Holdings = append(s.Holdings, h)
	}
	s.End, s.Last = end, end
	return s
}

// BenchmarkViews measures what the page asks for, of 10,000 guests with 1,000,000
// holdings.
func BenchmarkViews(b *testing.B) {
	s, err := New(testConfig(benchStore(b)))
	if err != nil {
		b.Fatal(err)
	}
	open := "lane=00000000-0000-4000-8000-000000005000@kvm1"
	for _, target := range []string{
		"timeline?count=100&first=5000", "timeline?count=500&first=5000", "timeline?count=1&first=5000&" + open,
		"guests?limit=100", "search?q=guest-0500", "search?q=/images/0500",
		"holdings?resource=/dev/urandom&limit=100", "holdings?resource=/dev/urandom&at=2026-03-01T00:00:00Z", "sessions?guest=guest-05000", "rng",
	} {
		b.Run(target, func(b *testing.B) {
			for b.Loop() {
				if w := get(s, "/api/v1/"+target); w.Code != 200 {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
