package store

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/loggen"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// liveDeriver makes the trail of records alone.
type liveDeriver struct {
	*trail.Live
	rec record.Record
}

func newLive(c *Checkpoint) *liveDeriver {
	d := &liveDeriver{Live: trail.NewLive()}
	d.SetNumbers(c.Numbers)
	d.SetBoots(c.Boots)
	return d
}

func (d *liveDeriver) Add(f *fact.Fact) error {
	if f.Kind != fact.Record {
		return nil
	}
	if err := f.ParseRecord(&d.rec); err != nil {
		return err
	}
	d.Live.Add(f.Seq, f.Node, &d.rec)
	if f.Settled {
		d.Settle()
	}
	return nil
}

// generated gives the facts of a log that never was.
func generated(t testing.TB, cfg loggen.Config) []fact.Fact {
	t.Helper()
	var log bytes.Buffer
	if _, err := loggen.Generate(&log, cfg); err != nil {
		t.Fatal(err)
	}
	var facts []fact.Fact
	for r := range auditlog.ScanBytes(log.Bytes()).Records() {
		f := fact.OfRecord("kvm01", "file", r)
		f.Seq = uint64(len(facts) + 1)
		facts = append(facts, f)
	}
	return facts
}

// commitAll stores facts and what a trail makes of them, in batches, and gives
// what the store should have.
func commitAll(t testing.TB, s *Store, facts []fact.Fact, size int) *wholeTrail {
	t.Helper()
	d := newLive(&Checkpoint{})
	want := newRows()
	for len(facts) > 0 {
		n := min(size, len(facts))
		if n == len(facts) {
			facts[n-1].Settled = true
		}
		for i := range n {
			if err := d.Add(&facts[i]); err != nil {
				t.Fatal(err)
			}
		}
		delta := d.Delta()
		want.take(delta)
		commit(t, s, &Batch{Facts: facts[:n], Delta: delta})
		facts = facts[n:]
	}
	return want.trail()
}

// rows are what Deltas say, put together.
type rows struct {
	sessions  map[uint64]*trail.Session
	events    map[trail.EventID]*trail.Event
	findings  map[string]*trail.Finding
	unwatched map[string][]trail.Span
	seen      map[string]trail.Moment
}

func newRows() *rows {
	return &rows{
		map[uint64]*trail.Session{},
		map[trail.EventID]*trail.Event{},
		map[string]*trail.Finding{},
		map[string][]trail.Span{},
		map[string]trail.Moment{},
	}
}

func (r *rows) take(d *trail.Delta) {
	for _, id := range d.Merged {
		delete(r.sessions, id)
	}
	for _, s := range d.Sessions {
		r.sessions[s.ID] = exported(s)
	}
	for id, n := range d.Numbers {
		r.sessions[id].Number = n
	}
	for _, id := range d.Withdrawn {
		delete(r.events, id)
	}
	for _, ev := range d.Events {
		r.events[trail.EventID{Fact: ev.Fact, Nth: ev.Nth}] = exported(ev)
	}
	for _, id := range d.Dropped {
		delete(r.findings, id)
	}
	for _, n := range d.Findings {
		r.findings[n.ID] = withoutSessions(n)
	}
	for node, spans := range d.Unwatched {
		r.unwatched[node] = nil
		for i := range spans {
			r.unwatched[node] = append(r.unwatched[node], *exported(&spans[i]))
		}
	}
	for node, m := range d.LastSeen {
		r.seen[node] = m
	}
}

func (r *rows) trail() *wholeTrail {
	t := &wholeTrail{Sessions: inOrder(r.sessions), Unwatched: r.unwatched, LastSeen: r.seen}
	for _, ev := range r.events {
		t.Events = append(t.Events, ev)
	}
	t.Events = trail.SortEvents(t.Events)
	for _, n := range r.findings {
		t.Findings = append(t.Findings, n)
	}
	trail.SortFindings(t.Findings)
	return t
}

