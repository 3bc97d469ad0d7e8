package trail

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// A course is what happens to a Live and a Trail: records, and that those which
// are kept back are used.
type course struct {
	records []numberedRecord
	settled map[uint64]bool // behind these
	copies  bool            // some are copies that come when what they are copies of is used
}

// settled is a course in which each record of a scene is used at once.
func settled(s *scene) *course {
	c := &course{records: numberedRecords([]byte(strings.Join(s.lines, "\n") + "\n")), settled: map[uint64]bool{}}
	for i := range c.records {
		c.settled[c.records[i].seq] = true
	}
	return c
}

// grow gives what a Live makes of it that is asked as often as every.
func (c *course) grow(t testing.TB, every func() bool) *rows {
	l, r := NewLive(), newRows()
	for i := range c.records {
		n := &c.records[i]
		l.Add(n.seq, "h", n.rec)
		if c.settled[n.seq] {
			l.Settle()
		}
		if every() {
			r.take(t, l.Delta())
		}
	}
	l.Settle()
	r.take(t, l.Delta())
	if d := l.Delta(); !d.Empty() {
		t.Errorf("nothing happened, and yet: %s", asJSON(d))
	}
	return r
}

// batch gives what a Trail makes of it.
func (c *course) batch() (sessions, events, findings []string) {
	var all Collector
	tr := New(all.Session)
	tr.KeepEvents()
	var r record.Record
	for i := range c.records {
		c.records[i].rec.CopyTo(&r)
		tr.Add("h", &r)
		for c.settled[c.records[i].seq] && tr.window.n > 0 {
			tr.use(tr.window.pop())
		}
	}
	tr.End()
	ss, evs := all.Sessions(), tr.Events()
	return texts(ss, evs, Findings(evs, ss, tr.Unwatched()), func(_ uint64, s *Session) *Session { return s })
}

// check compares what a Live makes of it, asked as it may be, and what a Trail does.
func (c *course) check(t *testing.T, seed uint64) {
	t.Helper()
	once := c.grow(t, func() bool { return false })
	want := once.lines()
	for _, often := range []int{1, 9} {
		rnd := rand.New(rand.NewPCG(seed, 22))
		compareTexts(t, fmt.Sprintf("seed %d, asked one in %d", seed, often), c.grow(t, func() bool { return rnd.IntN(often) == 0 }).lines(), want)
	}
	if c.copies {
		return
	}
	sessions, events, findings := once.texts()
	wantSessions, wantEvents, wantFindings := c.batch()
	compareTexts(t, fmt.Sprintf("seed %d: sessions", seed), sessions, wantSessions)
	compareTexts(t, fmt.Sprintf("seed %d: events", seed), events, wantEvents)
	compareTexts(t, fmt.Sprintf("seed %d: findings", seed), findings, wantFindings)
}
