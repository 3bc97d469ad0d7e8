package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/loggen"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestRetentionOfLogs removes the older half of logs: what stays is as it was,
// and can be derived anew from the facts that stay.
func TestRetentionOfLogs(t *testing.T) {
	for name, cfg := range map[string]loggen.Config{
		"virt":  {Seed: 3, Size: 4 << 20, OnlyVirt: true, Guests: 20},
		"nodes": {Seed: 4, Size: 16 << 20, Nodes: 3, Guests: 30},
	} {
		t.Run(name, func(t *testing.T) {
			s := openTemp(t)
			facts := generated(t, cfg)
			want := commitAll(t, s, facts, 1000)
			cutoff := facts[len(facts)*2/3].Stamp.Millis
			sessions, removed, err := s.Retain(t.Context(), cutoff)
			if err != nil {
				t.Fatal(err)
			}
			if sessions < len(want.Sessions)/4 || removed < len(facts)/4 {
				t.Errorf("only %d of %d sessions went, and %d of %d facts", sessions, len(want.Sessions), removed, len(facts))
			}
			checkRemaining(t, s, want, cutoff)
			if n := countFacts(t, s); n != len(facts)-removed {
				t.Errorf("%d facts are left of %d, and %d are said to have gone", n, len(facts), removed)
			}
			before := ofSessions(dumped(t, s))
			rebuild(t, s)
			after := ofSessions(dumped(t, s))
			for line := range before {
				if !after[line] && !(shared(line) && namesOther(t, s, line)) {
					t.Fatalf("not derived again: %.300s", line)
				}
				delete(after, line)
			}
			for line := range after { // of what three shared, two are left
				if !shared(line) {
					t.Fatalf("derived in addition: %.300s", line)
				}
			}
		})
	}
}

// shared tells whether a line of a dump is of what several sessions did, which is
// another thing without those that went.
func shared(line string) bool {
	return strings.HasPrefix(line, `{"finding":{"Kind":"shared"`) || strings.HasPrefix(line, `{"finding":{"Kind":"conflict"`)
}

// namesOther tells whether a finding names a session that isn't there.
func namesOther(t *testing.T, s *Store, line string) bool {
	t.Helper()
	var of struct{ Finding trail.Finding }
	if err := json.Unmarshal([]byte(line), &of); err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(of.Finding.OtherIDs, func(id uint64) bool {
		_, err := s.Session(t.Context(), id)
		return errors.Is(err, ErrNotFound)
	})
}

// ofSessions gives the lines of a dump that are of sessions, without where events
// stand among all of their node: without those that went it is another place, in
// the same order. What is said of hosts has the last record before it, which may
// have gone.
func ofSessions(lines []string) map[string]bool {
	place := regexp.MustCompile(`"Order":[0-9]+`)
	of := map[string]bool{}
	for _, line := range lines {
		what, _, _ := strings.Cut(strings.TrimPrefix(line, `{"`), `"`)
		if what == "session" || (what == "event" || what == "finding") && !strings.Contains(line, `"SessionID":0`) {
			of[place.ReplaceAllString(line, "")] = true
		}
	}
	return of
}

