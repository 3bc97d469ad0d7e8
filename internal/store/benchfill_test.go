package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// holdingsEnv says how many holdings the store of BenchmarkWho has; without it,
// few enough for a test. Ten million take 3 GB.
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

// benchHoldings is how many holdings are asked for.
func benchHoldings(tb testing.TB) int {
	tb.Helper()
	text := os.Getenv(holdingsEnv)
	if text == "" {
		return 100_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// filledStore gives a store in which guests ran one session after another. The
// first run and the last are committed, those between are copied from the first
// within SQLite, which takes a fifth of the time.
func filledStore(tb testing.TB, holdings int) *Store {
	tb.Helper()
	s, err := Open(filepath.Join(tb.TempDir(), "store.db"), Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	guests := holdings / perSession / perGuest
	commitRuns(tb, s, guests, 0, 1)
	if err := s.w.copyRuns(guests); err != nil {
		tb.Fatal(err)
	}
	commitRuns(tb, s, guests, perGuest-1, perGuest)
	return s
}

// commitRuns commits runs of all guests.
func commitRuns(tb testing.TB, s *Store, guests, from, to int) {
	tb.Helper()
	d := &trail.Delta{}
	for i := from * guests; i < to*guests; i++ {
		d.Sessions = append(d.Sessions, oldRun(i, guests))
		if len(d.Sessions) == 5000 || i == to*guests-1 {
			if err := s.Commit(context.Background(), &Batch{Delta: d}); err != nil {
				tb.Fatal(err)
			}
			d = &trail.Delta{}
		}
	}
}

// copyRuns copies all sessions to the runs between the first and the last, with
// all moments so much later. Their index by time is made anew at the end.
func (w *writer) copyRuns(guests int) error {
	index, err := w.dropIndex("holdings_time")
	if err != nil {
		return err
	}
	for _, query := range []string{
		`CREATE TEMP TABLE run AS SELECT * FROM sessions`,
		`CREATE TEMP TABLE held AS SELECT * FROM holdings`,
	} {
		if err := w.exec(query); err != nil {
			return err
		}
	}
	for run := 1; run < perGuest-1; run++ {
		if err := w.transact(func() error { return w.copyRun(guests, run) }); err != nil {
			return err
		}
	}
	return w.exec(index)
}

func (w *writer) dropIndex(name string) (create string, err error) {
	err = w.conn.QueryRowContext(background, `SELECT sql FROM sqlite_master WHERE name = ?`, name).Scan(&create)
	if err != nil {
		return "", err
	}
	return create, w.exec(`DROP INDEX ` + name)
}

func (w *writer) copyRun(guests, run int) error {
	later, ids := int64(run)*sessionMs, int64(run*guests)
	err := w.exec(`INSERT INTO sessions SELECT id + ?1, guest, name, virt, state, start_ms + ?2, start_serial + ?1, start_reason, pid, init_pid,
		end_ms + ?2, end_serial + ?1, end_reason, after_ms, after_serial, before_ms, before_serial,
		first_ms + ?2, first_serial + ?1, last_ms, last_serial, late, number + ?3, boot, witness, class, lo + ?2, hi + ?2
		FROM run ORDER BY id`, ids, later, run)
	if err != nil {
		return err
	}
	return w.exec(`INSERT INTO holdings SELECT session + ?1, nth, resource, from_ms + ?2, from_serial + ?1, reason, to_ms + ?2, to_serial + ?1,
		ended, marks, unproven, witness, earliest_ms, earliest_serial, latest_ms, latest_serial, begin_fact, end_fact, also, class, lo + ?2, hi + ?2
		FROM held ORDER BY session, nth`, ids, later)
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

// TestFilledStore compares a filled store with one that all was committed to.
func TestFilledStore(t *testing.T) {
	const holdings = 10 * perSession * perGuest
	committed := openTemp(t)
	commitRuns(t, committed, 10, 0, perGuest)
	compareDumps(t, dumped(t, filledStore(t, holdings)), dumped(t, committed))
}
