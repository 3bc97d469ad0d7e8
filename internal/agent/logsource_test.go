package agent

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/record"
)

// recordsBy gives the facts of lines that came by a way.
func recordsBy(t *testing.T, way string, lines ...string) (facts []fact.Fact) {
	t.Helper()
	for _, l := range lines {
		var r record.Record
		if err := r.Parse([]byte(l)); err != nil {
			t.Fatal(err)
		}
		facts = append(facts, fact.OfRecord("here", way, &r))
	}
	return facts
}

// ticks are as many facts as are remembered.
func ticks() (facts []fact.Fact) {
	for range remembered {
		facts = append(facts, fact.Fact{
			Kind: fact.Tick, Node: "here", Source: "log",
			Stamp: record.Stamp{Millis: 1700000001_000}, Text: fact.Encode(fact.Ticked{Source: "log", At: 1700000001_000}),
		})
	}
	return facts
}

// commit stores facts, as told while the log was followed by multicast.
func commit(t *testing.T, st *store.Store, facts ...fact.Fact) {
	t.Helper()
	for i := range facts {
		facts[i].Seq = st.NextSeq() + uint64(i)
	}
	state := map[string][]byte{watchedKey: []byte(`{"way":"multicast","to":1700000001000}`)}
	if err := st.Commit(t.Context(), &store.Batch{Facts: facts, State: state}); err != nil {
		t.Fatal(err)
	}
}

// TestFileAfterMulticastFromPosition: what came by multicast since the log was
// left is in the log too, and is not taken twice however much was stored since.
func TestFileAfterMulticastFromPosition(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.write("type=CWD msg=audit(1699999999.001:1): cwd=\"/\"", guestStops("1699999999.002:2"))
	s.start()
	s.caughtUp()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	lines := guestStarts("10")
	s.opened(func(st *store.Store) {
		commit(t, st, append(recordsBy(t, follow.WayMulticast, lines...), ticks()...)...)
	})
	s.write(lines...)
	s.write(guestStops("1700000100.000:200"))
	s.start()
	for end := time.Now().Add(10 * time.Second); len(s.factsAt("1700000100.000:200")) == 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	if facts := s.factsAt("1700000000.002:102"); len(facts) != 1 || facts[0]["source"] != "multicast" {
		t.Errorf("the record that came by multicast: %v", facts)
	}
}

// factsAt asks for the facts of an event.
func (s *service) factsAt(event string) []map[string]any {
	s.t.Helper()
	var facts struct{ Items []map[string]any }
	s.get("/api/v1/facts?event="+event, &facts)
	return facts.Items
}

// A sourceTest is the source of a log whose batches a test makes.
type sourceTest struct {
	*logSource
	t     *testing.T
	now   time.Time
	given []*offer
}

// newSourceTest makes one over a store, whose writer takes what it is offered.
func newSourceTest(t *testing.T, st *store.Store) *sourceTest {
	t.Helper()
	s := &sourceTest{t: t, now: time.UnixMilli(begun)}
	now := func() time.Time { return s.now }
	a := &agent{config: Config{Node: "here", Log: "/nonexistent/audit.log", LogSource: SourceFile}, store: st, health: newHealth(now), host: Host{Now: now}.withDefaults()}
	a.log = a.host.Log
	a.writer = &writer{offers: make(chan *offer), life: t.Context()}
	go func() {
		for {
			select {
			case o := <-a.writer.offers:
				s.given = append(s.given, o)
				close(o.done)
			case <-t.Context().Done():
				return
			}
		}
	}()
	var err error
	if s.logSource, err = newLogSource(a); err != nil {
		t.Fatal(err)
	}
	return s
}

// reads takes a batch of some lines of the log, up to its end.
func (s *sourceTest) reads(lines ...string) {
	s.t.Helper()
	b := &follow.Batch{Way: follow.WayFile, Records: recordsBy(s.t, follow.WayFile, lines...), CaughtUp: true, ReadTo: s.now}
	if err := s.take(b); err != nil {
		s.t.Fatal(err)
	}
}

// watches gives what was said of the watch, when all is committed.
func (s *sourceTest) watches() (all []fact.Watched) {
	s.t.Helper()
	if err := s.ahead.committed(); err != nil {
		s.t.Fatal(err)
	}
	for _, o := range s.given {
		for _, f := range o.facts {
			var w fact.Watched
			if f.Kind == fact.Watch && f.Decode(&w) == nil {
				all = append(all, w)
			}
		}
	}
	return all
}

