package store

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestTrailComesBack writes rows of which every exported field has something,
// also again as others, and compares what is read.
func TestTrailComesBack(t *testing.T) {
	s := openTemp(t)
	m := newMaker(1)
	const n = 40
	for round := range 4 {
		var d trail.Delta
		sessions := map[uint64]*trail.Session{}
		events := map[[2]int64]*trail.Event{}
		findings := map[string]*trail.Finding{}
		for i := range n {
			x := m.session(uint64(i + 1))
			x.State = trail.State(i % 5) // those that run are remembered, others read
			d.Sessions, sessions[x.ID] = append(d.Sessions, x), x
			ev := m.event(uint64(i+1), i-n/2)
			d.Events, events[[2]int64{int64(ev.Fact), int64(ev.Nth)}] = append(d.Events, ev), ev
			f := m.finding(fmt.Sprint("f", i))
			d.Findings, findings[f.ID] = append(d.Findings, f), f
		}
		d.LastSeen = map[string]trail.Moment{"a": {Millis: int64(round), Serial: 2}, "\xff": {Millis: 3, Serial: 1<<64 - 1}}
		d.Unwatched = map[string][]trail.Span{"a": make([]trail.Span, round+1)}
		m.fill(&d.Unwatched["a"][round])
		writeDelta(t, s, &d)
		for id, want := range sessions {
			got, err := s.Session(t.Context(), id)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("round %d: session %d: %v\ngot  %+v\nwant %+v", round, id, err, got, want)
			}
		}
		all, err := s.all(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(all.Sessions) != n || len(all.Events) != n || len(all.Findings) != n {
			t.Fatalf("%d sessions, %d events, %d findings, want %d of each", len(all.Sessions), len(all.Events), len(all.Findings), n)
		}
		for _, got := range all.Events {
			if want := events[[2]int64{int64(got.Fact), int64(got.Nth)}]; !reflect.DeepEqual(exported(got), want) {
				t.Fatalf("round %d: event\ngot  %+v\nwant %+v", round, got, want)
			}
		}
		for _, got := range all.Findings {
			if want := findings[got.ID]; !reflect.DeepEqual(withoutSessions(got), want) {
				t.Fatalf("round %d: finding\ngot  %+v\nwant %+v", round, got, want)
			}
		}
		if !reflect.DeepEqual(all.LastSeen, d.LastSeen) || !reflect.DeepEqual(all.Unwatched, d.Unwatched) {
			t.Fatalf("got  %v, %v\nwant %v, %v", all.LastSeen, all.Unwatched, d.LastSeen, d.Unwatched)
		}
	}
}

func withoutSessions(n *trail.Finding) *trail.Finding {
	bare := *n
	bare.Session, bare.Others = nil, nil
	return &bare
}

// TestEachFieldOfHoldingCounts changes the fields one by one: those that a
// comparison forgot would keep what they had.
func TestEachFieldOfHoldingCounts(t *testing.T) {
	s := openTemp(t)
	m := newMaker(2)
	for field := range reflect.TypeFor[trail.Holding]().NumField() {
		x := m.session(1)
		x.State, x.Holdings = trail.Running, x.Holdings[:1]
		writeDelta(t, s, &trail.Delta{Sessions: []*trail.Session{x}})
		changed := *x
		changed.Holdings = []trail.Holding{x.Holdings[0]}
		v := reflect.ValueOf(&changed.Holdings[0]).Elem().Field(field)
		for reflect.DeepEqual(changed, *x) {
			m.value(v)
			if v.Kind() == reflect.Slice {
				m.also(&changed.Holdings[0])
			}
		}
		writeDelta(t, s, &trail.Delta{Sessions: []*trail.Session{&changed}})
		got, err := s.Session(t.Context(), 1)
		if err != nil || !reflect.DeepEqual(got, &changed) {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", v.Type(), err, got.Holdings, changed.Holdings)
		}
	}
}

