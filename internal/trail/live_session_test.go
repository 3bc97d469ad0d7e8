package trail

import (
	"fmt"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
)

// liveScene feeds a Live with what a scene says, step by step.
type liveScene struct {
	*scene
	live *Live
	rows *rows
	seq  uint64
	done int // lines
}

func newLiveScene() *liveScene {
	return &liveScene{scene: newScene(), live: NewLive(), rows: newRows()}
}

// delta gives what the lines since the last call change.
func (s *liveScene) delta(t *testing.T) *Delta {
	t.Helper()
	for r := range auditlog.ScanBytes([]byte(strings.Join(s.lines[s.done:], "\n") + "\n")).Records() {
		s.seq++
		s.live.Add(s.seq, "h", r)
	}
	s.done = len(s.lines)
	s.live.Settle()
	d := s.live.Delta()
	s.rows.take(t, d)
	return d
}

// A SYSTEM_BOOT alone presumes that a session is lost; what is heard of it
// afterwards takes the loss back, and all that was said of it.
func TestLiveTakesLossBack(t *testing.T) {
	s := newLiveScene()
	s.start(uuidA, 42)
	if d := s.delta(t); len(d.Sessions) != 1 || d.Sessions[0].State != Running {
		t.Fatalf("%+v", d)
	}
	s.boot()
	d := s.delta(t)
	if len(d.Sessions) != 1 || d.Sessions[0].State != Lost || len(d.Events) != 2 {
		t.Fatalf("%d sessions, %d events", len(d.Sessions), len(d.Events))
	}
	id := d.Sessions[0].ID
	if loss := SortEvents(d.Events)[0]; loss.Op != OpLost || loss.SessionID != id || loss.Nth >= 0 {
		t.Errorf("the loss is not before the boot: %+v", loss)
	}
	s.disk(uuidA, "attach", "?", "/a.img", "success")
	d = s.delta(t)
	if len(d.Withdrawn) != 1 || len(d.Dropped) != 1 || len(d.Sessions) != 1 || d.Sessions[0].State != Running || d.Sessions[0].ID != id {
		t.Errorf("withdrawn %v, dropped %v, %d sessions", d.Withdrawn, d.Dropped, len(d.Sessions))
	}
}

// What is recorded of a start without labels may be the running session's, and
// is the next one's once its op=start comes.
func TestLiveMovesEvents(t *testing.T) {
	s := newLiveScene()
	s.start(uuidA, 42)
	running := s.delta(t).Sessions[0].ID
	s.disk(uuidA, "start", "?", "/a.img", "success")
	d := s.delta(t)
	if len(d.Sessions) != 1 || d.Events[0].SessionID != running {
		t.Fatalf("%d sessions, the event is of %d", len(d.Sessions), d.Events[0].SessionID)
	}
	moved := d.Events[0].id()
	s.start(uuidA, 43)
	s.delta(t)
	if got := s.rows.events[moved].SessionID; got == running || s.rows.sessions[got] == nil || s.rows.sessions[running].State != Lost {
		t.Errorf("the event is of %d, once of %d, which is %v", got, running, s.rows.sessions[running].State)
	}
}

// What a Live gave is never changed.
func TestLiveGivesCopies(t *testing.T) {
	s := newLiveScene()
	s.start(uuidA, 42).disk(uuidA, "start", "?", "/a.img", "success")
	d := s.delta(t)
	before := asJSON(d.Sessions) + asJSON(d.Events)
	s.disk(uuidA, "detach", "/a.img", "?", "success").start(uuidA, 43).stop(uuidA, "shutdown")
	s.delta(t)
	if after := asJSON(d.Sessions) + asJSON(d.Events); after != before {
		t.Errorf("%s\nthen\n%s", before, after)
	}
}

// A disk that is always held keeps a bounded past, and no finding is lost.
func TestLiveForgetsTenures(t *testing.T) {
	s := newLiveScene()
	s.disk(uuidA, "start", "?", "/iso", "success").start(uuidA, 1)
	const n = 3 * maxTenures
	for i := range n {
		uuid := fmt.Sprintf("%08d-2222-4333-8444-555555555555", i%7+100)
		s.disk(uuid, "start", "?", "/iso", "success").start(uuid, 2+i).stop(uuid, "shutdown")
		if i%100 == 99 {
			s.delta(t)
		}
	}
	s.delta(t)
	shared := 0
	for _, f := range s.rows.findings {
		if f.Kind == Shared {
			shared++
		}
	}
	if shared != n {
		t.Errorf("%d findings, want %d", shared, n)
	}
	for _, p := range s.live.places {
		if len(p.tenures) > 2*maxTenures || len(p.found) > 2*maxTenures {
			t.Errorf("%d tenures and %d findings of %v", len(p.tenures), len(p.found), p.res)
		}
	}
}

// A session that came out of order gives those behind it other numbers.
func TestLiveNumbers(t *testing.T) {
	l := newNumberer()
	l.before = map[string]int{"h\x00u": 10}
	give := func(id, serial uint64, over bool) *liveSession {
		s := &Session{Node: "h", UUID: "u", ID: id, First: Moment{Serial: serial}}
		return &liveSession{id: id, given: s, over: over}
	}
	first, last := give(1, 100, true), give(2, 300, false)
	out := newChanges()
	l.put(first)
	l.put(last)
	l.tell(out)
	late := give(3, 200, true)
	l.put(late)
	l.tell(out)
	if first.given.Number != 11 || late.given.Number != 12 || len(out.delta.Numbers) != 1 || out.delta.Numbers[2] != 13 {
		t.Errorf("%d, %d, %v", first.given.Number, late.given.Number, out.delta.Numbers)
	}
	out = newChanges()
	l.remove(late)
	l.tell(out)
	if out.delta.Numbers[2] != 12 {
		t.Errorf("%v", out.delta.Numbers)
	}
}
