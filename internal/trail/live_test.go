package trail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/internal/loggen"
)

// rows are what a reader of Deltas has.
type rows struct {
	sessions map[uint64]*Session
	events   map[EventID]*Event
	findings map[string]*Finding
	spans    map[string][]Span
	seen     map[string]Moment
}

func newRows() *rows {
	return &rows{map[uint64]*Session{}, map[EventID]*Event{}, map[string]*Finding{}, map[string][]Span{}, map[string]Moment{}}
}

// take applies a Delta, and fails where it breaks the form of one.
func (r *rows) take(t testing.TB, d *Delta) {
	t.Helper()
	for _, id := range d.Merged {
		delete(r.sessions, id)
	}
	for _, s := range d.Sessions {
		if s.ID == 0 {
			t.Fatalf("a session without ID: %+v", s)
		}
		r.sessions[s.ID] = s
	}
	for id, n := range d.Numbers {
		s := *r.sessions[id]
		s.Number = n
		r.sessions[id] = &s
	}
	for _, id := range d.Withdrawn {
		delete(r.events, id)
	}
	for _, ev := range d.Events {
		if s := ev.Session(); ev.Fact == 0 || s == nil && ev.SessionID != 0 || s != nil && ev.SessionID != s.ID {
			t.Fatalf("an event's IDs are wrong: %+v", ev)
		}
		r.events[ev.id()] = ev
	}
	for _, id := range d.Dropped {
		delete(r.findings, id)
	}
	for _, n := range d.Findings {
		if n.ID == "" || (n.Session == nil) != (n.SessionID == 0) || n.Session != nil && n.Session.ID != n.SessionID || len(n.Others) != len(n.OtherIDs) {
			t.Fatalf("a finding's IDs are wrong: %+v", n)
		}
		r.findings[n.ID] = n
	}
	for node, spans := range d.Unwatched {
		r.spans[node] = spans
	}
	for node, m := range d.LastSeen {
		r.seen[node] = m
	}
}

// names are the IDs of all rows.
func (r *rows) names() []string {
	var all []string
	for id := range r.sessions {
		all = append(all, fmt.Sprint("session ", id))
	}
	for id := range r.events {
		all = append(all, fmt.Sprint("event ", id))
	}
	for id := range r.findings {
		all = append(all, "finding "+id)
	}
	slices.Sort(all)
	return all
}

// texts give sessions, events and findings in order, without what only facts
// have. A session is named by its node, first record and guest.
func (r *rows) texts() (sessions, events, findings []string) {
	var ss []*Session
	for _, s := range r.sessions {
		ss = append(ss, s)
	}
	var evs []*Event
	for _, ev := range r.events {
		evs = append(evs, ev)
	}
	var fs []*Finding
	for _, n := range r.findings {
		fs = append(fs, n)
	}
	SortFindings(fs)
	return texts(SortSessions(ss), SortEvents(evs), fs, func(id uint64, _ *Session) *Session { return r.sessions[id] })
}

func texts(sessions []*Session, events []*Event, findings []*Finding, find func(uint64, *Session) *Session) (ss, es, fs []string) {
	for _, s := range sessions {
		ss = append(ss, sessionText(s))
	}
	for _, ev := range events {
		c := *ev
		c.Fact, c.Nth, c.Order, c.SessionID = 0, 0, 0, 0
		es = append(es, asJSON(c)+nameOf(find(ev.SessionID, ev.Session())))
	}
	for _, n := range findings {
		c := *n
		c.ID, c.SessionID, c.OtherIDs, c.Session, c.Others = "", 0, nil, nil, nil
		text := asJSON(c) + nameOf(find(n.SessionID, n.Session))
		for i, o := range n.Others {
			id := uint64(0)
			if n.OtherIDs != nil {
				id = n.OtherIDs[i]
			}
			text += nameOf(find(id, o))
		}
		fs = append(fs, text)
	}
	return ss, es, fs
}

func sessionText(s *Session) string {
	c := *s
	c.ID = 0
	c.Holdings = slices.Clone(s.Holdings)
	for i := range c.Holdings {
		c.Holdings[i].Begin, c.Holdings[i].End = 0, 0
	}
	return asJSON(c)
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(bytes.ReplaceAll(b, []byte(":null"), []byte(":[]")))
}

func nameOf(s *Session) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf(" of %s %v %s %v", s.Node, s.First, s.UUID, s.State)
}