// plain makes of empty lists none, which the store doesn't tell apart.
func plain(s *trail.Session) *trail.Session {
	c := *s
	for _, list := range []any{&c.Labels, &c.Holdings, &c.Steps, &c.Permissions, &c.Attempts} {
		if v := reflect.ValueOf(list).Elem(); v.Len() == 0 {
			v.SetZero()
		}
	}
	return &c
}

func compareTrails(t *testing.T, got, want *wholeTrail) {
	t.Helper()
	if len(got.Sessions) != len(want.Sessions) || len(got.Events) != len(want.Events) || len(got.Findings) != len(want.Findings) {
		t.Fatalf("got %d sessions, %d events, %d findings, want %d, %d, %d", len(got.Sessions), len(got.Events), len(got.Findings),
			len(want.Sessions), len(want.Events), len(want.Findings))
	}
	for i, s := range want.Sessions {
		if !reflect.DeepEqual(plain(got.Sessions[i]), plain(s)) {
			t.Fatalf("session %d\ngot  %+v\nwant %+v", i, got.Sessions[i], s)
		}
	}
	for i, ev := range want.Events {
		if !reflect.DeepEqual(exported(got.Events[i]), ev) {
			t.Fatalf("event %d\ngot  %+v\nwant %+v", i, got.Events[i], ev)
		}
		if s := got.Events[i].Session(); ev.SessionID != 0 && (s == nil || s.ID != ev.SessionID) {
			t.Fatalf("event %d knows the session %v, want %d", i, s, ev.SessionID)
		}
	}
	for i, n := range want.Findings {
		if !reflect.DeepEqual(withoutSessions(got.Findings[i]), n) {
			t.Fatalf("finding %d\ngot  %+v\nwant %+v", i, got.Findings[i], n)
		}
	}
	if !reflect.DeepEqual(got.Unwatched, want.Unwatched) || !reflect.DeepEqual(got.LastSeen, want.LastSeen) {
		t.Fatalf("got  %v, %v\nwant %v, %v", got.Unwatched, got.LastSeen, want.Unwatched, want.LastSeen)
	}
}

// TestStoreOfLogs stores logs batch by batch, reads all of it back, and derives
// it anew.
func TestStoreOfLogs(t *testing.T) {
	for name, cfg := range logs {
		for _, size := range []int{50, 2000} {
			t.Run(fmt.Sprintf("%s/%d", name, size), func(t *testing.T) {
				s := openTemp(t)
				want := commitAll(t, s, generated(t, cfg), size)
				got, err := s.all(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				compareTrails(t, got, want)
				before := dumped(t, s)
				rebuild(t, s)
				compareDumps(t, dumped(t, s), before)
			})
		}
	}
}

var logs = map[string]loggen.Config{
	"virt":  {Seed: 1, Size: 1 << 20, OnlyVirt: true, Guests: 20},
	"nodes": {Seed: 2, Size: 6 << 20, Nodes: 3, Guests: 30, ClockSteps: true},
}

func rebuild(t *testing.T, s *Store) {
	t.Helper()
	c, err := s.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Rebuild(t.Context(), func() Deriver { return newLive(c) }, nil); err != nil {
		t.Fatal(err)
	}
}

func dumped(t *testing.T, s *Store) []string {
	t.Helper()
	var out bytes.Buffer
	if err := s.Dump(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return strings.Split(out.String(), "\n")
}

func compareDumps(t *testing.T, got, want []string) {
	t.Helper()
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			from := 0
			for from < min(len(got[i]), len(want[i])) && got[i][from] == want[i][from] {
				from++
			}
			from = max(from-100, 0)
			t.Fatalf("line %d from %d\ngot  %.400s\nwant %.400s\nof   %.200s", i, from, got[i][from:], want[i][from:], want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("got %d lines, want %d", len(got), len(want))
	}
}
