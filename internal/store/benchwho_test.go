package store

import (
	"context"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// BenchmarkWho asks who held /dev/urandom at moments all over the time.
func BenchmarkWho(b *testing.B) {
	s := filledStore(b, benchHoldings(b))
	urandom := trail.Resource{ID: "/dev/urandom"}
	ctx := context.Background()
	ends, err := s.LastSeen(ctx)
	if err != nil {
		b.Fatal(err)
	}
	moment := func(i int) int64 { return longAgo + int64(i*37%perGuest)*sessionMs + sessionMs/2 }
	b.Run("page", func(b *testing.B) {
		for i := range b.N {
			at := moment(i)
			list, _, err := s.Holdings(ctx, HoldingQuery{Resource: urandom, From: at, To: at})
			if err != nil || len(list) == 0 {
				b.Fatal(len(list), err)
			}
		}
	})
	b.Run("whole", func(b *testing.B) {
		n := 0
		for i := range b.N {
			at := moment(i)
			sessions, err := s.SessionsHolding(ctx, urandom, at, at)
			if err != nil {
				b.Fatal(err)
			}
			t := time.UnixMilli(at)
			n += len(trail.HoldersAt(trail.Who(sessions, urandom), t, t, ends))
		}
		b.ReportMetric(float64(n)/float64(b.N), "holders")
	})
	b.Run("guests", func(b *testing.B) {
		for range b.N {
			if list, _, err := s.Guests(ctx, GuestQuery{}); err != nil || len(list) == 0 {
				b.Fatal(len(list), err)
			}
		}
	})
	b.Run("sessions", func(b *testing.B) {
		for i := range b.N {
			at := moment(i)
			if list, _, err := s.Sessions(ctx, SessionQuery{From: at, To: at + 1000}); err != nil || len(list) == 0 {
				b.Fatal(len(list), err)
			}
		}
	})
	b.Run("running", func(b *testing.B) {
		for range b.N {
			if list, _, err := s.Sessions(ctx, SessionQuery{Running: true}); err != nil || len(list) == 0 {
				b.Fatal(len(list), err)
			}
		}
	})
	b.Run("counts", func(b *testing.B) {
		for range b.N {
			if _, err := s.Counts(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}
