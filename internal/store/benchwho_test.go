package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// holdingsEnv says how many holdings the store of BenchmarkWho has; without it,
// few enough for a test. Filling ten million takes minutes and 3 GB.
const holdingsEnv = "VIRTAUDIT_BENCH_HOLDINGS"

// What the store of BenchmarkWho has: each session has that many holdings, and
// one of fifty holdings is of one resource.
const (
	perSession = 10
	oneOf      = 50
	perGuest   = 100
	sessionMs  = 3 * 3600 * 1000
	longAgo    = int64(1_700_000_000_000)
)

// filledStore gives a store in which guests ran one session after another.
func filledStore(b *testing.B) *Store {
	b.Helper()
	n := 100_000
	if text := os.Getenv(holdingsEnv); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	s, err := Open(filepath.Join(b.TempDir(), "store.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	guests := n / perSession / perGuest
	d := &trail.Delta{}
	for i := range n / perSession {
		d.Sessions = append(d.Sessions, oldRun(i, guests))
		if len(d.Sessions) == 5000 || i == n/perSession-1 {
			if err := s.Commit(context.Background(), &Batch{Delta: d}); err != nil {
				b.Fatal(err)
			}
			d = &trail.Delta{}
		}
	}
	return s
}

// oldRun gives the i-th session: the last of each guest runs.
func oldRun(i, guests int) *trail.Session {
	guest, run := i%guests, i/guests
	begin := longAgo + int64(run)*sessionMs + int64(guest)
	s := &trail.Session{
		ID: uint64(i + 1), Node: "kvm01", UUID: fmt.Sprintf("6b9f7d02-1c6e-4a3c-9df1-%012d", guest), Name: fmt.Sprintf("guest-%d", guest),
		Virt: "kvm", State: trail.Running, Number: run + 1,
		First: trail.Moment{Millis: begin, Serial: uint64(i)}, Start: trail.Moment{Millis: begin, Serial: uint64(i)},
	}
	if run < perGuest-1 {
		s.State, s.End = trail.Closed, trail.Moment{Millis: begin + sessionMs - 60_000, Serial: uint64(i)}
	}
	for nth := range perSession {
		h := trail.Holding{Kind: "disk", ID: fmt.Sprintf("/srv/%d-%d", guest, nth), From: s.First, Reason: "start", To: s.End}
		if (i*perSession+nth)%oneOf == 0 {
			h.Kind, h.ID = "rng", "/dev/urandom"
		}
		if s.End != (trail.Moment{}) {
			h.Ended = trail.ByStop
		}
		s.Holdings = append(s.Holdings, h)
	}
	return s
}

// BenchmarkWho asks who held /dev/urandom at moments all over the time.
func BenchmarkWho(b *testing.B) {
	s := filledStore(b)
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
	b.Run("timeline", func(b *testing.B) {
		for range b.N {
			lanes, _, err := s.Timeline(ctx, TimelineQuery{
				Guests: GuestQuery{Page: Page{Limit: 50}}, From: longAgo, To: longAgo + perGuest*sessionMs, Buckets: 500,
			})
			if err != nil || len(lanes) == 0 {
				b.Fatal(len(lanes), err)
			}
		}
	})
	b.Run("guests", func(b *testing.B) {
		for range b.N {
			if list, _, err := s.Guests(ctx, GuestQuery{Prefix: "guest-1"}); err != nil || len(list) == 0 {
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
