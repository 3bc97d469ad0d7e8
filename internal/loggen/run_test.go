package loggen

import "testing"

func testNode() *node {
	return newSim(discard{}, Config{Guests: 4, FreshStart: true}.withDefaults()).nodes[0]
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

func TestRunsShareNothing(t *testing.T) {
	n := testNode()
	pids, pairs := map[int]bool{}, map[pair]bool{}
	n.nextPid = lastGuestPid - 100
	for range 5000 {
		r := n.newRun()
		if pids[r.pid] || pairs[r.pair] || r.pair.a >= r.pair.b || r.pid > lastGuestPid || r.pid < firstGuestPid {
			t.Fatalf("%+v", r)
		}
		pids[r.pid], pairs[r.pair] = true, true
	}
}

func TestPastRunIsOver(t *testing.T) {
	n := testNode()
	r := n.newRun()
	n.free(r)
	if _, ok := n.pastRun(); ok {
		t.Error("a run that has only just ended is past")
	}
	n.queue.picks += apart
	if got, ok := n.pastRun(); !ok || got != r {
		t.Errorf("got %+v, %v; want %+v", got, ok, r)
	}
	n.pids[r.pid] = true
	if _, ok := n.pastRun(); ok {
		t.Error("a run whose pid another guest has is past")
	}
	delete(n.pids, r.pid)
	n.pairs[r.pair] = true
	if _, ok := n.pastRun(); ok {
		t.Error("a run whose categories another guest has is past")
	}
}

func TestPastRunsAreFew(t *testing.T) {
	n := testNode()
	for range 100 {
		n.free(n.newRun())
	}
	if len(n.past) != 16 || len(n.pids) != 0 || len(n.pairs) != 0 {
		t.Errorf("%d past, %d pids, %d pairs", len(n.past), len(n.pids), len(n.pairs))
	}
}