// TestUnchangedPartsAreNotWritten counts rows that a commit changes.
func TestUnchangedPartsAreNotWritten(t *testing.T) {
	s := openTemp(t)
	x := &trail.Session{ID: 1, UUID: "u", Name: "g", State: trail.Running, First: trail.Moment{Millis: 1000, Serial: 1}}
	for i := range 10_000 {
		x.Holdings = append(x.Holdings, trail.Holding{Kind: "disk", ID: fmt.Sprint("/d", i), From: x.First})
	}
	writeDelta(t, s, &trail.Delta{Sessions: []*trail.Session{x}})
	touched := *x
	touched.Last = trail.Moment{Millis: 2000, Serial: 2}
	touched.Holdings = append(touched.Holdings[:10_000:10_000], trail.Holding{Kind: "disk", ID: "/new", From: touched.Last})
	before := changes(t, s)
	writeDelta(t, s, &trail.Delta{Sessions: []*trail.Session{&touched}})
	if n := changes(t, s) - before; n > 5 {
		t.Errorf("%d rows were written for one new holding", n)
	}
	if got, err := s.Session(t.Context(), 1); err != nil || !reflect.DeepEqual(got, &touched) {
		t.Errorf("the session has %d holdings (%v), want %d", len(got.Holdings), err, len(touched.Holdings))
	}
}

func changes(t *testing.T, s *Store) (n int) {
	t.Helper()
	if err := s.w.conn.QueryRowContext(t.Context(), `SELECT total_changes()`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMergedSessionsGo(t *testing.T) {
	s := openTemp(t)
	m := newMaker(3)
	writeDelta(t, s, &trail.Delta{Sessions: []*trail.Session{m.session(1), m.session(2)}})
	writeDelta(t, s, &trail.Delta{Merged: []uint64{1, 7}, Numbers: map[uint64]int{2: 99}})
	all, err := s.all(t.Context())
	if err != nil || len(all.Sessions) != 1 || all.Sessions[0].ID != 2 || all.Sessions[0].Number != 99 {
		t.Errorf("got %+v, %v, want session 2 with number 99", all.Sessions, err)
	}
	for _, table := range parts {
		var n int
		if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table+` WHERE session = 1`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows of %s are left of session 1 (%v)", n, table, err)
		}
	}
}

func TestWithdrawnAndDroppedGo(t *testing.T) {
	s := openTemp(t)
	m := newMaker(4)
	writeDelta(t, s, &trail.Delta{
		Events:   []*trail.Event{m.event(1, 0), m.event(1, -3)},
		Findings: []*trail.Finding{m.finding("a"), m.finding("b")},
	})
	writeDelta(t, s, &trail.Delta{Withdrawn: []trail.EventID{{Fact: 1, Nth: -3}}, Dropped: []string{"a", "none"}})
	all, err := s.all(t.Context())
	if err != nil || len(all.Events) != 1 || all.Events[0].Nth != 0 || len(all.Findings) != 1 || all.Findings[0].ID != "b" {
		t.Errorf("got %d events, %d findings, %v", len(all.Events), len(all.Findings), err)
	}
}

// TestAFailedCommitLeavesNothing has a session without number behind others.
func TestAFailedCommitLeavesNothing(t *testing.T) {
	s := openTemp(t)
	m := newMaker(5)
	bad := &Batch{
		Facts: watched(1, 3), State: map[string][]byte{"k": []byte("v")},
		Delta: &trail.Delta{Sessions: []*trail.Session{m.session(1), m.session(0)}},
	}
	if err := s.Commit(t.Context(), bad); err == nil {
		t.Fatal("a session without number was written")
	}
	if n := countFacts(t, s); n != 0 || s.NextSeq() != 1 {
		t.Errorf("%d facts are there, and %d is next", n, s.NextSeq())
	}
	bad.Delta.Sessions = bad.Delta.Sessions[:1]
	commit(t, s, bad)
	if got, err := s.Session(t.Context(), 1); err != nil || !reflect.DeepEqual(got, bad.Delta.Sessions[0]) {
		t.Errorf("got %+v, %v", got, err)
	}
}
