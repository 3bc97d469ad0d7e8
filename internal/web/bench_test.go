package web

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

const (
	benchSessions = 5      // of each guest
	benchHoldings = 20     // of each session
	benchChanges  = 20_000 // of media, by one guest
)

// guestsEnv says how many guests the store has, a multiple of 100; without it,
// few enough for a test. 10,000 have 1,000,000 holdings.
const guestsEnv = "VIRTAUDIT_BENCH_GUESTS"

func benchGuests(b *testing.B) int {
	b.Helper()
	text := os.Getenv(guestsEnv)
	if text == "" {
		return 500
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 100 || n%100 != 0 {
		b.Fatalf("%s=%q: want a multiple of 100", guestsEnv, text)
	}
	return n
}

// benchStore keeps a year of guests. One of two runs, one of ten has a finding,
// and the last is given media all day.
func benchStore(b *testing.B) *store.Store {
	b.Helper()
	st, err := store.Open(filepath.Join(b.TempDir(), "trail.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	guests, id := benchGuests(b), uint64(0)
	for g := 0; g < guests; g += 100 {
		d := &trail.Delta{LastSeen: map[string]trail.Moment{testNode: {Millis: testNow.UnixMilli(), Serial: 1}}}
		for i := range 100 * benchSessions {
			id++
			of := benchSession(g+i%100, i/100, id)
			if g+i == guests-1 {
				changeMedia(of)
			}
			d.Sessions = append(d.Sessions, of)
			if i < 10 {
				d.Findings = append(d.Findings, benchFinding(of))
			}
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
	if guest%2 == 0 && nth == benchSessions-1 {
		keepRunning(s)
	}
	return s
}

// changeMedia lets a session hold one medium after the other, each for half a
// minute.
func changeMedia(s *trail.Session) {
	at := func(ms int64) trail.Moment { return trail.Moment{Millis: s.First.Millis + ms, Serial: s.First.Serial} }
	for i := range int64(benchChanges) {
		s.Holdings = append(s.Holdings, trail.Holding{
			Kind: "disk", ID: fmt.Sprintf("/media/%d.iso", i%500), Reason: "update", Ended: trail.ByUpdate,
			From: at((i + 1) * 60_000), To: at((i+1)*60_000 + 30_000),
		})
	}
}

func keepRunning(s *trail.Session) {
	s.State, s.End, s.Last = trail.Running, trail.Moment{}, s.First
	for i := range s.Holdings {
		s.Holdings[i].To, s.Holdings[i].Ended = trail.Moment{}, ""
	}
}

func benchFinding(of *trail.Session) *trail.Finding {
	return &trail.Finding{
		ID: fmt.Sprint("finding-", of.ID), Kind: trail.SessionLost, Severity: trail.Warning, Node: of.Node, UUID: of.UUID, Name: of.Name,
		At: of.First, SessionID: of.ID, Count: 1, Text: "made up",
	}
}

// BenchmarkViews measures what the page asks for.
func BenchmarkViews(b *testing.B) {
	s, err := New(testConfig(benchStore(b)))
	if err != nil {
		b.Fatal(err)
	}
	middle := fmt.Sprint(benchGuests(b) / 2)
	for _, target := range []string{
		"timeline?count=100&first=" + middle, "timeline?count=500", "timeline?count=1&lane=00000000-0000-4000-8000-000000000050@kvm1&first=50",
		"guests?limit=100", "search?q=guest-000", "search?q=/images/0005",
		"holdings?resource=/dev/urandom&limit=100", "holdings?resource=/dev/urandom&at=2026-03-01T00:00:00Z", "sessions?guest=guest-00050", "rng",
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