// batch gives what a trail makes of a log.
func batch(log []byte) (sessions, events, findings []string) {
	var c Collector
	tr := New(c.Session)
	tr.KeepEvents()
	for r := range auditlog.ScanBytes(log).Records() {
		tr.Add("h", r)
	}
	tr.End()
	ss, evs := c.Sessions(), tr.Events()
	return texts(ss, evs, Findings(evs, ss, tr.Unwatched()), func(_ uint64, s *Session) *Session { return s })
}

// grow gives what a Live makes of a log that is asked as often as every.
func grow(t testing.TB, log []byte, every func() bool) *rows {
	t.Helper()
	l, r := NewLive(), newRows()
	seq := uint64(0)
	for rec := range auditlog.ScanBytes(log).Records() {
		seq += 1 + seq%3 // with gaps
		l.Add(seq, "h", rec)
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

// testLogs are real logs and made ones.
func testLogs(t testing.TB) map[string][]byte {
	t.Helper()
	logs := map[string][]byte{}
	for _, pattern := range []string{"../../testdata/cases/*.log", "../../testdata/scenarios/*.log", "../report/testdata/*.log", "../../testdata/vectors/*.log"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d logs, %v", pattern, len(names), err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			logs[strings.TrimPrefix(name, "../../testdata/")] = data
		}
	}
	for name, cfg := range map[string]loggen.Config{
		"gen apparmor": {Seed: 1, Size: 4 << 20},
		"gen selinux":  {Seed: 2, Size: 4 << 20, Labels: loggen.SELinux},
		"gen dac":      {Seed: 3, Size: 4 << 20, Labels: loggen.DACOnly, Raw: true},
		"gen nodes":    {Seed: 4, Size: 4 << 20, Nodes: 3, Guests: 50},
		"gen few":      {Seed: 5, Size: 4 << 20, Guests: 3, Late: 8},
		"gen virt":     {Seed: 6, Size: 2 << 20, OnlyVirt: true},
		"gen clock":    {Seed: 7, Size: 4 << 20, ClockSteps: true},
	} {
		var log bytes.Buffer
		if _, err := loggen.Generate(&log, cfg); err != nil {
			t.Fatal(err)
		}
		logs[name] = log.Bytes()
	}
	for seed := range uint64(cases(40, 10)) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		var lines []string
		for _, boot := range randomScene(rnd, "h") {
			lines = append(lines, boot...)
		}
		if seed%2 == 1 { // beyond what the window mends
			lines = disorder(rnd, lines, 600)
		}
		logs[fmt.Sprint("scene ", seed)] = []byte(strings.Join(lines, "\n") + "\n")
	}
	return logs
}

// A Live gives, whenever it is asked, what a Trail gives at the end.
func TestLiveIsTrail(t *testing.T) {
	for name, log := range testLogs(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantSessions, wantEvents, wantFindings := batch(log)
			rnd := rand.New(rand.NewPCG(1, 2))
			ways := map[string]func() bool{
				"once":   func() bool { return false },
				"some":   func() bool { return rnd.IntN(20) == 0 },
				"seldom": func() bool { return rnd.IntN(1000) == 0 },
			}
			if len(log) < 1<<20 {
				ways["always"] = func() bool { return true }
			}
			var names []string
			for way, every := range ways {
				r := grow(t, log, every)
				if names == nil {
					names = r.names()
				}
				compareTexts(t, way+": names", r.names(), names)
				sessions, events, findings := r.texts()
				compareTexts(t, way+": sessions", sessions, wantSessions)
				compareTexts(t, way+": events", events, wantEvents)
				compareTexts(t, way+": findings", findings, wantFindings)
			}
		})
	}
}

func compareTexts(t *testing.T, what string, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d, want %d", what, len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			j := 0
			for j < min(len(got[i]), len(want[i])) && got[i][j] == want[i][j] {
				j++
			}
			t.Fatalf("%s: number %d is\n%s\nwant\n%s\nfrom here: %.200s", what, i, got[i], want[i], want[i][max(0, j-40):])
		}
	}
}

// FuzzLive: no log makes a Live panic, break the form of its Deltas, or lose a
// session or an event.
func FuzzLive(f *testing.F) {
	for _, pattern := range []string{"../../testdata/cases/*.log", "../../testdata/vectors/*.log"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data, uint8(3))
		}
	}
	f.Fuzz(func(t *testing.T, log []byte, each uint8) {
		sessions, events, _ := batch(log)
		n := uint8(0)
		r := grow(t, log, func() bool { n++; return n%(each|1) == 0 })
		if len(r.sessions) != len(sessions) || len(r.events) != len(events) {
			t.Fatalf("%d sessions and %d events, want %d and %d", len(r.sessions), len(r.events), len(sessions), len(events))
		}
	})
}