// TestWatchOfTheLog: it is a fact when the log isn't followed any more, by another
// way, or not at all, and up to when it was.
func TestWatchOfTheLog(t *testing.T) {
	s := newService(t)
	s.opened(func(st *store.Store) {
		l := newSourceTest(t, st)
		at := func(second int) int64 { return begun + int64(second)*1000 }
		for _, step := range []struct {
			second   int
			way      string
			caughtUp bool
		}{
			{0, "", false},
			{5, "", false},
			{10, follow.WayFile, false},
			{20, follow.WayFile, true},
			{30, follow.WayFile, false}, // it can't be read any more
			{40, follow.WayMulticast, true},
			{50, follow.WayMulticast, true},
			{60, follow.WayFile, false},
			{70, follow.WayFile, true},
			{80, "", false},
			{90, follow.WayFile, true},
			{100, follow.WayStdin, true},
		} {
			l.now = time.UnixMilli(at(step.second))
			b := &follow.Batch{Way: step.way, CaughtUp: step.caughtUp, ReadTo: l.now}
			if step.way == follow.WayFile {
				b.Position = []byte("{}")
			}
			if err := l.take(b); err != nil {
				t.Fatal(err)
			}
		}
		want := []fact.Watched{
			{At: at(0), Why: "it can't be followed"},
			{Up: true, At: at(10), Why: "it could not be followed until it was by file"},
			{Up: true, Since: at(20), At: at(40), Why: "it was followed by file before, and is by multicast now"},
			{Up: true, Since: at(50), At: at(60), Whole: true, Why: "by file"},
			{Since: at(70), At: at(80), Why: "it can't be followed any more by file"},
			{Up: true, Since: at(70), At: at(90), Whole: true, Why: "by file"},
			{Up: true, Since: at(90), At: at(100), Why: "it was followed by file before, and is by stdin now"},
		}
		for i := range want {
			want[i].Source = "log"
		}
		if got := l.watches(); !slices.Equal(got, want) {
			t.Errorf("got\n%+v\nwant\n%+v", got, want)
		}
	})
}

// TestWatchAfterError: that the log is watched is told again where the store could
// not be asked when it was.
func TestWatchAfterError(t *testing.T) {
	s := newService(t)
	var closed *store.Store
	s.opened(func(st *store.Store) { closed = st })
	s.opened(func(st *store.Store) {
		commit(t, st)
		l := newSourceTest(t, st)
		b := func() *follow.Batch {
			return &follow.Batch{Way: follow.WayFile, Again: true, Records: recordsBy(t, follow.WayFile, guestStops("1700000100.000:200"))}
		}
		l.a.store = closed
		if err := l.take(b()); err == nil {
			t.Fatal("a store that is closed was asked")
		}
		l.a.store = st
		if err := l.take(b()); err != nil {
			t.Fatal(err)
		}
		if got := l.watches(); len(got) != 1 || !got[0].Up || got[0].Since == 0 {
			t.Errorf("the log is watched again: %+v", got)
		}
	})
}

// TestWaysOfALog: who names a log gets no other, whatever comes by multicast.
func TestWaysOfALog(t *testing.T) {
	for _, test := range []struct {
		log, source string
		want        string
	}{
		{"/var/log/audit", SourceAuto, ""},
		{"/var/log/audit/audit.log", SourceAuto, ""},
		{"/srv/audit.log", SourceAuto, "file"},
		{"/srv/audit.log", SourceMulticast, "multicast"},
		{"/var/log/audit", SourceFile, "file"},
	} {
		ways := waysOf(&Config{Log: test.log, LogSource: test.source})
		if got := strings.Join(ways, " "); got != test.want || (ways == nil) != (test.want == "") {
			t.Errorf("%s, %s: %q, want %q", test.log, test.source, got, test.want)
		}
	}
}

// TestNoLog: a service whose log can't be followed says so, everywhere, and again
// that it is when it is.
func TestNoLog(t *testing.T) {
	p := newProcess(t, "LOG_LEVEL=warn")
	p.start()
	p.eventually("it is not ready", func() bool {
		code, body, err := p.ask("/readyz")
		return err == nil && code == http.StatusServiceUnavailable && strings.Contains(string(body), "no audit log can be followed: file: open "+p.log)
	})
	if s := p.status(); s.Ready || s.Sources[0].State != "down" || !strings.Contains(s.Sources[0].Problem, p.log) {
		t.Errorf("the status without a log: %+v", s)
	}
	if said := p.said.String(); !strings.Contains(said, "no way to the audit log works") || !strings.Contains(said, p.log) {
		t.Errorf("it said %q", said)
	}
	var sessions struct {
		Unwatched []struct{ Source, Text, To any }
	}
	p.eventually("an answer says so", func() bool {
		_, body, err := p.ask("/api/v1/sessions?from=" + time.Now().UTC().Add(time.Second).Format("2006-01-02T15:04:05Z"))
		return err == nil && json.Unmarshal(body, &sessions) == nil && len(sessions.Unwatched) == 1
	})
	if u := sessions.Unwatched[0]; u.Source != "log" || u.To != nil || u.Text != "log is not read; what is recorded meanwhile may be missing: \"it can't be followed\"" {
		t.Errorf("the gap that goes on: %+v", u)
	}
	if testing.Short() {
		t.Skip("how long it takes until the log is tried again")
	}
	if err := os.WriteFile(p.log, []byte(strings.Join(guestStarts("10"), "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.ready()
	p.eventually("it is told", func() bool {
		_, body, err := p.ask("/api/v1/findings?kind=source-unwatched")
		return err == nil && strings.Contains(string(body), "it could not be followed until it was by file") && !strings.Contains(string(body), "is not read")
	})
	p.term()
}