// checkRemaining checks that sessions are whole or gone, and that none went which
// had not ended.
func checkRemaining(t *testing.T, s *Store, want *wholeTrail, cutoff int64) {
	t.Helper()
	left, err := s.all(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byID := map[uint64]string{}
	for _, x := range left.Sessions {
		byID[x.ID] = text(t, plain(x))
	}
	events := map[trail.EventID]bool{}
	for _, ev := range left.Events {
		events[trail.EventID{Fact: ev.Fact, Nth: ev.Nth}] = true
	}
	for _, x := range want.Sessions {
		switch got, ok := byID[x.ID]; {
		case ok && got != text(t, plain(x)):
			t.Errorf("session %d is another\ngot  %s\nwant %s", x.ID, got, text(t, x))
		case !ok && (over(x) >= cutoff || x.State <= trail.Running):
			t.Errorf("session %d went and had not ended: %s", x.ID, text(t, x))
		}
	}
	for _, ev := range want.Events {
		_, stays := byID[ev.SessionID]
		if has := events[trail.EventID{Fact: ev.Fact, Nth: ev.Nth}]; ev.SessionID != 0 && has != stays {
			t.Errorf("event %d of fact %d is there: %v; its session: %v", ev.Nth, ev.Fact, has, stays)
		}
		if _, err := s.Fact(t.Context(), ev.Fact); stays && err != nil {
			t.Errorf("an event's proof is gone: %v", err)
		}
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestRetentionShrinksTheFile also goes on writing, with numbers that go on.
func TestRetentionShrinksTheFile(t *testing.T) {
	s := openTemp(t)
	l := newLife(100)
	for range 20 {
		commit(t, s, l.batch(1000))
	}
	size := func() int64 {
		execStore(t, s, `PRAGMA wal_checkpoint(TRUNCATE)`)
		info, err := os.Stat(s.Path())
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := size()
	sessions, facts, err := s.Retain(t.Context(), l.at)
	if err != nil || sessions == 0 || facts == 0 {
		t.Fatalf("%d sessions, %d facts, %v", sessions, facts, err)
	}
	if after := size(); after > before*2/3 {
		t.Errorf("the file has %d bytes, and had %d", after, before)
	}
	c, err := s.Checkpoint(t.Context())
	if err != nil || c.Sessions != int64(sessions) || c.Facts != int64(facts) || c.Cutoff != l.at {
		t.Errorf("the checkpoint is %+v (%v), want %d sessions, %d facts, cutoff %d", c, err, sessions, facts, l.at)
	}
	n := 0
	for key, of := range c.Numbers {
		if node, uuid, _ := strings.Cut(key, "\x00"); node != "kvm01" || len(uuid) != 36 {
			t.Errorf("a guest's key is %q", key)
		}
		n += of
	}
	if n != sessions {
		t.Errorf("%d sessions are in the numbers, want %d", n, sessions)
	}
	counts, err := s.Counts(t.Context())
	if err != nil || counts.Facts[fact.Record] != int64(countFacts(t, s)) || counts.Sessions == 0 {
		t.Errorf("counts are %+v (%v), want %d facts", counts, err, countFacts(t, s))
	}
	commit(t, s, l.batch(1000))
}

// TestRetentionOfEverything leaves no facts, and their numbers go on all the same.
func TestRetentionOfEverything(t *testing.T) {
	s := openTemp(t)
	facts := watched(1, 600)
	for i := range facts {
		facts[i].Source = fmt.Sprint("s", i%3)
	}
	commit(t, s, &Batch{Facts: facts})
	if _, n, err := s.Retain(t.Context(), facts[599].Stamp.Millis+1); err != nil || n != 597 {
		t.Fatalf("%d facts went (%v), want all but the last word on each source", n, err)
	}
	if _, err := s.w.conn.ExecContext(t.Context(), `DELETE FROM facts`); err == nil {
		t.Error("facts can be deleted after a retention")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := reopen(t, s.Path()).NextSeq(); got != 601 {
		t.Errorf("the next fact is %d, want 601", got)
	}
}

// TestRetentionAmongSessions has an old session behind one that stays, and
// findings of several sessions.
func TestRetentionAmongSessions(t *testing.T) {
	s := openTemp(t)
	at := func(ms int64) trail.Moment { return trail.Moment{Millis: ms, Serial: 1} }
	session := func(id uint64, guest string, end int64) *trail.Session {
		return &trail.Session{ID: id, UUID: guest, State: trail.Closed, First: at(int64(id)), Start: at(int64(id)), End: at(end)}
	}
	writeDelta(t, s, &trail.Delta{
		Sessions: []*trail.Session{
			session(1, "a", 500), session(2, "a", 5000), session(3, "a", 500), session(4, "b", 500),
			{ID: 5, UUID: "c", State: trail.Running, First: at(5), Start: at(5)},
		},
		Findings: []*trail.Finding{
			{ID: "x", Kind: trail.Conflict, SessionID: 5, OtherIDs: []uint64{2}},
			{ID: "y", Kind: trail.Conflict, SessionID: 5, OtherIDs: []uint64{2, 4}},
			{ID: "z", Kind: trail.Conflict, SessionID: 1, OtherIDs: []uint64{5}},
		},
	})
	n, _, err := s.Retain(t.Context(), 1000)
	all, err2 := s.all(t.Context())
	if got := ids(all.Sessions); err != nil || err2 != nil || n != 2 || !slices.Equal(got, []uint64{2, 3, 5}) {
		t.Errorf("%d went and %v stay (%v, %v), want 2 3 5", n, got, err, err2)
	}
	var findings []string // of sessions that stay, as far as these are there
	for _, f := range all.Findings {
		findings = append(findings, fmt.Sprint(f.ID, ids(f.Others)))
	}
	if !slices.Equal(findings, []string{"x[2]", "y[2]"}) {
		t.Errorf("the findings %v stay, want x and y of session 2", findings)
	}
}

// TestRetentionOfObservations removes those of sessions that went.
func TestRetentionOfObservations(t *testing.T) {
	s := openTemp(t)
	b := &Batch{Delta: &trail.Delta{}}
	for i := range 4 {
		at := int64(i+1) * 100_000
		b.Facts = append(b.Facts, fact.Fact{
			Seq: uint64(i + 1), Kind: fact.Observation, Node: "n", Source: "libvirt", Stamp: trail.Moment{Millis: at + 50_000},
			Text: fact.Encode(fact.Observed{Witness: fact.Libvirt, What: fact.Seen, UUID: "u", Name: "g", To: at, Definition: "<domain/>"}),
		})
		x := &trail.Session{
			ID: uint64(i + 1), Node: "n", UUID: "u", Name: "g", State: trail.Closed,
			First: trail.Moment{Millis: at}, Start: trail.Moment{Millis: at, Serial: 1}, End: trail.Moment{Millis: at + 90_000},
		}
		b.Delta.Sessions = append(b.Delta.Sessions, x)
	}
	commit(t, s, b)
	if n, facts, err := s.Retain(t.Context(), 300_000); n != 2 || facts != 2 || err != nil {
		t.Errorf("%d sessions and %d facts went (%v), want 2 and 2", n, facts, err)
	}
	list, _, err := s.Definitions(t.Context(), Guest{UUID: "u"}, Page{})
	if err != nil || len(list) != 2 || list[0].Fact != 3 || list[0].Name != "g" {
		t.Errorf("definitions are %+v (%v), want those of facts 3 and 4", list, err)
	}
}

func TestRetentionStops(t *testing.T) {
	s := openTemp(t)
	commit(t, s, newLife(10).batch(1000))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Retain(ctx, 1<<50); err == nil {
		t.Error("a retention went on behind the end of its context")
	}
	commit(t, s, &Batch{State: map[string][]byte{"k": {}}})
}

// observedSession is an observation, and a session that an event which it tells is
// of.
func observedSession(b *Batch, at, end int64, state trail.State) {
	seq := uint64(len(b.Facts) + 1)
	b.Facts = append(b.Facts, fact.Fact{
		Seq: seq, Kind: fact.Observation, Node: "n", Source: "libvirt", Stamp: trail.Moment{Millis: at},
		Text: fact.Encode(fact.Observed{Witness: fact.Libvirt, What: fact.Seen, UUID: "u", Name: "g", To: at, Definition: "<domain/>"}),
	})
	x := &trail.Session{ID: seq, Node: "n", UUID: "u", Name: "g", State: state, First: trail.Moment{Millis: at}, Start: trail.Moment{Millis: at, Serial: 1}}
	if end > 0 {
		x.End = trail.Moment{Millis: end}
	}
	b.Delta.Sessions = append(b.Delta.Sessions, x)
	b.Delta.Events = append(b.Delta.Events, &trail.Event{Fact: seq, SessionID: seq, Node: "n", UUID: "u", Name: "g", At: trail.Moment{Millis: at}})
}

// TestRetentionKeepsObservationsAndFactsTogether: what is said of a fact stays and
// goes with it, also where an event of a session that stays is told by it, and
// where it is told by one of a session that goes and is younger than the next.
func TestRetentionKeepsObservationsAndFactsTogether(t *testing.T) {
	s := openTemp(t)
	b := &Batch{Delta: &trail.Delta{}}
	observedSession(b, 100_000, 190_000, trail.Closed)
	observedSession(b, 200_000, 290_000, trail.Closed)
	observedSession(b, 210_000, 0, trail.Running)
	// The first also tells an event of the session that runs.
	b.Delta.Events = append(b.Delta.Events, &trail.Event{Fact: 1, Nth: 1, SessionID: 3, Node: "n", UUID: "u", Name: "g", At: trail.Moment{Millis: 210_000}})
	// The second session ended when the third had begun, as the last fact tells.
	last := b.Facts[1]
	last.Seq, last.Stamp.Millis = 4, 215_000
	b.Facts = append(b.Facts, last)
	b.Delta.Events = append(b.Delta.Events, &trail.Event{Fact: 4, SessionID: 2, Node: "n", UUID: "u", Name: "g", At: trail.Moment{Millis: 215_000}})
	commit(t, s, b)
	if n, facts, err := s.Retain(t.Context(), 300_000); n != 2 || facts != 2 || err != nil {
		t.Fatalf("%d sessions and %d facts went (%v), want 2 and 2", n, facts, err)
	}
	list, _, err := s.Definitions(t.Context(), Guest{UUID: "u"}, Page{})
	if err != nil {
		t.Fatal(err)
	}
	var seqs []uint64
	for _, d := range list {
		seqs = append(seqs, d.Fact)
	}
	if !slices.Equal(seqs, []uint64{1, 3}) {
		t.Errorf("definitions are of facts %v, want 1 and 3, which are there still", seqs)
	}
}

// TestRetentionLooksAgain: a session may change between the question which are
// old and its removal, as others write meanwhile.
func TestRetentionLooksAgain(t *testing.T) {
	s := openTemp(t)
	b := &Batch{Delta: &trail.Delta{}}
	observedSession(b, 100_000, 190_000, trail.Closed)
	commit(t, s, b)
	old, err := s.old(t.Context(), 300_000)
	if err != nil || !slices.Equal(old, []uint64{1}) {
		t.Fatalf("%v are old (%v), want 1", old, err)
	}
	again := *b.Delta.Sessions[0]
	again.State, again.End = trail.Running, trail.Moment{}
	writeDelta(t, s, &trail.Delta{Sessions: []*trail.Session{&again}})
	r := retention{s: s, w: s.w, cutoff: 300_000}
	if _, err := r.step(t.Context(), func() (bool, error) { return false, r.session(1) }); err != nil || r.removed != 0 {
		t.Errorf("%d sessions went (%v), and it runs", r.removed, err)
	}
	if _, err := s.Session(t.Context(), 1); err != nil {
		t.Error(err)
	}
}

// TestRetentionBesideCommits removes while others write; what they wrote is there
// then, and all can be derived anew.
func TestRetentionBesideCommits(t *testing.T) {
	s := openTemp(t)
	l := newLife(50)
	for range 10 {
		commit(t, s, l.batch(1000))
	}
	cutoff := l.at
	done := make(chan error, 1)
	go func() {
		_, _, err := s.Retain(context.WithoutCancel(t.Context()), cutoff)
		done <- err
	}()
	last, ended := s.NextSeq(), false
	for !ended {
		commit(t, s, l.batch(50))
		select {
		case err := <-done:
			if ended = true; err != nil {
				t.Fatal(err)
			}
		default:
		}
	}
	n := 0
	for _, err := range s.Facts(t.Context(), last) {
		if n++; err != nil {
			t.Fatal(err)
		}
	}
	if want := int(s.NextSeq() - last); n != want {
		t.Errorf("%d facts are there of %d that were committed meanwhile", n, want)
	}
}

// TestRetentionOfManyThatStay: what stays is passed over once.
func TestRetentionOfManyThatStay(t *testing.T) {
	s := openTemp(t)
	b := &Batch{Facts: watched(1, 4*retainRows), Delta: &trail.Delta{}}
	for i := range b.Facts {
		b.Facts[i].Kind, b.Facts[i].Stamp.Millis = fact.Tick, int64(1000+i/10)
		if i%2 == 0 {
			b.Delta.Events = append(b.Delta.Events, &trail.Event{Fact: uint64(i + 1), At: trail.Moment{Millis: 5000}})
		}
	}
	commit(t, s, b)
	if _, n, err := s.Retain(t.Context(), 4000); err != nil || n != 2*retainRows {
		t.Errorf("%d facts went (%v), want %d that tell nothing", n, err, 2*retainRows)
	}
}
