package store

import (
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// runs writes two sessions of the log, and events of two runs of witnesses.
func runs(t *testing.T, s *Store) {
	t.Helper()
	b := &Batch{Delta: &trail.Delta{}}
	for i := range 8 {
		seq := uint64(i + 1)
		b.Facts = append(b.Facts, fact.Fact{Seq: seq, Kind: fact.Watch, Node: "n", Source: "libvirt", Stamp: trail.Moment{Millis: int64(seq)}})
		b.Delta.Events = append(b.Delta.Events, &trail.Event{Fact: seq, SessionID: 1 + seq%2, Node: "n", At: trail.Moment{Millis: int64(seq)}})
	}
	for _, id := range []uint64{10, 20} {
		b.Delta.Sessions = append(b.Delta.Sessions, &trail.Session{
			ID: id, Node: "n", UUID: "u", State: trail.Closed,
			First: trail.Moment{Millis: int64(id)}, Start: trail.Moment{Millis: int64(id), Serial: 1}, End: trail.Moment{Millis: int64(50 * id)},
		})
	}
	commit(t, s, b)
}

// eventFacts gives the facts of a session's events.
func eventFacts(t *testing.T, s *Store, session uint64) (facts []uint64) {
	t.Helper()
	list, _, err := s.Events(t.Context(), EventQuery{Session: session})
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range list {
		if facts = append(facts, ev.Fact); ev.SessionID != session {
			t.Errorf("event %d is of session %d, asked for %d", ev.Fact, ev.SessionID, session)
		}
	}
	return facts
}

// TestBelongs: events are of the session that theirs turned out to be, until it
// turns out to be another.
func TestBelongs(t *testing.T) {
	s := openTemp(t)
	runs(t, s)
	odd, even, all := []uint64{1, 3, 5, 7}, []uint64{2, 4, 6, 8}, []uint64{1, 2, 3, 4, 5, 6, 7, 8}
	for _, step := range []struct {
		belongs map[uint64]uint64
		want    map[uint64][]uint64
	}{
		{nil, map[uint64][]uint64{1: even, 2: odd}},
		{map[uint64]uint64{1: 10, 2: 2}, map[uint64][]uint64{1: nil, 10: even, 2: odd}},
		{map[uint64]uint64{1: 20, 2: 20}, map[uint64][]uint64{1: nil, 10: nil, 2: nil, 20: all}},
		{map[uint64]uint64{2: 2}, map[uint64][]uint64{20: even, 2: odd}},
	} {
		writeDelta(t, s, &trail.Delta{Belongs: step.belongs})
		for session, want := range step.want {
			if got := eventFacts(t, s, session); !slices.Equal(got, want) {
				t.Errorf("after %v: events %v are of session %d, want %v", step.belongs, got, session, want)
			}
		}
	}
	whole, err := s.all(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range whole.Events {
		if of := ev.Session(); (ev.Fact%2 == 0) != (of != nil && of.ID == 20) {
			t.Errorf("the whole trail has event %d of %v", ev.Fact, of)
		}
	}
}

// TestRetentionOfBelonging: events go with the session that theirs belongs to.
func TestRetentionOfBelonging(t *testing.T) {
	s := openTemp(t)
	runs(t, s)
	writeDelta(t, s, &trail.Delta{Belongs: map[uint64]uint64{1: 10, 2: 20}})
	if n, facts, err := s.Retain(t.Context(), 900); n != 1 || facts != 4 || err != nil {
		t.Fatalf("%d sessions and %d facts went (%v), want 1 and 4", n, facts, err)
	}
	if got := eventFacts(t, s, 20); len(got) != 4 {
		t.Errorf("events %v stay of session 20", got)
	}
	list, _, err := s.Events(t.Context(), EventQuery{})
	if err != nil || len(list) != 4 {
		t.Errorf("%d events stay (%v), want 4", len(list), err)
	}
	if n, err := s.w.number(`SELECT count(*) FROM belongs`, nil); n != 1 || err != nil {
		t.Errorf("%d belong to others (%v), want 1", n, err)
	}
}

// TestBelongingByIndex: the events of a session are searched by its index.
func TestBelongingByIndex(t *testing.T) {
	s := openTemp(t)
	ask := EventQuery{Session: 7}
	list, args, err := ask.sql()
	if err != nil {
		t.Fatal(err)
	}
	for query, args := range map[string][]any{
		`DELETE FROM events WHERE ` + eventsOf: {7}, `SELECT DISTINCT fact FROM events WHERE ` + eventsOf: {7}, list: args,
	} {
		var plan []string
		err := each(t.Context(), s.read, `EXPLAIN QUERY PLAN `+query, args, func(row scanner) error {
			var id, parent, unused int
			var detail string
			err := row.Scan(&id, &parent, &unused, &detail)
			plan = append(plan, detail)
			return err
		})
		text := strings.Join(plan, "\n")
		if err != nil || !strings.Contains(text, "INDEX events_session (session=?)") || strings.Contains(text, "SCAN belongs") {
			t.Errorf("%s:\n%s (%v)", query, text, err)
		}
	}
}
